"""A day to be ready on, such as an interview: what to begin when, and what to look at once more before it. Pure functions.

The core of the staircase comes first, with all that it builds on. The number of new cards a day follows from what is left and how many days are
left, up to twice the usual one. Where waiting until prerequisites have settled would leave something out, it is not waited for, only begun in
order; what does not fit even then is named. In the last week nothing new comes: what would be weakest on the day is pulled forward, a share
each day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from engine.cards import DEPTHS, Deck
from engine.diagnosis import below, near_forgetting
from engine.mastery import Mastery
from engine.progress import CardProgress
from engine.queue import Limits
from engine.schedule import DEFAULT_POLICY, Policy, weekday
from kb.content import Library
from kb.models import Concept

FINAL_DAYS = 7
"""The last days before the target bring nothing new: what is begun then cannot settle any more."""

FASTEST = 2
"""At most so many times the usual number of new cards; beyond, the reviews of the following days could not be done."""

SETTLES = 2
"""A first Good comes back after two days with the default parameters, so a concept is learned then at the earliest."""

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Planned:
    """When an entry is begun.

    Attributes:
        entry: its id.
        first: the day of its first new card.
        last: the day of its last one.
        cards: how many there are.
    """

    entry: str
    first: int
    last: int
    cards: int


@dataclass(frozen=True)
class Plan:
    """What is done until a target day.

    Attributes:
        target: the day to be ready on.
        final: the first of the last days, in which nothing new comes.
        new_per_day: new cards a day until then.
        usual: how many the learner has set.
        entries: what is begun, in the order in which it is begun.
        left_out: entries that do not fit, in study order.
        pulled: cards to be asked today though they are not due, the weakest first.
        new: new cards of each day.
        ahead: new cards come before what they build on has settled, because else not all would fit.
    """

    target: int
    final: int
    new_per_day: int
    usual: int
    entries: tuple[Planned, ...]
    left_out: tuple[str, ...]
    pulled: tuple[str, ...]
    new: Mapping[int, int]
    ahead: bool = False


def day_of(text: str) -> int:
    """The day number of an ISO date.

    Raises:
        ValueError: it is none.
    """
    return date.fromisoformat(text).toordinal() - _EPOCH


def core_first(library: Library, deck: Deck, requires: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The entries with cards: those of level core with all that they build on, then trade-offs and steps, then the rest; each in study order.

    Args:
        library: all entries.
        deck: all cards.
        requires: what each entry builds on.
    """
    core = {e for e, concept in library.concepts.items() if concept.level == "core"}
    core |= {need for entry in tuple(core) for _, need in below(entry, requires)}

    def rank(entry: str) -> int:
        if entry in core:
            return 0
        return 2 if isinstance(library.entries[entry], Concept) else 1

    return sorted(deck.by_entry, key=rank)


def plan_for(
    target: int,
    deck: Deck,
    cards: Mapping[str, CardProgress],
    mastery: Mapping[str, Mastery],
    requires: Mapping[str, tuple[str, ...]],
    day: int,
    *,
    order: Sequence[str],
    limits: Limits,
    policy: Policy = DEFAULT_POLICY,
) -> Plan | None:
    """What to do until a target day.

    Args:
        target: the day to be ready on.
        deck: all cards.
        cards: what the log says about each touched card.
        mastery: of every entry with cards.
        requires: what each entry builds on.
        day: the learner's day.
        order: all entries with cards in the order in which they matter; see `core_first`.
        limits: the usual limits of a day.
        policy: the memory model and the desired retention.

    Returns:
        The plan; None once the day has come.
    """
    if target <= day:
        return None
    final = max(target - FINAL_DAYS, day)
    wanted = DEPTHS[: DEPTHS.index(limits.depth) + 1]
    fresh = {
        e: n
        for e in order
        if (n := sum(deck.cards[c].depth in wanted and _unseen(cards.get(c), day) for c in deck.by_entry[e]))
    }
    room = sum(policy.easy_days[weekday(d)] for d in range(day, final))
    needed = ceil(sum(fresh.values()) / room) if room else 0
    pace = min(max(limits.new, needed), FASTEST * limits.new) if final > day else 0
    days = range(day, final)
    spread = tuple(_spread(fresh, mastery, requires, days, pace, limits.new_of_one, policy))
    ahead = sum(count for *_, count in spread) < sum(fresh.values())
    if ahead:
        spread = tuple(_spread(fresh, {}, {}, days, pace, limits.new_of_one, policy))
    entries: dict[str, Planned] = {}
    new: dict[int, int] = {}
    for on, entry, count in spread:
        before = entries.get(entry)
        entries[entry] = Planned(entry, before.first if before else on, on, (before.cards if before else 0) + count)
        new[on] = new.get(on, 0) + count
    # What is only partly begun would be half known on the day; it is named, so that the learner can choose.
    left_out = tuple(e for e in deck.by_entry if e in fresh and (e not in entries or entries[e].cards < fresh[e]))
    pulled = tuple(pulled_forward(deck, cards, day, target, policy)) if day >= final else ()
    return Plan(target, final, pace, limits.new, tuple(entries.values()), left_out, pulled, new, ahead)


def _unseen(progress: CardProgress | None, day: int) -> bool:
    return progress is None or (progress.state is None and not progress.asleep(day))


def _spread(
    fresh: Mapping[str, int],
    mastery: Mapping[str, Mastery],
    requires: Mapping[str, tuple[str, ...]],
    days: range,
    pace: int,
    of_one: int,
    policy: Policy,
) -> Iterator[tuple[int, str, int]]:
    """Which entry gets how many new cards on which day, if everything is answered right."""
    left = dict(fresh)
    finished = {e: days.start + SETTLES for e, known in mastery.items() if not known.learned and e not in fresh}

    def opens(entry: str, on: int) -> bool:
        known = mastery.get(entry)
        if known is not None and known.begun:
            return True
        needs = (n for n in requires.get(entry, ()) if n in mastery and mastery[n].total and not mastery[n].learned)
        return all(n in finished and finished[n] <= on for n in needs)

    opened: set[str] = set()
    for on in days:
        room = ceil(pace * policy.easy_days[weekday(on)])
        for entry in list(left):
            if not room:
                break
            if entry not in opened and not opens(entry, on):
                continue
            opened.add(entry)
            count = min(left[entry], of_one, room)
            room -= count
            left[entry] -= count
            yield on, entry, count
            if not left[entry]:
                del left[entry]
                finished[entry] = on + SETTLES


def pulled_forward(
    deck: Deck, cards: Mapping[str, CardProgress], day: int, target: int, policy: Policy = DEFAULT_POLICY
) -> list[str]:
    """Today's share of the cards that would be near forgetting on the target day and were not looked at in the last days before it.

    Args:
        deck: all cards.
        cards: what the log says about each touched card.
        day: the learner's day, one of the last ones.
        target: the day to be ready on.
        policy: the memory model and the desired retention.

    Returns:
        Cards that are not due, the weakest first; so many that the days that are left suffice for all.
    """
    limit = near_forgetting(policy)
    found = []
    for card, progress in cards.items():
        state = progress.state
        if card not in deck.cards or state is None or state.due_day <= day or progress.asleep(day):
            continue
        recall = policy.model.retrievability(state.memory, max(target - state.last_day, 0))
        if recall < limit and state.last_day < target - FINAL_DAYS:
            found.append((recall, card))
    share = ceil(len(found) / max(1, target - day))
    return [card for _, card in sorted(found)[:share]]
