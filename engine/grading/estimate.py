"""A number worked out from others: right is what has the right size."""

from __future__ import annotations

from math import isfinite, log

from engine.grading.grade import Evidence, Grade, Verdict
from engine.memory import Rating


def grade_estimate(expected: float, given: float, tolerance: float = 2.0) -> Grade:
    """Grades an estimate by its ratio to the expected value.

    Args:
        expected: the value that the question derives, above 0.
        given: the learner's, in the same unit (see `engine.grading.units`).
        tolerance: right is what lies between `expected / tolerance` and `expected * tolerance`; above 1.

    Returns:
        Good within the tolerance, Hard within its square, else Again. The score is 1 within the tolerance and falls on a logarithmic scale:
        1/2 at its square, 0 at its cube.
    """
    if given <= 0 or not isfinite(given):
        return Grade(0.0, Rating.AGAIN, (Evidence(Verdict.WRONG, 0),))
    # The smallest shortfall of rounding must not turn "exactly half" into wrong.
    steps = round(abs(log(given / expected)) / log(tolerance), 9)
    score = min(max((3 - steps) / 2, 0.0), 1.0)
    if steps <= 1:
        return Grade(score, Rating.GOOD, (Evidence(Verdict.RIGHT, 0),))
    suggested = Rating.HARD if steps <= 2 else Rating.AGAIN
    return Grade(score, suggested, (Evidence(Verdict.WRONG, 0),))
