from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cards import Card, Deck
from engine.frontier import Ready, Why, dependants, ready, why
from engine.mastery import mastery_of
from engine.memory import MemoryState
from engine.progress import CardProgress
from engine.queue import Limits, build
from engine.schedule import CardState

TODAY = 20778
# d needs b and c, both need a; e needs d and x; x stands alone.
REQUIRES = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c"), "x": (), "e": ("d", "x")}


def deck_of(requires: dict[str, tuple[str, ...]], size: int = 2) -> Deck:
    cards = {f"{e}#q.{n}": Card(f"{e}#q.{n}", e, "q", "essential", "?", "!") for e in requires for n in range(size)}
    return Deck(cards, {e: tuple(c for c in cards if cards[c].entry == e) for e in requires})


DECK = deck_of(REQUIRES)


def seen(card: str, stability: float = 100.0, *, retained: bool = True, **more: Any) -> CardProgress:
    state = CardState(card, MemoryState(stability, 5.0), 3, 0, TODAY - 50, TODAY - 10, TODAY + 5, retained=retained)
    return CardProgress(card, state, **more)


def learned(*entries: str, deck: Deck = DECK, stability: float = 100.0) -> dict[str, CardProgress]:
    return {c: seen(c, stability) for e in entries for c in deck.by_entry[e]}


def offered(cards: dict[str, CardProgress], **more: Any) -> list[Ready]:
    mastery = {e: mastery_of(e, DECK, cards, TODAY) for e in DECK.by_entry}
    return ready(DECK, cards, mastery, REQUIRES, TODAY, **more)


def asked(entry: str, cards: dict[str, CardProgress]) -> Why:
    mastery = {e: mastery_of(e, DECK, cards, TODAY) for e in DECK.by_entry}
    return why(entry, DECK, cards, mastery, REQUIRES, TODAY)


def test_what_builds_on_an_entry() -> None:
    assert dependants(REQUIRES) == {"a": ("b", "c"), "b": ("d",), "c": ("d",), "d": ("e",), "x": ("e",)}


def test_at_the_start_everything_without_prerequisites_is_ready() -> None:
    first, second = offered({})
    assert first == Ready("a", False, (), False, ("a#q.0", "a#q.1"), ("b", "c"), ("b", "c"))
    assert second == Ready("x", False, (), False, ("x#q.0", "x#q.1"), ("e",), ())


def test_what_is_held_and_what_waits_for_nothing_else() -> None:
    found = {r.entry: r for r in offered(learned("a", "b"))}
    assert set(found) == {"c", "x"}
    assert found["c"].held == ("a",)
    assert found["c"].alone == ("d",)


def test_what_was_begun_comes_first_and_keeps_only_its_new_cards() -> None:
    cards = {"x#q.0": seen("x#q.0", retained=False)}
    (first, second) = offered(cards)
    assert (first.entry, first.begun, first.cards) == ("x", True, ("x#q.1",))
    assert second.entry == "a"


def test_an_order_of_its_own_and_an_entry_opened_by_hand() -> None:
    assert [r.entry for r in offered({}, order=["x", "e", "d", "c", "b", "a"])] == ["x", "a"]
    (opened,) = (r for r in offered({}, overrides=frozenset("d")) if r.entry == "d")
    assert opened.opened


def test_all_that_is_missing_is_named_from_the_bottom_up_with_its_weak_cards() -> None:
    found = asked("e", {**learned("a"), "b#q.0": seen("b#q.0"), "b#q.1": seen("b#q.1", retained=False)})
    assert (found.standing, found.nights) == ("waiting", 2)
    assert [(h.entry, h.standing) for h in found.missing] == [
        ("b", "begun"),
        ("c", "ready"),
        ("d", "waiting"),
        ("x", "ready"),
    ]
    assert [(w.card, w.standing) for w in found.missing[0].weak] == [("b#q.1", "unsettled")]
    assert [(w.card, w.standing, w.recall) for w in found.missing[1].weak] == [
        ("c#q.0", "new", 0.0),
        ("c#q.1", "new", 0.0),
    ]
    assert found.path == ("x", "e")


@pytest.mark.parametrize(
    ("entry", "known", "standing", "path", "nights"),
    [
        ("a", "", "ready", (), 0),
        ("b", "", "waiting", ("a", "b"), 1),
        ("d", "", "waiting", ("a", "b", "d"), 2),
        ("d", "ab", "waiting", ("c", "d"), 1),
        ("d", "abc", "ready", (), 0),
        ("d", "abcd", "learned", (), 0),
        ("e", "x", "waiting", ("a", "b", "d", "e"), 3),
    ],
)
def test_how_far_an_entry_is_and_the_shortest_way_to_it(
    entry: str, known: str, standing: str, path: tuple[str, ...], nights: int
) -> None:
    found = asked(entry, learned(*known))
    assert (found.standing, found.path, found.nights) == (standing, path, nights)


def test_a_prerequisite_that_was_learned_and_fades_is_named_apart() -> None:
    found = asked("b", learned("a", stability=0.5))
    assert found.standing == "ready"
    assert found.missing == ()
    (fading,) = found.fading
    assert (fading.entry, fading.standing, fading.share < 0.7) == ("a", "learned", True)
    assert {w.standing for w in fading.weak} == {"fading"}


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    names = "abcdefgh"
    requires = {
        e: tuple(draw(st.lists(st.sampled_from([*names[:i], "planned"]), unique=True, max_size=3)))
        for i, e in enumerate(names)
    }
    return requires, draw(st.sets(st.sampled_from(names)))


@settings(deadline=None)  # the machine may be busy
@given(graphs())
def test_learning_what_is_missing_in_the_given_order_opens_every_entry(
    graph: tuple[dict[str, tuple[str, ...]], set[str]],
) -> None:
    requires, known = graph
    deck = deck_of(requires, 1)

    def standing(cards: dict[str, CardProgress]) -> dict[str, Any]:
        return {e: mastery_of(e, deck, cards, TODAY) for e in deck.by_entry}

    def open_now(cards: dict[str, CardProgress]) -> set[str]:
        return {r.entry for r in ready(deck, cards, standing(cards), requires, TODAY)}

    cards = learned(*known, deck=deck)
    for entry in requires:
        held = dict(cards)
        found = why(entry, deck, held, standing(held), requires, TODAY)
        for hold in found.missing:
            assert hold.entry in open_now(held)
            held |= learned(hold.entry, deck=deck)
        assert entry in held or entry in open_now(held) or f"{entry}#q.0" in held
        for lower, upper in zip(found.path, found.path[1:], strict=False):
            assert lower in requires[upper]
        assert not found.path or found.path[0] in open_now(cards)


@settings(deadline=None)  # the machine may be busy
@given(graphs())
def test_what_is_ready_is_what_a_session_would_offer(graph: tuple[dict[str, tuple[str, ...]], set[str]]) -> None:
    requires, known = graph
    deck = deck_of(requires, 2)
    cards = learned(*known, deck=deck)
    mastery = {e: mastery_of(e, deck, cards, TODAY) for e in deck.by_entry}
    queue = build(deck, cards, mastery, requires, TODAY, limits=Limits(new=1000, new_of_one=50))
    assert {deck.cards[c].entry for c in queue.new} == {r.entry for r in ready(deck, cards, mastery, requires, TODAY)}
