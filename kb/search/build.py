"""Builds the search index: one SQLite database with the words, the vectors and what a hit shows."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb import paths
from kb.embed import DIMENSION, MODEL
from kb.errors import SearchError
from kb.search import lexical, pairs, vectors
from kb.search.vectors import Progress, Vectors

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from kb.search.documents import Document

FORMAT = 2
"""Of the index file; a program with another number builds its own."""

_SCHEMA = (
    """
create table meta (key text primary key, value not null) without rowid;
create table entry (
    number integer primary key, id text not null, kind text not null, title text not null, step text not null,
    level text not null, summary text not null, sources text not null
);
create table window (number integer primary key, text text not null);
"""
    + lexical.SCHEMA
    + pairs.SCHEMA
)

_LEARNED_ROWS = 20_000


def documents_of(content: Path | None) -> tuple[list[Document], list[str]]:
    """Everything that is to be searched, and the ids of all steps.

    Raises:
        ContentError: the content cannot be used.
    """
    from kb.content import Library
    from kb.search.documents import documents

    library = Library.load(content)
    return list(documents(library)), [step.id for step in library.staircase.steps]


def vectors_of(documents: Sequence[Document], progress: Progress | None) -> Vectors:
    """A vector for every window: shipped, encoded on this machine before, or encoded now and kept for the next time.

    Raises:
        SearchError: shipped vectors or the model are damaged.
    """
    own = learned_path()
    known = vectors.shipped()
    learned = Vectors()
    # What was encoded here can be encoded again, so a damaged file is no reason to stop.
    with contextlib.suppress(SearchError):
        learned = vectors.read_shard(own)
    texts = [text for document in documents for text in document.windows]
    needed = {vectors.digest(text) for text in texts}

    def keep(fresh: Vectors) -> None:
        others = [key for key in learned if key not in needed][: max(_LEARNED_ROWS - len(fresh), 0)]
        mine = {key: row for key, row in learned.items() if key in needed and key not in known}
        with contextlib.suppress(OSError):
            vectors.write_shard(own, {**{key: learned[key] for key in others}, **mine, **fresh})

    fresh = vectors.encode_missing(texts, {**learned, **known}, progress=progress, keep=keep)
    return {**learned, **known, **fresh}


def learned_path() -> Path:
    """The file of the vectors that were encoded on this machine."""
    return paths.cache_dir() / "vectors.bin"


def fill(
    connection: sqlite3.Connection, documents: Sequence[Document], steps: Sequence[str], rows: Vectors, fingerprint: str
) -> None:
    """Writes an index into an empty database.

    Args:
        connection: to the database.
        documents: what is to be found.
        steps: ids of all steps, also of those without entries.
        rows: a vector for every window.
        fingerprint: of the content.
    """
    connection.executescript(_SCHEMA)
    starts, texts = list[int](), list[str]()
    for number, document in enumerate(documents):
        connection.execute(
            "insert into entry values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                document.id,
                document.kind,
                document.title,
                document.step,
                document.level,
                document.summary,
                json.dumps(document.sources),
            ),
        )
        lexical.add(connection, number, document)
        pairs.add(connection, number, document)
        starts.append(len(texts))
        texts += document.windows
    connection.executemany("insert into window values (?, ?)", enumerate(texts))
    meta = {
        "format": FORMAT,
        "model": MODEL,
        "fingerprint": fingerprint,
        "entries": len(documents),
        "windows": len(texts),
        "dimension": DIMENSION,
        "steps": json.dumps(list(steps)),
        "starts": np.array(starts, "<i4").tobytes(),
        "vectors": vectors.stacked(texts, rows),
    }
    connection.executemany("insert into meta values (?, ?)", meta.items())
    connection.execute("insert into words (words) values ('optimize')")
    connection.commit()
