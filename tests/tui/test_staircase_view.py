from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.mastery import StepProgress
from kb.content import Library
from tui.snapshots.home import Home, next_load, standing
from tui.views.staircase import detail_line, frame_lines, next_line, outline, stair_lines, tread_width

NEW = StepProgress("caching", "Caching", 25, 25, 0, 0, 0.0, 0, 166, False)
PLANNED = StepProgress("clocks", "Clocks", 9, 0, 0, 0, 0.0, 0, 0, False)
SOLID = replace(NEW, learned=25, begun=25, mastery=1.0, due=3, new=0, solid=True)
HOME = Home((NEW,), 0, 12, 5, None, 0)


def full(shipped: Library) -> list[StepProgress]:
    return [replace(NEW, step=s.id, title=s.title) for s in shipped.staircase.steps]


@pytest.mark.parametrize("width", [76, 96, 156])
def test_each_step_stands_further_right_than_the_one_below(shipped: Library, width: int) -> None:
    lines = [line.plain for line in stair_lines(full(shipped), 2, width)]
    edges = [line.index("┌") for line in lines]
    assert edges == sorted(edges, reverse=True)
    assert len(set(edges)) == 21
    assert "21 Technical Leadership" in lines[0]
    assert edges[-1] == 0


@pytest.mark.parametrize("width", [76, 96, 156])
def test_no_title_of_the_shipped_staircase_is_cut_and_no_line_is_too_long(shipped: Library, width: int) -> None:
    for line in stair_lines(full(shipped), 2, width):
        assert "…" not in line.plain
        assert line.cell_length <= width


def test_the_riser_of_a_step_meets_the_tread_of_the_next() -> None:
    for tread in (1, 2, 4):
        below, above = outline(3, 9, tread), outline(4, 9, tread)
        assert below.index("┘") == above.index("┌")


@given(st.integers(20, 200), st.integers(1, 30))
def test_a_line_never_exceeds_a_usual_width(width: int, steps: int) -> None:
    lines = stair_lines([NEW] * steps, 0, width)
    assert all(line.cell_length <= max(width, steps + 14) for line in lines)


def test_the_staircase_is_steeper_where_there_is_less_room() -> None:
    titles = ["20 Engineering Judgement"] * 21
    assert [tread_width(width, titles) for width in (40, 76, 96, 156)] == [1, 1, 2, 4]


def test_the_learner_is_marked_by_a_word() -> None:
    top, bottom = stair_lines([NEW, PLANNED], 0, 76)
    assert "◂ you" in bottom.plain
    assert "you" not in top.plain


def test_a_step_tells_what_is_due_and_new_and_one_without_content_that_it_is_planned() -> None:
    planned, solid, new = (line.plain for line in stair_lines([NEW, SOLID, PLANNED], 0, 76))
    assert "planned" in planned
    assert "166 new" in new
    assert "3 due" in solid
    assert "✓ ██████" in solid


def test_a_narrow_terminal_keeps_number_and_title() -> None:
    (line,) = stair_lines([NEW], 0, 26)
    assert line.plain.startswith("┌─ 1 Caching ◂ you")
    assert "new" not in line.plain


def test_the_frame_has_a_number_for_each_step_before_anything_is_read() -> None:
    lines = [line.plain.split()[-1] for line in frame_lines(76)]
    assert lines == [str(n) for n in range(21, 0, -1)]


@pytest.mark.parametrize(
    ("home", "words"),
    [
        (HOME, "Next: 12 due, 5 new, about 6 minutes. Press s to begin."),
        (replace(HOME, due=0), "Next: 5 new, about 2 minutes. Press s to begin."),
        (replace(HOME, due=0, new=0, later=(1, 7)), "Done for today. Next: 7 cards, tomorrow."),
        (replace(HOME, due=0, new=0), "Nothing to study now. Open a step to read on."),
        (replace(HOME, due=0, new=0, steps=(PLANNED,)), "There is no content yet."),
    ],
)
def test_one_thing_is_to_be_done_next(home: Home, words: str) -> None:
    assert next_line(home).plain == words


def test_the_selected_step_tells_more_about_itself() -> None:
    assert detail_line(PLANNED) == "Clocks: 9 concepts planned, none written yet."
    assert detail_line(SOLID) == "Caching: 25 concepts, 25 begun, 25 learned, 100% known today, solid."
    assert "(3 written)" in detail_line(replace(NEW, written=3))


@pytest.mark.parametrize(
    ("steps", "index"), [([PLANNED, SOLID, NEW], 2), ([PLANNED, SOLID], 1), ([PLANNED], 0), ([], 0), ([NEW, NEW], 0)]
)
def test_one_stands_on_the_lowest_written_step_that_is_not_solid(steps: list[StepProgress], index: int) -> None:
    assert standing(steps) == index


def test_the_next_load_is_after_today() -> None:
    assert next_load({8: 2, 10: 5, 12: 0, 13: 4}, 10) == (3, 4)
    assert next_load({9: 1}, 10) is None
