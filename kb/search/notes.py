"""A user's own notes: which Markdown files of a folder count, and what each is called in the search."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.errors import ContentError, UsageError
from kb.search.choices import Chosen, Folder
from kb.search.markdown import Note, Section, read_note, slug

PREFIX = "note:"
"""How the ids of notes begin."""

LARGEST = 1_000_000
"""Bytes of a file; what is larger was not written by hand."""

_ENDINGS = (".md", ".markdown")


@dataclass(frozen=True)
class NoteFile:
    """A Markdown file of an added folder.

    Attributes:
        id: `note:FOLDER/PATH`, without the heading.
        path: where it lies.
        size: in bytes.
        changed: when, in ns.
    """

    id: str
    path: str
    size: int
    changed: int


@dataclass(frozen=True)
class Scan:
    """What lies in the added folders.

    Attributes:
        files: that count, in a fixed order.
        complaints: what was left out and why, a sentence each.
        missing: folders that are not there, such as those of a disk that is not plugged in.
    """

    files: tuple[NoteFile, ...]
    complaints: tuple[str, ...]
    missing: tuple[Folder, ...]

    def fingerprint(self) -> str:
        """A hash of names, sizes and times: cheap, and different after any edit."""
        told = repr([(file.id, file.path, file.size, file.changed) for file in self.files])
        return hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=12).hexdigest()


def scan(folders: Iterable[Folder]) -> Scan:
    """Looks into the added folders, without opening a file.

    Hidden files and folders are left out, as is all that does not end in `.md` or `.markdown`. Links to folders are not followed, so no
    circle of links is ever walked; links to files are.
    """
    files: list[NoteFile] = []
    complaints: list[str] = []
    missing: list[Folder] = []
    for folder in folders:
        if os.path.isdir(folder.path):  # noqa: PTH112 - on the cold path of search
            _walk(folder, files, complaints)
        else:
            missing.append(folder)
    return Scan(tuple(files), tuple(complaints), tuple(missing))


def _walk(folder: Folder, files: list[NoteFile], complaints: list[str]) -> None:
    waiting = [(folder.path, f"{PREFIX}{folder.name}")]
    while waiting:
        place, name = waiting.pop()
        try:
            with os.scandir(place) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            complaints.append(f"{place}: cannot be read ({error.strerror or error})")
            continue
        inner = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                inner.append((entry.path, f"{name}/{entry.name}"))
            elif entry.name.lower().endswith(_ENDINGS):
                _add(entry, f"{name}/{entry.name}", files, complaints)
        waiting += reversed(inner)


def _add(entry: os.DirEntry[str], name: str, files: list[NoteFile], complaints: list[str]) -> None:
    try:
        status = entry.stat()
    except OSError as error:
        complaints.append(f"{entry.path}: cannot be read ({error.strerror or error})")
        return
    if stat.S_ISDIR(status.st_mode):
        complaints.append(f"{entry.path}: a link to a folder is not followed; add that folder by itself")
    elif not stat.S_ISREG(status.st_mode):
        complaints.append(f"{entry.path}: is no ordinary file")
    elif status.st_size > LARGEST:
        complaints.append(f"{entry.path}: left out, {status.st_size / 1e6:.1f} MB are more than {LARGEST / 1e6:.0f} MB")
    else:
        # File names may hold bytes that are no text; nothing that is stored or shown can.
        files.append(NoteFile(_text(name), entry.path, status.st_size, status.st_mtime_ns))


def _text(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")


def read_file(file: NoteFile) -> tuple[Note, str]:
    """Reads a note.

    Returns:
        The note, and a complaint where the file is no UTF-8; what cannot be read then stands as replacement characters.

    Raises:
        OSError: it cannot be read.
    """
    with open(file.path, "rb") as opened:  # noqa: PTH123 - one name for a path all the way
        raw = opened.read(LARGEST + 1)
    try:
        return read_note(raw.decode("utf-8")), ""
    except UnicodeDecodeError as error:
        complaint = f"{file.path}: is not UTF-8 (byte {error.start}); read as far as possible"
        return read_note(raw.decode("utf-8", "replace").replace("\0", " ")), complaint


def find_section(entry: str, chosen: Chosen) -> tuple[NoteFile, Section]:
    """The part of a note that an id names, as the file holds it now.

    Args:
        entry: such as `note:vault/redis.md#eviction`; the heading may be written as it reads.
        chosen: the added folders.

    Raises:
        UsageError: there is no such note or heading.
        ContentError: the file cannot be read.
    """
    wanted, _, heading = entry.partition("#")
    files = scan(chosen.folders).files
    # A file name may hold a number sign too.
    named = [file for file in files if entry == file.id or entry.startswith(f"{file.id}#")]
    file = max(named, key=lambda f: len(f.id), default=None)
    if file is None:
        raise UsageError(
            f"there is no note `{wanted}`", hint="`kb search WORDS --kind note` finds notes by their words."
        )
    heading = entry[len(file.id) + 1 :]
    try:
        note, _ = read_file(file)
    except OSError as error:
        raise ContentError(
            f"cannot be read: {error.strerror or error}", where=file.path, hint="Check the file's permissions."
        ) from error
    if not heading and note.sections:
        return file, note.sections[0]
    for section in note.sections:
        if section.anchor == heading or (section.anchor and section.anchor == slug(heading)):
            return file, section
    known = ", ".join(section.anchor for section in note.sections if section.anchor) or "none"
    raise UsageError(f"the note has no heading `{heading}`", where=file.path, hint=f"Headings: {known}.")


def new_folder(path: Path, chosen: Chosen) -> Folder:
    """A folder to add, with a name that no other has.

    Raises:
        UsageError: it is no folder, or lies in an added one or around it.
    """
    try:
        whole = path.expanduser().resolve()
        present = whole.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"cannot be read: {error}", where=str(path)) from error
    if not present:
        raise UsageError("is no folder", where=str(path), hint="Name the folder that holds your notes.")
    for folder in chosen.folders:
        other = Path(folder.path)
        if whole == other:
            return folder
        if whole.is_relative_to(other):
            raise UsageError("lies in a folder that was added already", where=str(path), hint=f"See {other}.")
        if other.is_relative_to(whole):
            hint = f"Take that one out first: kb index --remove {other}"
            raise UsageError(f"holds a folder that was added already: {other}", where=str(path), hint=hint)
    return Folder(_free_name(_text(whole.name) or "notes", [folder.name for folder in chosen.folders]), str(whole))


def _free_name(wanted: str, taken: Sequence[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def added_folder(path: Path, chosen: Chosen) -> Folder:
    """The added folder that a path or a name means; the folder itself need not exist any more.

    Raises:
        UsageError: it was never added.
    """
    try:
        whole = path.expanduser().resolve()
    except (OSError, RuntimeError, ValueError):
        whole = path
    for folder in chosen.folders:
        if folder.path in (str(whole), str(path)) or folder.name == str(path):
            return folder
    known = ", ".join(folder.path for folder in chosen.folders) or "none"
    raise UsageError("was not added", where=str(path), hint=f"Added folders: {known}.")
