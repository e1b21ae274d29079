from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.views.words import ahead, bar, counted, elapsed, interval, minutes


@pytest.mark.parametrize(
    ("days", "words"), [(0, "today"), (1, "1 d"), (30, "30 d"), (61, "2.0 mo"), (365, "12.0 mo"), (548, "1.5 y")]
)
def test_an_interval_is_said_in_the_unit_that_fits(days: int, words: str) -> None:
    assert interval(days) == words


def test_a_day_is_said_as_seen_from_today() -> None:
    assert [ahead(days) for days in (0, 1, 5)] == ["today", "tomorrow", "in 5 days"]


@pytest.mark.parametrize(
    ("cards", "words"), [(1, "about 1 minute"), (17, "about 6 minutes"), (180, "about 60 minutes")]
)
def test_a_card_takes_twenty_seconds(cards: int, words: str) -> None:
    assert minutes(cards) == words


def test_a_number_agrees_with_its_noun() -> None:
    assert counted(1, "card") == "1 card"
    assert counted(0, "card") == "0 cards"


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (42.9, "0:42"), (725, "12:05"), (3730, "1:02:10")])
def test_time_is_shown_as_on_a_watch(seconds: float, words: str) -> None:
    assert elapsed(timedelta(seconds=seconds)) == words


@given(st.floats(0, 1), st.integers(2, 40))
def test_a_bar_has_its_width_and_is_full_only_when_all_is_done(share: float, width: int) -> None:
    drawn = bar(share, width)
    assert len(drawn) == width
    assert (drawn == "█" * width) == (share == 1)
    assert (drawn == "░" * width) == (share == 0)
