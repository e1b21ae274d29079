from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.events import Event, Review
from engine.identifiers import uuid7
from engine.restore import events_in, restore
from engine.schedule import DEFAULT_POLICY
from engine.store import Store, copy_sqlite
from kb.errors import StoreError


def event(number: int) -> Event:
    review = Review(rating=3, model="fsrs6/1", text_hash="h")
    return Event(
        uuid7(number, bytes(10)),
        "me",
        "d1",
        0,
        datetime(2026, 11, 21, tzinfo=UTC),
        0,
        20778,
        "review",
        "a#symptom",
        {},
        review,
    )


def test_what_is_only_in_the_write_ahead_log_is_kept_aside(tmp_path: Path) -> None:
    database, aside = tmp_path / "progress.db", tmp_path / "aside.db"
    store = Store(database, "me")
    copy_sqlite(database, tmp_path / "empty.db")
    store.append([event(1)], DEFAULT_POLICY)
    assert events_in(tmp_path / "empty.db") == 0
    restore(tmp_path / "empty.db", database, aside)
    assert events_in(aside) == 1
    assert Store(database, "me").events() == []


def test_a_damaged_database_is_replaced_and_kept(tmp_path: Path) -> None:
    database, backup = tmp_path / "progress.db", tmp_path / "backup.db"
    Store(backup, "me").append([event(1)], DEFAULT_POLICY)
    database.write_bytes(b"garbage" * 999)
    restore(backup, database, tmp_path / "aside.db")
    assert len(Store(database, "me").events()) == 1
    assert (tmp_path / "aside.db").read_bytes() == b"garbage" * 999


def test_a_damaged_backup_is_refused(tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    backup.write_bytes(b"garbage" * 999)
    with pytest.raises(StoreError):
        events_in(backup)
