"""What comes next in a session: cards that are due, what today's lapses ask for, then new cards from the outer fringe."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.cards import DEPTHS, Deck, Depth
from engine.diagnosis import diagnosed
from engine.interleave import apart, interleaved
from engine.mastery import Mastery, readiness
from engine.progress import CardProgress
from engine.schedule import DEFAULT_POLICY, Policy


@dataclass(frozen=True)
class Limits:
    """How much a day may hold.

    Attributes:
        new: new cards a day.
        reviews: reviews a day.
        new_of_one: new cards of one concept a day.
        depth: `essential`, or `more` for those who ask for it.
    """

    new: int = 15
    reviews: int = 200
    new_of_one: int = 3
    depth: Depth = "essential"


@dataclass(frozen=True)
class Scope:
    """What a session is about.

    Attributes:
        entries: only cards of these entries; all where None.
        new_only: no due cards.
        due_only: no new cards.
        ahead: new cards in study order, whether their prerequisites are learned or not; the learner chose so.
        catch_up: a portion of the backlog after a break, and nothing new; see `engine.catchup`.
    """

    entries: frozenset[str] | None = None
    new_only: bool = False
    due_only: bool = False
    ahead: bool = False
    catch_up: bool = False

    def holds(self, entry: str) -> bool:
        """Whether an entry belongs to the session."""
        return self.entries is None or entry in self.entries


EVERYTHING = Scope()
NO_PARTNERS: Mapping[str, tuple[str, ...]] = {}
USUAL_LIMITS = Limits()


@dataclass(frozen=True)
class Queue:
    """The ids of cards to ask, in order.

    Attributes:
        due: by falling probability of recall, contrasts together, siblings apart.
        new: from the outer fringe, in study order.
        held_back: how many new cards wait for a prerequisite or for tomorrow.
        diagnosed: prerequisites near forgetting on which forgotten cards of today build; they come between due and new.
    """

    due: tuple[str, ...]
    new: tuple[str, ...]
    held_back: int = 0
    diagnosed: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All of them in the order of a session."""
        return (*self.due, *self.diagnosed, *self.new)


def build(
    deck: Deck,
    cards: Mapping[str, CardProgress],
    mastery: Mapping[str, Mastery],
    requires: Mapping[str, tuple[str, ...]],
    day: int,
    *,
    limits: Limits = USUAL_LIMITS,
    scope: Scope = EVERYTHING,
    overrides: frozenset[str] = frozenset(),
    walked: Collection[str] = (),
    policy: Policy = DEFAULT_POLICY,
    partners: Mapping[str, tuple[str, ...]] = NO_PARTNERS,
    order: Collection[str] | None = None,
    early: Collection[str] = (),
) -> Queue:
    """The queue of a learner's day.

    Args:
        deck: all cards.
        cards: what the log says about each touched card.
        mastery: of every entry with cards.
        requires: what each entry builds on.
        day: the learner's day.
        limits: how much the day may hold; what was done today already counts.
        scope: what the session is about.
        overrides: entries opened before their prerequisites.
        walked: what was read; the card of a phase is open once its phase was walked.
        policy: the memory model.
        partners: what is easily taken for what; see `engine.interleave`.
        order: the entries in the order in which new cards come; study order where None.
        early: cards that are asked though they are not due, as before a target day.
    """
    due = [] if scope.new_only else _due(deck, cards, day, scope, policy, early)
    reviewed = sum(1 for p in cards.values() if p.state and p.state.last_day == day and p.state.first_day < day)
    due = apart(interleaved(due[: max(0, limits.reviews - reviewed)], deck, partners), deck)
    weak = [] if scope.new_only else _diagnosed(deck, cards, requires, day, scope, policy, due)
    new, held = (
        ([], 0)
        if scope.due_only
        else _new(deck, cards, mastery, requires, day, limits, scope, overrides, walked, order)
    )
    return Queue(tuple(due), tuple(new), held, tuple(weak))


def _due(
    deck: Deck, cards: Mapping[str, CardProgress], day: int, scope: Scope, policy: Policy, early: Collection[str]
) -> list[str]:
    found = []
    for card_id, progress in cards.items():
        state = progress.state
        if state is None or (state.due_day > day and card_id not in early) or progress.asleep(day):
            continue
        card = deck.cards.get(card_id)
        if card is None or not scope.holds(card.entry):
            continue
        found.append((policy.model.retrievability(state.memory, max(day - state.last_day, 0)), card_id))
    # Falling retrievability: what is surest to be remembered still costs least and keeps most (STUDY.md, Sessions).
    return [card_id for _, card_id in sorted(found, key=lambda pair: (-pair[0], pair[1]))]


def _diagnosed(
    deck: Deck,
    cards: Mapping[str, CardProgress],
    requires: Mapping[str, tuple[str, ...]],
    day: int,
    scope: Scope,
    policy: Policy,
    due: Collection[str],
) -> list[str]:
    """What lapses of today ask for; a narrow scope keeps to the lapses in it, and what these build on may lie outside."""
    failed = [c for c, p in cards.items() if p.state is not None and p.state.failed_today and p.state.last_day == day]
    lapsed = [c for c in failed if c in deck.cards and scope.holds(deck.cards[c].entry)]
    return diagnosed(deck, cards, requires, day, policy, skip=due, lapsed=lapsed) if lapsed else []


def _new(
    deck: Deck,
    cards: Mapping[str, CardProgress],
    mastery: Mapping[str, Mastery],
    requires: Mapping[str, tuple[str, ...]],
    day: int,
    limits: Limits,
    scope: Scope,
    overrides: frozenset[str],
    walked: Collection[str],
    order: Collection[str] | None,
) -> tuple[list[str], int]:
    begun_today: dict[str, int] = {}
    for card_id, progress in cards.items():
        if progress.state is not None and progress.state.first_day == day and card_id in deck.cards:
            entry = deck.cards[card_id].entry
            begun_today[entry] = begun_today.get(entry, 0) + 1
    room = max(0, limits.new - sum(begun_today.values()))
    wanted = DEPTHS[: DEPTHS.index(limits.depth) + 1]
    found: list[str] = []
    held = 0
    for entry in deck.by_entry if order is None else order:
        if not scope.holds(entry):
            continue
        ids = deck.by_entry[entry]
        fresh = [c for c in ids if (c not in cards or _unseen(cards[c], day)) and deck.cards[c].depth in wanted]
        if len(wanted) > 1:
            fresh.sort(key=lambda c: DEPTHS.index(deck.cards[c].depth))
        ready = fresh
        if fresh and not (scope.ahead or readiness(entry, requires, mastery, overrides).open):
            ready = [c for c in fresh if c in walked]
        taken = max(0, min(len(ready), limits.new_of_one - begun_today.get(entry, 0), room - len(found)))
        found += ready[:taken]
        held += len(fresh) - taken
    return found, held


def _unseen(progress: CardProgress, day: int) -> bool:
    return progress.state is None and not progress.asleep(day)
