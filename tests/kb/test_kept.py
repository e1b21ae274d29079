"""What is kept between runs: it is found again, forgotten in time, and never in the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kb.content import Library
from kb.kept import Kept, code_version, hash_of
from kb.lint import lint
from kb.paths import cache_dir

if TYPE_CHECKING:
    from tests.kb.conftest import Small


@pytest.fixture(autouse=True)
def nothing_kept(home: Path) -> None:
    (home / "cache" / "kept").unlink()


def kept_file(name: str) -> Path:
    return cache_dir() / "kept" / f"{name}.json"


def test_a_value_is_found_again_by_the_next_run() -> None:
    first = Kept("numbers", "1")
    first.put("a", {"x": [1, 2.5, None, "ü"]})
    first.save()
    again = Kept("numbers", "1")
    assert "a" in again
    assert again.get("a") == {"x": [1, 2.5, None, "ü"]}
    assert "b" not in again


def test_values_of_other_code_are_forgotten() -> None:
    first = Kept("numbers", "1")
    first.put("a", 1)
    first.save()
    assert "a" not in Kept("numbers", "2")


def test_only_what_was_used_stays_when_something_new_is_written() -> None:
    first = Kept("numbers", "1")
    for key in "abc":
        first.put(key, key)
    first.save()
    second = Kept("numbers", "1")
    second.get("b")
    second.put("d", "d")
    second.save()
    third = Kept("numbers", "1")
    assert [key for key in "abcd" if key in third] == ["b", "d"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe", b'{"version":"1","values":[]}', b"[" * 100_000])
def test_a_damaged_file_is_an_empty_one(damage: bytes) -> None:
    kept_file("numbers").parent.mkdir()
    kept_file("numbers").write_bytes(damage)
    kept = Kept("numbers", "1")
    assert "a" not in kept
    kept.put("a", 1)
    kept.save()
    assert "a" in Kept("numbers", "1")


def test_a_folder_that_cannot_be_written_is_no_error() -> None:
    (cache_dir() / "kept").write_text("a file where the folder should be")
    kept = Kept("numbers", "1")
    kept.put("a", 1)
    kept.save()
    assert "a" not in Kept("numbers", "1")


def test_the_version_changes_with_the_code(tmp_path: Path) -> None:
    source = tmp_path / "code.py"
    source.write_text("a = 1")
    before = code_version([source])
    assert code_version([source]) == before
    source.write_text("a = 12")
    assert code_version([source]) != before


def test_a_library_read_from_what_was_kept_equals_the_one_read_from_files(small: Small) -> None:
    first = Library.load(small.root)
    files = [path for path in (cache_dir() / "kept").iterdir() if path.name.startswith("files-")]
    assert len(files) == 1
    again = Library.load(small.root)
    assert again.entries == first.entries
    assert again.questions == first.questions
    assert {name: file.data for name, file in again.files.items()} == {n: f.data for n, f in first.files.items()}


def test_an_edited_file_is_read_anew_and_its_problem_has_its_line(small: Small) -> None:
    Library.load(small.root)
    small.edit("messaging/message-queue", ("level: core", "level: none"))
    problem = next(p for p in lint(small.root) if p.rule == "schema")
    assert problem.path.stem == "message-queue"
    assert problem.path.read_text("utf-8").splitlines()[problem.line - 1].startswith("level: none")


def test_a_forged_value_cannot_stand_for_a_file_that_was_edited(small: Small) -> None:
    Library.load(small.root)
    file = next(path for path in (cache_dir() / "kept").iterdir() if path.name.startswith("files-"))
    values = json.loads(file.read_bytes())["values"]
    small.edit("messaging/message-queue", ("level: core", "level: advanced"))
    edited = small.root / "concepts/messaging/message-queue.yaml"
    assert hash_of(edited.read_bytes()) not in values
    assert Library.load(small.root).concepts["message-queue"].level == "advanced"
