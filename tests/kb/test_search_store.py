"""The index file: built on first use, current, never half, and mended when damaged."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from kb import paths
from kb.errors import ContentError, SearchError
from kb.search import Index, open_index, store
from kb.search.store import index_path, is_whole


@pytest.fixture(autouse=True)
def made(home: Path, caching_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the step Caching in this test's home, copied from one that was built once."""
    built = tmp_path_factory.getbasetemp() / "built-index"
    path = index_path(caching_root)
    if not (built / path.name).exists():
        open_index(caching_root).close()
        shutil.copytree(path.parent, built, dirs_exist_ok=True)
    shutil.copytree(built, path.parent, dirs_exist_ok=True)
    return path


@pytest.fixture
def said() -> list[str]:
    return []


def works(content: Path, said: list[str]) -> bool:
    with open_index(content, said.append) as index:
        return index.search("cdn").hits[0].id == "cdn"


def test_a_current_index_is_opened_in_silence(caching_root: Path, made: Path, said: list[str]) -> None:
    before = made.stat().st_mtime_ns
    assert works(caching_root, said)
    assert said == []
    assert made.stat().st_mtime_ns == before


def test_it_is_built_on_first_use_with_a_word(caching_root: Path, made: Path, said: list[str]) -> None:
    made.unlink()
    assert works(caching_root, said)
    assert said[0].startswith("Building the search index")
    assert is_whole(made)


def test_an_edit_is_found_at_once(caching_root: Path, tmp_path: Path, said: list[str]) -> None:
    content = tmp_path / "content"
    shutil.copytree(caching_root, content)
    cdn = content / "concepts/caching/cdn.yaml"
    cdn.write_text(cdn.read_text().replace("title: Content delivery network", "title: Zanzibar relay"))
    with open_index(content, said.append) as index:
        assert index.search("zanzibar relay").hits[0].id == "cdn"
    assert any("passages" in sentence for sentence in said)
    said.clear()
    cdn.write_text(cdn.read_text().replace("title: Zanzibar relay", "title: Timbuktu relay"))
    with open_index(content, said.append) as index:
        assert index.search("zanzibar relay").hits[:1] != ("cdn",)
        assert index.search("timbuktu relay").hits[0].id == "cdn"


def test_what_was_encoded_here_is_not_encoded_again(caching_root: Path, tmp_path: Path, said: list[str]) -> None:
    content = tmp_path / "content"
    shutil.copytree(caching_root, content)
    cdn = content / "concepts/caching/cdn.yaml"
    cdn.write_text(re.sub(r"(?m)^    trap: .*", "    trap: Penguins stand in a queue.", cdn.read_text(), count=1))
    assert works(content, said)
    assert "Reading for meaning: 1 of 1 passages" in said
    index_path(content).unlink()
    said.clear()
    assert works(content, said)
    assert not any("passages" in sentence for sentence in said)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda _: b"no database at all" * 100,
        lambda data: data[:100],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data[:4096] + bytes(len(data) - 4096),
        lambda data: data[:100] + os.urandom(len(data) - 100),
    ],
    ids=["empty", "other", "header only", "half", "one byte short", "zeros", "noise"],
)
def test_a_damaged_index_is_built_again_with_a_word(caching_root: Path, made: Path, said: list[str], spoil) -> None:
    made.write_bytes(spoil(made.read_bytes()))
    assert works(caching_root, said)
    assert "damaged" in said[0]
    assert said[0].count("\n") == 0
    said.clear()
    assert works(caching_root, said)
    assert said == []


def test_damage_that_shows_only_while_searching_is_mended_too(caching_root: Path, made: Path, said: list[str]) -> None:
    with sqlite3.connect(made) as connection:
        connection.execute("drop table window")
        connection.execute("vacuum")
    connection.close()
    assert works(caching_root, said)
    assert len(said) == 1
    assert said[0].startswith("The search index is damaged")


def test_damage_without_a_way_to_mend_it_is_an_error_that_says_what_to_do(made: Path) -> None:
    made.write_bytes(made.read_bytes()[:4096])
    with pytest.raises(SearchError) as caught:
        Index(store.opened(made))
    assert "kb index" in caught.value.hint


def test_a_cache_that_cannot_be_written_costs_only_time(
    caching_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("KB_HOME", str(tmp_path / "file"))
    assert works(caching_root, said)
    assert any("in memory" in sentence for sentence in said)


def test_damaged_learned_vectors_are_made_again(caching_root: Path, made: Path, said: list[str]) -> None:
    (paths.cache_dir() / "vectors.bin").write_bytes(b"rubbish")
    made.unlink()
    assert works(caching_root, said)


def test_old_indexes_are_removed_but_for_a_few(caching_root: Path, made: Path, said: list[str]) -> None:
    for age in range(10):
        old = made.with_name(f"index-0-old-{age}.db")
        old.write_bytes(b"x")
        os.utime(old, (1000 - age, 1000 - age))
    made.unlink()
    assert works(caching_root, said)
    left = sorted(path.name for path in made.parent.glob("index-*.db"))
    assert left == sorted([made.name, *(f"index-0-old-{age}.db" for age in range(3))])
    assert not list(made.parent.glob(".*"))


def test_two_processes_may_build_at_once(caching_root: Path, made: Path) -> None:
    made.unlink()
    command = [sys.executable, "-m", "kb", "--content", str(caching_root), "search", "cdn", "--limit", "1", "--json"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert all('"id": "cdn"' in out for out, _ in outputs)
    assert is_whole(made)
    assert not list(made.parent.glob(".*"))


def test_the_same_content_gives_the_same_answers_after_a_rebuild(caching_root: Path, made: Path) -> None:
    with open_index(caching_root) as index:
        before = index.search("all keys expired at once")
    store.rebuild(caching_root).close()
    with open_index(caching_root) as index:
        assert index.search("all keys expired at once") == before


def test_broken_content_is_named_instead_of_indexed(small, said: list[str]) -> None:
    small.write("messaging/message-queue", "id: [unclosed")
    with pytest.raises(ContentError) as caught:
        open_index(small.root, said.append)
    assert "message-queue.yaml" in caught.value.where


def test_the_state_of_a_file_is_told(made: Path, tmp_path: Path) -> None:
    assert store.state(made) == "current"
    assert store.state(tmp_path / "none.db") == "missing"
    data = made.read_bytes()
    for damage in (b"", data[:5000], data[:4096] + os.urandom(len(data) - 4096)):
        made.write_bytes(damage)
        assert store.state(made) == "damaged"
