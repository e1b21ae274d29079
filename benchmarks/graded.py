"""Graded queries, kept outside the repository: which of them the library can answer, and which entries answer them."""

from __future__ import annotations

import bisect
import importlib.util
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from kb.content import Library
from kb.models import Atom

Place = tuple[str, int]
"""A document and the line of a heading in it."""


@dataclass(frozen=True)
class Graded:
    """A query with what is known about its answers.

    Attributes:
        text: as typed.
        kind: symptom, natural, keyword, acronym, compare or typo.
        line: the query as a line of its file, for the tool that scores.
        grades: the highest grade of a section that each entry cites, by entry; only those above 0.
        covered: an entry cites a section of grade 3.
        taught: a concept that mainly teaches a section of grade 3 is written; else what is cited there only touches it.
    """

    text: str
    kind: str
    line: str
    grades: Mapping[str, int]
    covered: bool
    taught: bool


def scorer(queries: Path) -> ModuleType:
    """The tool that scores, which lies in `../tools` beside the folder of the queries."""
    path = queries.resolve().parent.parent / "tools" / "search_score.py"
    spec = importlib.util.spec_from_file_location("search_score", path)
    if spec is None or spec.loader is None or not path.is_file():
        sys.exit(f"{path} is needed to score graded queries")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def graded_queries(queries: Path, content: Path | None = None) -> list[Graded]:
    """Reads the queries and grades the entries of a library as the tool does.

    Args:
        queries: one JSON object a line.
        content: the content folder; None for the shipped one.
    """
    library = Library.load(content)
    lines = [line for line in queries.read_text(encoding="utf-8").splitlines() if line.strip()]
    told = [json.loads(line) for line in lines]
    wanted = {(place["seed"], place["line"]) for query in told for place in query["relevant"]}
    marks = scorer(queries).sections(wanted)
    places = {atom.id: _places(atom, marks) for atom in library.atoms.values()}
    cited = {
        entry.id: {place for atom in entry.atoms() for place in places.get(atom, ())}
        for entry in library.entries.values()
    }
    found = []
    for line, query in zip(lines, told, strict=True):
        grade = {(place["seed"], place["line"]): place["grade"] for place in query["relevant"]}
        grades = {
            entry: max(grade[place] for place in held & grade.keys())
            for entry, held in cited.items()
            if held & grade.keys()
        }
        best = {place for place, value in grade.items() if value == 3}
        homes = {atom.step for atom in library.atoms.values() if best & _starts(atom, marks)}
        taught = any(
            library.step_of[entry] in homes and entry in library.concepts
            for entry, value in grades.items()
            if value == 3
        )
        found.append(Graded(query["query"], query["kind"], line, grades, 3 in grades.values(), taught))
    return found


def _places(atom: Atom, marks: Mapping[str, Sequence[int]]) -> set[Place]:
    """The headings that an atom stands under or holds."""
    lines, (first, last) = marks[atom.document], atom.lines
    found = _starts(atom, marks)
    if last - first < 200:
        found |= {
            (atom.document, n) for n in lines[bisect.bisect_left(lines, first) : bisect.bisect_right(lines, last)]
        }
    return found


def _starts(atom: Atom, marks: Mapping[str, Sequence[int]]) -> set[Place]:
    """The heading under which an atom begins."""
    lines = marks[atom.document]
    at = bisect.bisect_right(lines, atom.lines[0]) - 1
    return {(atom.document, lines[at])} if at >= 0 else set()
