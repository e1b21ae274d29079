"""Databases as each earlier version wrote them, kept as SQL in `databases/`: every one of them opens, and nothing in it is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from engine.events import Review
from engine.foreign import events_of_file
from engine.migrations import MIGRATIONS
from engine.progress import replay
from engine.restore import events_in
from engine.schedule import DEFAULT_POLICY
from engine.settings import Settings
from engine.store import Store
from engine.workspace import Workspace
from kb import paths
from kb.errors import StoreError

DATABASES = Path(__file__).parent / "databases"
VERSIONS = sorted(path.stem for path in DATABASES.glob("*.sql"))
NAMES = list(MIGRATIONS)


def built(version: str, path: Path) -> Path:
    """A database as that version wrote it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript((DATABASES / f"{version}.sql").read_text(encoding="utf-8"))
    connection.close()
    return path


def rows(path: Path, table: str) -> list[dict[str, Any]]:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    found = [dict(row) for row in connection.execute(f"SELECT * FROM {table} ")]  # noqa: S608
    connection.close()
    return found


def schema(path: Path) -> dict[str, Any]:
    """Columns, keys, indexes and triggers, however the statements that made them were spelt."""
    connection = sqlite3.connect(path)
    ask = connection.execute
    found: dict[str, Any] = {}
    for kind, name, table, sql in ask("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall():
        if kind == "table":
            query = f"SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('{name}')"  # noqa: S608
            found[name] = ask(query).fetchall()
        elif kind == "index":
            unique = ask(f"SELECT \"unique\" FROM pragma_index_list('{table}') WHERE name = '{name}'").fetchall()  # noqa: S608
            found[name] = (table, unique, ask(f"SELECT seqno, name FROM pragma_index_info('{name}')").fetchall())  # noqa: S608
        else:
            found[name] = (table, " ".join(sql.split()))
    connection.close()
    return found


def test_there_is_a_database_of_every_earlier_version() -> None:
    """Whoever adds a migration adds the database of the version before: `sqlite3 progress.db .dump`."""
    assert [name[:4] for name in NAMES[:-1]] == VERSIONS
    assert [int(name[:4]) for name in NAMES] == list(range(1, len(NAMES) + 1))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_steps_make_today_what_they_made_when_they_were_released(version: str, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    with engine.begin() as connection:
        for name in NAMES[: VERSIONS.index(version) + 1]:
            MIGRATIONS[name](connection)
    engine.dispose()
    assert schema(tmp_path / "fresh.db") == schema(built(version, tmp_path / "old.db"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_each_earlier_version_opens_and_loses_nothing(version: str, tmp_path: Path) -> None:
    path = built(version, tmp_path / "progress.db")
    events, states = rows(path, "event"), rows(path, "state")
    assert len(events) == 26
    announced: list[str] = []
    store = Store(path, "me", before_migration=announced.extend)
    assert announced == NAMES[VERSIONS.index(version) + 1 :]
    assert [row["name"] for row in rows(path, "migration")] == NAMES
    assert rows(path, "event") == events
    assert [{k: row[k] for k in states[0]} for row in rows(path, "state")] == states
    assert store.check() == []
    assert replay(store.events()).cards == store.states() != {}
    before = store.state_dump()
    store.rebuild(DEFAULT_POLICY)
    assert store.state_dump() == before
    store.close()
    Store(path, "me").close()
    Store(tmp_path / "fresh.db", "me").close()
    assert schema(path) == schema(tmp_path / "fresh.db")
    again: list[str] = []
    Store(path, "me", before_migration=again.extend).close()
    assert again == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_backup_is_made_before_and_can_be_brought_back(
    version: str, small: Callable[..., Any], clock: Any, home: Path
) -> None:
    old = rows(built(version, paths.database_path()), "event")
    workspace = Workspace(clock=clock, settings=Settings())
    workspace.__dict__["library"] = small()
    assert workspace.examine() == []
    workspace.record("review", "near-copy#symptom", {"due": 20800}, Review(3, text_hash="h"))
    assert workspace.check() == []
    (backup,) = (home / "data" / "backups").glob("*-migration.db")
    assert rows(backup, "event") == old
    assert [row["name"][:4] for row in rows(backup, "migration")] == VERSIONS[: VERSIONS.index(version) + 1]
    assert events_in(backup) == 26
    assert workspace.absorb(events_of_file(backup)[0]).new == ()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_migration_that_fails_leaves_the_database_as_it_was(version: str, tmp_path: Path) -> None:
    path = built(version, tmp_path / "progress.db")
    connection = sqlite3.connect(path)
    connection.execute("DROP INDEX event_by_device")
    connection.close()
    before = schema(path), rows(path, "event"), rows(path, "state"), rows(path, "migration")
    with pytest.raises(StoreError) as caught:
        Store(path, "me")
    assert "kb db" in caught.value.hint
    assert (schema(path), rows(path, "event"), rows(path, "state"), rows(path, "migration")) == before
