"""The index file: where it lies, whether it is current, and how it is made so that nobody ever meets half of one."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from kb import paths
from kb.embed import MODEL
from kb.roots import Roots
from kb.search.build import FORMAT, documents_of, fill, vectors_of
from kb.search.vectors import replacing

Say = Callable[[str], None]
"""Is told, in a sentence, about work that takes its time."""

State = Literal["current", "missing", "damaged"]

_KEPT = 4
_HEADER = b"SQLite format 3\0"


def silent(_: str) -> None:
    """Tells nobody."""


def index_path(content: Path | None = None) -> Path:
    """The file of the current index, named by content, model and format; it need not exist.

    Raises:
        ContentError: there is no such content.
    """
    return paths.cache_dir() / f"index-{FORMAT}-{MODEL.rpartition('-')[2]}-{Roots.find(content).fingerprint()}.db"


def connect(content: Path | None, say: Say = silent) -> sqlite3.Connection:
    """Opens the current index, and builds it where there is none or it is damaged.

    Args:
        content: the content folder; None for the shipped one.
        say: is told when an index is built, and why.

    Returns:
        A connection that only reads; to a copy in memory where the cache folder cannot be written.

    Raises:
        ContentError: the content cannot be used.
        SearchError: the model or the vectors cannot be used.
    """
    path = index_path(content)
    if is_whole(path):
        return opened(path)
    if _exists(path):
        say(f"The search index {path} is damaged; building it again.")
    else:
        say("Building the search index (once after each change of the content).")
    return rebuild(content, say)


def rebuild(content: Path | None, say: Say = silent) -> sqlite3.Connection:
    """Builds the index of today's content and opens it; arguments, result and errors as for `connect`."""
    path = index_path(content)
    documents, steps = documents_of(content)
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    fill(memory, documents, steps, vectors_of(documents, say), Roots.find(content).fingerprint())
    try:
        with replacing(path) as draft:
            memory.execute("vacuum into ?", (str(draft),))
    except (OSError, sqlite3.Error) as error:
        if not is_whole(path):
            say(f"The folder {path.parent} cannot be written ({error}); the index is kept in memory for this time.")
            return memory
    memory.close()
    _prune(path)
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


def _prune(current: Path) -> None:
    """Removes old indexes; a few stay, for those who work on two content folders in turn."""
    with contextlib.suppress(OSError):
        others = [path for path in current.parent.glob("index-*.db") if path != current]
        for path in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[_KEPT - 1 :]:
            # Windows refuses to delete what another process reads; the next build tries again.
            with contextlib.suppress(OSError):
                path.unlink()
