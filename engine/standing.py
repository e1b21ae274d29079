"""Entries chosen by how the learner stands with them, for searches and lists that look only there."""

from __future__ import annotations

from collections.abc import Mapping

from engine.cards import Deck
from engine.mastery import Mastery
from engine.progress import CardProgress

WEAK = 0.7
"""Mean probability of recall over the essential cards of an entry below which it is weak."""


def due_entries(deck: Deck, cards: Mapping[str, CardProgress], day: int) -> frozenset[str]:
    """The entries with a card that is due.

    Args:
        deck: all cards.
        cards: what the log says about each touched card.
        day: the learner's day.
    """
    return frozenset(
        deck.cards[card].entry
        for card, progress in cards.items()
        if card in deck.cards and progress.state and progress.state.due_day <= day and not progress.asleep(day)
    )


def weak_entries(mastery: Mapping[str, Mastery]) -> frozenset[str]:
    """The entries that were begun and are not known well: half forgotten, or with much of them not yet asked."""
    return frozenset(entry for entry, known in mastery.items() if known.begun and known.share < WEAK)
