"""Leeches: cards that keep being forgotten, and what to repair so that they hold. Nothing here takes a card away from the learner.

Anki suspends a card after eight lapses. That ends the reviews and leaves the gap, so here the lapse is followed by a repair: the weakest
prerequisite is read again and its weak cards are asked; where nothing below is weak, the entry of the card itself is read again.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.diagnosis import suspects
from engine.schedule import DEFAULT_POLICY, Policy

if TYPE_CHECKING:
    from engine.cards import Deck
    from engine.progress import CardProgress

LEECH_AFTER = 5
"""Lapses from which on a card is a leech. Fewer than Anki's eight, because a repair costs a minute and a suspended card its knowledge."""

REPAIRS = 3
"""At most so many cards of the prerequisite are asked in one repair."""


@dataclass(frozen=True)
class Repair:
    """What to do about a leech.

    Attributes:
        card: the leech.
        lapses: how often it was forgotten.
        read: the entry to read again; empty where none of them is one that can be read in a session.
        ask: cards of that entry to ask next, the weakest first; empty where no prerequisite is weak.
    """

    card: str
    lapses: int
    read: str
    ask: tuple[str, ...] = ()


def is_leech(progress: CardProgress | None) -> bool:
    """Whether a card was forgotten so often that asking it once more is not what it needs."""
    return progress is not None and progress.state is not None and progress.state.lapses >= LEECH_AFTER


def repair_of(
    card: str,
    deck: Deck,
    cards: Mapping[str, CardProgress],
    requires: Mapping[str, tuple[str, ...]],
    readable: Container[str],
    day: int,
    policy: Policy = DEFAULT_POLICY,
) -> Repair | None:
    """What to repair below a leech.

    Args:
        card: its id.
        deck: all cards.
        cards: what the log says about each touched card.
        requires: what each entry builds on.
        readable: the entries that can be read in a session, which are the concepts.
        day: the learner's day.
        policy: the memory model and the desired retention.

    Returns:
        The repair; None for a card that is no leech.
    """
    progress = cards.get(card)
    if progress is None or progress.state is None or not is_leech(progress):
        return None
    entry = deck.cards[card].entry
    weak = suspects(entry, deck, cards, requires, day, policy)
    if not weak:
        return Repair(card, progress.state.lapses, entry if entry in readable else "")
    weakest = weak[0].entry
    ask = tuple(s.card for s in weak if s.entry == weakest)[:REPAIRS]
    return Repair(card, progress.state.lapses, weakest if weakest in readable else "", ask)
