"""Builds the search index: one SQLite database with the words, the vectors and what a hit shows."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb import paths
from kb.errors import SearchError
from kb.search import lexical, pairs, vectors
from kb.search.fields import FIELDS
from kb.search.models import SHIPPED, Model
from kb.search.semantic import checksum
from kb.search.vectors import Count, Progress, Vectors

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from kb.search.documents import Document, Passage

FORMAT = 4
"""Of the index file; a program with another number builds its own."""

_SCHEMA = (
    """
create table meta (key text primary key, value not null) without rowid;
create table entry (
    number integer primary key, id text not null, kind text not null, title text not null, step text not null,
    level text not null, summary text not null, sources text not null, origin text not null
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


def vectors_of(
    documents: Sequence[Document], progress: Progress | None, model: Model = SHIPPED, count: Count | None = None
) -> Vectors:
    """A vector for every window: shipped, encoded on this machine before, or encoded now and kept for the next time.

    Raises:
        SearchError: shipped vectors or the model are damaged.
    """
    own = learned_path(model)
    known = vectors.shipped() if model is SHIPPED else Vectors()
    learned = Vectors()
    # What was encoded here can be encoded again, so a damaged file is no reason to stop.
    with contextlib.suppress(SearchError):
        learned = vectors.read_shard(own, model.id, model.dimension)
    texts = [passage.text for document in documents for passage in document.passages]
    needed = {vectors.digest(text) for text in texts}

    def keep(fresh: Vectors) -> None:
        others = [key for key in learned if key not in needed][: max(_LEARNED_ROWS - len(fresh), 0)]
        mine = {key: row for key, row in learned.items() if key in needed and key not in known}
        with contextlib.suppress(OSError):
            vectors.write_shard(own, {**{key: learned[key] for key in others}, **mine, **fresh}, model.id)

    fresh = vectors.encode_missing(
        texts, {**learned, **known}, progress=progress, count=count, keep=keep, encode=model.encode
    )
    return {**learned, **known, **fresh}


def learned_path(model: Model = SHIPPED) -> Path:
    """The file of the vectors that were encoded on this machine by a model."""
    return paths.cache_dir() / ("vectors.bin" if model is SHIPPED else f"vectors-{model.id.rpartition('-')[2]}.bin")


def fill(
    connection: sqlite3.Connection,
    documents: Sequence[Document],
    steps: Sequence[str],
    rows: Vectors,
    fingerprint: str,
    model: Model = SHIPPED,
) -> None:
    """Writes an index into an empty database.

    Args:
        connection: to the database.
        documents: what is to be found.
        steps: ids of all steps, also of those without entries.
        rows: a vector for every window.
        fingerprint: of the content.
        model: that made the vectors.
    """
    connection.executescript(_SCHEMA)
    starts: list[int] = []
    passages: list[Passage] = []
    counted = lexical.Counted()
    for number, document in enumerate(documents):
        connection.execute(
            "insert into entry values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                document.id,
                document.kind,
                document.title,
                document.step,
                document.level,
                document.summary,
                json.dumps(document.sources),
                document.origin,
            ),
        )
        counted.add(connection, number, document)
        pairs.add(connection, number, document)
        starts.append(len(passages))
        passages += document.passages
    counted.write(connection)
    texts = [passage.text for passage in passages]
    connection.executemany("insert into window values (?, ?)", enumerate(texts))
    blobs = {
        "starts": np.array(starts, "<i4").tobytes(),
        "fields": np.array([FIELDS.index(passage.field) for passage in passages], np.uint8).tobytes(),
        "vectors": vectors.stacked(texts, rows),
    }
    meta = {
        "format": FORMAT,
        "model": model.id,
        "fingerprint": fingerprint,
        "entries": len(documents),
        "windows": len(texts),
        "dimension": model.dimension,
        "steps": json.dumps(list(steps)),
        "checksum": checksum(*blobs.values()),
        **blobs,
    }
    connection.executemany("insert into meta values (?, ?)", meta.items())
    connection.execute("insert into words (words) values ('optimize')")
    connection.commit()
