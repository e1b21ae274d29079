"""The order of cards that are due on the same day: what is easily confused stands together, what belongs together stands apart.

Telling two things apart is learned by meeting them in turn, not one after the other has been drilled (Kornell and Bjork, "Learning concepts and
categories", Psychological Science 19, 2008). Cards of one entry, on the other hand, give each other's answers away.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.cards import Deck

_WINDOW = 12


def partners_of(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """For each concept those that are easily taken for it.

    Args:
        pairs: see `kb.links.contrast_pairs`.
    """
    found: dict[str, tuple[str, ...]] = {}
    for one, other in pairs:
        found[one] = (*found.get(one, ()), other)
        found[other] = (*found.get(other, ()), one)
    return found


def interleaved(ids: Sequence[str], deck: Deck, partners: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The same cards, each followed by one of a concept that is easily taken for its own, where there is one; otherwise in the given order.

    Args:
        ids: cards that were all begun.
        deck: all cards.
        partners: see `partners_of`.
    """
    waiting: dict[str, deque[str]] = {}
    for card in ids:
        waiting.setdefault(deck.cards[card].entry, deque()).append(card)
    result: list[str] = []
    taken: set[str] = set()
    for card in ids:
        if card in taken:
            continue
        entry = deck.cards[card].entry
        waiting[entry].popleft()
        result.append(card)
        partner = next((p for p in partners.get(entry, ()) if waiting.get(p)), None)
        if partner is not None:
            pulled = waiting[partner].popleft()
            taken.add(pulled)
            result.append(pulled)
    return result


def apart(ids: Sequence[str], deck: Deck) -> list[str]:
    """The same cards with siblings of one entry kept apart where one of the next few allows it; otherwise in the given order."""
    upcoming = iter(ids)
    window = list(islice(upcoming, _WINDOW))
    result: list[str] = []
    last = ""
    while window:
        index = next((i for i, c in enumerate(window) if deck.cards[c].entry != last), 0)
        card = window.pop(index)
        window += islice(upcoming, 1)
        last = deck.cards[card].entry
        result.append(card)
    return result
