"""A user's own notes beside the library: what is read, what is found, what stays when something goes wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb import paths
from kb.errors import SearchError, UsageError
from kb.search import Index, Result, choices, notes, notes_index, open_index, store, vectors
from kb.search.choices import Chosen, Folder
from kb.search.models import SHIPPED
from kb.search.notes_index import Outcome

REDIS = """---
aliases: [Remote dictionary]
tags: [databases]
---
How we run it at work.

# Eviction at work
Our shards drop the coldest sessions at night.

```sh
redis-cli config set maxmemory-policy allkeys-lru
```

# Backups
Snapshots go to [[The attic|the attic server]] each Sunday.
"""


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """A folder with two notes."""
    folder = tmp_path / "vault"
    (folder / "garden").mkdir(parents=True)
    (folder / "Redis.md").write_text(REDIS)
    (folder / "garden" / "Tomatoes.md").write_text(
        "# Watering\nTomatoes want water in the morning, never on the leaves.\n"
    )
    return folder


@pytest.fixture
def built(home: Path, caching_root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The index of the step Caching in this test's home, copied from one that was built once."""
    ready = tmp_path_factory.getbasetemp() / "caching-index"
    path = store.index_path(caching_root)
    if not (ready / path.name).exists():
        open_index(caching_root).close()
        shutil.copytree(path.parent, ready, dirs_exist_ok=True)
    shutil.copytree(ready, path.parent, dirs_exist_ok=True)


def add(*folders: Path) -> None:
    chosen = choices.read()
    for folder in folders:
        chosen = chosen.with_folder(notes.new_folder(folder, chosen))
    choices.write(chosen)


def refreshed() -> Outcome:
    outcome = notes_index.refresh(SHIPPED, print)
    if outcome.connection:
        outcome.connection.close()
    return outcome


@pytest.fixture
def own(vault: Path) -> Iterator[Callable[..., Result]]:
    """Searches the notes alone, as they are now."""

    def search(query: str, **filters: str) -> Result:
        connection = notes_index.connect(SHIPPED, print)
        assert connection is not None
        with Index(connection, plain=True) as index:
            return index.search(query, **filters)

    add(vault)
    return search


def ids(result: Result) -> list[str]:
    return [hit.id for hit in result.hits]


def test_a_heading_is_found_by_meaning_with_where_it_stands(own, vault: Path) -> None:
    hit = own("which sessions are thrown away during the night").hits[0]
    assert (hit.id, hit.kind, hit.title, hit.step) == (
        "note:vault/Redis.md#eviction-at-work",
        "note",
        "Eviction at work",
        "",
    )
    assert hit.summary == "Our shards drop the coldest sessions at night."
    assert hit.origin is not None
    assert (hit.origin.path, hit.origin.heading, hit.origin.line) == (str(vault / "Redis.md"), "Eviction at work", 7)
    assert hit.why.quote == "Redis Eviction at work. Our shards drop the coldest sessions at night."
    assert hit.sources == ()


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("eviction at work", "note:vault/Redis.md#eviction-at-work"),
        ("Remote dictionary", "note:vault/Redis.md"),
        ("redis", "note:vault/Redis.md"),
        ("tomatoes", "note:vault/garden/Tomatoes.md#watering"),
        ("allkeys-lru", "note:vault/Redis.md#eviction-at-work"),
        ("attic server", "note:vault/Redis.md#backups"),
        ("tomatos in the mornin", "note:vault/garden/Tomatoes.md#watering"),
    ],
)
def test_names_aliases_code_links_and_typos_find_a_note(own, query: str, first: str) -> None:
    assert ids(own(query))[0] == first


def test_a_second_reading_encodes_nothing_and_a_changed_note_only_what_changed(own, vault: Path) -> None:
    assert (refreshed().encoded, refreshed().encoded) == (4, 0)
    redis = vault / "Redis.md"
    redis.write_text(REDIS.replace("each Sunday", "each Monday"))
    assert refreshed().encoded == 1
    os.utime(redis, (1, 1))
    assert refreshed().encoded == 0
    redis.rename(vault / "garden" / "Redis.md")
    assert refreshed().encoded == 0


def test_a_search_reads_by_itself_what_changed_and_forgets_what_is_gone(own, vault: Path) -> None:
    assert ids(own("zanzibar teapots", kind="note")) == []
    (vault / "new.md").write_text("zanzibar teapots are for sale")
    assert ids(own("zanzibar teapots"))[0] == "note:vault/new.md"
    (vault / "new.md").unlink()
    assert "note:vault/new.md" not in ids(own("zanzibar teapots"))


def test_a_search_does_not_begin_to_read_a_whole_vault(vault: Path) -> None:
    add(vault)
    refreshed()
    for number in range(30):
        (vault / f"{number}.md").write_text(f"note number {number}")
    said: list[str] = []
    connection = notes_index.connect(SHIPPED, said.append)
    assert connection is not None
    with Index(connection, plain=True) as index:
        assert index.entries == 4
    assert said == ["30 of your notes are new or changed; `kb index` reads them."]
    assert refreshed().encoded == 30


