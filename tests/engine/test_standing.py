from __future__ import annotations

from engine.cards import Card, Deck
from engine.mastery import Mastery
from engine.memory import MemoryState
from engine.progress import CardProgress
from engine.schedule import CardState
from engine.standing import due_entries, weak_entries

TODAY = 20778


def seen(card: str, due: int, suspended: bool = False) -> CardProgress:
    state = CardState(
        card, MemoryState(10.0, 5.0), reps=2, lapses=0, first_day=TODAY - 9, last_day=TODAY - 3, due_day=due
    )
    return CardProgress(card, state, suspended=suspended)


def test_an_entry_is_due_when_one_of_its_cards_is() -> None:
    cards = {f"{entry}#q.1": Card(f"{entry}#q.1", entry, "q", "essential", "?", "!") for entry in "abcd"}
    deck = Deck(cards, {entry: (f"{entry}#q.1",) for entry in "abcd"})
    found = (
        seen("a#q.1", TODAY),
        seen("b#q.1", TODAY + 1),
        seen("c#q.1", TODAY - 5, suspended=True),
        seen("gone#q.1", 0),
    )
    progress = {p.card: p for p in found}
    assert due_entries(deck, progress, TODAY) == {"a"}


def test_an_entry_is_weak_when_it_was_begun_and_is_not_held() -> None:
    def known(share: float, seen: int) -> Mastery:
        return Mastery("x", share, seen, 3, learned=False, longest=0)

    assert weak_entries({"new": known(0.0, 0), "half": known(0.5, 2), "held": known(0.9, 3)}) == {"half"}
