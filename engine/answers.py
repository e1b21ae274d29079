"""A typed answer against a card: read by the kind of face, turned back from the display's order, graded by the kind."""

from __future__ import annotations

from typing import cast

from engine.cards import Card
from engine.faces import Face
from engine.grading import (
    Confidence,
    Grade,
    grade_choice,
    grade_cloze,
    grade_estimate,
    grade_match,
    grade_multi,
    grade_order,
    grade_recall,
)
from engine.responses import (
    parse_choice,
    parse_cloze,
    parse_estimate,
    parse_match,
    parse_multi,
    parse_order,
)
from kb.models import DiagnoseRecall, Estimate, Recall

SELF_GRADED = Grade(0.0, None)
"""What is known of an answer that only the learner can judge."""


def check(face: Face, card: Card, text: str, confidence: Confidence | None = None) -> Grade:
    """Holds an answer to a card.

    Args:
        face: the card as it was shown; indices in the answer and in the evidence are those of its options.
        card: the card behind it.
        text: the answer as typed.
        confidence: how sure the learner was.

    Returns:
        Evidence and a suggested rating; none is suggested where the learner grades.

    Raises:
        UsageError: the text is no answer to such a card.
    """
    count = len(face.options)
    match face.kind:
        case "choice":
            return grade_choice(face.right[0], parse_choice(text, count), confidence)
        case "multi":
            return grade_multi(face.right, parse_multi(text, count), count)
        case "order":
            return grade_order(face.right, parse_order(text, count))
        case "match":
            return grade_match(face.right, parse_match(text, count))
        case "cloze":
            return grade_cloze(face.spellings, parse_cloze(text, face.gaps))
        case "estimate":
            tolerance = cast("Estimate", card.question).tolerance
            return grade_estimate(face.value, parse_estimate(text, face.unit), tolerance)
        case "recall":
            rubric = cast("Recall | DiagnoseRecall", card.question)
            return grade_recall(rubric.must, rubric.must_not, rubric.direction, text)
        case "self":
            return SELF_GRADED


def how_far(face: Face, text: str) -> str:
    """How far an estimate lies from what is expected, in words.

    Args:
        face: of kind `estimate`.
        text: the answer as typed, one that `check` has taken.
    """
    ratio = parse_estimate(text, face.unit) / face.value
    if ratio <= 0:
        return "not above 0"
    if 0.99 < ratio < 1.01:
        return "exactly"
    return f"{ratio:.2g} times what is expected" if ratio >= 1 else f"{1 / ratio:.2g} times too small"
