"""Another progress database, read through a copy: opening one may migrate it, and a file that is not ours is never changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from engine.events import LOCAL_LEARNER, Event
from engine.inspection import read_rows
from engine.store import Store, copy_sqlite
from kb.errors import StoreError


def events_of_file(path: Path) -> tuple[list[Event], list[str]]:
    """The log in another database, as far as it can be read.

    Args:
        path: an SQLite file of ours, of this version or an earlier one.

    Returns:
        The events, and for every row that cannot be read what is wrong with it.

    Raises:
        StoreError: there is no such file, it is no database of ours, or it holds the logs of several learners and none is `me`.
    """
    if not path.is_file():
        inside = path / "data" / "progress.db"
        hint = (
            f"Name the file: {inside}." if inside.is_file() else "Name the progress.db of the other machine, or a copy."
        )
        raise StoreError("there is no such file", where=str(path), hint=hint)
    with tempfile.TemporaryDirectory(prefix="kb-merge-") as folder:
        probe = Path(folder) / "progress.db"
        copy_sqlite(path, probe)
        store = Store(probe, LOCAL_LEARNER)
        try:
            learners = store.learners()
            if learners and LOCAL_LEARNER not in learners:
                if len(learners) > 1:
                    raise StoreError(
                        f"the file holds the logs of several learners: {', '.join(learners[:5])}",
                        where=str(path),
                        hint="Export the one that is meant, with KB_LEARNER and `kb export --format jsonl`, and import that.",
                    )
                store.learner = learners[0]
            return read_rows(store.raw_rows(), store.learner)
        finally:
            store.close()
