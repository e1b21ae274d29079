"""The index file: where it lies, whether it is current, and how it is made so that nobody ever meets half of one."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from kb import paths
from kb.roots import Roots
from kb.search import approximate, models
from kb.search.build import FORMAT, documents_of, fill, vectors_of
from kb.search.models import Model
from kb.search.vectors import Count, replacing

Say = Callable[[str], None]
"""Is told, in a sentence, about work that takes its time."""

State = Literal["current", "missing", "damaged"]

LIBRARY = "index"
"""How the names of the library's indexes begin."""

_KEPT = 4
_HEADER = b"SQLite format 3\0"


def silent(_: str) -> None:
    """Tells nobody."""


def index_path(content: Path | None = None, model: Model | None = None) -> Path:
    """The file of the current index, named by content, model and format; it need not exist.

    Args:
        content: the content folder; None for the shipped one.
        model: whose vectors it holds; None for the one that was chosen.

    Raises:
        ContentError: there is no such content.
        SearchError: the chosen model is not on this disk any more.
    """
    return path_of(LIBRARY, model or models.current(), Roots.find(content).fingerprint())


def path_of(kind: str, model: Model, fingerprint: str) -> Path:
    """The file of an index: of what it is, of which model, and of what state of its sources."""
    return paths.cache_dir() / f"{kind}-{FORMAT}-{model.id.rpartition('-')[2]}-{fingerprint}.db"


def connect(content: Path | None, say: Say = silent, model: Model | None = None) -> sqlite3.Connection:
    """Opens the current index, and builds it where there is none or it is damaged.

    Args:
        content: the content folder; None for the shipped one.
        say: is told when an index is built, and why.
        model: whose vectors it holds; None for the one that was chosen.

    Returns:
        A connection that only reads; to a copy in memory where the cache folder cannot be written.

    Raises:
        ContentError: the content cannot be used.
        SearchError: the model or the vectors cannot be used.
    """
    model = model or models.current()
    path = index_path(content, model)
    if is_whole(path):
        return opened(path)
    if _exists(path):
        say(f"The search index {path} is damaged; building it again.")
    else:
        say("Building the search index (once after each change of the content or the model).")
    return rebuild(content, say, model)


def rebuild(
    content: Path | None, say: Say = silent, model: Model | None = None, count: Count | None = None
) -> sqlite3.Connection:
    """Builds the index of today's content and opens it; arguments, result and errors as for `connect`.

    Args:
        content: as for `connect`.
        say: as for `connect`.
        model: as for `connect`.
        count: is told in numbers how far the encoding is, in place of `say`.
    """
    model = model or models.current()
    path = index_path(content, model)
    documents, steps = documents_of(content)
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    rows = vectors_of(documents, None if count else say, model, count)
    fill(memory, documents, steps, rows, Roots.find(content).fingerprint(), model)
    return kept(memory, path, say)


def kept(memory: sqlite3.Connection, path: Path, say: Say, most: int = _KEPT) -> sqlite3.Connection:
    """Writes an index that was filled in memory to its file, whole or not at all, and opens that.

    Args:
        memory: the index; closed when the file takes its place.
        path: the file, of a name as from `path_of`.
        say: is told where the folder cannot be written.
        most: how many indexes of its kind stay, with this one.

    Returns:
        A connection that only reads; `memory` where the folder cannot be written.
    """
    try:
        with replacing(path) as draft:
            memory.execute("vacuum into ?", (str(draft),))
    except (OSError, sqlite3.Error) as error:
        if not is_whole(path):
            say(f"The folder {path.parent} cannot be written ({error}); the index is kept in memory for this time.")
            return memory
    memory.close()
    prune(path, most)
    return opened(path)


def is_whole(path: Path) -> bool:
    """Whether a file is a complete SQLite database, told by its header and its length, without reading it.

    Source: https://www.sqlite.org/fileformat.html, section 1.3: bytes 16-17 hold the page size, 28-31 the number of pages.
    """
    try:
        with path.open("rb") as file:
            header = file.read(100)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return False
    page = int.from_bytes(header[16:18], "big")
    return header.startswith(_HEADER) and size == (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big")


def state(path: Path) -> State:
    """Whether an index file is there and sound. Reads all of it."""
    if not is_whole(path):
        return "damaged" if _exists(path) else "missing"
    try:
        with contextlib.closing(opened(path)) as connection:
            (verdict,) = connection.execute("pragma quick_check(1)").fetchone()
    except sqlite3.Error:
        return "damaged"
    return "current" if verdict == "ok" else "damaged"


def _exists(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - in a folder that may not be read, Path.exists raises


def opened(path: Path) -> sqlite3.Connection:
    """Opens an index file to read it; damage in it shows as `sqlite3.DatabaseError` when it is read."""
    # Nobody writes to an index once it has its name, so SQLite needs no locks and no journal beside it.
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)


def prune(current: Path, most: int = _KEPT) -> None:
    """Removes old indexes of the same kind; a few stay, for those who work on two content folders in turn.

    Args:
        current: stays.
        most: how many stay, with it.
    """
    kind = current.name.partition("-")[0]
    with contextlib.suppress(OSError):
        current.with_suffix(approximate.SUFFIX).unlink(missing_ok=True)
        others = [path for path in current.parent.glob(f"{kind}-*.db") if path != current]
        for path in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[most - 1 :]:
            # Windows refuses to delete what another process reads; the next build tries again.
            with contextlib.suppress(OSError):
                path.with_suffix(approximate.SUFFIX).unlink(missing_ok=True)
                path.unlink()
