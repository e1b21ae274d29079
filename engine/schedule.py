"""A learner's days, and the day on which a card comes back.

Everything here is a pure function; days are numbers of the learner's own calendar, counted from 1970-01-01 (day 0, a Thursday).

Replay. The state of a card is a function of the log. A due day that was balanced against the load of its week depends on other cards and
on the settings of that moment, so whoever grades a card stores `CardState.due_day` in the event and hands it back to `review` at replay
(`due_day=`). Where an event has none, `review` without a load yields the same day again: its fuzz depends on the card's id, its number of
reviews and its memory only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from hashlib import blake2b
from math import ceil, floor
from typing import TYPE_CHECKING

from engine.memory import Fsrs6, MemoryModel, MemoryState, Rating
from kb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

DEFAULT_ROLLOVER = 4
DEFAULT_RETENTION = 0.9
MAXIMUM_INTERVAL = 36500
RETURNS_A_DAY = 4

_EPOCH = date(1970, 1, 1).toordinal()
_EPOCH_WEEKDAY = 3

_FUZZ_START = 2.5
_FUZZ_RANGES = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.10), (20.0, float("inf"), 0.05))
_SIBLING = 0.05
"""How much less a day weighs for each card of the same entry that is due on it: nearly never, where another day will do."""

_CROWDING = 2.15
"""How strongly a full day repels a card: Anki weighs a day with n cards due by n^-2.15."""


def local_day(at_utc: datetime, zone: tzinfo, rollover_hour: int = DEFAULT_ROLLOVER) -> int:
    """The learner's day at an instant.

    The wall clock decides, not a number of hours: a night of 23 or 25 hours still ends at the rollover hour.

    Args:
        at_utc: the instant, with a time zone.
        zone: where the learner is.
        rollover_hour: the hour at which a day begins, 0 to 23.

    Returns:
        Days since 1970-01-01.

    Raises:
        UsageError: when the instant has no time zone, or the hour is none of a day.
    """
    if at_utc.tzinfo is None:
        raise UsageError("An instant without a time zone names no day.", where="time", hint="Pass the time in UTC.")
    if not 0 <= rollover_hour <= 23:
        raise UsageError(
            f"A day cannot begin at hour {rollover_hour}.", where="rollover hour", hint="Choose an hour from 0 to 23."
        )
    wall = at_utc.astimezone(zone).replace(tzinfo=None) - timedelta(hours=rollover_hour)
    return wall.date().toordinal() - _EPOCH


def day_bounds(day: int, zone: tzinfo, rollover_hour: int = DEFAULT_ROLLOVER) -> tuple[datetime, datetime]:
    """When a day of the learner begins and ends.

    Args:
        day: days since 1970-01-01.
        zone: where the learner is.
        rollover_hour: the hour at which a day begins, 0 to 23.

    Returns:
        The first instant of the day and the first of the next one, in UTC. A day that the calendar of the zone leaves out is empty.
    """
    return _start_of(day, zone, rollover_hour), _start_of(day + 1, zone, rollover_hour)


def _start_of(day: int, zone: tzinfo, rollover_hour: int) -> datetime:
    # A search over seconds needs no rules for hours that a zone skips or repeats: the day never decreases with time.
    wall = datetime.combine(date.fromordinal(day + _EPOCH), datetime.min.time(), UTC) + timedelta(hours=rollover_hour)
    low, high = wall - timedelta(hours=26), wall + timedelta(hours=26)
    seconds_low, seconds_high = 0, int((high - low).total_seconds())
    while seconds_low < seconds_high:
        middle = (seconds_low + seconds_high) // 2
        if local_day(low + timedelta(seconds=middle), zone, rollover_hour) < day:
            seconds_low = middle + 1
        else:
            seconds_high = middle
    return low + timedelta(seconds=seconds_low)


def weekday(day: int) -> int:
    """The weekday of a day number, Monday 0 to Sunday 6."""
    return (day + _EPOCH_WEEKDAY) % 7


def eased(number: int, policy: Policy, day: int) -> int:
    """A number of cards a day, made smaller where the weekday is an easy one; rounded up, so that only a day off has none."""
    return ceil(number * policy.easy_days[weekday(day)])


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides when a card comes back, apart from its own history.

    Attributes:
        model: the memory model with the learner's parameters.
        desired_retention: the probability of recall at which a card falls due.
        maximum_interval: the longest interval, in days.
        easy_days: how much of the usual load each weekday takes, Monday first, from 0 (none, where it can be avoided) to 1.
        fuzz: whether intervals are spread at all.

    Raises:
        UsageError: when a value is out of its range.
    """

    model: MemoryModel = field(default_factory=Fsrs6)
    desired_retention: float = DEFAULT_RETENTION
    maximum_interval: int = MAXIMUM_INTERVAL
    easy_days: tuple[float, ...] = (1.0,) * 7
    fuzz: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.desired_retention < 1:
            raise UsageError(
                f"A desired retention of {self.desired_retention} cannot be scheduled.",
                where="desired retention",
                hint="Choose a value between 0.70 and 0.97; 0.90 is usual.",
            )
        if not 1 <= self.maximum_interval <= MAXIMUM_INTERVAL:
            raise UsageError(
                f"The longest interval cannot be {self.maximum_interval} days.",
                where="maximum interval",
                hint=f"Choose a number of days from 1 to {MAXIMUM_INTERVAL}.",
            )
        if len(self.easy_days) != 7 or not all(0 <= share <= 1 for share in self.easy_days):
            raise UsageError(
                "Easy days need seven shares between 0 and 1, Monday first.",
                where="easy days",
                hint="Example: 1, 1, 1, 1, 1, 0.5, 0.",
            )


