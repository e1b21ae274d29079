"""Free answers: which points of the rubric the learner's own words make, which they deny, and what must not stand there.

The machine suggests, the learner confirms: every verdict comes with the learner's sentence and the wording it was compared with. What a
rubric cannot show by its points, above all who does what to whom, is the matter of `must_not` and `direction`: a rubric that can be turned
round needs one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.grading.direction import Direction, direction_of
from engine.grading.grade import Evidence, Grade, Verdict
from engine.grading.reading import Sentence
from engine.grading.rubric import Hearing, RubricPoint
from engine.memory import Rating

if TYPE_CHECKING:
    from collections.abc import Sequence

HALF = 0.5
"""The share of the points from which an answer counts as Hard."""


def grade_recall(
    must: Sequence[RubricPoint],
    must_not: Sequence[RubricPoint],
    direction: Sequence[tuple[str, str]],
    answer: str,
) -> Grade:
    """Holds a free answer to its rubric.

    Args:
        must: the points that a complete answer makes, at least one.
        must_not: mistakes; one of them makes the answer Again, and a sentence that comes near one keeps it from Good.
        direction: pairs (A, B) in which A comes before B, or causes it; the reverse makes the answer Again, and naming both without saying
            which comes first keeps it from Good.
        answer: what the learner wrote.

    Returns:
        The share of points made. Good for all of them, Hard from half of them, else Again. Evidence: one line for each point of `must`
        (right, contradicted, unclear or missing), then one for each `must_not` that was found (forbidden, or unclear) and one for each
        direction.
    """
    hearing = Hearing(answer, must, must_not)
    points = [hearing.made(index) for index in range(len(must))]
    mistakes = [line for index, point in enumerate(must_not) if (line := hearing.mistaken(point, index))]
    relations = [line for index, pair in enumerate(direction) if (line := _relation(pair, index, hearing.said))]
    evidence = (*points, *mistakes, *relations)
    score = sum(line.verdict is Verdict.RIGHT for line in points) / len(must)
    return Grade(score, _suggestion(score, {line.verdict for line in evidence}), evidence)


def _suggestion(score: float, verdicts: set[Verdict]) -> Rating:
    if verdicts & {Verdict.FORBIDDEN, Verdict.CONTRADICTED, Verdict.REVERSED} or score < HALF:
        return Rating.AGAIN
    return Rating.GOOD if score == 1 and Verdict.UNCLEAR not in verdicts else Rating.HARD


def _relation(pair: tuple[str, str], index: int, said: Sequence[Sentence]) -> Evidence | None:
    direction, quote = direction_of(*pair, said)
    if not quote:
        return None
    verdict = {
        Direction.FORWARD: Verdict.RIGHT,
        Direction.REVERSED: Verdict.REVERSED,
        Direction.UNCLEAR: Verdict.UNCLEAR,
    }[direction]
    return Evidence(verdict, index, " → ".join(pair), quote)
