"""Gaps in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.grading.grade import Evidence, Grade, Verdict
from engine.grading.spelling import fold, slip_of, words
from engine.memory import Rating

if TYPE_CHECKING:
    from collections.abc import Sequence


def grade_cloze(gaps: Sequence[Sequence[str]], answers: Sequence[str]) -> Grade:
    """Grades the words that a learner put into the gaps.

    Args:
        gaps: for each gap the accepted spellings, the one to be shown first.
        answers: what the learner wrote, in the same order; missing answers count as empty.

    Returns:
        The share of right gaps; Good when all are right, slips of the finger forgiven, else Again.
    """
    evidence = []
    for index, accepted in enumerate(gaps):
        answer = answers[index] if index < len(answers) else ""
        evidence.append(Evidence(_compare(accepted, answer), index, accepted[0], answer.strip()))
    score = sum(line.verdict in (Verdict.RIGHT, Verdict.TYPO) for line in evidence) / len(evidence)
    return Grade(score, Rating.GOOD if score == 1 else Rating.AGAIN, tuple(evidence))


def _compare(accepted: Sequence[str], answer: str) -> Verdict:
    if not fold(answer):
        return Verdict.MISSING
    given = words(answer)
    best = Verdict.WRONG
    for spelling in accepted:
        expected = words(spelling)
        if fold(spelling) == fold(answer) or (given and expected == given):
            return Verdict.RIGHT
        if 0 < len(expected) == len(given) and all(
            a == b or slip_of(a, b) for a, b in zip(expected, given, strict=True)
        ):
            best = Verdict.TYPO
    return best
