"""The search index of a user's own notes: a file beside that of the library, made anew from what is known whenever a note changes."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb import paths
from kb.errors import SearchError
from kb.search import choices, store, vectors
from kb.search.build import fill
from kb.search.models import Model
from kb.search.notes import NoteFile, Scan, read_file, scan
from kb.search.store import Say
from kb.search.vectors import Count, Vectors

if TYPE_CHECKING:
    from kb.search.documents import Document, Passage
    from kb.search.markdown import Note, Section

KIND = "note"
"""The kind of an own note among the kinds of entries."""

NOTES = "notes"
"""How the names of their indexes begin."""

_KEPT = 2
_AT_ONCE = 24
"""Files that a search reads by itself when they changed; more wait for `kb index`, for a search is not to take minutes."""

_SUMMARY = 200
_NAMING = 25
"""Words of note and headings that stand before a passage."""

_SCHEMA = "create table file (id text primary key, size integer not null, changed integer not null, complaint text not null, sections text not null);"


@dataclass(frozen=True)
class Outcome:
    """What reading the notes came to.

    Attributes:
        connection: to the index; None where no folder is added.
        files: that were read.
        encoded: passages that were new or changed.
        complaints: what was left out and why, a sentence each.
    """

    connection: sqlite3.Connection | None
    files: int = 0
    encoded: int = 0
    complaints: tuple[str, ...] = ()


_Told = tuple[str, list[str], list[str], str, str, str]
"""What is searched of a section, as JSON keeps it: id, names with the title first, what stands above, text, code and tags, origin."""


@dataclass(frozen=True)
class _Read:
    """A file as it was read.

    Attributes:
        file: which.
        complaint: what could not be read of it; empty where all could.
        sections: what is searched.
    """

    file: NoteFile
    complaint: str
    sections: list[_Told]


def connect(model: Model, say: Say) -> sqlite3.Connection | None:
    """Opens the index of the notes for a search, after reading the few notes that changed.

    Args:
        model: whose vectors it holds.
        say: is told what takes time, and what a search does not do by itself.

    Returns:
        None where there are no notes to search. A connection to the last index where too much changed to be read while somebody waits.

    Raises:
        SearchError: the list of folders or the model cannot be used.
    """
    chosen = choices.read()
    if not chosen.folders:
        return None
    seen = scan(chosen.folders)
    for folder in seen.missing:
        say(f"The folder of notes {folder.path} is not there; its notes are left out.")
    path = index_path(model, seen)
    if store.is_whole(path):
        return store.opened(path)
    waiting = changed(model, seen) & {file.id for file in seen.files}
    if len(waiting) <= _AT_ONCE:
        return refresh(model, say, seen=seen).connection
    say(f"{len(waiting)} of your notes are new or changed; `kb index` reads them.")
    return next((store.opened(newest) for newest in _kept(model)[:1]), None)


def index_path(model: Model, seen: Scan) -> Path:
    """The file of the index of notes as they are now; it need not exist."""
    return store.path_of(NOTES, model, seen.fingerprint())


def refresh(model: Model, say: Say, *, count: Count | None = None, seen: Scan | None = None) -> Outcome:
    """Reads all notes, encodes the passages that are new, and puts a new index in the place of the old one.

    What was encoded is kept when this is interrupted, and the old index stays.

    Args:
        model: whose vectors it holds.
        say: is told where the folder cannot be written.
        count: is told how far the encoding is.
        seen: what lies in the folders, if somebody looked already.

    Raises:
        SearchError: the list of folders or the model cannot be used.
    """
    chosen = choices.read()
    seen = seen or scan(chosen.folders)
    path = index_path(model, seen)
    if not chosen.folders:
        forget_others(None)
        return Outcome(None)
    read = _read(seen.files, _unchanged(model))
    complaints = (*seen.complaints, *(one.complaint for one in read if one.complaint))
    documents = [_document(*section) for one in read for section in one.sections]
    texts = [passage.text for document in documents for passage in document.passages]
    shelter = _shelter(model)
    sheltered: Vectors = {}
    with contextlib.suppress(SearchError):
        sheltered = vectors.read_shard(shelter, model.id, model.dimension)

    def keep(fresh: Vectors) -> None:
        with contextlib.suppress(OSError):
            vectors.write_shard(shelter, {**sheltered, **fresh}, model.id)

    known = {**_known(model), **sheltered}
    fresh = vectors.encode_missing(texts, known, count=count, keep=keep, encode=model.encode)
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    fill(memory, documents, (), {**known, **fresh}, seen.fingerprint(), model)
    memory.executescript(_SCHEMA)
    memory.executemany(
        "insert or replace into file values (?, ?, ?, ?, ?)",
        ((one.file.id, one.file.size, one.file.changed, one.complaint, json.dumps(one.sections)) for one in read),
    )
    memory.commit()
    connection = store.kept(memory, path, say, _KEPT)
    if store.is_whole(path):
        with contextlib.suppress(OSError):
            shelter.unlink(missing_ok=True)
    return Outcome(connection, len(seen.files), len(fresh), complaints)


def rebuilt(model: Model, say: Say) -> sqlite3.Connection:
    """The index of the notes, made again because the file was damaged.

    Raises:
        SearchError: there are no notes any more, or the list of folders or the model cannot be used.
    """
    connection = refresh(model, say).connection
    if connection is None:
        raise SearchError("the folders of notes were taken out meanwhile", hint="Search again.")
    return connection


def forget_others(current: Path | None) -> None:
    """Removes all indexes of notes but one, so that what was taken out is really gone."""
    with contextlib.suppress(OSError):
        for path in (*paths.cache_dir().glob(f"{NOTES}-*.db"), *paths.cache_dir().glob(f"{NOTES}-*.bin")):
            if path != current:
                with contextlib.suppress(OSError):
                    path.unlink()


def _kept(model: Model) -> list[Path]:
    """The indexes of notes of a model that are there, the newest first."""
    pattern = store.path_of(NOTES, model, "*").name
    with contextlib.suppress(OSError):
        found = [path for path in paths.cache_dir().glob(pattern) if store.is_whole(path)]
        return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
    return []


def changed(model: Model, seen: Scan) -> frozenset[str]:
    """The ids of the files that are new or changed since the newest index was made, or gone; all where there is none."""
    old: set[tuple[str, int, int]] = set()
    for newest in _kept(model)[:1]:
        with contextlib.suppress(sqlite3.Error), contextlib.closing(store.opened(newest)) as connection:
            old = set(connection.execute("select id, size, changed from file"))
    now = {(file.id, file.size, file.changed) for file in seen.files}
    return frozenset(row[0] for row in old ^ now)


def _known(model: Model) -> Vectors:
    """The vectors of the indexes that are there; a damaged one has none."""
    found: Vectors = {}
    for path in reversed(_kept(model)):
        with contextlib.suppress(sqlite3.Error), contextlib.closing(store.opened(path)) as connection:
            found |= _vectors(connection, model)
    return found


def _vectors(connection: sqlite3.Connection, model: Model) -> Vectors:
    from kb.search.semantic import checksum

    meta = dict(connection.execute("select key, value from meta"))
    texts = [text for (text,) in connection.execute("select text from window order by number")]
    rows, size = meta.get("vectors", b""), model.dimension
    sound = checksum(meta.get("starts", b""), meta.get("fields", b""), rows) == meta.get("checksum")
    if not sound or meta.get("model") != model.id or len(rows) != len(texts) * size:
        return {}
    return {vectors.digest(text): rows[n * size : (n + 1) * size] for n, text in enumerate(texts)}


def _shelter(model: Model) -> Path:
    """Where vectors wait from the moment they are encoded until they are in an index."""
    return paths.cache_dir() / f"{NOTES}-{model.id.rpartition('-')[2]}.bin"


def _unchanged(model: Model) -> dict[tuple[str, int, int], tuple[str, str]]:
    """What the newest index says of its files: complaint and sections, by id, size and time."""
    for newest in _kept(model)[:1]:
        with contextlib.suppress(sqlite3.Error), contextlib.closing(store.opened(newest)) as connection:
            rows = connection.execute("select id, size, changed, complaint, sections from file")
            return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}
    return {}


def _read(files: Sequence[NoteFile], unchanged: dict[tuple[str, int, int], tuple[str, str]]) -> list[_Read]:
    """Every file cut at its headings; those that did not change are not opened."""
    found = []
    for file in files:
        known = unchanged.get((file.id, file.size, file.changed))
        if known:
            found.append(_Read(file, known[0], json.loads(known[1])))
            continue
        try:
            note, complaint = read_file(file)
        except OSError as error:
            found.append(_Read(file, f"{file.path}: cannot be read ({error.strerror or error})", []))
            continue
        sections = [_told(file, note, section, first=number == 0) for number, section in enumerate(note.sections)]
        found.append(_Read(file, complaint, sections))
    return found


def _told(file: NoteFile, note: Note, section: Section, *, first: bool) -> _Told:
    stem = Path(file.id).stem
    title = section.heading or note.title or stem
    others = (note.title, stem, *note.aliases) if first else ()
    heading = " > ".join((*section.trail, section.heading)) if section.heading else ""
    origin = {"path": file.path.encode("utf-8", "replace").decode(), "heading": heading, "line": section.line}
    return (
        f"{file.id}#{section.anchor}" if section.anchor else file.id,
        list(dict.fromkeys(name for name in (title, *others) if name)),
        list(dict.fromkeys((note.title or stem, *section.trail))),
        section.text,
        " ".join((section.code, *(note.tags if first else ()))),
        json.dumps(origin, ensure_ascii=False),
    )


def _document(entry: str, names: list[str], above: list[str], text: str, rest: str, origin: str) -> Document:
    from kb.search.documents import Document

    return Document(
        id=entry,
        kind=KIND,
        title=names[0],
        step="",
        level="",
        summary=_shortened(text or rest),
        sources=(),
        names=tuple(names),
        sides=(),
        aliases=", ".join(names[1:]),
        symptom="",
        gist=" ".join(above),
        body=f"{text} {rest}",
        passages=tuple(_passages(names[0], above, text or rest)),
        origin=origin,
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _SUMMARY else f"{text[:_SUMMARY].rpartition(' ')[0] or text[:_SUMMARY]} …"


def _passages(title: str, above: Sequence[str], text: str) -> Iterator[Passage]:
    from kb.search.documents import Passage, windows

    # The nearest heading tells most, so what stands far above goes first where there is no room.
    named = " ".join(" ".join(dict.fromkeys((*above, title))).split()[-_NAMING:])
    cut = [Passage("gist", window) for window in windows(named, text)]
    yield from cut or [Passage("gist", named)]
