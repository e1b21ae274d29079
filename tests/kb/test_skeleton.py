"""`kb new`: skeletons that load as they stand, and never a file overwritten."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kb.content import Library
from kb.errors import ContentError, UsageError
from kb.skeleton import new_files, write_new

if TYPE_CHECKING:
    from tests.kb.conftest import Small

TODAY = date(2026, 11, 21)

TO_BE_WRITTEN = {"mechanism-length", "questions", "symptom", "core-diagram", "diagram"}
"""Rules that an empty entry cannot keep: they ask for its words."""


@pytest.mark.parametrize(
    ("kind", "entry", "step", "paths"),
    [
        ("concept", "bulkhead", None, ["concepts/resilience/bulkhead.yaml", "quizzes/resilience/bulkhead.yaml"]),
        ("tradeoff", "fail-fast-or-wait", None, ["concepts/resilience/tradeoffs/fail-fast-or-wait.yaml"]),
        ("tradeoff", "here-or-there", "resilience", ["concepts/resilience/tradeoffs/here-or-there.yaml"]),
        ("exercise", "trip-a-breaker", "resilience", ["concepts/resilience/exercises/trip-a-breaker.yaml"]),
        ("step", "resilience", None, ["concepts/resilience/step.yaml"]),
    ],
)
def test_a_skeleton_loads_and_breaks_only_rules_about_its_words(
    small: Small, kind: str, entry: str, step: str | None, paths: list[str]
) -> None:
    written = write_new(new_files(small.library(), kind, entry, step, TODAY))
    assert {str(path.relative_to(small.root)) for path in written} == set(paths)
    library = Library.load(small.root)
    assert library.kind(entry) == kind
    assert library.find(entry).reviewed == TODAY
    problems = small.lint()
    assert {p.rule for p in problems if p.path not in written} == set()
    severe = {p.rule for p in problems if p.severity == "error"}
    assert severe <= TO_BE_WRITTEN, problems


def test_a_planned_concept_takes_title_level_and_prerequisite_from_the_staircase(small: Small) -> None:
    write_new(new_files(small.library(), "concept", "bulkhead", None, TODAY))
    concept = Library.load(small.root).concepts["bulkhead"]
    assert (concept.title, concept.level, concept.links.requires) == ("Bulkhead", "advanced", ("circuit-breaker",))


@pytest.mark.parametrize("kind", ["concept", "step"])
def test_every_planned_entry_of_the_curriculum_has_a_skeleton_that_loads(small: Small, kind: str) -> None:
    shipped = Library.load()
    small.write("staircase", shipped.files["caching"].path.parents[1].joinpath("staircase.yaml").read_text("utf-8"))
    library = small.library()
    missing = [c for c in library.planned if c not in library.entries]
    steps = [s.id for s in library.staircase.steps if s.id not in library.entries]
    for entry in missing if kind == "concept" else steps:
        write_new(new_files(library, kind, entry, None, TODAY))
    assert [str(p) for p in small.library().problems] == []


@pytest.mark.parametrize("title", ["Fail: fast", '"Quoted" words', "#1 thing", "{a} or [b]", "100 % sure", "- no"])
def test_a_title_with_signs_is_quoted(small: Small, title: str) -> None:
    text = small.text("staircase").replace("title: Bulkhead,", f"title: {title!r},")
    small.write("staircase", text.replace("\\'", "''"))
    write_new(new_files(small.library(), "concept", "bulkhead", None, TODAY))
    assert Library.load(small.root).title("bulkhead") == title


def test_an_entry_that_exists_is_not_written_again(small: Small) -> None:
    with pytest.raises(ContentError, match="exists already") as caught:
        new_files(small.library(), "concept", "message-queue", None, TODAY)
    assert caught.value.where == str(small.path("messaging/message-queue"))


def test_no_file_is_overwritten_and_none_written_halfway(small: Small) -> None:
    files = new_files(small.library(), "concept", "bulkhead", None, TODAY)
    precious = small.write("quizzes/resilience/bulkhead.yaml", "precious")
    with pytest.raises(ContentError, match="exists already") as caught:
        write_new(files)
    assert caught.value.where == str(precious)
    assert precious.read_text() == "precious"
    assert not small.path("resilience/bulkhead").exists()


def test_a_folder_that_cannot_be_made_is_named(small: Small) -> None:
    files = new_files(small.library(), "exercise", "trip-a-breaker", "resilience", TODAY)
    (small.root / "concepts/resilience/exercises").write_text("a file where a folder should be")
    with pytest.raises(ContentError, match="cannot be written"):
        write_new(files)


@pytest.mark.parametrize("entry", ["Bulk Head", "../bulkhead", "bulk_head", "", "pack:bulkhead", "bulkhead.yaml", "-a"])
def test_what_is_no_id_is_refused(small: Small, entry: str) -> None:
    with pytest.raises(UsageError, match="is no id"):
        new_files(small.library(), "exercise", entry, "resilience", TODAY)


def test_an_unknown_kind_or_step_is_answered_with_the_known_ones(small: Small) -> None:
    library = small.library()
    with pytest.raises(UsageError) as unknown:
        new_files(library, "poem", "ode", "resilience", TODAY)
    assert "concept, tradeoff, exercise, step" in unknown.value.hint
    with pytest.raises(ContentError, match="no step `cellar`"):
        new_files(library, "exercise", "ode", "cellar", TODAY)
    with pytest.raises(UsageError, match="which step"):
        new_files(library, "exercise", "ode", None, TODAY)
