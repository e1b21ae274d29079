"""Features become one score, and the evidence becomes a verdict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kb.search.ranking import FEATURES, Evidence, learned, match, scores

PERFECT = len(FEATURES)
MATRICES = arrays(np.float32, st.tuples(st.integers(1, 30), st.just(PERFECT)), elements=st.floats(0, 1, width=32))


def test_the_score_is_the_weighted_sum_as_a_share_of_a_perfect_one() -> None:
    weights = np.array([2, 1, 0, 0, 1], np.float32)
    matrix = np.array([[1, 1, 1, 1, 1], [0.5, 0, 1, 1, 0], [0, 0, 0, 0, 0]], np.float32)
    assert scores(matrix, weights) == pytest.approx([1.0, 0.25, 0.0])


@given(MATRICES)
def test_the_score_lies_between_0_and_1_and_respects_what_all_features_agree_on(matrix) -> None:
    found = scores(matrix, np.abs(learned().weights))
    assert found.min() >= 0
    assert found.max() <= 1
    best = int(np.argmax(found))
    assert not (matrix > matrix[best] + 1e-4).all(axis=1).any()


def test_a_weight_below_zero_never_gives_a_score_below_zero() -> None:
    weights = np.array([1, 0, 0, 0, -0.5], np.float32)
    assert scores(np.array([[0, 0, 0, 0, 1]], np.float32), weights).tolist() == [0.0]


def test_the_fitted_numbers_are_whole_and_in_order() -> None:
    fitted = learned()
    assert fitted.weights.shape == (len(FEATURES),)
    assert np.isfinite(fitted.weights).all()
    assert fitted.weights.max() > 0
    assert 0 < fitted.weak < fitted.good < 2


def test_the_verdict_follows_the_evidence() -> None:
    fitted = learned()
    assert match(Evidence(-1.0, 0.0, named=True)) == "good"
    assert match(Evidence(fitted.good, 0.0, named=False)) == "good"
    assert match(Evidence(fitted.good - 0.01, 0.0, named=False)) == "weak"
    assert match(Evidence(fitted.good - fitted.covered / 2, 1.0, named=False)) == "good"
    assert match(Evidence(fitted.weak, 0.0, named=False)) == "weak"
    assert match(Evidence(fitted.weak - 0.01, 0.0, named=False)) == "none"


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 0.5))
def test_more_evidence_never_makes_the_verdict_worse(cosine: float, covered: float, more: float) -> None:
    order = ["none", "weak", "good"]
    before = match(Evidence(cosine, covered, named=False))
    after = match(Evidence(cosine + more, covered, named=False))
    assert order.index(after) >= order.index(before)
