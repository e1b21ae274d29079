"""The library: what is read, how it is looked up, and what is said when it cannot be used."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kb.content import Library, kind_of
from kb.errors import ContentError
from kb.models import Concept, Exercise, Step, Tradeoff
from kb.roots import Roots

if TYPE_CHECKING:
    from tests.kb.conftest import Small

EXERCISE = "messaging/exercises/drain-a-queue"


def refused(content: Path | None) -> ContentError:
    with pytest.raises(ContentError) as caught:
        Library.load(content)
    assert caught.value.hint
    return caught.value


def test_a_library_holds_every_kind_of_entry_in_study_order(small: Small) -> None:
    library = Library.load(small.root)
    assert list(library.concepts) == ["message-queue", "dead-letter-queue", "competing-consumers", "circuit-breaker"]
    assert list(library.tradeoffs) == ["park-or-retry"]
    assert list(library.exercises) == ["drain-a-queue"]
    assert list(library.steps) == ["messaging"]
    assert set(library.planned) == {*library.concepts, "bulkhead"}
    assert library.rank["bulkhead"] == 4
    assert {len(q) for q in library.questions.values()} == {4, 5, 9}
    assert set(library.references) == {"queue-book", "breaker-paper"}
    assert set(library.numbers) == {"queue-depth"}
    assert len(library.atoms) == 5
    assert library.problems == []


def test_each_entry_knows_its_kind_and_step(small: Small) -> None:
    library = Library.load(small.root)
    for entry, kind, step in (
        ("circuit-breaker", "concept", "resilience"),
        ("park-or-retry", "tradeoff", "messaging"),
        ("drain-a-queue", "exercise", "messaging"),
        ("messaging", "step", "messaging"),
    ):
        assert (library.kind(entry), library.step_of[entry]) == (kind, step)
        assert kind_of(library.files[entry].path) == kind
    assert library.step_of["bulkhead"] == "resilience"


@pytest.mark.parametrize(
    ("model", "found"),
    [
        (Concept, ["message-queue", "dead-letter-queue", "competing-consumers"]),
        (Tradeoff, ["park-or-retry"]),
        (Exercise, ["drain-a-queue"]),
        (Step, ["messaging"]),
    ],
)
def test_entries_of_one_step(small: Small, model: type[Concept], found: list[str]) -> None:
    assert [e.id for e in Library.load(small.root).of_step("messaging", model)] == found


def test_a_title_is_known_of_what_is_planned_too(small: Small) -> None:
    library = Library.load(small.root)
    titles = [library.title(i) for i in ("message-queue", "bulkhead", "nothing")]
    assert titles == ["Message queue", "Bulkhead", "nothing"]


def test_a_broken_file_is_named_with_its_line_and_the_number_of_further_problems(small: Small) -> None:
    small.edit(EXERCISE, ("minutes: 5", "minutes: many\ncolour: red"), ("needs: [network]", "needs: [magic]"))
    error = refused(small.root)
    assert error.where == f"{small.path(EXERCISE)}:5"
    assert error.what.startswith("minutes: ")
    assert error.what.endswith(", and 2 more problems")
    assert "kb check" in error.hint


def test_a_single_problem_has_no_count(small: Small) -> None:
    small.edit(EXERCISE, ("minutes: 5", "minutes: 0"))
    assert "more problem" not in refused(small.root).what


def test_a_broken_staircase_is_named(small: Small) -> None:
    small.edit("staircase", ("level: core", "level: middling"))
    assert refused(small.root).where == f"{small.path('staircase')}:6"


def test_a_broken_registry_is_named_when_it_is_asked_for(small: Small) -> None:
    small.edit("references", ("year: 2020", "year: once"))
    library = Library.load(small.root)
    with pytest.raises(ContentError) as caught:
        _ = library.references
    assert caught.value.where == f"{small.path('references')}:2"


def test_registries_that_do_not_exist_are_empty(small: Small) -> None:
    for name in ("sources", "references", "numbers"):
        small.path(name).unlink()
    library = Library.load(small.root)
    assert (library.references, library.numbers, library.atoms) == ({}, {}, {})


def test_what_cannot_be_read_is_known_by_the_names_of_the_files(small: Small) -> None:
    small.edit(EXERCISE, ("minutes: 5", "minutes: 0"))
    small.edit("messaging/step", ("purpose:", "porpoise:"))
    small.write("quizzes/messaging/message-queue.yaml", "[")
    assert small.library().broken == {"drain-a-queue", "messaging", "quiz:message-queue"}


def test_an_entry_is_found_by_its_former_id(small: Small) -> None:
    small.edit(EXERCISE, ("goal:", "formerly: [empty-a-queue, message-queue]\ngoal:"))
    library = Library.load(small.root)
    assert library.find("empty-a-queue").id == "drain-a-queue"
    assert library.find("message-queue").id == "message-queue"
    assert library.kind("empty-a-queue") == "exercise"


def test_an_unknown_entry_is_answered_with_near_ones(small: Small) -> None:
    library = Library.load(small.root)
    with pytest.raises(ContentError, match="there is no entry `mesage-queue`") as caught:
        library.find("mesage-queue")
    assert "Did you mean message-queue" in caught.value.hint
    with pytest.raises(ContentError) as caught:
        library.find("xyzzy")
    assert "kb list" in caught.value.hint


def test_a_planned_entry_is_answered_with_its_place(small: Small) -> None:
    with pytest.raises(ContentError, match="planned for the step resilience") as caught:
        Library.load(small.root).find("bulkhead")
    assert "kb path bulkhead" in caught.value.hint


@pytest.mark.parametrize(
    ("typed", "first"),
    [("circut-breaker", "circuit-breaker"), ("DLQ", "dead-letter-queue"), ("Mesage Queue", "message-queue")],
)
def test_suggestions_know_ids_titles_and_aliases(small: Small, typed: str, first: str) -> None:
    assert Library.load(small.root).suggest(typed)[0] == first


def test_suggestions_are_few_and_each_is_named_once(small: Small) -> None:
    found = Library.load(small.root).suggest("queue", limit=2)
    assert len(found) == len(set(found)) <= 2


def test_an_unknown_step_is_answered_with_the_steps(small: Small) -> None:
    with pytest.raises(ContentError) as caught:
        Library.load(small.root).stair("cellar")
    assert "messaging, resilience" in caught.value.hint


def test_a_folder_without_concepts_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path)
    assert (error.where, error.what) == (str(tmp_path), "holds no folder `concepts`")
    assert refused(tmp_path / "nowhere").where == str(tmp_path / "nowhere")


def test_the_environment_names_a_content_folder(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_CONTENT", str(small.root))
    assert Roots.find().concepts == small.root / "concepts"
    assert "park-or-retry" in Library.load().entries
    monkeypatch.setenv("KB_CONTENT", "~/no/such/folder")
    assert refused(None).where == str(Path.home() / "no/such/folder")


def test_an_argument_goes_before_the_environment(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_CONTENT", "/no/such/folder")
    assert "park-or-retry" in Library.load(small.root).entries


def test_without_a_name_the_shipped_content_is_read() -> None:
    assert "caching" in {path.parent.name for path in Roots.find().entry_files()}


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, to whom every folder is open."""
    if os.geteuid() == 0:
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)
    else:
        yield


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions are kept differently here")
@pytest.mark.parametrize("closed", ["concepts", "concepts/messaging", "quizzes/messaging"])
def test_a_folder_that_may_not_be_read_is_named(small: Small, closed: str) -> None:
    with tempfile.TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        root = Path(base) / "content"
        _copy(small.root, root)
        (root / closed).chmod(0)
        with as_nobody():
            error = refused(root)
        (root / closed).chmod(0o755)
    assert "cannot be read" in error.what
    assert error.where.startswith(str(root))


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions are kept differently here")
def test_a_file_that_may_not_be_read_is_named(small: Small) -> None:
    with tempfile.TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        root = Path(base) / "content"
        _copy(small.root, root)
        path = root / "concepts" / f"{EXERCISE}.yaml"
        path.chmod(0)
        with as_nobody():
            error = refused(root)
    assert error.where == f"{path}:1"
    assert "ermission denied" in error.what


