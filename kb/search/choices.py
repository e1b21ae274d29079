"""What a user chose for searching: folders of own notes, and another model. A file of its own: `kb search` must not wait for a TOML reader."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from kb import paths
from kb.errors import SearchError
from kb.search.vectors import replacing


@dataclass(frozen=True)
class Folder:
    """A folder of notes.

    Attributes:
        name: stands first in the ids of its notes; no two folders have the same.
        path: absolute.
    """

    name: str
    path: str


@dataclass(frozen=True)
class Chosen:
    """What was chosen; the default is nothing.

    Attributes:
        folders: of notes, in the order in which they were added.
        model: the folder of a model of sentence-transformers; empty for the shipped one.
        model_name: as the user named it.
        dimension: length of its vectors; 0 for the shipped one.
    """

    folders: tuple[Folder, ...] = ()
    model: str = ""
    model_name: str = ""
    dimension: int = 0

    def with_folder(self, folder: Folder) -> Chosen:
        """The same with one more folder."""
        return replace(self, folders=(*self.folders, folder))

    def without_folder(self, folder: Folder) -> Chosen:
        """The same without a folder."""
        return replace(self, folders=tuple(f for f in self.folders if f != folder))


def choices_path() -> Path:
    """The file; it need not exist."""
    return paths.config_dir() / "search.json"


def read() -> Chosen:
    """What was chosen last.

    Raises:
        SearchError: the file is damaged or cannot be read.
    """
    path = choices_path()
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Chosen()
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        told = json.loads(raw)
        folders = tuple(Folder(str(f["name"]), str(f["path"])) for f in told["folders"])
        return Chosen(folders, str(told["model"]), str(told["model_name"]), int(told["dimension"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unusable(path, error) from error


def write(chosen: Chosen) -> None:
    """Keeps what was chosen.

    Raises:
        SearchError: the folder of settings cannot be written.
    """
    path = choices_path()
    text = json.dumps(asdict(chosen), ensure_ascii=True, indent=1)
    try:
        with replacing(path) as draft:
            draft.write_text(f"{text}\n", "utf-8")
    except OSError as error:
        raise SearchError(
            f"what was chosen cannot be kept: {error.strerror or error}",
            where=str(path),
            hint="Make the folder of settings writable, or set KB_HOME to one that is.",
        ) from error


def _unusable(path: Path, error: Exception) -> SearchError:
    return SearchError(
        f"the list of note folders cannot be read: {error}",
        where=str(path),
        hint="Delete the file, then name your folders again with `kb index --add FOLDER`.",
    )
