"""The library: every entry, question and registry of a content folder. The only reader of YAML and of package data."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kb import yamlfile
from kb.errors import ContentError
from kb.kept import Kept, code_version, hash_of
from kb.models import (
    Atom,
    Atoms,
    Concept,
    Entry,
    Exercise,
    Kind,
    KnownNumber,
    Numbers,
    Planned,
    Question,
    QuestionFile,
    Reference,
    References,
    Staircase,
    StaircaseStep,
    Step,
    Tradeoff,
)
from kb.models.base import Model
from kb.problems import Problem
from kb.roots import Roots as Roots
from kb.yamlfile import YamlFile, read_yaml

M = TypeVar("M", bound=Model)

REGISTRIES: Mapping[str, type[Model]] = {
    "staircase": Staircase,
    "sources": Atoms,
    "references": References,
    "numbers": Numbers,
}
"""The model of each file that `kb.roots.REGISTRY_NAMES` lists."""


def kind_of(path: Path) -> Kind:
    """The kind of entry that a file holds, told by its place: `tradeoffs/`, `exercises/`, `step.yaml`, else a concept."""
    if path.parent.name == "tradeoffs":
        return "tradeoff"
    if path.parent.name == "exercises":
        return "exercise"
    return "step" if path.name == "step.yaml" else "concept"


MODELS: Mapping[Kind, type[Entry]] = {"concept": Concept, "tradeoff": Tradeoff, "exercise": Exercise, "step": Step}

_RULES = {
    "extra_forbidden": ("unknown-key", "is no key here", "remove it, or correct its spelling"),
    "missing": ("missing-key", "is missing", "add it (see concepts/README.md)"),
    "string_too_long": ("too-long", "has {size} characters, at most {max_length} are allowed", "shorten it"),
    "string_too_short": ("too-short", "has {size} characters, at least {min_length} are needed", "write it out"),
    "string_pattern_mismatch": ("pattern", "has not the form {pattern}", "use the form that concepts/README.md shows"),
    "too_short": ("too-few", "has {size} items, at least {min_length} are needed", "add items"),
    "too_long": ("too-many", "has {size} items, at most {max_length} are allowed", "remove items"),
}
"""For each kind of refusal: the rule, what is said, and the remedy."""


def validate(model: type[M], file: YamlFile) -> M | list[Problem]:
    """A file's data as `model`, or every way in which it is not one."""
    try:
        return model.model_validate(file.data)
    except ValidationError as error:
        return [_refusal(file, item) for item in error.errors() if not _follows_from_another(item)]


def _follows_from_another(item: ErrorDetails) -> bool:
    """A list with a faulty item is reported as too short as well, because only its sound items are counted."""
    return item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"]


def _refusal(file: YamlFile, item: ErrorDetails) -> Problem:
    place, context, given = item["loc"], item.get("ctx", {}), item["input"]
    if item["type"] == "union_tag_invalid":
        place = (*place, context["discriminator"].strip("'"))
    size = len(given.strip() if isinstance(given, str) else given) if isinstance(given, str | list | dict) else 0
    message = item["msg"].removeprefix("Value error, ")
    rule, form, mend = _RULES.get(item["type"], ("schema", "", "see concepts/README.md"))
    message = form.format(size=size, **context) if form else message[0].lower() + message[1:]
    name = ".".join(map(str, place)) or "file"
    return Problem(file.path, file.line_of(place), rule, f"{name}: {message}", mend)


