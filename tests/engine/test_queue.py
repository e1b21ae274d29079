from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cards import DEPTHS, Card, Deck, Depth
from engine.interleave import apart
from engine.mastery import mastery_of
from engine.memory import MemoryState
from engine.progress import CardProgress
from engine.queue import Limits, Queue, Scope, build
from engine.schedule import CardState

TODAY = 20778
PLENTY = Limits(new=1000, reviews=1000, new_of_one=1000)


def deck_of(sizes: dict[str, int], more: int = 0) -> Deck:
    """Entries with so many essential cards, and `more` cards of the depth `more` before them, as a use card may stand."""
    cards: dict[str, Card] = {}
    for entry, size in sizes.items():
        for kind, depth, count in (("use", "more", more), ("q", "essential", size)):
            for i in range(count):
                ident = f"{entry}#{kind}.{i}"
                cards[ident] = Card(ident, entry, kind, depth, "?", "!")  # type: ignore[arg-type]
    return Deck(cards, {entry: tuple(c for c in cards if cards[c].entry == entry) for entry in sizes})


def state(card: str, *, due: int = TODAY, last: int = TODAY - 10, first: int = TODAY - 20, **more: Any) -> CardState:
    fields = {"memory": MemoryState(10.0, 5.0), "reps": 2, "lapses": 0, **more}
    return CardState(card, first_day=first, last_day=last, due_day=due, **fields)


def seen(card: str, **more: Any) -> CardProgress:
    return CardProgress(card, state(card, **more))


def learned(deck: Deck, *entries: str) -> dict[str, CardProgress]:
    """Every card of some entries, retained and not due."""
    return {c: seen(c, due=TODAY + 9, retained=True) for e in entries for c in deck.by_entry[e]}


def queue_of(
    deck: Deck, cards: dict[str, CardProgress], requires: dict[str, tuple[str, ...]] | None = None, **more: Any
) -> Queue:
    mastery = {entry: mastery_of(entry, deck, cards, TODAY) for entry in deck.by_entry}
    return build(deck, cards, mastery, requires or {}, TODAY, **{"limits": PLENTY, **more})


def test_new_cards_come_in_study_order() -> None:
    deck = deck_of({"b": 2, "a": 2})
    assert queue_of(deck, {}) == Queue((), ("b#q.0", "b#q.1", "a#q.0", "a#q.1"), 0)


@pytest.mark.parametrize(
    ("limits", "new", "held"),
    [
        (Limits(new=15, new_of_one=3), ("a#q.0", "a#q.1", "a#q.2", "b#q.0"), 2),
        (Limits(new=15, new_of_one=1), ("a#q.0", "b#q.0"), 4),
        (Limits(new=4, new_of_one=3), ("a#q.0", "a#q.1", "a#q.2", "b#q.0"), 2),
        (Limits(new=2, new_of_one=3), ("a#q.0", "a#q.1"), 4),
        (Limits(new=0), (), 6),
    ],
)
def test_the_limits_of_new_cards(limits: Limits, new: tuple[str, ...], held: int) -> None:
    assert queue_of(deck_of({"a": 5, "b": 1}), {}, limits=limits) == Queue((), new, held)


def test_what_was_begun_today_counts_towards_both_limits_of_new_cards() -> None:
    deck = deck_of({"a": 5, "b": 5})
    begun = {c: seen(c, first=TODAY, last=TODAY, due=TODAY + 2) for c in ("a#q.0", "a#q.1")}
    assert queue_of(deck, begun, limits=Limits(new=4, new_of_one=3)).new == ("a#q.2", "b#q.0")


def test_what_was_reviewed_today_counts_towards_the_limit_of_reviews_and_what_was_begun_does_not() -> None:
    deck = deck_of({"a": 9})
    cards = {f"a#q.{i}": seen(f"a#q.{i}") for i in range(6)}
    cards["a#q.6"] = seen("a#q.6", last=TODAY, due=TODAY + 5)
    cards["a#q.7"] = seen("a#q.7", last=TODAY, first=TODAY, due=TODAY + 5)
    assert len(queue_of(deck, cards, limits=Limits(reviews=4)).due) == 3
    assert len(queue_of(deck, cards, limits=Limits(reviews=0)).due) == 0


@pytest.mark.parametrize(
    ("depth", "new"),
    [("essential", ("a#q.0",)), ("more", ("a#q.0", "a#use.0", "a#use.1")), ("off", ("a#q.0", "a#use.0", "a#use.1"))],
)
def test_depth_decides_which_cards_come_and_essential_ones_come_first(depth: Depth, new: tuple[str, ...]) -> None:
    limits = Limits(new=100, new_of_one=100, depth=depth)
    assert queue_of(deck_of({"a": 1}, more=2), {}, limits=limits).new == new


