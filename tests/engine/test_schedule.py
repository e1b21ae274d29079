"""Days, fuzz, load balance, and the state of a card through its history."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.memory import MemoryState, Rating, initial, interval
from engine.schedule import (
    CardState,
    Policy,
    balanced,
    day_bounds,
    fuzz_range,
    fuzzed,
    local_day,
    next_due,
    previews,
    returns_today,
    review,
    weekday,
)
from kb.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Tehran",
]
PLAIN = Policy(fuzz=False)


def day_of(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 21, 2, 59, 59, tzinfo=UTC), (2026, 11, 20)),
        (datetime(2026, 11, 21, 3, 0, tzinfo=UTC), (2026, 11, 21)),
        (datetime(2026, 11, 21, 22, 30, tzinfo=UTC), (2026, 11, 21)),
        # Summer time began at 01:00 UTC: from midnight to 4 o'clock only three hours passed.
        (datetime(2026, 3, 29, 1, 59, tzinfo=UTC), (2026, 3, 28)),
        (datetime(2026, 3, 29, 2, 0, tzinfo=UTC), (2026, 3, 29)),
        # It ended at 01:00 UTC: five hours passed.
        (datetime(2026, 10, 25, 2, 59, tzinfo=UTC), (2026, 10, 24)),
        (datetime(2026, 10, 25, 3, 0, tzinfo=UTC), (2026, 10, 25)),
    ],
)
def test_a_day_in_berlin_begins_at_four_by_the_wall_clock(at: datetime, expected: tuple[int, int, int]) -> None:
    assert local_day(at, BERLIN) == day_of(*expected)


def test_the_epoch_is_day_zero_and_a_thursday() -> None:
    assert local_day(datetime(1970, 1, 1, 4, tzinfo=UTC), UTC) == 0
    assert weekday(0) == 3
    assert weekday(day_of(2026, 11, 23)) == 0


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 28), 23), ((2026, 10, 24), 25), ((2026, 6, 1), 24), ((2026, 3, 29), 24)]
)
def test_the_night_of_a_clock_change_has_its_own_length(day: tuple[int, int, int], hours: int) -> None:
    begin, end = day_bounds(day_of(*day), BERLIN)
    assert end - begin == timedelta(hours=hours)


def test_a_day_that_the_calendar_of_a_zone_leaves_out_is_empty() -> None:
    # Samoa crossed the date line: 30 December 2011 did not happen. With a rollover at midnight the day has no instant.
    begin, end = day_bounds(day_of(2011, 12, 30), ZoneInfo("Pacific/Apia"), 0)
    assert begin == end


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(ZONES),
    st.integers(0, 23),
    st.integers(0, 200_000),
)
def test_every_instant_lies_in_its_day_and_days_never_run_backwards(
    at: datetime, name: str, rollover: int, seconds: int
) -> None:
    zone = ZoneInfo(name)
    day = local_day(at, zone, rollover)
    begin, end = day_bounds(day, zone, rollover)
    assert begin <= at < end
    assert local_day(begin, zone, rollover) == day
    assert local_day(begin - timedelta(microseconds=1), zone, rollover) < day
    assert local_day(at + timedelta(seconds=seconds), zone, rollover) >= day


def test_an_instant_without_zone_and_an_hour_that_is_none_are_refused() -> None:
    with pytest.raises(UsageError):
        local_day(datetime(2026, 1, 1), UTC)  # noqa: DTZ001
    with pytest.raises(UsageError):
        local_day(datetime(2026, 1, 1, tzinfo=UTC), UTC, 24)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0.2, (1, 1)),
        (1, (1, 1)),
        (2, (2, 2)),
        (2.4, (2, 2)),
        (2.5, (2, 4)),
        (3, (2, 4)),
        (5, (4, 6)),
        (7, (5, 9)),
        (8, (6, 10)),
        (15, (13, 17)),
        (20, (17, 23)),
        (100, (93, 107)),
        (1000, (948, 1052)),
        (1e9, (34673, 36500)),
    ],
)
def test_the_fuzz_ranges_are_those_of_anki(days: float, expected: tuple[int, int]) -> None:
    assert fuzz_range(days) == expected


@given(st.floats(0.001, 1e6), st.integers(1, 36500), st.text(), st.integers(1, 100))
def test_fuzz_stays_in_its_range(days: float, maximum: int, card: str, repetition: int) -> None:
    low, high = fuzz_range(days, maximum)
    assert 1 <= low <= high <= maximum
    assert low <= fuzzed(days, card, repetition, maximum) <= high


def test_fuzz_takes_every_day_of_its_range_about_equally_often() -> None:
    counts = Counter(fuzzed(10, f"cache#q.{n}", 3) for n in range(5000))
    assert sorted(counts) == list(range(8, 13))
    assert max(counts.values()) < 1.2 * min(counts.values())


def test_fuzz_is_the_same_in_every_process() -> None:
    program = "from engine.schedule import fuzzed; print([fuzzed(30, 'bloom-filter#symptom', n) for n in range(20)])"
    runs = {subprocess.check_output([sys.executable, "-c", program], text=True) for _ in range(2)}
    assert runs == {f"{[fuzzed(30, 'bloom-filter#symptom', n) for n in range(20)]}\n"}


loads = st.dictionaries(st.integers(0, 60), st.integers(0, 500))


@given(st.floats(1, 50), st.text(), st.integers(1, 50), loads)
def test_balancing_stays_in_the_fuzz_range_and_repeats_itself(
    days: float, card: str, repetition: int, load: dict[int, int]
) -> None:
    low, high = fuzz_range(days)
    chosen = balanced(days, card, repetition, 0, load)
    assert low <= chosen <= high
    assert balanced(days, card, repetition, 0, dict(reversed(load.items()))) == chosen


@given(st.floats(1, 500), st.text(), st.integers(1, 50), st.integers(0, 9))
def test_equally_full_days_change_nothing(days: float, card: str, repetition: int, count: int) -> None:
    even = dict.fromkeys(range(700), count)
    assert balanced(days, card, repetition, 0, even) == fuzzed(days, card, repetition)


def test_a_full_day_is_avoided_and_an_easy_day_too() -> None:
    full = {8: 40, 9: 40, 10: 0, 11: 40, 12: 40}
    chosen = Counter(balanced(10, f"c{n}", 1, 0, full) for n in range(500))
    assert chosen[10] > 480
    no_sundays = Policy(easy_days=(1, 1, 1, 1, 1, 1, 0))
    for n in range(200):
        due = next_due(MemoryState(10, 5), f"c{n}", 2, n, no_sundays, load={})
        assert weekday(due) != 6


def test_when_all_days_are_easy_a_card_still_gets_one() -> None:
    never = Policy(easy_days=(0,) * 7)
    assert balanced(10, "c", 1, 0, {}, never) == fuzzed(10, "c", 1)
    assert balanced(1, "c", 1, 0, {}, Policy(easy_days=(0, 0, 0, 0, 0, 1, 1))) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"desired_retention": 1.0},
        {"maximum_interval": 0},
        {"maximum_interval": 40000},
        {"easy_days": (1.0,)},
        {"easy_days": (2.0,) * 7},
    ],
)
def test_settings_out_of_range_are_refused_with_a_hint(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError) as caught:
        Policy(**wrong)  # type: ignore[arg-type]
    assert caught.value.hint


def test_the_interval_is_rounded_bounded_and_never_today() -> None:
    assert next_due(MemoryState(0.01, 5), "c", 1, 100, PLAIN) == 101
    assert next_due(MemoryState(10.5, 5), "c", 1, 100, PLAIN) == 111
    assert next_due(MemoryState(9000, 5), "c", 1, 100, Policy(fuzz=False, maximum_interval=365)) == 465
    assert next_due(MemoryState(9000, 5), "c", 1, 100, Policy(maximum_interval=365)) <= 465
    assert interval(10.5, 0.9) == pytest.approx(10.5)


def test_a_forgotten_card_returns_on_the_same_day_but_not_for_ever() -> None:
    state: CardState | None = None
    for failures in range(1, 5):
        state = review(state, "c", Rating.AGAIN, 10, PLAIN)
        assert state.failed_today == failures
        assert state.due_day == (10 if failures < 4 else 11)
    assert returns_today(Rating.AGAIN, 1)
    assert not returns_today(Rating.AGAIN, 4)
    assert not returns_today(Rating.HARD, 0)


def test_a_history_counts_what_happened() -> None:
    history = [
        (Rating.AGAIN, 0),
        (Rating.GOOD, 0),
        (Rating.GOOD, 1),
        (Rating.AGAIN, 9),
        (Rating.GOOD, 9),
        (Rating.HARD, 30),
    ]
    states: list[CardState] = []
    for rating, day in history:
        states.append(review(states[-1] if states else None, "cache#symptom", rating, day, PLAIN))
    assert [s.reps for s in states] == [1, 2, 3, 4, 5, 6]
    assert [s.lapses for s in states] == [0, 0, 0, 1, 1, 1]
    assert [s.failed_today for s in states] == [1, 1, 0, 1, 1, 0]
    assert [s.retained for s in states] == [False, False, True, True, True, True]
    assert [s.longest for s in states] == [0, 0, 1, 1, 1, 21]
    assert {s.first_day for s in states} == {0}
    assert states[0].memory == initial(Rating.AGAIN)


def test_a_journey_westwards_does_not_turn_time_back() -> None:
    state = review(None, "c", Rating.GOOD, 100, PLAIN)
    again = review(state, "c", Rating.GOOD, 99, PLAIN)
    assert again.last_day == 100
    assert again.due_day > 100
    assert not again.retained


steps = st.lists(st.tuples(st.sampled_from(Rating), st.integers(0, 60)), min_size=1, max_size=12)


@given(steps, loads, st.text(min_size=1))
def test_replay_with_the_stored_days_reproduces_every_state(
    history: list[tuple[Rating, int]], load: dict[int, int], card: str
) -> None:
    live: CardState | None = None
    replayed: CardState | None = None
    bare: CardState | None = None
    day = 0
    for rating, gap in history:
        day += gap
        live = review(live, card, rating, day, load=load)
        replayed = review(replayed, card, rating, day, due_day=live.due_day)
        assert replayed == live
        bare = review(bare, card, rating, day)
        assert bare.memory == live.memory


@given(steps, loads)
def test_previews_show_what_the_grades_will_do(history: list[tuple[Rating, int]], load: dict[int, int]) -> None:
    state: CardState | None = None
    day = 0
    for rating, gap in history:
        day += gap
        shown = previews(state, "c", day, load=load)
        assert list(shown) == list(Rating)
        state = review(state, "c", rating, day, load=load)
        assert shown[rating] == state.due_day - day


@given(steps)
def test_without_load_a_better_grade_never_comes_back_earlier(history: list[tuple[Rating, int]]) -> None:
    state: CardState | None = None
    day = 0
    for rating, gap in history:
        day += gap
        shown = list(previews(state, "c", day).values())
        assert shown == sorted(shown)
        state = review(state, "c", rating, day)


def test_a_day_with_a_sibling_is_avoided_where_another_one_will_do() -> None:
    low, high = fuzz_range(10)
    assert (low, high) == (8, 12)
    crowded = {9: 3, 10: 3, 11: 3, 12: 3}
    chosen = Counter(balanced(10, f"c{n}", 1, 0, {}, siblings={8, 9}) for n in range(2000))
    assert (chosen[8] + chosen[9]) / 2000 == pytest.approx(0.1 / 3.1, abs=0.015)
    assert min(balanced(10, f"c{n}", 1, 0, crowded, siblings={8}) for n in range(200)) == 8
    assert balanced(1, "c", 1, 0, {}, siblings={1}) == 1


@given(st.floats(1, 400), st.text(min_size=1), st.integers(1, 9), loads)
def test_where_every_day_has_a_sibling_or_none_the_choice_is_the_same(
    interval_days: float, card: str, repetition: int, load: dict[int, int]
) -> None:
    without = balanced(interval_days, card, repetition, 0, load)
    assert balanced(interval_days, card, repetition, 0, load, siblings=range(500)) == without
    assert fuzz_range(interval_days)[0] <= balanced(interval_days, card, repetition, 0, load, siblings={3, 9, 30})
