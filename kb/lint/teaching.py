"""Rules about diagrams, trade-offs, exercises and questions: whether an entry can be taught from."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from kb.content import Library
from kb.diagram import DIAGRAM_RULES, DRAWING_RULES, draw, parse_diagram, render_diagram
from kb.errors import KbError
from kb.expression import evaluate, names_in
from kb.kept import Kept, code_version, hash_of
from kb.links import contrast_pairs
from kb.lint.rule import Complaint, Rule
from kb.models import Choice, Concept, DiagnoseChoice, DiagnoseRecall, Estimate, Exercise, Multi, Recall, Tradeoff

QUESTIONS = {"core": 5, "advanced": 4}

_CATCH_ALL = re.compile(r"\b(all|none|both|any) of (the above|these|them)\b", re.I)


def core_has_diagram(library: Library) -> Iterator[Complaint]:
    """A core concept has a diagram."""
    for concept in library.concepts.values():
        if concept.level == "core" and concept.diagram is None:
            yield Complaint(concept.id, ("level",), "a core concept without a diagram")


def diagram_in_subset(library: Library) -> Iterator[Complaint]:
    """A diagram stays inside the subset and fits 78 columns by 36 rows."""
    kept = Kept("diagrams", _drawing_version())
    for entry in library.entries.values():
        if isinstance(entry, Concept) and entry.diagram is not None:
            key = hash_of(entry.diagram.mermaid.encode())
            if key not in kept:
                kept.put(key, _faults_of(entry.diagram.mermaid))
            for message in kept.get(key):
                yield Complaint(entry.id, ("diagram", "mermaid"), message)
    kept.save()


def _drawing_version() -> str:
    packages = ("mermaid-term", "termaid")
    own = code_version(Path(draw.__file__).parent.glob("*.py"))
    return " ".join((own, *(metadata.version(package) for package in packages)))


def _faults_of(mermaid: str) -> list[str]:
    """What is wrong with a diagram; drawing it takes most of the time of a check, and only its source decides."""
    diagram = parse_diagram(mermaid)
    found = [f"{name}: {problem}" for name, rule in DIAGRAM_RULES for problem in rule(diagram)]
    if not found:
        drawing = render_diagram(mermaid, draw.MAX_COLUMNS)
        found = [f"{name}: {problem}" for name, rule in DRAWING_RULES for problem in rule(drawing)]
    return found


def cases_decide(library: Library) -> Iterator[Complaint]:
    """Each case picks a side that exists, each side wins at least once, and one case is close."""
    for tradeoff in (e for e in library.entries.values() if isinstance(e, Tradeoff)):
        sides = [side.key for side in tradeoff.sides]
        for index, case in enumerate(tradeoff.cases):
            if case.pick not in sides:
                yield Complaint(tradeoff.id, ("cases", index, "pick"), f"there is no side `{case.pick}`")
        for side in sides:
            if side not in {case.pick for case in tradeoff.cases}:
                yield Complaint(tradeoff.id, ("cases",), f"the side `{side}` never wins")
        if not any(case.close for case in tradeoff.cases):
            yield Complaint(tradeoff.id, ("cases",), "no case is close")


def exercise_runs_offline(library: Library) -> Iterator[Complaint]:
    """An exercise that needs more than one machine has an offline variant."""
    for exercise in (e for e in library.entries.values() if isinstance(e, Exercise)):
        if set(exercise.needs) != {"offline"} and exercise.offline is None:
            yield Complaint(exercise.id, ("needs",), "has no offline variant")


def enough_questions(library: Library) -> Iterator[Complaint]:
    """A core concept has five questions, another four, of two kinds or more; one to three are essential."""
    for concept in library.concepts.values():
        if f"quiz:{concept.id}" in library.broken:
            continue
        questions = library.questions.get(concept.id, ())
        wanted = QUESTIONS[concept.level]
        file = f"quiz:{concept.id}" if questions else concept.id
        if len(questions) < wanted:
            yield Complaint(file, (), f"`{concept.id}` has {len(questions)} questions, not {wanted}")
        elif len({q.kind for q in questions}) < 2:
            yield Complaint(file, (), f"all questions on `{concept.id}` are of one kind")
        essential = sum(q.essential for q in questions)
        if questions and not 1 <= essential <= 3:
            yield Complaint(file, (), f"{essential} questions on `{concept.id}` are essential, not one to three")


def pairs_are_told_apart(library: Library) -> Iterator[Complaint]:
    """Each contrast pair has a question that tells the two apart."""
    separated = {
        frozenset((c, q.separates)) for c, questions in library.questions.items() for q in questions if q.separates
    }
    for concept in library.concepts.values():
        for index, contrast in enumerate(concept.links.contrasts_with):
            unread = {f"quiz:{concept.id}", f"quiz:{contrast.id}"} & library.broken
            if not unread and frozenset((concept.id, contrast.id)) not in separated:
                place = ("links", "contrasts_with", index)
                yield Complaint(concept.id, place, f"no question tells `{concept.id}` and `{contrast.id}` apart")


def separates_is_a_pair(library: Library) -> Iterator[Complaint]:
    """A question that separates two concepts belongs to a contrast pair."""
    pairs = {frozenset(pair) for pair in contrast_pairs(library)}
    for concept, questions in library.questions.items():
        for index, question in enumerate(questions):
            if not question.separates or {concept, question.separates} & library.broken:
                continue
            if frozenset((concept, question.separates)) not in pairs:
                yield Complaint(
                    f"quiz:{concept}",
                    ("questions", index, "separates"),
                    f"`{concept}` and `{question.separates}` are no pair",
                )


def options_are_fair(library: Library) -> Iterator[Complaint]:
    """The right option is not the longest by far, no option says "all of the above", and no two are equal."""
    for concept, questions in library.questions.items():
        for index, question in enumerate(questions):
            if not isinstance(question, Choice | DiagnoseChoice | Multi):
                continue
            place = ("questions", index, "options")
            texts = [option.text for option in question.options]
            if len({t.casefold() for t in texts}) < len(texts):
                yield Complaint(f"quiz:{concept}", place, "two options are equal")
            if any(_CATCH_ALL.search(text) for text in texts):
                yield Complaint(f"quiz:{concept}", place, "an option is a catch-all")
            if not isinstance(question, Multi):
                right = len(texts[question.right])
                longest = max(len(t) for i, t in enumerate(texts) if i != question.right)
                if right > longest + 8:
                    yield Complaint(
                        f"quiz:{concept}",
                        place,
                        f"the right option is the longest ({right} against {longest} signs)",
                        "warning",
                    )


def estimates_work_out(library: Library) -> Iterator[Complaint]:
    """An estimate's expression uses its inputs, all of them, and gives a positive number."""
    for concept, questions in library.questions.items():
        for index, question in enumerate(questions):
            if not isinstance(question, Estimate):
                continue
            place = ("questions", index, "derive")
            try:
                used = names_in(question.derive)
                unused = set(question.inputs) - used
                if unused:
                    yield Complaint(f"quiz:{concept}", place, f"the input {', '.join(sorted(unused))} is not used")
                for pick in (min, max):
                    values = {n: pick(_span(i.value, i.low, i.high)) for n, i in question.inputs.items()}
                    result = evaluate(question.derive, values)
                    if not (math.isfinite(result) and result > 0):
                        yield Complaint(f"quiz:{concept}", place, f"gives {result:g}")
                        break
            except KbError as error:
                yield Complaint(f"quiz:{concept}", place, error.what)


