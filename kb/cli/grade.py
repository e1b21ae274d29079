"""`kb grade`: tries an answer on a question, for authors. Nothing is logged."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb.cli import options, output
from kb.errors import KbError, UsageError

if TYPE_CHECKING:
    from engine.grading import Evidence, Grade
    from kb.content import Library
    from kb.models import Question

_EXAMPLE = (
    'As in: kb grade cache-aside why-delete-not-store "two stores may arrive in the wrong order". `--stdin` reads JSON.'
)
_WORDS = {
    "right": "said",
    "contradicted": "denied",
    "forbidden": "said",
}
"""What a verdict is called where a free answer is held to a rubric; the others keep their names."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(grade)


def grade(
    concept: Annotated[str | None, typer.Argument(help="The entry that the question is about.")] = None,
    question: Annotated[str | None, typer.Argument(help="The id of the question in its file.")] = None,
    answer: Annotated[str | None, typer.Argument(help="An answer as a learner would type it.")] = None,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Grade each line of JSON of the standard input with a line of JSON.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Tries an answer on a question. Shows the suggested grade and the evidence for it; nothing is logged."""
    if stdin:
        if concept is not None:
            raise UsageError("a question is named either here or on the standard input", where="--stdin")
        raise typer.Exit(_grade_lines())
    if concept is None or question is None or answer is None:
        raise UsageError("an entry, a question and an answer are needed", hint=_EXAMPLE)
    asked = _Shelf().named(concept, question)
    outcome = _outcome(asked, answer)
    if as_json:
        output.data(outcome)
    else:
        output.lines(_described(outcome))


def _grade_lines() -> int:
    """Answers line by line; a line that cannot be graded gives an error line and the exit code 1."""
    failed = 0
    shelf = _Shelf()
    for number, line in enumerate(_lines(), 1):
        if not line.strip():
            continue
        try:
            asked, answer = shelf.read(line)
            output.data(_outcome(asked, answer))
        except KbError as error:
            failed = 1
            output.data({"error": _in_one_line(error), "line": number})
    return failed


def _in_one_line(error: KbError) -> str:
    what = f"{error.where}: {error.what}" if error.where else error.what
    return f"{what.rstrip('.')}. {error.hint}" if error.hint else what


def _lines() -> Iterator[str]:
    # Bytes, because only \n ends a line and nothing may stop at what is not UTF-8; line by line, so that a program that waits for an answer
    # gets it at once.
    return (raw.decode("utf-8", "replace") for raw in iter(sys.stdin.buffer.readline, b""))


class _Shelf:
    """The questions that are shipped, read only if one of them is named."""

    def __init__(self) -> None:
        self._library: Library | None = None

    def named(self, concept: str, question: str) -> Question:
        """A question of the library.

        Raises:
            UsageError: there is none of that name.
        """
        from kb.cli.read import named
        from kb.content import Library

        if self._library is None:
            self._library = Library.load(options.content())
        entry = named(self._library, concept)
        known = self._library.questions.get(self._library.renamed.get(entry, entry), ())
        for asked in known:
            if question == asked.id or question in asked.formerly:
                return asked
        ids = ", ".join(asked.id for asked in known)
        raise UsageError(
            f"there is no question `{question}` on `{concept}`",
            where="question",
            hint=f"Its questions: {ids}" if known else "There are no questions on it; `kb list` names the entries.",
        )

    def read(self, line: str) -> tuple[Question, Any]:
        """A question and an answer from a line of JSON.

        Raises:
            KbError: the line is no JSON, or lacks one of the two, or the question is not valid.
        """
        try:
            data = json.loads(line)
        except ValueError as error:
            raise UsageError(f"this is no JSON: {error}") from error
        if not isinstance(data, Mapping) or "question" not in data or "answer" not in data:
            raise UsageError("a line is an object with `question` and `answer`")
        asked, answer = data["question"], data["answer"]
        if not isinstance(asked, Mapping):
            raise UsageError("`question` is an object: a question as in a quiz file, or `concept` and `id`")
        if not isinstance(answer, str | int | float | list | Mapping) or isinstance(answer, bool):
            raise UsageError("`answer` is a text, a number or a list")
        if set(asked) == {"concept", "id"}:
            return self.named(str(asked["concept"]), str(asked["id"])), answer
        return question_from(asked), answer


def question_from(data: Mapping[str, Any]) -> Question:
    """A question as in a quiz file; what plays no part in grading may be left out.

    Args:
        data: its fields.

    Raises:
        UsageError: it is not what its kind asks for.
    """
    from pydantic import TypeAdapter, ValidationError

    from kb.models import Question

    unread = {
        "id": "question",
        "ask": "Asked by the author.",
        "why": "Not given here.",
        "difficulty": 3,
    }
    if data.get("kind") == "diagnose":
        unread["symptom"] = "A symptom that is not given here."
    known = {key: value for key, value in data.items() if key != "concept"}
    try:
        adapter: TypeAdapter[Question] = TypeAdapter(Question)
        # Through JSON, since lists are to become tuples, which the strict models take from JSON alone.
        return adapter.validate_json(json.dumps(unread | known))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{where or 'question'}: {first['msg']}", where="question") from error


def _outcome(asked: Question, answer: Any) -> dict[str, Any]:
    from engine.grading.question import grade_question

    graded = grade_question(asked, answer)
    rubric = hasattr(asked, "must")
    lines = _rubric_lines(asked, graded) if rubric else [_line(asked, line) for line in graded.evidence]
    suggested = None if graded.suggested is None else graded.suggested.name.lower()
    return {"suggested": suggested, "score": round(graded.score, 4), "evidence": lines}


def _rubric_lines(asked: Any, graded: Grade) -> list[dict[str, Any]]:
    points = len(asked.must)
    mistakes = {point.point for point in asked.must_not}
    found = []
    for place, line in enumerate(graded.evidence):
        part = "must" if place < points else "must_not" if line.point in mistakes else "direction"
        data = {"part": part, "point": line.point, "verdict": _WORDS.get(line.verdict.value, line.verdict.value)}
        if line.quote:
            data |= {"quote": line.quote}
        if line.wording:
            data |= {"wording": line.wording, "by": "meaning" if line.by_meaning else "words"}
        found.append(data)
    return found


def _line(asked: Any, line: Evidence) -> dict[str, Any]:
    """What a line of evidence of the other kinds is about, in words and with its number in the file."""
    match asked.kind:
        case "order":
            about = f"{asked.items[line.index]} → {asked.items[line.index + 1]}"
        case "match":
            about = f"{asked.pairs[line.index].left}: {asked.pairs[line.index].right}"
        case "cloze":
            about = line.point
        case "estimate":
            about = asked.derive
        case _:
            about = asked.options[line.index].text
    data = {"number": line.index + 1, "point": about, "verdict": line.verdict.value}
    return data | ({"quote": line.quote} if line.quote else {})


def _described(outcome: Mapping[str, Any]) -> Iterator[str]:
    yield f"suggested: {outcome['suggested'] or 'none, the learner grades'} (score {outcome['score']:.2g})"
    for line in outcome["evidence"]:
        mistake = "a mistake: " if line.get("part") == "must_not" else ""
        quote = f": “{line['quote']}”" if "quote" in line else ""
        yield f"  {line['verdict']} - {mistake}{line['point']}{quote}"
        if "wording" in line:
            yield f"      near in {line['by']} to: {line['wording']}"
