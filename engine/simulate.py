"""What the coming days would hold: reviews a day for a desired retention, from where a learner stands or from the first card on.

A run plays every day: due cards are answered, right with the probability that the memory model gives them, then new cards are begun. All chance
comes from a seed, so that runs differ by what is compared and by nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

from engine.cards import Deck
from engine.events import Event
from engine.memory import MemoryState, Rating
from engine.progress import CardProgress
from engine.schedule import Policy, fuzz_range
from kb.content import Library
from kb.models import Concept, Tradeoff

RETENTIONS = (0.80, 0.85, 0.88, 0.90, 0.92, 0.95, 0.97)
"""Desired retentions that are compared unless others are asked for."""

ENOUGH = 50
"""From so many answers on a learner's own habits are used."""

_LONGEST_ANSWER = 300.0


@dataclass(frozen=True)
class Habits:
    """How somebody answers.

    Attributes:
        first: shares of Again, Hard, Good and Easy at a first review.
        right: shares of Hard, Good and Easy among right answers later.
        new_seconds: median time for a new card.
        right_seconds: for a right answer.
        wrong_seconds: for a wrong one.
    """

    first: tuple[float, float, float, float] = (0.2, 0.1, 0.67, 0.03)
    right: tuple[float, float, float] = (0.1, 0.85, 0.05)
    new_seconds: float = 30.0
    right_seconds: float = 15.0
    wrong_seconds: float = 25.0


USUAL = Habits()


