"""Brings a backup back, and keeps what was there."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from engine.device import forget_device
from engine.events import LOCAL_LEARNER
from engine.store import Store, copy_sqlite
from kb.errors import StoreError

_COMPANIONS = ("", "-wal", "-shm")


def events_in(backup: Path) -> int:
    """How many events a backup holds. It is looked into through a copy: opening one may migrate it, and a backup is never changed.

    Raises:
        StoreError: it is damaged, or no database of ours.
    """
    with tempfile.TemporaryDirectory(prefix="kb-restore-") as folder:
        probe = Path(folder) / backup.name
        copy_sqlite(backup, probe)
        store = Store(probe, LOCAL_LEARNER)
        try:
            problems, count = store.check(), len(store.events())
        finally:
            store.close()
    if problems:
        raise StoreError(f"the backup is damaged: {problems[0]}", where=str(backup), hint="Try an older one.")
    return count


def restore(backup: Path, database: Path, aside: Path) -> None:
    """Puts a backup in the place of the database.

    Args:
        backup: what to bring back; see `events_in`.
        database: the learner's database, which may be missing or damaged.
        aside: where to keep what was there, with the answers that are only in its write-ahead log.

    Raises:
        StoreError: the copy failed; the database is as it was.
    """
    if database.exists():
        try:
            copy_sqlite(database, aside)
        except StoreError:
            aside.parent.mkdir(parents=True, exist_ok=True)
            for end in _COMPANIONS:
                if (source := database.with_name(database.name + end)).exists():
                    shutil.copy2(source, aside.with_name(aside.name + end))
    fresh = database.with_name(f"{database.name}.restored")
    copy_sqlite(backup, fresh)
    for end in _COMPANIONS[1:]:
        database.with_name(database.name + end).unlink(missing_ok=True)
    fresh.replace(database)
    # Numbers that this device used after the backup was made are taken: going on under its name would use them twice.
    forget_device(database.parent)
