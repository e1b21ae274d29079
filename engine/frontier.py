"""What a learner is ready for, what that leads to, and what holds back the rest. Pure functions over mastery and the prerequisite links."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.cards import DEPTHS, Deck, Depth
from engine.mastery import Mastery, readiness
from engine.progress import CardProgress
from engine.schedule import DEFAULT_POLICY, Policy
from engine.standing import WEAK

CardStanding = Literal["new", "unsettled", "fading"]
EntryStanding = Literal["learned", "begun", "ready", "waiting"]
Lacking = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True)
class Ready:
    """An entry whose new cards may come.

    Attributes:
        entry: its id.
        begun: some of its cards were answered already.
        held: what it builds on and the learner has learned.
        opened: it was opened by hand before all of that was learned.
        cards: its cards that were never asked.
        unlocks: what directly builds on it.
        alone: those of them that wait for nothing else.
    """

    entry: str
    begun: bool
    held: tuple[str, ...]
    opened: bool
    cards: tuple[str, ...]
    unlocks: tuple[str, ...]
    alone: tuple[str, ...]


def dependants(requires: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """For each entry what directly builds on it, in the order of `requires`."""
    found: dict[str, list[str]] = {}
    for entry, needs in requires.items():
        for need in dict.fromkeys(needs):
            found.setdefault(need, []).append(entry)
    return {entry: tuple(above) for entry, above in found.items()}


def ready(
    deck: Deck,
    cards: Mapping[str, CardProgress],
    mastery: Mapping[str, Mastery],
    requires: Mapping[str, tuple[str, ...]],
    day: int,
    *,
    depth: Depth = "essential",
    overrides: frozenset[str] = frozenset(),
    order: Iterable[str] | None = None,
) -> list[Ready]:
    """What the learner is ready to learn: the outer fringe, and what was begun and still has new cards.

    Args:
        deck: all cards.
        cards: what the log says about each touched card.
        mastery: of every entry with cards.
        requires: what each entry builds on.
        day: the learner's day.
        depth: which cards count.
        overrides: entries opened before their prerequisites.
        order: entries in the order in which they are to be learned; study order where None.

    Returns:
        What was begun first, then the rest, each in the given order.
    """
    wanted = DEPTHS[: DEPTHS.index(depth) + 1]
    above = dependants(requires)
    found = []
    for entry in deck.by_entry if order is None else order:
        fresh = tuple(
            c
            for c in deck.by_entry[entry]
            if deck.cards[c].depth in wanted
            and (c not in cards or (cards[c].state is None and not cards[c].asleep(day)))
        )
        standing = readiness(entry, requires, mastery, overrides)
        if not fresh or not standing.open:
            continue
        unlocks = above.get(entry, ())
        alone = tuple(u for u in unlocks if u in mastery and readiness(u, requires, mastery).missing == (entry,))
        held = tuple(n for n in requires.get(entry, ()) if n in mastery and mastery[n].learned)
        found.append(Ready(entry, mastery[entry].begun, held, bool(standing.missing), fresh, unlocks, alone))
    return sorted(found, key=lambda r: not r.begun)


@dataclass(frozen=True)
class WeakCard:
    """A card that keeps an entry from being held.

    Attributes:
        card: its id.
        standing: `new`: never asked; `unsettled`: not yet answered right on a later day; `fading`: learned, and near forgetting.
        recall: the probability that it is known today, 0 for a new one.
    """

    card: str
    standing: CardStanding
    recall: float


@dataclass(frozen=True)
class Hold:
    """A prerequisite, and what is missing in it.

    Attributes:
        entry: its id.
        standing: how far the learner is with it.
        share: see `Mastery`.
        weak: its weak cards, in study order.
    """

    entry: str
    standing: EntryStanding
    share: float
    weak: tuple[WeakCard, ...]


@dataclass(frozen=True)
class Why:
    """What holds an entry back.

    Attributes:
        entry: its id.
        standing: how far the learner is with it.
        weak: its own weak cards, where it was begun.
        missing: prerequisites that are not learned, direct or not, in the order in which they can be learned. All of them are needed.
        fading: direct prerequisites that were learned and are weak now.
        path: the shortest chain of missing prerequisites, from one that is ready to the entry itself; empty where nothing is missing.
        nights: days that have to pass at least until it opens: a concept is learned on a later day than its first, and some build on others.
    """

    entry: str
    standing: EntryStanding
    weak: tuple[WeakCard, ...]
    missing: tuple[Hold, ...]
    fading: tuple[Hold, ...]
    path: tuple[str, ...]
    nights: int


def why(
    entry: str,
    deck: Deck,
    cards: Mapping[str, CardProgress],
    mastery: Mapping[str, Mastery],
    requires: Mapping[str, tuple[str, ...]],
    day: int,
    *,
    policy: Policy = DEFAULT_POLICY,
    overrides: frozenset[str] = frozenset(),
) -> Why:
    """What holds a learner back from an entry.

    Args:
        entry: its id.
        deck: all cards.
        cards: what the log says about each touched card.
        mastery: of every entry with cards.
        requires: what each entry builds on.
        day: the learner's day.
        policy: the memory model and the desired retention.
        overrides: entries opened before their prerequisites.
    """

    def lacking(one: str) -> tuple[str, ...]:
        return readiness(one, requires, mastery).missing

    def hold(one: str) -> Hold:
        known = mastery[one]
        return Hold(one, standing(one), known.share, weak_cards(one, deck, cards, day, policy, known.learned))

    def standing(one: str) -> EntryStanding:
        known = mastery.get(one)
        if known is not None and known.learned:
            return "learned"
        if known is not None and known.begun:
            return "begun"
        return "ready" if readiness(one, requires, mastery, overrides).open else "waiting"

    order = _bottom_up(entry, lacking)
    own = mastery.get(entry)
    fading = [n for n in requires.get(entry, ()) if n in mastery and mastery[n].learned and mastery[n].share < WEAK]
    return Why(
        entry,
        standing(entry),
        weak_cards(entry, deck, cards, day, policy, own.learned) if own is not None and own.begun else (),
        tuple(map(hold, order)),
        tuple(map(hold, fading)),
        _shortest(entry, lacking),
        _nights(order, lacking),
    )


def weak_cards(
    entry: str, deck: Deck, cards: Mapping[str, CardProgress], day: int, policy: Policy, learned: bool
) -> tuple[WeakCard, ...]:
    """The essential cards of an entry that keep it from being learned; where it is learned, those that are near forgetting.

    Args:
        entry: its id.
        deck: all cards.
        cards: what the log says about each touched card.
        day: the learner's day.
        policy: the memory model; below the desired retention a card counts as fading.
        learned: the entry is learned.
    """
    found = []
    for card in deck.essential(entry):
        progress = cards.get(card)
        if progress is not None and (progress.known or progress.suspended):
            continue
        state = progress.state if progress is not None else None
        recall = 0.0 if state is None else policy.model.retrievability(state.memory, max(day - state.last_day, 0))
        if state is None:
            found.append(WeakCard(card, "new", recall))
        elif not state.retained:
            found.append(WeakCard(card, "unsettled", recall))
        elif learned and recall < policy.desired_retention:
            found.append(WeakCard(card, "fading", recall))
    return tuple(found)


def _bottom_up(goal: str, lacking: Lacking) -> list[str]:
    """All that is missing below a goal, each after what it builds on; a circle is cut where it is met again."""
    order: dict[str, None] = {}
    seen = {goal}
    stack: list[tuple[str, Sequence[str]]] = [(goal, lacking(goal))]
    while stack:
        one, needs = stack.pop()
        if not needs:
            order[one] = None
            continue
        stack.append((one, needs[1:]))
        if needs[0] not in seen:
            seen.add(needs[0])
            stack.append((needs[0], lacking(needs[0])))
    order.pop(goal, None)
    return list(order)


def _shortest(goal: str, lacking: Lacking) -> tuple[str, ...]:
    """The shortest chain from something that lacks nothing up to a goal."""
    came: dict[str, str] = {}
    waiting = deque([goal])
    while waiting:
        one = waiting.popleft()
        needs = lacking(one)
        if not needs:
            path = [one]
            while path[-1] != goal:
                path.append(came[path[-1]])
            return tuple(path) if len(path) > 1 else ()
        for need in needs:
            if need != goal and need not in came:
                came[need] = one
                waiting.append(need)
    return ()


def _nights(order: Sequence[str], lacking: Lacking) -> int:
    """The length of the longest chain among what is missing."""
    depth: dict[str, int] = {}
    for one in order:
        depth[one] = 1 + max((depth.get(need, 0) for need in lacking(one)), default=0)
    return max(depth.values(), default=0)