@dataclass(eq=False)
class Library:
    """Everything that is known. Entries are looked up by id.

    Attributes:
        roots: where it was read.
        staircase: the steps in order, planned concepts included.
        entries: all entries by id.
        questions: authored questions by concept id.
        files: the file of each entry, by id, and of each question file, by `quiz:` and the concept id.
        problems: what was wrong while reading; empty after `load`.
        registries: those that were read so far, by name, with their files, or with what is wrong with them.
    """

    roots: Roots
    staircase: Staircase
    entries: dict[str, Entry] = field(default_factory=dict)
    questions: dict[str, tuple[Question, ...]] = field(default_factory=dict)
    files: dict[str, YamlFile] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    registries: dict[str, tuple[Model, YamlFile] | list[Problem]] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, content: Path | None = None) -> Library:
        """Reads a content folder.

        Args:
            content: the folder above `concepts/` and `quizzes/`; None for the shipped one.

        Raises:
            ContentError: something in it cannot be used; the first problem is named.
        """
        library = cls.read(Roots.find(content))
        if library.problems:
            raise _unusable(library.problems)
        return library

    @classmethod
    def read(cls, roots: Roots) -> Library:
        """Reads what can be read and collects the problems of the rest; without a usable staircase there are no steps.

        Raises:
            ContentError: a folder cannot be read.
        """
        kept = _kept("files", roots)
        found = _read(Staircase, roots.concepts / "staircase.yaml", kept)
        if isinstance(found, list):
            library = cls(roots, Staircase.model_construct(steps=()), problems=found)
        else:
            library = cls(roots, found[0], registries={"staircase": found})
        for path in roots.entry_files():
            library._add_entry(path, kept)
        for path in roots.question_files():
            library._add_questions(path, kept)
        kept.save()
        return library

    def _add_entry(self, path: Path, kept: Kept) -> None:
        found = _read(MODELS[kind_of(path)], path, kept)
        if isinstance(found, list):
            self.problems += found
            return
        entry, file = found
        expected = _expected_id(path)
        if entry.id.rpartition(":")[2] != expected:
            self.problems.append(
                Problem(
                    path,
                    file.line_of(["id"]),
                    "id-is-file-name",
                    f"the id `{entry.id}` is not the name `{expected}`",
                    "make them equal",
                )
            )
        elif entry.id in self.entries:
            other = self.files[entry.id].path
            self.problems.append(
                Problem(
                    path, file.line_of(["id"]), "unique-id", f"the id `{entry.id}` is also in {other}", "choose another"
                )
            )
        else:
            self.entries[entry.id], self.files[entry.id] = entry, file

    def _add_questions(self, path: Path, kept: Kept) -> None:
        found = _read(QuestionFile, path, kept)
        if isinstance(found, list):
            self.problems += found
            return
        quiz, file = found
        if quiz.concept in self.questions:
            other = self.files[f"quiz:{quiz.concept}"].path
            self.problems.append(
                Problem(
                    path,
                    file.line_of(["concept"]),
                    "unique-id",
                    f"`{quiz.concept}` has questions in {other} too",
                    "join the files",
                )
            )
            return
        self.questions[quiz.concept], self.files[f"quiz:{quiz.concept}"] = quiz.questions, file

    @cached_property
    def concepts(self) -> dict[str, Concept]:
        """Concepts by id, in study order."""
        found = {e.id: e for e in self.entries.values() if isinstance(e, Concept)}
        ranked = sorted(found, key=lambda c: (self.rank.get(c, len(self.rank)), c))
        return {c: found[c] for c in ranked}

    @cached_property
    def tradeoffs(self) -> dict[str, Tradeoff]:
        """Trade-offs by id."""
        return {e.id: e for e in self.entries.values() if isinstance(e, Tradeoff)}

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        """Exercises by id."""
        return {e.id: e for e in self.entries.values() if isinstance(e, Exercise)}

    @cached_property
    def steps(self) -> dict[str, Step]:
        """Written steps by id."""
        return {e.id: e for e in self.entries.values() if isinstance(e, Step)}

    @cached_property
    def rank(self) -> dict[str, int]:
        """Place of each concept in study order, planned ones included, from 0."""
        return {
            planned.id: i for i, planned in enumerate(chain.from_iterable(s.concepts for s in self.staircase.steps))
        }

    @cached_property
    def planned(self) -> dict[str, Planned]:
        """Every concept that the staircase lists, written or not."""
        return {p.id: p for s in self.staircase.steps for p in s.concepts}

    @cached_property
    def step_of(self) -> dict[str, str]:
        """The step of each entry and of each planned concept."""
        steps = {p.id: s.id for s in self.staircase.steps for p in s.concepts}
        for entry_id in self.entries:
            path = self.files[entry_id].path
            folder = path.parent.parent if kind_of(path) in ("tradeoff", "exercise") else path.parent
            steps[entry_id] = folder.name
        return steps

    @cached_property
    def renamed(self) -> dict[str, str]:
        """Former ids of entries, with the id of today; an id in use leads to its own entry."""
        return {old: e.id for e in self.entries.values() for old in e.formerly if old not in self.entries}

    @cached_property
    def broken(self) -> frozenset[str]:
        """Ids, told by the names of the files, of what could not be read; those of question files begin with `quiz:`."""
        ids = set()
        for path in {problem.path for problem in self.problems}:
            if path.is_relative_to(self.roots.quizzes):
                ids.add(f"quiz:{path.stem}")
            elif path.parent != self.roots.concepts:
                ids.add(_expected_id(path))
        return frozenset(ids)

    @cached_property
    def references(self) -> dict[str, Reference]:
        """Outside sources by id; empty where the registry does not exist."""
        return {r.id: r for r in registry.references} if (registry := self._registry("references", References)) else {}

    @cached_property
    def numbers(self) -> dict[str, KnownNumber]:
        """Numbers worth knowing, by id."""
        return {n.id: n for n in registry.numbers} if (registry := self._registry("numbers", Numbers)) else {}

    @cached_property
    def atoms(self) -> dict[str, Atom]:
        """Atoms of the source documents by id."""
        return {a.id: a for a in registry.atoms} if (registry := self._registry("sources", Atoms)) else {}

    def kind(self, entry_id: str) -> Kind:
        """The kind of an entry.

        Raises:
            ContentError: no such entry.
        """
        return kind_of(self.files[self.find(entry_id).id].path)

    def find(self, entry_id: str) -> Entry:
        """The entry with this id, or with this former id.

        Raises:
            ContentError: there is none; the nearest ids are suggested.
        """
        entry = self.entries.get(self.renamed.get(entry_id, entry_id))
        if entry is not None:
            return entry
        if entry_id in self.planned:
            step = self.step_of[entry_id]
            raise ContentError(
                f"`{entry_id}` is planned for the step {step} and not written yet",
                hint=f"`kb path {entry_id}` shows its place.",
            )
        near = self.suggest(entry_id)
        raise ContentError(
            f"there is no entry `{entry_id}`",
            hint=f"Did you mean {' or '.join(near)}?"
            if near
            else "`kb list` shows all entries; `kb search` finds them by meaning.",
        )

    def suggest(self, text: str, limit: int = 3) -> list[str]:
        """The ids whose spelling, title or alias comes nearest to `text`, best first."""
        from rapidfuzz import fuzz, process

        names = {entry_id: entry_id for entry_id in self.entries}
        for entry in self.entries.values():
            names[entry.title.lower()] = entry.id
            names.update({a.lower(): entry.id for a in getattr(entry, "aliases", ())})
        hits = process.extract(text.lower(), list(names), scorer=fuzz.WRatio, limit=limit * 3, score_cutoff=75)
        return list(dict.fromkeys(names[name] for name, _, _ in hits))[:limit]

    def title(self, entry_id: str) -> str:
        """The title of an entry or of a planned concept; the id itself where neither is known."""
        if entry_id in self.entries:
            return self.entries[entry_id].title
        return self.planned[entry_id].title if entry_id in self.planned else entry_id

    def of_step(self, step: str, model: type[M]) -> Iterator[M]:
        """The entries of one kind in one step, in study order for concepts and by id for others."""
        pool = self.concepts if model is Concept else self.entries
        return (e for e in pool.values() if isinstance(e, model) and self.step_of[e.id] == step)

    def stair(self, step: str) -> StaircaseStep:
        """A step of the staircase as planned.

        Raises:
            ContentError: no such step.
        """
        for stair in self.staircase.steps:
            if stair.id == step:
                return stair
        raise ContentError(
            f"there is no step `{step}`", hint=f"Steps: {', '.join(s.id for s in self.staircase.steps)}."
        )

    def registry_problems(self, name: str) -> list[Problem]:
        """What makes a registry unusable; nothing where its file does not exist, for then it is empty.

        Args:
            name: `references`, `numbers` or `sources`.
        """
        path = self.roots.concepts / f"{name}.yaml"
        if name not in self.registries and os.path.lexists(path):
            kept = _kept(name, self.roots)
            self.registries[name] = _read(REGISTRIES[name], path, kept)
            kept.save()
        found = self.registries.get(name, [])
        return found if isinstance(found, list) else []

    def registry_file(self, name: str) -> YamlFile | None:
        """The file of a registry; None where it does not exist or cannot be used.

        Args:
            name: as in `REGISTRIES`.
        """
        self.registry_problems(name)
        found = self.registries.get(name)
        return found[1] if isinstance(found, tuple) else None

    def _registry(self, name: str, model: type[M]) -> M | None:
        problems = self.registry_problems(name)
        if problems:
            raise _unusable(problems)
        found = self.registries.get(name)
        return found[0] if found and isinstance(found[0], model) else None


def _expected_id(path: Path) -> str:
    return path.parent.name if kind_of(path) == "step" else path.stem


def _unusable(problems: list[Problem]) -> ContentError:
    first, more = problems[0], len(problems) - 1
    rest = f", and {more} more problem{'s' if more > 1 else ''}" if more else ""
    return ContentError(
        f"{first.message} ({first.mend}){rest}",
        where=f"{first.path}:{first.line}",
        hint="`kb check` lists every problem with its remedy.",
    )


def _kept(name: str, roots: Roots) -> Kept:
    """What parsing the files of a content folder gave: it takes ten times as long as reading it back."""
    where = hash_of(str(roots.concepts.resolve()).encode())
    return Kept(f"{name}-{where}", code_version([Path(yamlfile.__file__)]))


def _read(model: type[M], path: Path, kept: Kept) -> tuple[M, YamlFile] | list[Problem]:
    file = read_yaml(path, kept)
    if isinstance(file, Problem):
        return [file]
    found = validate(model, file)
    return found if isinstance(found, list) else (found, file)
