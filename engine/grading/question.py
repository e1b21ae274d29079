"""An authored question and an answer to it, without a card and without a session: what an author tries a question with.

Options and items are those of the file, in its order, since nothing is shuffled here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.grading.closed import grade_choice, grade_match, grade_multi, grade_order
from engine.grading.cloze import grade_cloze
from engine.grading.estimate import grade_estimate
from engine.grading.recall import grade_recall
from engine.grading.spelling import fold
from engine.responses import parse_choice, parse_cloze, parse_estimate, parse_match, parse_multi, parse_order
from kb.errors import UsageError
from kb.expression import evaluate
from kb.models import Choice, Cloze, DiagnoseChoice, DiagnoseRecall, Estimate, Match, Multi, Order, Recall

if TYPE_CHECKING:
    from engine.grading.grade import Grade
    from kb.models import Question

Answer = str | int | float | Sequence[str | int | float | None] | Mapping[str, str | int]
"""As typed in a session, or as data: a number, the text of an option, a list of either, or for pairs a mapping from left to right."""


def grade_question(question: Question, answer: Answer) -> Grade:
    """Holds an answer to a question.

    Args:
        question: of any kind.
        answer: numbers count from 1 in the order of the file; for an order, of the items as the file lists them, which is the right one.

    Returns:
        Evidence and a suggested rating; what is drawn from a range has the middle of it.

    Raises:
        UsageError: it is no answer to such a question.
    """
    match question:
        case Recall() | DiagnoseRecall():
            return grade_recall(question.must, question.must_not, question.direction, _text(answer, " "))
        case Choice() | DiagnoseChoice():
            options = [option.text for option in question.options]
            return grade_choice(question.right, parse_choice(_numbered(answer, options), len(options)))
        case Multi():
            options = [option.text for option in question.options]
            chosen = parse_multi(_numbered(answer, options) or "-", len(options))
            return grade_multi(question.right, chosen, len(options))
        case Order():
            count = len(question.items)
            return grade_order(range(count), parse_order(_numbered(answer, question.items), count))
        case Match():
            if isinstance(answer, Mapping):
                partners = {fold(left): right for left, right in answer.items()}
                answer = [partners.get(fold(pair.left)) for pair in question.pairs]
            rights = [pair.right for pair in question.pairs]
            return grade_match(range(len(rights)), parse_match(_numbered(answer, rights), len(rights)))
        case Cloze():
            return grade_cloze(question.gaps, parse_cloze(_text(answer, "; "), len(question.gaps)))
        case Estimate():
            values = {
                name: given.value if given.value is not None else ((given.low or 0.0) + (given.high or 0.0)) / 2
                for name, given in question.inputs.items()
            }
            number = parse_estimate(_text(answer, " "), question.unit)
            return grade_estimate(evaluate(question.derive, values), number, question.tolerance)


def _text(answer: Answer, between: str) -> str:
    if isinstance(answer, str):
        return answer
    if isinstance(answer, Mapping):
        raise UsageError("Pairs answer only a question of kind `match`.", where="answer", hint="Give a text or a list.")
    parts = answer if isinstance(answer, Sequence) else [answer]
    return between.join("" if part is None else str(part) for part in parts)


def _numbered(answer: Answer, items: Sequence[str]) -> str:
    """An answer with the numbers of the items that it names by their texts."""
    places = {fold(text): str(place) for place, text in enumerate(items, 1)}
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return " ".join("-" if part is None else places.get(fold(str(part)), str(part)) for part in answer)
    text = _text(answer, " ")
    return places.get(fold(text), text)