def _copy(source: Path, target: Path) -> None:
    for path in source.rglob("*.yaml"):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())


def test_the_fingerprint_changes_with_every_edit_and_with_nothing_else(small: Small) -> None:
    roots = Roots.find(small.root)
    first = roots.fingerprint()
    assert re.fullmatch("[0-9a-f]{24}", first)
    assert roots.fingerprint() == first
    (small.root / "concepts/messaging/notes.txt").write_text("not content")
    assert roots.fingerprint() == first
    seen = {first}
    small.edit(EXERCISE, ("minutes: 5", "minutes: 15"))
    seen.add(roots.fingerprint())
    path = small.path(EXERCISE)
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    seen.add(roots.fingerprint())
    path.rename(path.with_name("drain.yaml"))
    seen.add(roots.fingerprint())
    small.path("quizzes/resilience/circuit-breaker.yaml").unlink()
    seen.add(roots.fingerprint())
    assert len(seen) == 5


def test_every_file_is_listed_in_one_order(small: Small) -> None:
    roots = Roots.find(small.root)
    names = [path.stem for path in roots.entry_files()]
    assert sorted(names) == sorted([*Library.load(small.root).concepts, "park-or-retry", "drain-a-queue", "step"])
    assert roots.entry_files() == sorted(roots.entry_files())
    assert [path.stem for path in roots.registry_files()] == ["staircase", "sources", "references", "numbers"]
    assert len(roots.question_files()) == 4
