from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation import Level, wilson
from engine.mastery import StepProgress
from tui.snapshots.progress import Hard, Retention, first_day, load_ahead, right_by_day
from tui.views.progress import (
    calibration_lines,
    columns,
    hard_line,
    heat_lines,
    level_line,
    load_lines,
    pages_line,
    retention_lines,
    shade,
    step_line,
)

SATURDAY = 20778
"""21 November 2026."""


def text(lines) -> list[str]:
    return [line.plain for line in lines]


def stair(**values: object) -> StepProgress:
    given = {
        "step": "caching",
        "title": "Caching",
        "concepts": 9,
        "written": 8,
        "learned": 3,
        "begun": 5,
        "mastery": 0.5,
        "due": 1,
        "new": 2,
        "solid": False,
        "longest": 0,
        "typical": 0,
    }
    return StepProgress(**{**given, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [56, 76, 96])
def test_a_step_is_a_bar_with_its_numbers_in_the_width(width: int) -> None:
    line = step_line(3, stair(title="A very long title of a step indeed"), width).plain
    assert len(line) <= width
    assert line.endswith(" 50%    3 of 8 learned")
    assert "█" in line
    assert "░" in line
    assert "✓" in step_line(3, stair(solid=True), width).plain


def test_the_open_page_is_marked_without_a_colour() -> None:
    assert pages_line(1).plain == " 1 Steps [2 Days] 3 Memory  4 Hardest cards "


def test_columns_stand_on_one_line_and_the_highest_fills_all_rows() -> None:
    assert columns([0, 1, 8, 16], 2) == ["            ███ ", "    ▁▁▁ ███ ███ "]


@given(st.lists(st.integers(0, 5000), max_size=14), st.integers(1, 8))
def test_whatever_is_more_than_nothing_is_seen(values: list[int], height: int) -> None:
    rows = columns(values, height)
    assert len(rows) == height
    for index, value in enumerate(values):
        assert (rows[-1][index * 4] != " ") == (value > 0)


def test_the_load_says_its_numbers_and_weekdays() -> None:
    lines = text(load_lines([12, 0, 1500], SATURDAY))
    assert lines[0] == "Due in the next 3 days: 1512 cards"
    assert lines[1] == "12   0  1k  "
    assert lines[-2] == "Sa  Su  Mo  "
    assert lines[-1].startswith("^ today")
    assert text(load_lines([0] * 14, SATURDAY))[1] == "Nothing is scheduled yet."


def test_what_is_overdue_is_due_today() -> None:
    load = load_ahead({SATURDAY - 3: 2, SATURDAY: 1, SATURDAY + 1: 4, SATURDAY + 14: 9}, SATURDAY)
    assert load == (3, 4, *[0] * 12)


@pytest.mark.parametrize(
    ("value", "mark"), [(0, "·"), (1, "░"), (25, "░"), (26, "▒"), (75, "▓"), (76, "█"), (100, "█")]
)
def test_shades_go_from_few_to_many(value: int, mark: str) -> None:
    assert shade(value, 100) == mark


def test_the_heat_map_has_a_week_in_each_column_and_ends_today() -> None:
    lines = text(heat_lines({SATURDAY: 10, SATURDAY - 7: 1}, SATURDAY))
    rows = {line[:2]: line[3:] for line in lines[2:9]}
    assert rows["Sa"] == "·· " * 10 + "░░ ██ "
    assert rows["Su"] == "·· " * 11 + "   "
    assert "Nov" in lines[1]
    assert lines[-1] == "· none   ░▒▓█ up to 10 answers a day"


def test_the_weeks_begin_on_a_monday() -> None:
    assert (first_day(SATURDAY) + 3) % 7 == 0
    assert SATURDAY - first_day(SATURDAY) == 11 * 7 + 5


def test_retention_is_a_share_and_a_mark_for_each_day() -> None:
    days = right_by_day([(SATURDAY, True), (SATURDAY, False), (SATURDAY - 1, True), (SATURDAY - 40, False)], SATURDAY)
    assert days[-2:] == ((1, 1), (2, 1))
    lines = text(retention_lines(Retention(days, 0.9)))
    assert lines[1] == "67% of 3 answers on a later day; wanted 90%."
    assert lines[2] == "·" * 28 + "█▄"
    assert text(retention_lines(Retention(((0, 0),) * 30, 0.9)))[1] == "No card came back on a later day yet."


@pytest.mark.parametrize(
    ("answers", "right", "word"), [(40, 20, "too sure"), (40, 38, "fits"), (4000, 3990, "surer than you think")]
)
def test_a_confidence_is_judged_in_words(answers: int, right: int, word: str) -> None:
    line = level_line(Level(4, 0.95, answers, right, *wilson(right, answers))).plain
    assert line.startswith("certain     ")
    assert "|" in line
    assert line.endswith(word)


def test_without_a_confidence_it_is_said_how_to_be_asked() -> None:
    assert "kb config confidence true" in text(calibration_lines(None))[1]


@pytest.mark.parametrize("width", [30, 76])
def test_a_hard_card_keeps_to_one_line(width: int) -> None:
    line = hard_line(
        Hard("c", "e", "concept", "Cache stampede", "What happens\nwhen a hot key expires?", 7), width
    ).plain
    assert line.startswith("  7x  Cache stampede")
    assert len(line) <= width
    assert "\n" not in line
