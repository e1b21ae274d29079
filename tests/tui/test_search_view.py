from __future__ import annotations

import pytest

from kb.search import Hit, Result
from kb.search.index import Why
from tui.snapshots.search import Found, Narrowing
from tui.views.search import filter_line, hit_line, next_choice, passage, preview, status_line


def hit(title: str = "Dead letters", words: tuple[str, ...] = ("jobs",), quote: str = "Failed jobs\n wait.") -> Hit:
    return Hit(
        id="dead-letters",
        kind="concept",
        title=title,
        step="queues",
        level="core",
        summary="A side queue.",
        score=0.9,
        cosine=0.5,
        sources=(),
        why=Why(words, quote),
    )


def found(match: str, searched_for: str = "jobs", narrowing: Narrowing | None = None) -> Found:
    hits = () if match == "none" else (hit(),)
    result = Result("jobs", searched_for, match, hits)  # type: ignore[arg-type]
    return Found(result, narrowing or Narrowing(), ("concept",), ("queues",))


@pytest.mark.parametrize(
    ("match", "text"),
    [
        ("good", "Good match: 1 hit. ↑ ↓ choose, Enter opens."),
        ("weak", "Weak match: nothing is close; these come nearest. ↑ ↓ choose, Enter opens."),
        ("none", "No close match for “jobs”. Try other words, or describe what you see."),
    ],
)
def test_how_well_an_answer_fits_is_said_in_words(match: str, text: str) -> None:
    assert status_line(found(match)).plain == text


def test_a_mended_query_is_shown_as_it_was_searched_for() -> None:
    assert status_line(found("good", "job queue")).plain.endswith("Searched for “job queue”. ↑ ↓ choose, Enter opens.")


def test_a_narrowed_answer_says_where_it_looked_and_how_to_widen_it() -> None:
    narrow = Narrowing("tradeoff", "queues")
    assert "among trade-offs in queues" in status_line(found("good", narrowing=narrow)).plain
    assert "Widen it with Tab or Shift+Tab." in status_line(found("none", narrowing=narrow)).plain
    assert filter_line(narrow).plain == "Kind: [trade-off]   Step: [queues]"
    assert filter_line(Narrowing()).plain == "Kind: all   Step: all"


@pytest.mark.parametrize(
    ("chosen", "choices", "after"),
    [
        (None, ("a", "b"), "a"),
        ("a", ("a", "b"), "b"),
        ("b", ("a", "b"), None),
        ("gone", ("a", "b"), None),
        (None, (), None),
    ],
)
def test_a_filter_goes_through_what_there_is_and_back_to_all(chosen, choices, after) -> None:
    assert next_choice(chosen, choices) == after


def test_a_hit_stays_on_one_line_of_the_width() -> None:
    assert hit_line(hit(), 40).plain == "Dead letters  concept, queues"
    long = hit_line(hit("Dead letters and what else there is to say about them"), 40)
    assert long.cell_length <= 40
    assert "…" in long.plain


def test_the_preview_says_why_something_was_found() -> None:
    text = preview(hit()).plain
    assert "concept · queues · core" in text
    assert "Why it was found  it holds “jobs”." in text
    assert "Nearest passage: Failed jobs wait." in text
    assert "none of your words" in preview(hit(words=())).plain


def test_words_of_the_query_are_underlined_in_the_passage_in_all_their_forms() -> None:
    shown = passage(hit(words=("waits",), quote="It waits; waiting jobs."))
    assert [shown.plain[span.start : span.end] for span in shown.spans] == ["waits", "waiting"]
