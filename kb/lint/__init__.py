"""The linter: every rule that a content folder must keep, and all breaches of them at once."""

from __future__ import annotations

from pathlib import Path

from kb import yamlfile
from kb.content import REGISTRIES, Library, Roots
from kb.kept import Kept, code_version, hash_of
from kb.lint import links, places, teaching, writing
from kb.lint.rule import Complaint, Rule
from kb.problems import Problem
from kb.yamlfile import Place, YamlFile

RULES: tuple[Rule, ...] = (*places.RULES, *links.RULES, *writing.RULES, *teaching.RULES)
"""In the order in which they are checked. What the schema refuses is reported while reading (unknown-key, missing-key and so on)."""

SCHEMA_RULES = {
    "unreadable": "The file can be read.",
    "yaml": "The file is plain YAML in UTF-8: no anchors, no key twice, one mapping at the top.",
    "unknown-key": "No key that the model does not know.",
    "missing-key": "Every required key is there.",
    "too-long": "No text is longer than its field allows.",
    "too-short": "No text is shorter than its field needs.",
    "too-few": "No list is shorter than it must be.",
    "too-many": "No list is longer than it may be.",
    "pattern": "Ids, keys and addresses have their form.",
    "schema": "Every value is of its type, and the values of a file agree with each other.",
    "id-is-file-name": "An entry's id is the name of its file.",
    "unique-id": "No id stands twice.",
}


def lint(content: Path | None = None, warnings: bool = True) -> list[Problem]:
    """Everything that is wrong with a content folder.

    Args:
        content: the folder above `concepts/` and `quizzes/`; None for the shipped one.
        warnings: whether to look for warnings too.

    Returns:
        Problems sorted by file and line. Files that cannot be read are left out of the further rules.

    Raises:
        ContentError: there is no such folder, or one in it cannot be read.
    """
    return lint_library(Library.read(Roots.find(content)), warnings)


def lint_library(library: Library, warnings: bool = True) -> list[Problem]:
    """Everything that is wrong with a library that was read, warnings only where they are wanted.

    A file that cannot be used breaks no further rule, and a registry that cannot be used silences the rules that need it: one fault is
    reported once. Without a staircase only the files themselves are checked.
    """
    problems = list(library.problems)
    unusable = {name for name in REGISTRIES if library.registry_problems(name)}
    for name in unusable - {"staircase"}:
        problems += library.registry_problems(name)
    if library.staircase.steps:
        broken = {p.path for p in problems}
        rules = (rule for rule in RULES if unusable.isdisjoint(rule.needs) and (warnings or rule.severity == "error"))
        complaints = ((rule, complaint) for rule in rules for complaint in rule.check(library))
        wanted = ((r, c) for r, c in complaints if warnings or (c.severity or r.severity) == "error")
        lines = _Lines()
        found = (_located(library, rule, complaint, lines) for rule, complaint in wanted)
        problems += (problem for problem in found if problem.path not in broken)
        lines.kept.save()
    return sorted(set(problems))


class _Lines:
    """Lines of places, kept by the text of their file: to find one means to parse the file again."""

    def __init__(self) -> None:
        self.kept = Kept("lines", code_version([Path(yamlfile.__file__)]))
        self._hashes: dict[Path, str] = {}

    def of(self, file: YamlFile, place: Place) -> int:
        if file.path not in self._hashes:
            self._hashes[file.path] = hash_of(file.text.encode())
        key = f"{self._hashes[file.path]} {'.'.join(map(str, place))}"
        if key not in self.kept:
            self.kept.put(key, file.line_of(place))
        return int(self.kept.get(key))


def _located(library: Library, rule: Rule, complaint: Complaint, lines: _Lines) -> Problem:
    if isinstance(complaint.file, Path):
        path = complaint.file
        file = library.registry_file(path.stem) if complaint.place else None
    else:
        file = library.files[complaint.file]
        path = file.path
    line = lines.of(file, complaint.place) if file is not None and complaint.place else 1
    return Problem(path, line, rule.name, complaint.message, rule.mend, complaint.severity or rule.severity)
