from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import Event, Review
from engine.memory import Rating
from engine.progress import ABOUT_CARDS, CardProgress, Progress, changed_by, replay, undone_ids
from engine.schedule import DEFAULT_POLICY, review

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIRST_DAY = 20778
CARDS = ("a#symptom", "a#q.one", "b#symptom")
KINDS = (
    *["review"] * 6,
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


def event(number: int, kind: str = "review", subject: str = CARDS[0], device: str = "d1", **more: Any) -> Event:
    """The event that a device made `number` minutes after the start."""
    fields = {"payload": {}, "review": Review(3, text_hash="h") if kind == "review" else None, **more}
    at = START + timedelta(minutes=number)
    day = FIRST_DAY + number // 10
    return Event(f"{device}-{number:04d}", "me", device, number, at, 60, day, kind, subject, **fields)  # type: ignore[arg-type]


def undo(number: int, of: Event, device: str = "d1") -> Event:
    return event(number, "undo", of.subject, device, payload={"event": of.id, "kind": of.kind})


@st.composite
def logs(draw: st.DrawFn, device: str = "d1") -> list[Event]:
    """What one device may have written: any kinds in any order, and undo of some of them."""
    made: list[Event] = []
    for number in range(draw(st.integers(0, 25))):
        targets = [e for e in made if e.kind in ABOUT_CARDS]
        if targets and draw(st.integers(0, 5)) == 0:
            made.append(undo(number, draw(st.sampled_from(targets)), device))
            continue
        kind = draw(st.sampled_from(KINDS))
        done = Review(draw(st.integers(1, 4)), text_hash=draw(st.sampled_from("hk"))) if kind == "review" else None
        payload = {
            "review": {"due": FIRST_DAY + draw(st.integers(0, 40))},
            "flag": {"on": draw(st.booleans())},
            "setting": {"value": draw(st.integers(0, 9))},
        }
        made.append(
            event(number, kind, draw(st.sampled_from(CARDS)), device, review=done, payload=payload.get(kind, {}))
        )
    return made


def union(*devices: list[Event]) -> list[Event]:
    """What a merge makes of several logs: each event once."""
    return list({e.id: e for log in devices for e in log}.values())


@given(logs(), st.randoms(use_true_random=False))
def test_any_order_of_the_same_events_gives_the_same_progress(log: list[Event], rng: random.Random) -> None:
    shuffled = log.copy()
    rng.shuffle(shuffled)
    assert replay(shuffled) == replay(log)


@settings(max_examples=200)
@given(logs("d1"), logs("d2"), logs("d3"))
def test_a_merge_by_union_is_commutative_associative_and_idempotent(
    a: list[Event], b: list[Event], c: list[Event]
) -> None:
    merged = replay(union(a, b, c))
    assert replay(union(c, b, a)) == merged
    assert replay(union(union(a, b), c)) == replay(union(a, union(b, c))) == merged
    assert replay(union(a, b, c, b, a)) == merged
    assert replay(union(a, a)) == replay(a)


@given(logs())
def test_an_undo_leaves_what_would_be_there_without_the_event(log: list[Event]) -> None:
    cancelled = undone_ids(log)
    without = [e for e in log if e.kind != "undo" and e.id not in cancelled]
    assert replay(log) == replay(without)


@given(logs())
def test_an_undo_cancels_exactly_the_one_event_that_it_names(log: list[Event]) -> None:
    for target in [e for e in log if e.kind in ABOUT_CARDS]:
        cancelled = undone_ids([*log, undo(900, target)])
        assert cancelled == undone_ids(log) | {target.id}


def test_two_undos_of_one_event_cancel_one_event() -> None:
    first, second = event(1), event(15)
    assert replay([first, second, undo(20, second), undo(21, second)]) == replay([first])


def test_an_undo_that_was_merged_before_its_event_still_cancels_it() -> None:
    target = event(1)
    assert replay([undo(0, target), target]) == Progress()


@given(logs())
def test_kinds_that_a_newer_program_writes_are_harmless(log: list[Event]) -> None:
    strange = [replace(e, id=f"x-{e.id}", kind="dreamt", review=None) for e in log]  # type: ignore[arg-type]
    assert replay([*log, *strange]) == replay(log)


@given(logs())
def test_progress_grows_event_by_event_to_what_a_replay_gives(log: list[Event]) -> None:
    cancelled = undone_ids(log)
    grown = Progress()
    for entry in log:
        if entry.kind != "undo" and entry.id not in cancelled:
            grown.apply(entry)
    assert grown == replay(log)


def test_a_replay_ends_in_the_states_that_the_schedule_gave_step_by_step() -> None:
    ratings = [3, 1, 3, 4, 2, 3]
    log, state = [], None
    for i, rating in enumerate(ratings):
        state = review(state, CARDS[0], Rating(rating), FIRST_DAY + i * 3, DEFAULT_POLICY, load={FIRST_DAY + 5: 9})
        log.append(event(i * 30, review=Review(rating, text_hash="h"), payload={"due": state.due_day}))
    assert replay(log).cards == {CARDS[0]: CardProgress(CARDS[0], state, 3, "h")}


REVIEWED = CardProgress(CARDS[0], review(None, CARDS[0], Rating.GOOD, FIRST_DAY, DEFAULT_POLICY), 3, "h")


@pytest.mark.parametrize(
    ("kind", "payload", "before", "after"),
    [
        ("suspend", {}, {}, {"suspended": True}),
        ("resume", {}, {"suspended": True, "buried_day": FIRST_DAY, "known": True}, {}),
        ("bury", {}, {}, {"buried_day": FIRST_DAY}),
        ("flag", {}, {}, {"flagged": True}),
        ("flag", {"on": True}, {}, {"flagged": True}),
        ("flag", {"on": False}, {"flagged": True}, {}),
        ("known", {}, {}, {"known": True}),
    ],
)
def test_what_each_kind_changes_and_that_the_memory_stays(
    kind: str, payload: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
) -> None:
    changed = changed_by(replace(REVIEWED, **before), event(1, kind, payload=payload))
    assert changed == replace(REVIEWED, **after)


def test_a_reset_forgets_everything_but_the_flag() -> None:
    full = replace(REVIEWED, suspended=True, buried_day=FIRST_DAY, flagged=True, known=True)
    assert changed_by(full, event(1, "reset")) == CardProgress(CARDS[0], flagged=True)


def test_a_review_of_a_known_card_asks_it_again_and_keeps_the_other_marks() -> None:
    marked = replace(REVIEWED, known=True, flagged=True, suspended=True, buried_day=7)
    changed = changed_by(marked, event(40))
    assert (changed.known, changed.flagged, changed.suspended, changed.buried_day) == (False, True, True, 7)
    assert changed.state is not None
    assert changed.state.reps == 2


@pytest.mark.parametrize(
    ("marks", "day", "asleep"),
    [
        ({}, FIRST_DAY, False),
        ({"suspended": True}, FIRST_DAY, True),
        ({"known": True}, FIRST_DAY, True),
        ({"flagged": True}, FIRST_DAY, False),
        ({"buried_day": FIRST_DAY}, FIRST_DAY, True),
        ({"buried_day": FIRST_DAY}, FIRST_DAY + 1, False),
    ],
)
def test_which_cards_are_put_aside_on_a_day(marks: dict[str, Any], day: int, asleep: bool) -> None:
    assert replace(REVIEWED, **marks).asleep(day) is asleep


def test_entries_keep_the_first_day_and_settings_the_newest_value() -> None:
    progress = replay(
        [
            event(1, "walked", "a"),
            event(30, "walked", "a"),
            event(2, "exercised", "x"),
            event(31, "exercised", "x"),
            event(3, "override", "b"),
            event(4, "setting", "desired_retention", payload={"value": 0.8}),
            event(5, "setting", "desired_retention", payload={"value": 0.95}),
        ]
    )
    assert progress.walked == {"a": FIRST_DAY}
    assert progress.exercised == {"x": FIRST_DAY}
    assert progress.overrides == {"b"}
    assert progress.settings == {"desired_retention": 0.95}
    assert progress.cards == {}


@given(logs())
def test_the_history_of_a_renamed_card_is_carried_on_without_loss(log: list[Event]) -> None:
    half = len(log) // 2
    as_logged = [*log[:half], *(replace(e, subject="new#symptom") if e.subject == CARDS[0] else e for e in log[half:])]
    in_full = [replace(e, subject="new#symptom") if e.subject == CARDS[0] else e for e in log]
    assert replay(as_logged, renamed={CARDS[0]: "new#symptom"}) == replay(in_full)
