"""FSRS-6: known values and the properties that a learner relies on. The oracles stand in test_memory_oracles.py."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.memory import (
    DEFAULT_WEIGHTS,
    MODEL_VERSION,
    WEIGHT_BOUNDS,
    Fsrs6,
    MemoryModel,
    MemoryState,
    Parameters,
    Rating,
    initial,
    interval,
    next_state,
    retrievability,
)
from kb.errors import UsageError

states = st.builds(MemoryState, st.floats(0.001, 36500), st.floats(1, 10))
ratings = st.sampled_from(Rating)
gaps = st.integers(0, 5000)


@pytest.mark.parametrize(
    ("rating", "stability", "difficulty"),
    [
        (Rating.AGAIN, 0.212, 6.4133),
        (Rating.HARD, 1.2931, 5.11217),
        (Rating.GOOD, 2.3065, 2.118104),
        (Rating.EASY, 8.2956, 1.0),
    ],
)
def test_the_first_review_sets_the_published_states(rating: Rating, stability: float, difficulty: float) -> None:
    state = initial(rating)
    assert state.stability == stability
    assert state.difficulty == pytest.approx(difficulty, rel=1e-6)
    assert next_state(None, rating, 0) == state


@pytest.mark.parametrize(("elapsed", "stability"), [(0, 2.31), (1, 7.32)])
def test_a_good_on_the_same_day_hardly_counts_and_on_the_next_day_it_does(elapsed: int, stability: float) -> None:
    assert next_state(initial(Rating.GOOD), Rating.GOOD, elapsed).stability == pytest.approx(stability, abs=0.005)


@given(states, gaps)
def test_stability_is_the_number_of_days_to_ninety_percent(state: MemoryState, days: int) -> None:
    assert retrievability(state, 0) == 1
    assert retrievability(state, state.stability) == pytest.approx(0.9)
    assert retrievability(state, days + 1) < retrievability(state, days)
    assert retrievability(state, -days) == 1


@given(states, st.floats(0.7, 0.99))
def test_the_interval_is_where_recall_falls_to_the_desired_retention(state: MemoryState, desired: float) -> None:
    assert retrievability(state, interval(state.stability, desired)) == pytest.approx(desired)


@given(states, ratings, gaps)
def test_states_stay_inside_their_bounds(state: MemoryState, rating: Rating, elapsed: int) -> None:
    after = next_state(state, rating, elapsed)
    assert 0.001 <= after.stability <= 36500
    assert 1 <= after.difficulty <= 10


@given(states, gaps)
def test_a_better_grade_never_leaves_less_stability_nor_more_difficulty(state: MemoryState, elapsed: int) -> None:
    after = [next_state(state, rating, elapsed) for rating in Rating]
    assert [s.stability for s in after] == sorted(s.stability for s in after)
    assert [s.difficulty for s in after] == sorted((s.difficulty for s in after), reverse=True)


@given(states, gaps)
def test_forgetting_never_adds_stability_and_success_never_takes_any(state: MemoryState, elapsed: int) -> None:
    assert next_state(state, Rating.AGAIN, elapsed).stability <= max(state.stability, 0.001)
    for rating in (Rating.HARD, Rating.GOOD, Rating.EASY):
        assert next_state(state, rating, elapsed).stability >= state.stability


@given(states, st.integers(1, 2000))
def test_success_after_a_longer_gap_teaches_more(state: MemoryState, elapsed: int) -> None:
    soon = next_state(state, Rating.GOOD, elapsed)
    late = next_state(state, Rating.GOOD, elapsed + 1)
    assert late.stability >= soon.stability


@pytest.mark.parametrize(
    ("weights", "place"),
    [
        ((), "weights"),
        (DEFAULT_WEIGHTS[:19], "weights"),
        ((*DEFAULT_WEIGHTS[:20], 0.9), "weights[20]"),
        ((0.0, *DEFAULT_WEIGHTS[1:]), "weights[0]"),
        ((math.nan, *DEFAULT_WEIGHTS[1:]), "weights[0]"),
    ],
)
def test_weights_that_are_no_parameters_are_refused_by_place(weights: tuple[float, ...], place: str) -> None:
    with pytest.raises(UsageError) as caught:
        Parameters(weights)
    assert caught.value.where == place
    assert caught.value.hint


@given(st.tuples(*(st.floats(low, high) for low, high in WEIGHT_BOUNDS)), states, ratings, gaps)
def test_every_allowed_weight_yields_numbers(
    weights: tuple[float, ...], state: MemoryState, rating: Rating, elapsed: int
) -> None:
    w = Parameters(weights)
    after = next_state(state, rating, elapsed, w)
    assert math.isfinite(after.stability)
    assert math.isfinite(after.difficulty)
    assert interval(after.stability, 0.9, w) == pytest.approx(after.stability)


@pytest.mark.parametrize("desired", [0, 1, -0.1, 1.5, math.nan])
def test_a_retention_that_is_no_probability_is_refused(desired: float) -> None:
    with pytest.raises(UsageError):
        interval(10, desired)


def test_the_model_is_the_functions_with_parameters_bound() -> None:
    w = Parameters((*DEFAULT_WEIGHTS[:20], 0.3))
    model: MemoryModel = Fsrs6(w)
    state = MemoryState(5, 5)
    assert model.version == MODEL_VERSION
    assert model.next_state(state, Rating.HARD, 3) == next_state(state, Rating.HARD, 3, w)
    assert model.retrievability(state, 3) == retrievability(state, 3, w)
    assert model.interval(state, 0.8) == interval(5, 0.8, w)


def test_scheduling_loads_no_heavy_library() -> None:
    program = (
        "import sys, engine.schedule, engine.grading, engine.responses;"
        "print([m for m in ('numpy', 'torch', 'networkx', 'sqlmodel', 'textual', 'fsrs') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"
