"""After a break: the backlog in portions, and how long that takes. Pure functions over card states.

Nothing is kept between days: the portion follows from what the cards ask for, so that any day can be left out and the next one goes on.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from engine.memory import Rating
from engine.progress import CardProgress
from engine.schedule import DEFAULT_POLICY, Policy

PORTION = 2.0
"""A day of catching up holds so many times the reviews of a usual day; half of it goes into the backlog then."""

FEWEST = 20
"""And at least so many: a small deck asks for so little that twice of it would take for ever."""

_LONGEST = 365


@dataclass(frozen=True)
class CatchUpDay:
    """A day of the preview.

    Attributes:
        day: days since 1970-01-01.
        reviews: cards that are asked.
        again: how many of them will probably be forgotten and asked once more.
        left: cards that are still due when it ends.
    """

    day: int
    reviews: int
    again: float
    left: int


@dataclass(frozen=True)
class CatchUp:
    """The preview of catching up.

    Attributes:
        overdue: cards that were due on an earlier day.
        due: all that is due today, these included.
        usual: reviews of a usual day, as the stabilities of the cards ask for.
        portion: reviews of a day of catching up.
        days: until nothing is left; at most a year.
    """

    overdue: int
    due: int
    usual: float
    portion: int
    days: tuple[CatchUpDay, ...]

    @property
    def done(self) -> bool:
        """Whether the backlog is gone at the end."""
        return not self.days or not self.days[-1].left


def awake(cards: Iterable[CardProgress], day: int) -> list[CardProgress]:
    """The cards that come back: begun, and not put aside."""
    return [p for p in cards if p.state is not None and not p.asleep(day)]


def usual_load(cards: Iterable[CardProgress], day: int, policy: Policy = DEFAULT_POLICY) -> float:
    """How many reviews a day some cards ask for in the long run: the sum of 1 / interval.

    Args:
        cards: what the log says about each touched card.
        day: the learner's day.
        policy: the memory model and the desired retention.
    """
    return sum(1 / _interval(p, policy) for p in awake(cards, day))


def portion_of(cards: Iterable[CardProgress], day: int, most: int, policy: Policy = DEFAULT_POLICY) -> int:
    """How many reviews a day of catching up holds.

    Args:
        cards: what the log says about each touched card.
        day: the learner's day.
        most: the learner's limit of reviews a day.
        policy: the memory model and the desired retention.
    """
    return min(most, max(FEWEST, ceil(PORTION * usual_load(cards, day, policy))))


def catch_up(cards: Iterable[CardProgress], day: int, most: int, policy: Policy = DEFAULT_POLICY) -> CatchUp:
    """What catching up would look like, if each answer is as good as the model expects.

    Args:
        cards: what the log says about each touched card.
        day: the learner's day.
        most: the learner's limit of reviews a day.
        policy: the memory model and the desired retention.
    """
    of = awake(cards, day)
    portion = portion_of(of, day, most, policy)
    coming: list[tuple[int, int]] = []
    memories = []
    for index, progress in enumerate(of):
        assert progress.state is not None  # noqa: S101 - `awake` leaves the others out
        memories.append((progress.state.memory, progress.state.last_day))
        heapq.heappush(coming, (progress.state.due_day, index))
    overdue = sum(due < day for due, _ in coming)
    due_now = sum(due <= day for due, _ in coming)
    done_today = sum(p.state is not None and p.state.last_day == day and p.state.first_day < day for p in of)
    rows: list[CatchUpDay] = []
    waiting: list[int] = []
    for number in range(_LONGEST):
        if portion <= 0:
            break
        today = day + number
        while coming and coming[0][0] <= today:
            waiting.append(heapq.heappop(coming)[1])
        if not waiting:
            break
        recalls = {i: policy.model.retrievability(memories[i][0], max(today - memories[i][1], 0)) for i in waiting}
        waiting.sort(key=lambda i: (-recalls[i], of[i].card))
        room = max(0, portion - (done_today if number == 0 else 0))
        asked, waiting = waiting[:room], waiting[room:]
        for index in asked:
            memory, last = memories[index]
            after = policy.model.next_state(memory, Rating.GOOD, max(today - last, 0))
            memories[index] = (after, today)
            interval = policy.model.interval(after, policy.desired_retention)
            heapq.heappush(coming, (today + max(1, round(min(interval, policy.maximum_interval))), index))
        rows.append(CatchUpDay(today, len(asked), sum(1 - recalls[i] for i in asked), len(waiting)))
        if not waiting:
            break
    return CatchUp(overdue, due_now, usual_load(of, day, policy), portion, tuple(rows))


def _interval(progress: CardProgress, policy: Policy) -> float:
    assert progress.state is not None  # noqa: S101 - `awake` leaves the others out
    return min(
        max(policy.model.interval(progress.state.memory, policy.desired_retention), 1.0), policy.maximum_interval
    )
