"""After a lapse: which prerequisite is itself near forgetting. Pure functions over card states and the prerequisite links.

A forgotten card often stands on something else that faded first (docs/decisions.md, Study). So the nearest prerequisites are looked at, then what
those build on, and the weakest card that is found is asked next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from engine.cards import Deck
from engine.progress import CardProgress
from engine.schedule import DEFAULT_POLICY, Policy


@dataclass(frozen=True)
class Suspect:
    """A card of a prerequisite that may be why another one was forgotten.

    Attributes:
        card: its id.
        entry: the prerequisite.
        recall: the probability that it is still known.
        distance: how many links below the forgotten card's entry the prerequisite stands, from 1.
    """

    card: str
    entry: str
    recall: float
    distance: int


def near_forgetting(policy: Policy) -> float:
    """The probability of recall from which on a card is near forgetting: half of what it may lose until it is due is gone."""
    return (1 + policy.desired_retention) / 2


def below(entry: str, requires: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[int, str]]:
    """What an entry builds on, the nearest first, each once, with its distance in links; circles end by themselves."""
    seen, level, distance = {entry}, [entry], 0
    while level:
        distance += 1
        found = dict.fromkeys(need for one in level for need in requires.get(one, ()) if need not in seen)
        seen.update(found)
        level = list(found)
        yield from ((distance, need) for need in level)


def suspects(
    entry: str,
    deck: Deck,
    cards: Mapping[str, CardProgress],
    requires: Mapping[str, tuple[str, ...]],
    day: int,
    policy: Policy = DEFAULT_POLICY,
) -> list[Suspect]:
    """Cards of prerequisites that are near forgetting.

    Args:
        entry: the entry of the forgotten card.
        deck: all cards.
        cards: what the log says about each touched card.
        requires: what each entry builds on.
        day: the learner's day. What was answered on it is known to be there, or is being repeated already.
        policy: the memory model and the desired retention.

    Returns:
        Those of the nearest prerequisites first, the weakest of them in front. Cards that were never asked, or that the learner put aside,
        are left out: the one say nothing about memory, the other are not wanted.
    """
    limit = near_forgetting(policy)
    found: list[Suspect] = []
    for distance, need in below(entry, requires):
        for card in deck.by_entry.get(need, ()):
            progress = cards.get(card)
            if progress is None or progress.state is None or progress.asleep(day) or progress.state.last_day >= day:
                continue
            recall = policy.model.retrievability(progress.state.memory, day - progress.state.last_day)
            if recall < limit:
                found.append(Suspect(card, need, recall, distance))
    return sorted(found, key=lambda s: (s.distance, s.recall, s.card))


def diagnosed(
    deck: Deck,
    cards: Mapping[str, CardProgress],
    requires: Mapping[str, tuple[str, ...]],
    day: int,
    policy: Policy = DEFAULT_POLICY,
    *,
    lapsed: Collection[str],
    skip: Collection[str] = (),
) -> list[str]:
    """The cards that today's lapses ask for and that no session has asked yet; a session that was quit goes on with them.

    Args:
        deck: all cards.
        cards: what the log says about each touched card.
        requires: what each entry builds on.
        day: the learner's day.
        policy: the memory model and the desired retention.
        lapsed: cards that were answered Again today; those that were new today count for nothing.
        skip: cards that are asked today anyway.

    Returns:
        At most one for each forgotten card, and none where a prerequisite was already answered today.
    """
    asked_today = {
        deck.cards[c].entry for c, p in cards.items() if c in deck.cards and p.state and p.state.last_day == day
    }
    found: dict[str, None] = {}
    for card in sorted(lapsed):
        progress = cards[card]
        state = progress.state
        if state is None or state.last_day != day or state.first_day == day or progress.asleep(day):
            continue
        entry = deck.cards[card].entry
        if any(need in asked_today for _, need in below(entry, requires)):
            continue
        first = next(iter(suspects(entry, deck, cards, requires, day, policy)), None)
        if first is not None and first.card not in skip:
            found[first.card] = None
    return list(found)