def test_due_cards_come_by_falling_probability_of_recall() -> None:
    deck = deck_of(dict.fromkeys("abcd", 1))
    stability = {"a": 5.0, "b": 80.0, "c": 20.0, "d": 40.0}
    cards = {f"{e}#q.0": seen(f"{e}#q.0", memory=MemoryState(s, 5.0)) for e, s in stability.items()}
    assert queue_of(deck, cards).due == ("b#q.0", "d#q.0", "c#q.0", "a#q.0")


def test_a_card_that_failed_today_is_due_and_comes_before_what_waited_longer() -> None:
    deck = deck_of({"a": 1, "b": 1})
    cards = {"a#q.0": seen("a#q.0", memory=MemoryState(500.0, 5.0)), "b#q.0": seen("b#q.0", last=TODAY)}
    assert queue_of(deck, cards).due == ("b#q.0", "a#q.0")


@pytest.mark.parametrize(
    ("progress", "due", "new"),
    [
        (CardProgress("a#q.0"), (), ("a#q.0",)),
        (CardProgress("a#q.0", flagged=True), (), ("a#q.0",)),
        (CardProgress("a#q.0", suspended=True), (), ()),
        (CardProgress("a#q.0", known=True), (), ()),
        (CardProgress("a#q.0", buried_day=TODAY), (), ()),
        (CardProgress("a#q.0", buried_day=TODAY - 1), (), ("a#q.0",)),
        (CardProgress("a#q.0", state("a#q.0")), ("a#q.0",), ()),
        (CardProgress("a#q.0", state("a#q.0", due=TODAY - 30)), ("a#q.0",), ()),
        (CardProgress("a#q.0", state("a#q.0", due=TODAY + 1)), (), ()),
        (CardProgress("a#q.0", state("a#q.0"), suspended=True), (), ()),
        (CardProgress("a#q.0", state("a#q.0"), known=True), (), ()),
        (CardProgress("a#q.0", state("a#q.0"), buried_day=TODAY), (), ()),
        (CardProgress("a#q.0", state("a#q.0"), buried_day=TODAY - 1), ("a#q.0",), ()),
        (CardProgress("a#q.0", state("a#q.0"), flagged=True), ("a#q.0",), ()),
        (CardProgress("gone#q.0", state("gone#q.0")), (), ("a#q.0",)),
    ],
)
def test_where_a_card_stands_by_what_the_log_says_of_it(
    progress: CardProgress, due: tuple[str, ...], new: tuple[str, ...]
) -> None:
    queue = queue_of(deck_of({"a": 1}), {progress.card: progress})
    assert (queue.due, queue.new) == (due, new)


REQUIRES = {"b": ("a",), "c": ("b",), "d": ("planned",)}


@pytest.mark.parametrize(
    ("known", "overrides", "open_entries"),
    [
        ((), (), {"a", "d"}),
        (("a",), (), {"b", "d"}),
        (("a", "b"), (), {"c", "d"}),
        ((), ("c",), {"a", "c", "d"}),
    ],
)
def test_new_cards_come_from_the_outer_fringe_and_planned_prerequisites_do_not_block(
    known: tuple[str, ...], overrides: tuple[str, ...], open_entries: set[str]
) -> None:
    deck = deck_of(dict.fromkeys("abcd", 2))
    queue = queue_of(deck, learned(deck, *known), REQUIRES, overrides=frozenset(overrides))
    assert {deck.cards[c].entry for c in queue.new} == open_entries
    assert queue.held_back == 2 * (4 - len(known) - len(open_entries))


def test_a_concept_that_was_begun_is_not_gated_again() -> None:
    deck = deck_of({"a": 1, "b": 2})
    queue = queue_of(deck, {"b#q.0": seen("b#q.0", due=TODAY + 3)}, {"b": ("a",)})
    assert set(queue.new) == {"a#q.0", "b#q.1"}


def test_a_known_prerequisite_opens_what_builds_on_it() -> None:
    deck = deck_of({"a": 1, "b": 1})
    assert queue_of(deck, {"a#q.0": CardProgress("a#q.0", known=True)}, {"b": ("a",)}).new == ("b#q.0",)


def test_a_walked_phase_opens_its_card_before_the_concepts_are_learned() -> None:
    deck = deck_of({"a": 1, "step": 3})
    queue = queue_of(deck, {}, {"step": ("a",)}, walked={"step#q.1": TODAY})
    assert queue.new == ("a#q.0", "step#q.1")
    assert queue.held_back == 2


