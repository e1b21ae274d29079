"""Two scores become one, and the evidence becomes a verdict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kb.search.ranking import Evidence, fused, match

COSINES = arrays(np.float32, st.integers(1, 30), elements=st.floats(-1, 1, width=32))


def test_the_score_is_six_tenths_meaning_and_four_tenths_words() -> None:
    cosines, bm25 = np.array([0.1, 0.5, 0.3], np.float32), np.array([8, 0, 2], np.float32)
    assert fused(cosines, bm25) == pytest.approx([0.4, 0.6, 0.4])


@given(COSINES, st.data())
def test_the_score_lies_between_0_and_1_and_respects_what_both_agree_on(cosines, data) -> None:
    bm25 = data.draw(arrays(np.float32, len(cosines), elements=st.floats(0, 50, width=32)))
    scores = fused(cosines, bm25)
    assert scores.min() >= 0
    assert scores.max() <= 1 + 1e-6
    best = int(np.argmax(scores))
    assert not any((cosines > cosines[best] + 1e-4) & (bm25 > bm25[best] + 1e-4))


@pytest.mark.parametrize(("cosines", "bm25", "scores"), [([0.2, 0.2], [0, 0], [0.6, 0.6]), ([], [], [])])
def test_equal_or_no_entries_divide_by_nothing(cosines: list[float], bm25: list[float], scores: list[float]) -> None:
    assert fused(np.array(cosines, np.float32), np.array(bm25, np.float32)).tolist() == pytest.approx(scores)


@pytest.mark.parametrize(
    ("cosine", "covered", "named", "verdict"),
    [
        (-1.0, 0.0, True, "good"),
        (0.60, 0.0, False, "good"),
        (0.40, 1.0, False, "good"),
        (0.40, 0.0, False, "weak"),
        (0.25, 0.6, False, "weak"),
        (0.25, 0.0, False, "none"),
        (0.10, 1.0, False, "none"),
    ],
)
def test_the_verdict_follows_the_evidence(cosine: float, covered: float, named: bool, verdict: str) -> None:
    assert match(Evidence(cosine, covered, named=named)) == verdict


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 0.5))
def test_more_evidence_never_makes_the_verdict_worse(cosine: float, covered: float, more: float) -> None:
    order = ["none", "weak", "good"]
    before = match(Evidence(cosine, covered, named=False))
    after = match(Evidence(cosine + more, covered, named=False))
    assert order.index(after) >= order.index(before)
