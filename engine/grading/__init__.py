"""An answer against a question: evidence, a score, and a suggested rating that the learner confirms or changes."""

from engine.grading.closed import grade_choice, grade_match, grade_multi, grade_order
from engine.grading.cloze import grade_cloze
from engine.grading.estimate import grade_estimate
from engine.grading.grade import Confidence, Evidence, Grade, Verdict
from engine.grading.recall import grade_recall
from engine.grading.rubric import RubricPoint
from engine.grading.units import Quantity, convert, parse_quantity

__all__ = [
    "Confidence",
    "Evidence",
    "Grade",
    "Quantity",
    "RubricPoint",
    "Verdict",
    "convert",
    "grade_choice",
    "grade_cloze",
    "grade_estimate",
    "grade_match",
    "grade_multi",
    "grade_order",
    "grade_recall",
    "parse_quantity",
]