@pytest.mark.parametrize(
    ("scope", "due", "new"),
    [
        (Scope(), ("a#q.0", "b#q.0"), ("a#q.1", "b#q.1")),
        (Scope(frozenset("a")), ("a#q.0",), ("a#q.1",)),
        (Scope(frozenset("a"), new_only=True), (), ("a#q.1",)),
        (Scope(frozenset("a"), due_only=True), ("a#q.0",), ()),
        (Scope(frozenset()), (), ()),
    ],
)
def test_a_scope_narrows_the_queue(scope: Scope, due: tuple[str, ...], new: tuple[str, ...]) -> None:
    deck = deck_of({"a": 2, "b": 2})
    queue = queue_of(deck, {c: seen(c) for c in ("a#q.0", "b#q.0")}, scope=scope)
    assert (queue.due, queue.new) == (due, new)


@given(st.lists(st.sampled_from("abc"), max_size=40))
def test_keeping_siblings_apart_loses_no_card_and_parts_them_where_another_one_is_near(entries: list[str]) -> None:
    ids = [f"{entry}#{i}" for i, entry in enumerate(entries)]
    deck = Deck({c: Card(c, c[0], "q", "essential", "?", "!") for c in ids})
    result = apart(ids, deck)
    assert sorted(result) == sorted(ids)
    for i, (one, two) in enumerate(pairwise(result)):
        if one[0] == two[0]:
            near = [c for c in ids if c not in result[: i + 1]][:12]
            assert all(c[0] == one[0] for c in near)


def test_whoever_goes_ahead_gets_new_cards_in_study_order_within_the_limits_whatever_they_build_on() -> None:
    deck = deck_of(dict.fromkeys("abcd", 2))
    queue = queue_of(deck, {}, REQUIRES, scope=Scope(ahead=True), limits=Limits(new=5, new_of_one=2))
    assert queue.new == ("a#q.0", "a#q.1", "b#q.0", "b#q.1", "c#q.0")


def test_cards_of_different_entries_keep_their_order() -> None:
    ids = [f"{e}#q.0" for e in "dacb"]
    assert apart(ids, deck_of(dict.fromkeys("abcd", 1))) == ids


@st.composite
def days(draw: st.DrawFn) -> tuple[Deck, dict[str, CardProgress], dict[str, tuple[str, ...]], Limits]:
    """Any deck, any progress in it and any limits."""
    deck = deck_of({e: draw(st.integers(0, 5)) for e in "abcde"}, more=draw(st.integers(0, 2)))
    ids = [*deck.cards, "gone#q.0"]
    cards = {}
    for card in draw(st.lists(st.sampled_from(ids), unique=True)):
        first = draw(st.integers(TODAY - 30, TODAY))
        last = draw(st.integers(first, TODAY))
        studied = state(
            card, first=first, last=last, due=draw(st.integers(last, TODAY + 5)), retained=draw(st.booleans())
        )
        marks = {
            "suspended": draw(st.booleans()),
            "known": draw(st.booleans()),
            "buried_day": draw(st.sampled_from([None, TODAY])),
        }
        cards[card] = CardProgress(card, studied if draw(st.booleans()) else None, **marks)  # type: ignore[arg-type]
    requires = {
        e: tuple(draw(st.lists(st.sampled_from([*"abcde"[:i], "planned"]), unique=True))) for i, e in enumerate("abcde")
    }
    number = st.integers(0, 12)
    return deck, cards, requires, Limits(draw(number), draw(number), draw(number), draw(st.sampled_from(DEPTHS)))


@given(days())
def test_no_card_twice_and_never_over_the_limits(
    day: tuple[Deck, dict[str, CardProgress], dict[str, tuple[str, ...]], Limits],
) -> None:
    deck, cards, requires, limits = day
    queue = queue_of(deck, cards, requires, limits=limits)
    asked = [*queue.due, *queue.new]
    assert len(asked) == len(set(asked))
    assert len(queue.due) <= limits.reviews
    assert len(queue.new) <= limits.new
    assert max(Counter(deck.cards[c].entry for c in queue.new).values(), default=0) <= limits.new_of_one
    assert not any(cards[c].asleep(TODAY) for c in asked if c in cards)
    assert all(DEPTHS.index(deck.cards[c].depth) <= DEPTHS.index(limits.depth) for c in queue.new)
    assert all(c not in cards or cards[c].state is None for c in queue.new)


@given(days())
def test_with_plenty_of_room_a_day_offers_or_counts_as_held_back_every_unseen_card(
    day: tuple[Deck, dict[str, CardProgress], dict[str, tuple[str, ...]], Limits],
) -> None:
    deck, cards, requires, limits = day
    queue = queue_of(deck, cards, requires, limits=limits)
    unseen = [
        c.id
        for c in deck.cards.values()
        if DEPTHS.index(c.depth) <= DEPTHS.index(limits.depth)
        and (c.id not in cards or (cards[c.id].state is None and not cards[c.id].asleep(TODAY)))
    ]
    assert len(queue.new) + queue.held_back == len(unseen)
