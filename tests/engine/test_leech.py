from __future__ import annotations

import pytest

from engine.cards import Card, Deck
from engine.leech import LEECH_AFTER, REPAIRS, Repair, is_leech, repair_of
from engine.memory import MemoryState
from engine.progress import CardProgress
from engine.schedule import CardState

TODAY = 20778
REQUIRES = {"top": ("base", "pair"), "base": (), "pair": ()}
CARDS = {f"{e}#q.{n}": Card(f"{e}#q.{n}", e, "q", "essential", "?", "!") for e in REQUIRES for n in range(5)}
DECK = Deck(CARDS, {e: tuple(c for c in CARDS if CARDS[c].entry == e) for e in REQUIRES})


def seen(card: str, stability: float = 10.0, lapses: int = 0) -> CardProgress:
    return CardProgress(card, CardState(card, MemoryState(stability, 5.0), 9, lapses, TODAY - 50, TODAY - 10, TODAY))


def repair(*progress: CardProgress, readable: tuple[str, ...] = ("top", "base")) -> Repair | None:
    return repair_of("top#q.0", DECK, {p.card: p for p in progress}, REQUIRES, readable, TODAY)


@pytest.mark.parametrize(("lapses", "leech"), [(0, False), (LEECH_AFTER - 1, False), (LEECH_AFTER, True), (20, True)])
def test_a_card_is_a_leech_after_so_many_lapses(lapses: int, leech: bool) -> None:
    assert is_leech(seen("top#q.0", lapses=lapses)) is leech
    assert (repair(seen("top#q.0", lapses=lapses)) is not None) is leech


def test_a_card_that_was_never_asked_is_no_leech() -> None:
    assert not is_leech(None)
    assert not is_leech(CardProgress("top#q.0"))
    assert repair() is None


def test_the_weakest_prerequisite_is_read_again_and_its_weakest_cards_are_asked() -> None:
    weak = [seen(f"base#q.{n}", 1 + n) for n in range(5)]
    assert repair(seen("top#q.0", lapses=6), *weak) == Repair(
        "top#q.0", 6, "base", tuple(f"base#q.{n}" for n in range(REPAIRS))
    )


def test_what_cannot_be_read_in_a_session_is_only_asked() -> None:
    assert repair(seen("top#q.0", lapses=6), seen("pair#q.3", 1)) == Repair("top#q.0", 6, "", ("pair#q.3",))


def test_where_all_below_holds_the_entry_of_the_card_is_read_again() -> None:
    assert repair(seen("top#q.0", lapses=6), seen("base#q.0", 5000)) == Repair("top#q.0", 6, "top", ())
    assert repair(seen("top#q.0", lapses=6), readable=()) == Repair("top#q.0", 6, "", ())
