"""Free answers: which points of the rubric the learner's own words make, which they deny, and what must not stand there.

The machine suggests, the learner confirms: every verdict comes with the learner's sentence and the wording it was compared with. A point
counts as made when one sentence says one of its wordings (see `engine.grading.wording`). What a rubric cannot show this way, above all who
does what to whom, is the matter of `must_not` and `direction`: a rubric that can be turned round needs one of them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from engine.grading.direction import Direction, direction_of
from engine.grading.grade import Evidence, Grade, Verdict
from engine.grading.reading import Sentence, sentences, wording
from engine.grading.wording import Match, Polarity, find
from engine.memory import Rating

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HALF = 0.5
"""The share of the points from which an answer counts as Hard."""


class RubricPoint(Protocol):
    """Something that an answer must, or must not, say; `kb.models.question.Point` is one."""

    @property
    def point(self) -> str:
        """What it is, in one line."""
        ...

    @property
    def any(self) -> Sequence[str]:
        """Wordings that count as saying it."""
        ...


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
        (right, contradicted or missing), then one for each `must_not` that was found (forbidden, or unclear) and one for each direction.
    """
    said = sentences(answer)
    weights = _weights([*must, *must_not])
    points = [_made(point, index, said, weights) for index, point in enumerate(must)]
    mistakes = [line for index, point in enumerate(must_not) if (line := _mistake(point, index, said, weights))]
    relations = [line for index, pair in enumerate(direction) if (line := _relation(pair, index, said))]
    evidence = (*points, *mistakes, *relations)
    score = sum(line.verdict is Verdict.RIGHT for line in points) / len(must)
    return Grade(score, _suggestion(score, {line.verdict for line in evidence}), evidence)


def _suggestion(score: float, verdicts: set[Verdict]) -> Rating:
    if verdicts & {Verdict.FORBIDDEN, Verdict.CONTRADICTED, Verdict.REVERSED} or score < HALF:
        return Rating.AGAIN
    return Rating.GOOD if score == 1 and Verdict.UNCLEAR not in verdicts else Rating.HARD


def _weights(points: Iterable[RubricPoint]) -> dict[str, float]:
    """How much a word tells: one that stands in n points of the rubric tells 1/n, since it does not tell them apart."""
    spread = Counter(stem for point in points for stem in {t.stem for text in point.any for t in wording(text).tokens})
    return {stem: 1 / points_with_it for stem, points_with_it in spread.items()}


def _found(point: RubricPoint, said: Sequence[Sentence], weights: Mapping[str, float]) -> list[tuple[Match, str]]:
    """All wordings of a point that the answer speaks of, the best covered first."""
    found = (
        (match, text)
        for text in point.any
        for sentence in said
        if (match := find(wording(text), sentence, weights)) is not None
    )
    return sorted(found, key=lambda pair: -pair[0].coverage)


def _made(point: RubricPoint, index: int, said: Sequence[Sentence], weights: Mapping[str, float]) -> Evidence:
    found = _found(point, said, weights)
    for polarity, verdict in ((Polarity.SAYS, Verdict.RIGHT), (Polarity.DENIES, Verdict.CONTRADICTED)):
        for match, text in found:
            if match.polarity is polarity:
                return Evidence(verdict, index, point.point, match.sentence.text, text)
    return Evidence(Verdict.MISSING, index, point.point)


def _mistake(point: RubricPoint, index: int, said: Sequence[Sentence], weights: Mapping[str, float]) -> Evidence | None:
    found = [(match, text) for match, text in _found(point, said, weights) if match.polarity is Polarity.SAYS]
    for match, text in found:
        if match.complete and match.orderly:
            return Evidence(Verdict.FORBIDDEN, index, point.point, match.sentence.text, text)
    for match, text in found:
        return Evidence(Verdict.UNCLEAR, index, point.point, match.sentence.text, text)
    return None


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
