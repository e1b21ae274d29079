from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cards import Card, Deck
from engine.diagnosis import below, diagnosed, near_forgetting, suspects
from engine.memory import Fsrs6, MemoryState
from engine.progress import CardProgress
from engine.schedule import CardState, Policy

TODAY = 20778
REQUIRES = {"top": ("left", "right"), "left": ("deep",), "right": ("deep",), "deep": ()}


def deck_of(*entries: str, size: int = 2) -> Deck:
    cards = {f"{e}#q.{n}": Card(f"{e}#q.{n}", e, "q", "essential", "?", "!") for e in entries for n in range(size)}
    return Deck(cards, {e: tuple(c for c in cards if cards[c].entry == e) for e in entries})


def seen(card: str, stability: float = 10.0, *, last: int = TODAY - 10, **more: Any) -> CardProgress:
    marks = {name: more.pop(name) for name in ("suspended", "known", "buried_day") if name in more}
    fields = {"reps": 3, "lapses": 0, "first_day": TODAY - 50, "due_day": TODAY + 5, **more}
    return CardProgress(card, CardState(card, MemoryState(stability, 5.0), last_day=last, **fields), **marks)


DECK = deck_of("top", "left", "right", "deep")


def found(*progress: CardProgress) -> list[str]:
    return [s.card for s in suspects("top", DECK, {p.card: p for p in progress}, REQUIRES, TODAY)]


def test_what_an_entry_builds_on_comes_nearest_first_and_a_circle_ends() -> None:
    assert list(below("top", REQUIRES)) == [(1, "left"), (1, "right"), (2, "deep")]
    assert list(below("a", {"a": ("b",), "b": ("a", "b")})) == [(1, "b")]


def test_half_of_what_a_card_may_lose_is_gone_when_it_is_near_forgetting() -> None:
    assert near_forgetting(Policy()) == pytest.approx(0.95)
    assert near_forgetting(Policy(desired_retention=0.8)) == pytest.approx(0.9)


def test_the_weakest_card_of_the_nearest_prerequisites_is_suspected_first() -> None:
    weak, weaker, deep = seen("left#q.0", 10), seen("right#q.1", 5), seen("deep#q.0", 1)
    assert found(weak, weaker, deep) == ["right#q.1", "left#q.0", "deep#q.0"]
    (first, *_) = suspects("top", DECK, {weaker.card: weaker}, REQUIRES, TODAY)
    assert first.recall == pytest.approx(Fsrs6().retrievability(MemoryState(5, 5), 10))
    assert (first.entry, first.distance) == ("right", 1)


@pytest.mark.parametrize(
    "innocent",
    [
        CardProgress("left#q.0"),
        seen("left#q.0", 1000),
        seen("left#q.0", last=TODAY),
        seen("left#q.0", suspended=True),
        seen("left#q.0", known=True),
        seen("left#q.0", buried_day=TODAY),
        seen("top#q.1", 1),
    ],
)
def test_what_holds_was_answered_today_or_is_put_aside_is_no_suspect(innocent: CardProgress) -> None:
    assert found(innocent) == []


def lapsed(card: str, **more: Any) -> CardProgress:
    return seen(card, 2, **{"last": TODAY, "failed_today": 1, "lapses": 1, "due_day": TODAY, **more})


def queue(*progress: CardProgress, skip: tuple[str, ...] = ()) -> list[str]:
    cards = {p.card: p for p in progress}
    failed = [c for c, p in cards.items() if p.state and p.state.failed_today]
    return diagnosed(DECK, cards, REQUIRES, TODAY, lapsed=failed, skip=skip)


def test_a_lapse_of_today_asks_for_one_prerequisite_until_one_was_answered() -> None:
    weak = seen("left#q.0", 5)
    assert queue(lapsed("top#q.0"), weak) == ["left#q.0"]
    assert queue(lapsed("top#q.0"), lapsed("top#q.1"), weak) == ["left#q.0"]
    assert queue(lapsed("top#q.0"), weak, skip=("left#q.0",)) == []
    assert queue(lapsed("top#q.0"), weak, seen("right#q.0", last=TODAY)) == []


def test_a_new_card_that_was_not_known_is_no_lapse() -> None:
    assert queue(lapsed("top#q.0", first_day=TODAY), seen("left#q.0", 5)) == []
    assert queue(seen("top#q.0", last=TODAY - 1), seen("left#q.0", 5)) == []


names = st.sampled_from("abcdef")


@settings(deadline=None)  # the machine may be busy
@given(
    st.dictionaries(names, st.lists(names, max_size=3).map(tuple)),
    st.dictionaries(names, st.tuples(st.floats(0.1, 500), st.integers(0, 60))),
)
def test_suspects_are_below_near_forgetting_and_sorted_in_any_graph(
    requires: dict[str, tuple[str, ...]], memories: dict[str, tuple[float, int]]
) -> None:
    deck = deck_of(*"abcdef", size=1)
    cards = {f"{e}#q.0": seen(f"{e}#q.0", s, last=TODAY - days) for e, (s, days) in memories.items()}
    result = suspects("a", deck, cards, requires, TODAY)
    under = {e: d for d, e in below("a", requires)}
    assert len({s.card for s in result}) == len(result)
    assert all(s.entry in under and s.distance == under[s.entry] and s.entry != "a" for s in result)
    assert all(s.recall < 0.95 for s in result)
    assert [(s.distance, s.recall) for s in result] == sorted((s.distance, s.recall) for s in result)