def _span(value: float | None, low: float | None, high: float | None) -> tuple[float, float]:
    return (value, value) if value is not None else (low or 0.0, high or 0.0)


def rubric_is_consistent(library: Library) -> Iterator[Complaint]:
    """No wording counts both for and against an answer."""
    for concept, questions in library.questions.items():
        for index, question in enumerate(questions):
            if isinstance(question, Recall | DiagnoseRecall):
                wanted = {wording.casefold() for point in question.must for wording in point.any}
                barred = {wording.casefold() for point in question.must_not for wording in point.any}
                for wording in sorted(wanted & barred):
                    yield Complaint(
                        f"quiz:{concept}", ("questions", index, "must_not"), f"“{wording}” is both wanted and barred"
                    )


RULES = (
    Rule("core-diagram", "draw how it works", core_has_diagram),
    Rule("diagram", "see the Mermaid subset in concepts/README.md", diagram_in_subset),
    Rule("cases", "each side wins at least once, one case is `close: true`", cases_decide),
    Rule("offline-variant", "add `offline` with steps for one machine", exercise_runs_offline),
    Rule("questions", "write more, of several kinds; mark the one or two that all should get", enough_questions),
    Rule("pair-question", "add a question with `separates`", pairs_are_told_apart),
    Rule("separates", "add the contrast to the later concept, or drop `separates`", separates_is_a_pair),
    Rule("options", "write options of one length and form", options_are_fair),
    Rule("estimate", "see the allowed operators in concepts/README.md", estimates_work_out),
    Rule("rubric", "keep it on one side", rubric_is_consistent),
)
