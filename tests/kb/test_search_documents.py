"""What of an entry is searched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.content import Library
from kb.embed import MAX_PIECES, tokenize
from kb.search.documents import STRIDE, WINDOW, documents, readable, windows
from kb.search.fields import FIELDS


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Read**: get the *key*.", "Read: get the key."),
        ("see [the entry](cdn) and `SET key`", "see the entry and SET key"),
        ("before\n\n```python run\nprint(1)\n```\n\nafter", "before after"),
        ("before\n```\nnever closed", "before"),
        ("# Title\n\n- one\n- two", "Title one two"),
        ("a snake_case name, 3 * 4, a < b > c", "a snake_case name, 3 * 4, a < b > c"),
        ("", ""),
    ],
)
def test_markdown_becomes_running_text(markdown: str, text: str) -> None:
    assert readable(markdown) == text


@given(st.integers(0, 700))
def test_windows_hold_every_word_in_order_and_none_is_too_long(count: int) -> None:
    words = [f"w{i}" for i in range(count)]
    cut = [window.removeprefix("Title. ").split() for window in windows("Title", " ".join(words))]
    assert all(1 <= len(part) <= WINDOW for part in cut)
    assert [word for i, part in enumerate(cut) for word in part[: STRIDE if i + 1 < len(cut) else None]] == words


def test_every_entry_is_searched_with_its_kind_step_and_level(small) -> None:
    found = {d.id: (d.kind, d.step, d.level) for d in documents(small.library())}
    assert found == {
        "message-queue": ("concept", "messaging", "core"),
        "dead-letter-queue": ("concept", "messaging", "core"),
        "competing-consumers": ("concept", "messaging", "advanced"),
        "circuit-breaker": ("concept", "resilience", "advanced"),
        "drain-a-queue": ("exercise", "messaging", ""),
        "messaging": ("step", "messaging", ""),
        "park-or-retry": ("tradeoff", "messaging", ""),
    }


def test_questions_are_searched_and_their_answers_are_not(small) -> None:
    queue = next(d for d in documents(small.library()) if d.id == "message-queue")
    text = " ".join(passage.text for passage in queue.passages)
    for said in (queue.body, text):
        assert "The mail server sleeps for an hour" in said
        assert "The queue grows all day" in said
        assert "It refuses all the orders" not in said
        assert "need not wait" not in said


def test_corrections_are_neither_searched_nor_cited(small) -> None:
    small.edit("messaging/message-queue", ("corrections:\n", "corrections:\n"), ("atom: s000-01}", "atom: s000-01a}"))
    queue = next(d for d in documents(small.library()) if d.id == "message-queue")
    assert queue.sources == ("s000-01a",)
    assert "everything faster" not in queue.body + " ".join(passage.text for passage in queue.passages)


def test_each_part_of_an_entry_has_passages_of_its_own_kind(small) -> None:
    queue = next(d for d in documents(small.library()) if d.id == "dead-letter-queue")
    texts = {field: [p.text for p in queue.passages if p.field == field] for field in FIELDS}
    assert texts["name"] == ["Dead letter queue", "DLQ"]
    assert texts["gist"][0].startswith("Dead letter queue (DLQ). The one thing")
    assert texts["gist"][1].startswith("The one thing")
    assert texts["symptom"][0].startswith("Dead letter queue. A page hangs")
    assert texts["bare"][0].startswith("A page hangs")
    assert " ".join(texts["bare"][1:]) == texts["bare"][0]
    assert len(texts["asked"]) == len(small.library().questions["dead-letter-queue"])
    assert texts["how"]
    assert texts["advice"]
    assert not texts["case"]
    tradeoff = next(d for d in documents(small.library()) if d.id == "park-or-retry")
    assert {p.field for p in tradeoff.passages} == {"name", "gist", "case"}


def test_the_model_reads_nearly_all_of_every_window(caching: Library) -> None:
    every = [passage.text for document in documents(caching) for passage in document.passages]
    cut = [window for window in every if len(tokenize(window)) == MAX_PIECES]
    assert len(cut) <= 0.03 * len(every), cut[:3]