def habits_of(events: Iterable[Event]) -> Habits:
    """A learner's habits, from reviews in the order of the log; the usual ones where there are too few.

    Args:
        events: reviews, undone ones left out.
    """
    first, later = [0, 0, 0, 0], [0, 0, 0, 0]
    times: tuple[list[float], list[float], list[float]] = ([], [], [])
    last_day: dict[str, int] = {}
    for event in events:
        if event.review is None:
            continue
        rating, seen = event.review.rating, last_day.get(event.subject)
        last_day[event.subject] = event.local_day
        seconds = min(event.review.duration_ms / 1000, _LONGEST_ANSWER)
        if seen is None:
            first[rating - 1] += 1
            times[0].append(seconds)
        elif seen < event.local_day:
            later[rating - 1] += 1
            times[1 if rating > Rating.AGAIN else 2].append(seconds)

    def shares(counts: list[int], usual: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(c / sum(counts) for c in counts) if sum(counts) >= ENOUGH else usual

    def typical(values: list[float], usual: float) -> float:
        return median(values) if len(values) >= ENOUGH else usual

    a, b, c, d = shares(first, USUAL.first)
    x, y, z = shares(later[1:], USUAL.right)
    return Habits(
        (a, b, c, d),
        (x, y, z),
        typical(times[0], USUAL.new_seconds),
        typical(times[1], USUAL.right_seconds),
        typical(times[2], USUAL.wrong_seconds),
    )


@dataclass(frozen=True, slots=True)
class Begun:
    """A card that the learner has begun.

    Attributes:
        memory: its state after the last review.
        last_day: the day of it.
        due_day: the day on which it comes back.
        retained: it was answered right on a day after its first.
    """

    memory: MemoryState
    last_day: int
    due_day: int
    retained: bool = True


def begun_cards(cards: Iterable[CardProgress]) -> list[Begun]:
    """The cards that will come back, those left out that the learner suspended or marked as known."""
    return [
        Begun(p.state.memory, p.state.last_day, p.state.due_day, p.state.retained)
        for p in cards
        if p.state is not None and not p.suspended and not p.known
    ]


@dataclass(frozen=True)
class Plan:
    """What a run is about.

    Attributes:
        days: how many days it lasts.
        new_cards: how many cards are still to be begun.
        new_per_day: how many of them a day.
        reviews_per_day: how many reviews a day at most; the rest waits until the next day. What a retention costs is seen without a limit.
    """

    days: int
    new_cards: int
    new_per_day: int
    reviews_per_day: int = 10_000


@dataclass(frozen=True)
class Course:
    """How a run went.

    Attributes:
        desired_retention: what was asked for.
        reviews: reviews on each day, repetitions of forgotten cards included, first reviews not.
        new: cards begun on each day.
        minutes: time spent on each day.
        right: the share of right answers among reviews on a later day; None where there were none.
        known: how many cards would be remembered on the day after the last.
        begun_by: after how many days the last new card was begun; None where the days did not suffice.
        learned_by: after how many days every card had been answered right on a later day than its first; None likewise.
    """

    desired_retention: float
    reviews: tuple[int, ...]
    new: tuple[int, ...]
    minutes: tuple[float, ...]
    right: float | None
    known: float
    begun_by: int | None
    learned_by: int | None

    @property
    def mean_reviews(self) -> float:
        """Reviews a day, on average."""
        return fmean(self.reviews)

    @property
    def peak(self) -> int:
        """Reviews on the busiest day."""
        return max(self.reviews)

    @property
    def mean_minutes(self) -> float:
        """Minutes a day, on average."""
        return fmean(self.minutes)


def simulate(
    cards: Sequence[Begun], plan: Plan, policy: Policy, today: int = 0, habits: Habits = USUAL, seed: int = 1
) -> Course:
    """Plays some days.

    Args:
        cards: what the learner has begun.
        plan: how many days and new cards.
        policy: the memory model and the desired retention.
        today: the first day that is played.
        habits: how the learner answers.
        seed: of all chance.
    """
    rng = random.Random(seed)  # noqa: S311 - chance of a simulation
    model = policy.model
    states = [card.memory for card in cards]
    last = [card.last_day for card in cards]
    retained = [card.retained for card in cards]
    due: dict[int, list[int]] = {}
    for index, card in enumerate(cards):
        due.setdefault(max(card.due_day, today), []).append(index)
    grades = (Rating.HARD, Rating.GOOD, Rating.EASY)
    reviews, new, minutes = [0] * plan.days, [0] * plan.days, [0.0] * plan.days
    waiting = sum(not kept for kept in retained)
    left, asked, right = plan.new_cards, 0, 0
    begun_by = 0 if not left else None
    learned_by = 0 if not left and not waiting else None

    def put_off(index: int, state: MemoryState, day: int) -> None:
        low, high = fuzz_range(model.interval(state, policy.desired_retention), policy.maximum_interval)
        states[index], last[index] = state, day
        due.setdefault(day + low + int(rng.random() * (high - low + 1)), []).append(index)

    for number in range(plan.days):
        day = today + number
        queue = due.pop(day, [])
        if len(queue) > plan.reviews_per_day:
            due.setdefault(day + 1, []).extend(queue[plan.reviews_per_day :])
            queue = queue[: plan.reviews_per_day]
        seconds = 0.0
        for index in queue:
            elapsed = max(day - last[index], 0)
            asked += 1
            if rng.random() < model.retrievability(states[index], elapsed):
                rating = rng.choices(grades, habits.right)[0]
                state = model.next_state(states[index], rating, elapsed)
                seconds += habits.right_seconds
                right += 1
                reviews[number] += 1
                if not retained[index]:
                    retained[index] = True
                    waiting -= 1
            else:
                forgotten = model.next_state(states[index], Rating.AGAIN, elapsed)
                state = model.next_state(forgotten, Rating.GOOD, 0)
                seconds += habits.wrong_seconds + habits.right_seconds
                reviews[number] += 2
            put_off(index, state, day)
        for _ in range(min(left, plan.new_per_day)):
            index = len(states)
            rating = rng.choices(list(Rating), habits.first)[0]
            state = model.next_state(None, rating, 0)
            seconds += habits.new_seconds
            if rating is Rating.AGAIN:
                state = model.next_state(state, Rating.GOOD, 0)
                seconds += habits.right_seconds
                reviews[number] += 1
            states.append(state)
            last.append(day)
            retained.append(False)
            waiting += 1
            put_off(index, state, day)
            new[number] += 1
        left -= new[number]
        minutes[number] = seconds / 60
        if begun_by is None and not left:
            begun_by = number + 1
        if learned_by is None and not left and not waiting:
            learned_by = number + 1
    end = today + plan.days
    known = sum(model.retrievability(state, end - day) for state, day in zip(states, last, strict=True))
    return Course(
        policy.desired_retention,
        tuple(reviews),
        tuple(new),
        tuple(minutes),
        right / asked if asked else None,
        known,
        begun_by,
        learned_by,
    )


def compare(
    cards: Sequence[Begun],
    plan: Plan,
    policy: Policy,
    today: int = 0,
    habits: Habits = USUAL,
    retentions: Sequence[float] = RETENTIONS,
) -> list[Course]:
    """The same days at several desired retentions; arguments as for `simulate`."""
    return [simulate(cards, plan, replace(policy, desired_retention=r), today, habits) for r in retentions]


@dataclass(frozen=True)
class Staircase:
    """How many essential cards the whole staircase has, those not written yet estimated from the mean of those that are.

    Attributes:
        concepts: how many concepts there are, planned ones included.
        tradeoffs: the same of core trade-offs, and others that are written.
        steps: the same of steps.
        written: how many of all these are written.
        per_concept: mean essential cards of a written concept.
        per_tradeoff: of a written trade-off.
        per_step: of a written step.
    """

    concepts: int
    tradeoffs: int
    steps: int
    written: int
    per_concept: float
    per_tradeoff: float
    per_step: float

    @property
    def entries(self) -> int:
        """How many entries with cards it has."""
        return self.concepts + self.tradeoffs + self.steps

    @property
    def cards(self) -> int:
        """How many essential cards it has."""
        return round(self.concepts * self.per_concept + self.tradeoffs * self.per_tradeoff + self.steps * self.per_step)


def staircase_of(library: Library, deck: Deck) -> Staircase:
    """Counts the cards of the staircase; see `Staircase`.

    Args:
        library: all entries, and what is planned.
        deck: all cards.
    """
    counts: Mapping[type, list[int]] = {Concept: [], Tradeoff: []}
    of_steps: list[int] = []
    for entry in deck.by_entry:
        kind = type(library.entries[entry])
        counts.get(kind, of_steps).append(len(deck.essential(entry)))
    stairs = library.staircase.steps
    tradeoffs = {t.id for stair in stairs for t in stair.tradeoffs if t.priority == "core"}
    tradeoffs |= {e.id for e in library.entries.values() if isinstance(e, Tradeoff)}
    concepts = {c.id for stair in stairs for c in stair.concepts}

    def mean(values: list[int]) -> float:
        return fmean(values) if values else 0.0

    return Staircase(
        len(concepts),
        len(tradeoffs),
        len(stairs),
        sum(map(len, counts.values())) + len(of_steps),
        mean(counts[Concept]),
        mean(counts[Tradeoff]),
        mean(of_steps),
    )
