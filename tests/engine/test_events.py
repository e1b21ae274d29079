from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Event, instant_of, instant_text

instants = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(instants)
def test_an_instant_comes_back_from_its_text(at: datetime) -> None:
    assert instant_of(instant_text(at)) == at


@given(instants, zones)
def test_the_text_names_the_instant_and_not_the_wall_clock(at: datetime, zone: timezone) -> None:
    assert instant_text(at.astimezone(zone)) == instant_text(at)


@given(st.lists(instants, max_size=20))
def test_text_order_is_time_order(moments: list[datetime]) -> None:
    assert sorted(moments) == [instant_of(t) for t in sorted(map(instant_text, moments))]


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 21, 12, tzinfo=UTC), "2026-11-21T12:00:00.000000Z"),
        (datetime(2026, 11, 21, 12, 0, 0, 7, tzinfo=UTC), "2026-11-21T12:00:00.000007Z"),
        (datetime(2026, 11, 21, 1, tzinfo=timezone(timedelta(hours=2))), "2026-11-20T23:00:00.000000Z"),
        (datetime(999, 1, 1, tzinfo=UTC), "0999-01-01T00:00:00.000000Z"),
    ],
)
def test_instants_are_written_in_utc_and_always_as_wide(at: datetime, text: str) -> None:
    assert instant_text(at) == text


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant_text(datetime(2026, 11, 21))  # noqa: DTZ001 - it is what is refused


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-11-21T12:00:00", "2026-11-21T12:00:00+01:00", "2026-13-01T00:00:00Z"]
)
def test_text_that_names_no_instant_in_utc_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        instant_of(text)


def test_events_of_one_instant_are_ordered_by_their_ids() -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    events = [
        Event(ident, "me", "d", 1, noon + timedelta(microseconds=late), 0, 20778, "bury", "a#symptom")
        for ident, late in (("b", 0), ("a", 1), ("c", 0))
    ]
    ordered = sorted(events, key=lambda e: e.order)
    assert [e.id for e in ordered] == ["b", "c", "a"]
    assert all(first.order < second.order for first, second in pairwise(ordered))
