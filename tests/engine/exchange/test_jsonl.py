from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsrs_rs_python
import pytest

from engine.events import Event, Review
from engine.exchange.importing import read_events
from engine.exchange.jsonl import events_of_lines, lines_of
from engine.identifiers import uuid7
from engine.memory import DEFAULT_WEIGHTS
from engine.rows import COLUMNS
from engine.schedule import DEFAULT_POLICY
from engine.store import Store
from kb.errors import ExchangeError

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KINDS = (
    *["review"] * 8,
    "suspend",
    "resume",
    "bury",
    "flag",
    "known",
    "reset",
    "walked",
    "exercised",
    "override",
    "setting",
)


def day_of(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)).days


def lived(store: Store, steps: int = 80) -> None:
    rng = random.Random(5)
    for number in range(steps):
        kind = rng.choice(KINDS)
        review = Review(
            rng.randint(1, 4), 4100, rng.choice([None, 2]), rng.random(), "naïve; “日本”\t\n", "fsrs6/1", "h"
        )
        at = NOON + timedelta(minutes=number * 7)
        ident = uuid7(int(at.timestamp() * 1000), rng.randbytes(10))
        payload = (
            {"due": day_of(at) + 2}
            if kind == "review"
            else {"value": {"deep": [1, 2.5, None]}}
            if kind == "setting"
            else {}
        )
        done = Event(ident, "me", "d1", 0, at, 60, day_of(at), kind, f"c{rng.randrange(9)}#symptom", payload,  # type: ignore[arg-type]
                     review if kind == "review" else None)  # fmt: skip
        store.append([done], DEFAULT_POLICY)
        if kind == "review" and rng.random() < 0.1:
            undo = Event(
                uuid7(number, rng.randbytes(10)),
                "me",
                "d1",
                0,
                at,
                60,
                day_of(at),
                "undo",
                done.subject,
                {"event": ident},
            )
            store.undo(undo, DEFAULT_POLICY)


def test_a_log_that_was_exported_and_imported_is_the_same_to_the_byte(tmp_path: Path) -> None:
    here, there = (Store(tmp_path / name, "me") for name in ("here.db", "there.db"))
    lived(here)
    lines = list(lines_of(here.events()))
    assert all(line.count("\n") == 1 for line in lines)
    for _ in range(2):
        there.absorb(events_of_lines(lines, "me", day_of), lambda _: DEFAULT_POLICY)
    assert there.events() == here.events()
    assert there.state_dump() == here.state_dump()
    assert list(lines_of(there.events())) == lines
    assert there.absorb(events_of_lines(reversed(lines), "me", day_of), lambda _: DEFAULT_POLICY).new == ()


def test_a_review_is_one_line_with_every_documented_key(tmp_path: Path) -> None:
    store = Store(tmp_path / "progress.db", "me")
    lived(store)
    rows = [json.loads(line) for line in lines_of(store.events())]
    assert len(rows) == len(store.events())
    assert {tuple(row) for row in rows} == {COLUMNS, COLUMNS[:9]}
    assert all((tuple(row) == COLUMNS) is (row["kind"] == "review") for row in rows)


def test_the_rows_are_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "events.md").read_text(encoding="utf-8")
    part = text[text.index("## The log as a file") :]
    assert all(f"`{name}`" in part for name in COLUMNS)


def test_a_short_history_written_by_hand_is_taken_and_only_once(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(
        '\ufeff{"kind": "review", "subject": "a#symptom", "at": "2026-11-01T12:00:00+01:00", "rating": 3}\n'
        "\n"
        '{"rating": 4, "at": "2026-11-05T12:00:00Z", "subject": "a#symptom", "kind": "review"}\r\n',
        encoding="utf-8",
    )
    store = Store(tmp_path / "progress.db", "me")
    found = [store.absorb(read_events(path, "me", day_of), lambda _: DEFAULT_POLICY) for _ in range(2)]
    assert [(len(f.new), f.known) for f in found] == [(2, 0), (0, 2)]
    state = store.states()["a#symptom"].state
    assert state is not None
    assert (state.reps, state.last_day) == (2, 20762)
    oracle = fsrs_rs_python.FSRS(list(DEFAULT_WEIGHTS))
    first = oracle.next_states(None, 0.9, 0).good.memory
    expected = oracle.next_states(first, 0.9, 4).easy.memory
    assert state.memory.stability == pytest.approx(expected.stability, rel=1e-5)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "no JSON"),
        ("[]", "no JSON object"),
        ('{"kind": "known", "kind": "known"}', "twice"),
        ('{"kind": "known", "subject": "a", "at": "2026-11-21T12:00:00Z", "new_in_2030": 1}', "unknown field `new_in_2030`"),
        ('{"kind": "review", "subject": "a", "at": "2026-11-21T12:00:00Z", "rating": 3, "score": NaN}', "NaN"),
        ('{"kind": "review", "subject": "a", "at": "2026-11-21T12:00:00Z", "rating": 1e999}', "rating"),
        ("[" * 100_000, "no JSON|nested"),
        ('{"kind": "review", "subject": "a", "at": "2026-11-21T12:00:00Z"}', "`rating` is missing"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_event_is_named_by_its_number(tmp_path: Path, line: str, what: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(f'{{"kind": "known", "subject": "a", "at": "2026-11-21T12:00:00Z"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(ExchangeError, match=what) as caught:
        read_events(path, "me", day_of)
    assert caught.value.where == f"{path}:2"
    assert "Nothing was imported" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("log.jsonl", b"\xff\xfe", "UTF-8"),
        ("missing.jsonl", None, "cannot be read"),
        ("progress.db", b"", "not imported"),
        ("deck.csv", b"", "not imported"),
        ("deck.json", b"{}", "no cards of this program"),
        ("deck.json", b"nonsense", "no JSON"),
        ("deck.json", b'{"format": "design-staircase cards", "version": 2}', "version"),
        ("deck.json", b'{"format": "design-staircase cards", "version": 1, "cards": []}', "without a history"),
        ("deck.json", b'{"format": "design-staircase cards", "version": 1, "events": [3]}', "no JSON object"),
    ],
)
def test_a_file_that_holds_no_log_is_explained(tmp_path: Path, name: str, content: bytes | None, what: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ExchangeError, match=what) as caught:
        read_events(tmp_path / name, "me", day_of)
    assert name in caught.value.where
    assert caught.value.hint