DEFAULT_POLICY = Policy()


def fuzz_range(interval: float, maximum: int = MAXIMUM_INTERVAL) -> tuple[int, int]:
    """The whole days among which an interval may be moved; Anki's ranges (rslib, `fuzz_bounds`).

    From 2.5 days on, one day either way and in addition 15 % of what lies between 2.5 and 7 days, 10 % between 7 and 20, 5 % beyond.

    Args:
        interval: days, not rounded.
        maximum: the longest interval allowed, in days.

    Returns:
        The lowest and the highest number of days, both at least 1 and at most `maximum`.
    """
    interval = min(max(interval, 1.0), float(maximum))
    delta = 0.0
    if interval >= _FUZZ_START:
        delta = 1.0 + sum(share * max(min(interval, end) - start, 0.0) for start, end, share in _FUZZ_RANGES)
    low = min(max(floor(interval - delta + 0.5), 1), maximum)
    high = min(max(floor(interval + delta + 0.5), 1), maximum)
    return low, high


def _draw(card: str, repetition: int) -> float:
    """A number in [0, 1) that only the card and its repetition decide; `hash` would differ from run to run."""
    digest = blake2b(f"{repetition}:{card}".encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56


def fuzzed(interval: float, card: str, repetition: int, maximum: int = MAXIMUM_INTERVAL) -> int:
    """An interval moved inside its fuzz range, the same on every machine and at every replay.

    Args:
        interval: days, not rounded.
        card: the card's id.
        repetition: how many reviews the card has had, this one included.
        maximum: the longest interval allowed, in days.

    Returns:
        Whole days, each day of the range with the same chance over all cards.
    """
    low, high = fuzz_range(interval, maximum)
    return low + floor(_draw(card, repetition) * (high - low + 1))


def balanced(
    interval: float,
    card: str,
    repetition: int,
    today: int,
    load: Mapping[int, int],
    policy: Policy = DEFAULT_POLICY,
    siblings: Collection[int] = (),
) -> int:
    """An interval moved inside its fuzz range towards days with little to do.

    Every day of the range gets the weight `easy_days[weekday] (1 + cards due)^-2.15`, a twentieth of it where a sibling is due, and the draw of the card picks among them, so that
    it is the plain fuzz where all days weigh the same. A day of share 0 is taken only when the whole range has share 0.

    Args:
        interval: days, not rounded.
        card: the card's id.
        repetition: how many reviews the card has had, this one included.
        today: the learner's day.
        load: how many cards are due on each day; a missing day has none.
        policy: for the easy days and the longest interval.
        siblings: days on which other cards of the same entry are due; they would give each other's answers away.

    Returns:
        Whole days, inside `fuzz_range(interval)`.
    """
    low, high = fuzz_range(interval, policy.maximum_interval)
    days = range(low, high + 1)
    shares = [policy.easy_days[weekday(today + ahead)] for ahead in days]
    if not any(shares):
        shares = [1.0] * len(days)
    weights = [
        share * (1 + load.get(today + ahead, 0)) ** -_CROWDING * (_SIBLING if today + ahead in siblings else 1)
        for ahead, share in zip(days, shares, strict=True)
    ]
    remaining = _draw(card, repetition) * sum(weights)
    chosen = low
    for ahead, weight in zip(days, weights, strict=True):
        if weight:
            chosen = ahead
            remaining -= weight
            if remaining < 0:
                break
    return chosen


def next_due(
    memory: MemoryState,
    card: str,
    repetition: int,
    today: int,
    policy: Policy = DEFAULT_POLICY,
    load: Mapping[int, int] | None = None,
    siblings: Collection[int] = (),
) -> int:
    """The day on which a card that was just reviewed comes back, tomorrow at the earliest.

    Args:
        memory: the state after the review.
        card: the card's id.
        repetition: how many reviews the card has had, this one included.
        today: the learner's day.
        policy: the model, the desired retention and the bounds.
        load: how many cards are due on each day. None: no balancing and no easy days, so that the day follows from the log alone.
        siblings: days on which other cards of the same entry are due.

    Returns:
        A day number above `today`.
    """
    interval = policy.model.interval(memory, policy.desired_retention)
    if not policy.fuzz:
        return today + min(max(floor(interval + 0.5), 1), policy.maximum_interval)
    if load is None:
        return today + fuzzed(interval, card, repetition, policy.maximum_interval)
    return today + balanced(interval, card, repetition, today, load, policy, siblings)


@dataclass(frozen=True, slots=True)
class CardState:
    """What the log says about one card; a cache of it, never the truth.

    Attributes:
        card: the card's id.
        memory: the memory state after the last review.
        reps: how many reviews it had.
        lapses: how often it was forgotten after at least one day.
        first_day: the day of the first review.
        last_day: the day of the last one.
        due_day: the day on which it comes back; the same day while it is still to be repeated today.
        failed_today: how often it was answered Again on `last_day`.
        retained: it was answered right on a day after its first; stays so for good.
        longest: the longest gap in days after which it was answered right.
    """

    card: str
    memory: MemoryState
    reps: int
    lapses: int
    first_day: int
    last_day: int
    due_day: int
    failed_today: int = 0
    retained: bool = False
    longest: int = 0


def returns_today(rating: Rating, failed_today: int, limit: int = RETURNS_A_DAY) -> bool:
    """Whether a card is asked once more on the same day.

    A forgotten card comes back in the same session, after others, until it was answered. After `limit` failures it rests until tomorrow:
    a fifth attempt within minutes drills the short-term memory and spoils the mood.

    Args:
        rating: the grade just given.
        failed_today: how often the card was answered Again today, this answer included.
        limit: the number of failures after which it rests.

    Returns:
        True when it comes back today.
    """
    return rating is Rating.AGAIN and failed_today < limit


def review(
    state: CardState | None,
    card: str,
    rating: Rating,
    day: int,
    policy: Policy = DEFAULT_POLICY,
    *,
    load: Mapping[int, int] | None = None,
    siblings: Collection[int] = (),
    due_day: int | None = None,
) -> CardState:
    """The state of a card after a review; the one step of replay.

    Args:
        state: the state before, or None for a card that was never reviewed.
        card: the card's id.
        rating: the grade.
        day: the learner's day, as stored with the event. A day before the last review (a journey westwards) counts as the same day.
        policy: the model and the settings that were in force.
        load: at grading time, how many cards are due on each day. Store the resulting `due_day` in the event.
        siblings: at grading time, the days on which other cards of the same entry are due.
        due_day: at replay, the day stored in the event; it is taken as it is.

    Returns:
        The new state.
    """
    elapsed = 0 if state is None else max(day - state.last_day, 0)
    today = day if state is None else max(day, state.last_day)
    memory = policy.model.next_state(None if state is None else state.memory, rating, elapsed)
    reps = 1 if state is None else state.reps + 1
    forgotten = rating is Rating.AGAIN
    failed_today = (state.failed_today if state is not None and elapsed == 0 else 0) + forgotten
    if due_day is None:
        again = returns_today(rating, failed_today)
        due_day = today if again else next_due(memory, card, reps, today, policy, load, siblings)
    if state is None:
        return CardState(card, memory, reps, 0, today, today, due_day, failed_today)
    return CardState(
        card=card,
        memory=memory,
        reps=reps,
        lapses=state.lapses + (forgotten and elapsed > 0),
        first_day=state.first_day,
        last_day=today,
        due_day=due_day,
        failed_today=failed_today,
        retained=state.retained or (not forgotten and today > state.first_day),
        longest=state.longest if forgotten else max(state.longest, elapsed),
    )


def previews(
    state: CardState | None,
    card: str,
    day: int,
    policy: Policy = DEFAULT_POLICY,
    load: Mapping[int, int] | None = None,
    siblings: Collection[int] = (),
) -> dict[Rating, int]:
    """What each of the four grades would do.

    Args:
        state: the state before the review, or None for a new card.
        card: the card's id.
        day: the learner's day.
        policy: the model and the settings.
        load: how many cards are due on each day.
        siblings: the days on which other cards of the same entry are due.

    Returns:
        Days until the card comes back, 0 for today; exactly what `review` with the same arguments will yield.
    """
    outcomes = ((rating, review(state, card, rating, day, policy, load=load, siblings=siblings)) for rating in Rating)
    return {rating: outcome.due_day - outcome.last_day for rating, outcome in outcomes}