def test_what_cannot_be_read_is_said_and_the_rest_is_found(own, vault: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.md").write_text("elsewhere")
    (vault / "loop").symlink_to(vault, target_is_directory=True)
    (vault / "garden" / "up.md").symlink_to(tmp_path)
    (vault / "gone.md").symlink_to(vault / "nowhere")
    (vault / "circle.md").symlink_to(vault / "circle.md")
    (vault / "linked.md").symlink_to(tmp_path / "elsewhere" / "x.md")
    (vault / "folder.md").mkdir()
    (vault / "folder.md" / "inside.MARKDOWN").write_text("inside a folder with a strange name")
    (vault / "big.md").write_bytes(b"a" * (notes.LARGEST + 1))
    (vault / "latin.md").write_bytes("Café au lait".encode("latin-1"))
    (vault / "nul.md").write_bytes(b"a\0b")
    (vault / ".obsidian").mkdir()
    (vault / ".obsidian" / "hidden.md").write_text("hidden")
    (vault / ".hidden.md").write_text("hidden")
    (vault / "picture.png").write_bytes(b"\x89PNG")
    if hasattr(os, "mkfifo"):
        os.mkfifo(vault / "pipe.md")
    outcome = refreshed()
    found = {file.id.removeprefix("note:vault/") for file in notes.scan(choices.read().folders).files}
    assert found == {"Redis.md", "garden/Tomatoes.md", "linked.md", "folder.md/inside.MARKDOWN", "latin.md", "nul.md"}
    said = {Path(complaint.partition(": ")[0]).name: complaint for complaint in outcome.complaints}
    assert set(said) - {"pipe.md"} == {"up.md", "gone.md", "circle.md", "big.md", "latin.md"}
    assert "1.0 MB" in said["big.md"]
    assert "byte 3" in said["latin.md"]
    assert ids(own("inside a folder with a strange name"))[0] == "note:vault/folder.md/inside.MARKDOWN"
    assert refreshed().complaints == outcome.complaints


@pytest.mark.skipif(os.name == "nt", reason="names of files are text there")
def test_a_file_name_that_is_no_text_is_read_too(own, vault: Path) -> None:
    try:
        (vault / os.fsdecode(b"caf\xe9.md")).write_text("espresso for the whole team")
    except OSError:
        pytest.skip("this file system takes no such name")
    hit = own("espresso for the team").hits[0]
    assert hit.id == "note:vault/caf?.md"
    assert notes.find_section(hit.id, choices.read())[1].text == "espresso for the whole team"


def test_an_interruption_keeps_what_was_encoded_and_the_old_index(
    own, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshed()
    before = {path: path.read_bytes() for path in paths.cache_dir().glob("notes-*.db")}
    for number in range(5):
        (vault / f"{number}.md").write_text(f"the number {number}")
    monkeypatch.setattr(vectors, "_BATCH", 2)

    def stop(done: int, _: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        notes_index.refresh(SHIPPED, print, count=stop)
    assert {path: path.read_bytes() for path in paths.cache_dir().glob("notes-*.db")} == before
    assert not list(paths.cache_dir().glob(".*"))
    assert refreshed().encoded == 1
    assert not list(paths.cache_dir().glob("notes-*.bin"))


def test_a_folder_that_is_not_there_is_left_out_with_a_word_and_comes_back_unread(own, vault: Path) -> None:
    refreshed()
    away = vault.rename(vault.with_name("unplugged"))
    said: list[str] = []
    connection = notes_index.connect(SHIPPED, said.append)
    assert connection is not None
    connection.close()
    assert said == [f"The folder of notes {vault} is not there; its notes are left out."]
    away.rename(vault)
    assert refreshed().encoded == 0


def test_folders_have_different_names_and_never_hold_each_other(vault: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "vault"
    other.mkdir(parents=True)
    add(vault, other)
    chosen = choices.read()
    assert [folder.name for folder in chosen.folders] == ["vault", "vault-2"]
    assert notes.new_folder(vault, chosen) == chosen.folders[0]
    for wrong in (vault / "garden", tmp_path, tmp_path / "nowhere", vault / "Redis.md"):
        with pytest.raises(UsageError):
            notes.new_folder(wrong, chosen)
    assert notes.added_folder(other, chosen) == notes.added_folder(Path("vault-2"), chosen) == chosen.folders[1]
    shutil.rmtree(other)
    assert notes.added_folder(other, chosen) == chosen.folders[1]
    with pytest.raises(UsageError, match="was not added"):
        notes.added_folder(tmp_path, chosen)


def test_folders_that_are_taken_out_leave_nothing_in_the_cache(own, vault: Path) -> None:
    refreshed()
    choices.write(Chosen())
    assert refreshed() == Outcome(None)
    assert not list(paths.cache_dir().glob("notes-*"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"folders": [1]}', "\0", "[" * 100_000])
def test_a_damaged_list_of_folders_is_an_error_that_says_what_to_do(text: str) -> None:
    choices.choices_path().parent.mkdir(parents=True)
    choices.choices_path().write_text(text)
    with pytest.raises(SearchError) as caught:
        choices.read()
    assert caught.value.where == str(choices.choices_path())
    assert "kb index --add" in caught.value.hint


def test_what_was_chosen_is_read_back(tmp_path: Path) -> None:
    chosen = Chosen((Folder("ä", "/x/ä b"),), "/models/m", "m", 3)
    choices.write(chosen)
    assert choices.read() == chosen


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("note:vault/Redis.md", "How we run it at work."),
        ("note:vault/Redis.md#backups", "Snapshots go to the attic server each Sunday."),
        ("note:vault/Redis.md#Eviction at work", "Our shards drop the coldest sessions at night."),
    ],
)
def test_an_id_leads_back_to_the_part_of_the_file(own, entry: str, text: str) -> None:
    assert notes.find_section(entry, choices.read())[1].text == text


@pytest.mark.parametrize(
    "entry", ["note:", "note:vault", "note:vault/../secret.md", "note:vault/Redis.md#nothing", "note:x/y.md#"]
)
def test_an_id_of_no_note_is_a_usage_error(own, entry: str) -> None:
    with pytest.raises(UsageError) as caught:
        notes.find_section(entry, choices.read())
    assert caught.value.hint


QUERIES = (
    "which entry is evicted when the memory is full",
    "cdn",
    "thundering herd",
    "users see old data",
    "eviction at work",
)


def test_notes_change_neither_order_nor_scores_of_the_library(built, caching_root: Path, vault: Path) -> None:
    with open_index(caching_root) as index:
        before = {query: index.search(query, limit=200) for query in QUERIES}
    add(vault)
    refreshed()
    with open_index(caching_root) as index:
        for query, alone in before.items():
            together = index.search(query, limit=200)
            entries = tuple(hit for hit in together.hits if hit.kind != "note")
            assert entries == alone.hits[: len(entries)]
            assert len(entries) == len(alone.hits)


def test_a_note_never_stands_before_the_exact_name_of_an_entry(built, caching_root: Path, caching, vault: Path) -> None:
    names = [name for entry in caching.concepts.values() for name in (entry.title, *entry.aliases)]
    (vault / "copy.md").write_text("\n".join(f"# {name}\n{name}: {name}." for name in names))
    add(vault)
    refreshed()
    with open_index(caching_root) as index:
        for name in names:
            first, *others = index.search(name, limit=200).hits
            assert first.kind == "concept", name
            assert any(hit.kind == "note" and hit.title == name for hit in others), name


def test_kinds_and_lists_of_entries_leave_notes_in_or_out(built, caching_root: Path, vault: Path) -> None:
    add(vault)
    refreshed()
    with open_index(caching_root) as index:
        assert {hit.kind for hit in index.search("eviction at work", limit=100).hits} >= {"concept", "note"}
        assert {hit.kind for hit in index.search("eviction at work", kind="note").hits} == {"note"}
        for filters in ({"kind": "concept"}, {"step": "caching"}, {"level": "core"}, {"only": {"cache-eviction"}}):
            assert "note" not in {hit.kind for hit in index.search("eviction at work", **filters).hits}


def test_a_word_of_the_notes_is_no_typo(built, caching_root: Path, vault: Path) -> None:
    (vault / "x.md").write_text("The invaldation sheet of the car insurance.")
    add(vault)
    refreshed()
    with open_index(caching_root) as index:
        assert index.search("cache invaldation").searched_for == "cache invaldation"


def test_damage_in_the_index_of_the_notes_is_mended_and_the_library_is_left_alone(
    built, caching_root: Path, vault: Path
) -> None:
    add(vault)
    refreshed()
    (path,) = paths.cache_dir().glob("notes-*.db")
    library = store.index_path(caching_root).stat().st_mtime_ns
    whole = path.read_bytes()
    for damaged in (whole[:4096], whole[:4096] + bytes(len(whole) - 4096), b""):
        path.write_bytes(damaged)
        said: list[str] = []
        with open_index(caching_root, said.append) as index:
            assert index.search("attic server", kind="note").hits
        assert not any("search index" in sentence for sentence in said)
    assert store.index_path(caching_root).stat().st_mtime_ns == library


def test_a_folder_without_notes_is_searched_and_finds_nothing(built, caching_root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    add(tmp_path / "empty")
    assert refreshed().files == 0
    with open_index(caching_root) as index:
        assert index.search("cdn").hits[0].id == "cdn"
        assert index.search("cdn", kind="note").match == "none"
