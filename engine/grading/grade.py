"""What a grader hands back: a score, a suggestion, and the evidence for both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from engine.memory import Rating

HARD_FROM = 0.75
"""The score from which multi, order and match count as Hard."""


class Confidence(IntEnum):
    """How sure a learner was before the answer was shown."""

    GUESS = 1
    UNSURE = 2
    FAIRLY_SURE = 3
    CERTAIN = 4


class Verdict(StrEnum):
    """What one line of evidence says."""

    RIGHT = "right"
    TYPO = "typo"
    WRONG = "wrong"
    MISSING = "missing"
    CONTRADICTED = "contradicted"
    FORBIDDEN = "forbidden"
    REVERSED = "reversed"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a grade, fit to be shown to the learner.

    Attributes:
        verdict: what was found.
        index: which option, gap, pair, neighbouring pair, point or direction of the question it is about, counted from 0.
        point: what the question asks for there; empty where the index says enough.
        quote: the learner's own words on which the verdict rests; empty where there are none.
        wording: the wording of the rubric that they were compared with.
        by_meaning: the quote lies near that wording in meaning and shares too few of its words; less sure than a match by words.
    """

    verdict: Verdict
    index: int
    point: str = ""
    quote: str = ""
    wording: str = ""
    by_meaning: bool = False


@dataclass(frozen=True, slots=True)
class Grade:
    """The outcome of a comparison; the learner confirms or changes the suggestion.

    Attributes:
        score: from 0 to 1.
        suggested: a rating, never Easy (that is the learner's alone); None where no machine can tell.
        evidence: the reasons, in the order of the question.
    """

    score: float
    suggested: Rating | None
    evidence: tuple[Evidence, ...] = ()


def by_score(score: float) -> Rating:
    """The suggestion for multi, order and match: Good for everything, Hard from `HARD_FROM`, Again below.

    Args:
        score: from 0 to 1.

    Returns:
        A rating.
    """
    if score >= 1:
        return Rating.GOOD
    return Rating.HARD if score >= HARD_FROM else Rating.AGAIN
