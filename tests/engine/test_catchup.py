from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catchup import FEWEST, CatchUp, catch_up, portion_of, usual_load
from engine.memory import MemoryState
from engine.progress import CardProgress
from engine.schedule import CardState

TODAY = 20778


def card(number: int, stability: float, due: int, last: int | None = None, **marks: bool) -> CardProgress:
    ident = f"a#q.{number}"
    last = due - round(stability) if last is None else last
    return CardProgress(ident, CardState(ident, MemoryState(stability, 5.0), 3, 0, last - 1, last, due), **marks)


def backlog(count: int, stability: float = 20.0, due: int = TODAY - 30) -> list[CardProgress]:
    return [card(n, stability, due) for n in range(count)]


def test_a_usual_day_is_the_sum_of_one_over_the_intervals() -> None:
    assert usual_load(backlog(40, 20.0), TODAY) == pytest.approx(2.0)
    assert usual_load([card(1, 0.1, TODAY), card(2, 10, TODAY)], TODAY) == pytest.approx(1.1)
    assert (
        usual_load([card(1, 5, TODAY, suspended=True), CardProgress("a#q.2"), card(3, 5, TODAY, known=True)], TODAY)
        == 0
    )


@pytest.mark.parametrize(
    ("count", "most", "portion"), [(1000, 200, 100), (1000, 60, 60), (100, 200, FEWEST), (0, 0, 0)]
)
def test_a_portion_is_twice_a_usual_day_within_the_limits(count: int, most: int, portion: int) -> None:
    assert portion_of(backlog(count), TODAY, most) == portion


def test_nothing_due_is_nothing_to_catch_up_on() -> None:
    assert catch_up([card(1, 10, TODAY + 3)], TODAY, 200) == CatchUp(0, 0, pytest.approx(0.1), FEWEST, ())


def test_a_backlog_is_spread_over_days_of_one_portion() -> None:
    found = catch_up(backlog(300, 50.0), TODAY, 200)
    assert (found.overdue, found.due, found.portion, found.done) == (300, 300, FEWEST, True)
    assert [d.reviews for d in found.days[:3]] == [FEWEST] * 3
    assert [d.left for d in found.days] == sorted((d.left for d in found.days), reverse=True)
    assert found.days[-1].left == 0
    assert len(found.days) == 15


def test_what_was_reviewed_today_counts_and_what_falls_due_meanwhile_joins() -> None:
    done = [card(n, 20, TODAY + 9, last=TODAY) for n in range(100, 112)]
    found = catch_up([*backlog(30), *done], TODAY, 200)
    assert [d.reviews for d in found.days] == [8, 20, 2]
    joined = catch_up([*backlog(30), *(card(n, 20, TODAY + 1) for n in range(50, 60))], TODAY, 200)
    assert [(d.reviews, d.left) for d in joined.days] == [(20, 10), (20, 0)]
    assert joined.due == 30


def test_without_any_room_nothing_is_promised() -> None:
    assert catch_up(backlog(5), TODAY, 0).days == ()


cards = st.lists(st.tuples(st.floats(0.5, 300), st.integers(-90, 30)), max_size=120)


@settings(deadline=None)  # the machine may be busy
@given(cards, st.integers(1, 300))
def test_no_day_exceeds_the_portion_and_the_days_follow_each_other(
    memories: list[tuple[float, int]], most: int
) -> None:
    of = [card(n, s, TODAY + d, last=TODAY - 91) for n, (s, d) in enumerate(memories)]
    found = catch_up(of, TODAY, most)
    assert found.portion <= max(most, 0)
    assert all(0 <= day.reviews <= found.portion and 0 <= day.again <= day.reviews for day in found.days)
    assert [d.day for d in found.days] == list(range(TODAY, TODAY + len(found.days)))
    assert all(one.left for one, _ in pairwise(found.days))
    assert found.overdue <= found.due <= len(of)
