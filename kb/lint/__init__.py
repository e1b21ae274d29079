"""The linter: every rule that a content folder must keep, and all breaches of them at once."""

from __future__ import annotations

from pathlib import Path

from kb.content import Library, Roots
from kb.lint import links, places, teaching, writing
from kb.lint.rule import Complaint, Rule
from kb.problems import Problem
from kb.yamlfile import YamlFile, read_yaml

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


def lint(content: Path | None = None) -> list[Problem]:
    """Everything that is wrong with a content folder.

    Args:
        content: the folder above `concepts/` and `quizzes/`; None for the shipped one.

    Returns:
        Problems sorted by file and line. Files that cannot be read are left out of the further rules.

    Raises:
        ContentError: there is no such folder, or its staircase cannot be read.
    """
    return lint_library(Library.read(Roots.find(content)))


def lint_library(library: Library) -> list[Problem]:
    """Everything that is wrong with a library that was read."""
    problems = list(library.problems)
    broken = {p.path for p in problems}
    for name in ("references", "numbers", "sources"):
        problems += _registry_problems(library, name)
    if any(p.path.parent == library.roots.concepts for p in problems):
        return sorted(problems)
    others: dict[Path, YamlFile] = {}
    for rule in RULES:
        for complaint in rule.check(library):
            problem = _located(library, rule, complaint, others)
            if problem.path not in broken:
                problems.append(problem)
    return sorted(set(problems))


def _registry_problems(library: Library, name: str) -> list[Problem]:
    from kb.content import REGISTRIES, validate

    path = library.roots.concepts / f"{name}.yaml"
    if not path.is_file():
        return []
    file = read_yaml(path)
    if isinstance(file, Problem):
        return [file]
    found = validate(REGISTRIES[name], file)
    return found if isinstance(found, list) else []


def _located(library: Library, rule: Rule, complaint: Complaint, others: dict[Path, YamlFile]) -> Problem:
    if isinstance(complaint.file, Path):
        path = complaint.file
        if path not in others and complaint.place:
            file = read_yaml(path)
            if isinstance(file, YamlFile):
                others[path] = file
        line = others[path].line_of(complaint.place) if path in others and complaint.place else 1
    else:
        found = library.files[complaint.file]
        path, line = found.path, found.line_of(complaint.place) if complaint.place else 1
    return Problem(path, line, rule.name, complaint.message, rule.mend, complaint.severity or rule.severity)
