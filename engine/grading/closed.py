"""Questions whose answers are positions: choice, multi, order, match.

Items are numbered from 0, in whatever numbering the right answer and the learner's answer share: that of the file, or that of a shuffled
display.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from engine.grading.grade import Confidence, Evidence, Grade, Verdict, by_score
from engine.memory import Rating

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def grade_choice(right: int, chosen: int, confidence: Confidence | None = None) -> Grade:
    """Grades one of several.

    Args:
        right: the index of the right option.
        chosen: the index of the chosen one.
        confidence: what the learner said before the reveal; a right guess is Hard, since it shows no knowledge.

    Returns:
        Score 1 or 0; evidence for the chosen option.
    """
    if chosen != right:
        return Grade(0.0, Rating.AGAIN, (Evidence(Verdict.WRONG, chosen),))
    suggested = Rating.HARD if confidence is Confidence.GUESS else Rating.GOOD
    return Grade(1.0, suggested, (Evidence(Verdict.RIGHT, chosen),))


def grade_multi(right: Collection[int], chosen: Collection[int], options: int) -> Grade:
    """Grades several of several: every option taken or left rightly counts the same.

    Args:
        right: the indices of the right options.
        chosen: the indices of the chosen ones.
        options: how many options there are.

    Returns:
        The share of options judged rightly. Evidence for every option: right, wrong (taken), or missing (left).
    """
    evidence = []
    for index in range(options):
        if (index in right) == (index in chosen):
            verdict = Verdict.RIGHT
        else:
            verdict = Verdict.MISSING if index in right else Verdict.WRONG
        evidence.append(Evidence(verdict, index))
    score = sum(line.verdict is Verdict.RIGHT for line in evidence) / options
    return Grade(score, by_score(score), tuple(evidence))


def grade_order(right: Sequence[int], given: Sequence[int]) -> Grade:
    """Grades a sequence by its inversions: Kendall's tau (1938), moved from [-1, 1] to [0, 1].

    Args:
        right: the items in the right order, at least two.
        given: the same items in the learner's order.

    Returns:
        The share of pairs in the right order. Evidence for each pair of neighbours in the right order.
    """
    place = {item: position for position, item in enumerate(given)}
    places = [place[item] for item in right]
    pairs = [first < second for first, second in combinations(places, 2)]
    score = sum(pairs) / len(pairs)
    evidence = tuple(
        Evidence(Verdict.RIGHT if first < second else Verdict.WRONG, index)
        for index, (first, second) in enumerate(pairwise(places))
    )
    return Grade(score, by_score(score), evidence)


def grade_match(right: Sequence[int], given: Sequence[int | None]) -> Grade:
    """Grades pairs.

    Args:
        right: for each left side the index of the right side that belongs to it.
        given: for each left side the index that the learner put beside it, None for none.

    Returns:
        The share of right pairs; evidence for each left side.
    """
    evidence = []
    for index, (partner, wanted) in enumerate(zip(given, right, strict=True)):
        mistake = Verdict.MISSING if partner is None else Verdict.WRONG
        evidence.append(Evidence(Verdict.RIGHT if partner == wanted else mistake, index))
    score = sum(line.verdict is Verdict.RIGHT for line in evidence) / len(evidence)
    return Grade(score, by_score(score), tuple(evidence))
