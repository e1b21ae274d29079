"""Where a content tree lies and which files it holds. Light, because every search asks it whether the index is current."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from kb.errors import ContentError

REGISTRY_NAMES = ("staircase", "sources", "references", "numbers")
"""The files that stand directly in `concepts/`."""


@dataclass(frozen=True)
class Roots:
    """The two folders of a content tree."""

    concepts: Path
    quizzes: Path

    @classmethod
    def find(cls, content: Path | None = None) -> Roots:
        """The folders of `content`, of `KB_CONTENT`, or those shipped with the program.

        Args:
            content: a folder that holds `concepts/` and `quizzes/`.

        Raises:
            ContentError: the folder holds no `concepts/`.
        """
        if content is None and os.environ.get("KB_CONTENT"):
            content = Path(os.environ["KB_CONTENT"]).expanduser()
        if content is None:
            return cls(_shipped("concepts"), _shipped("quizzes"))
        try:
            present = (content / "concepts").is_dir()
            if present:
                next((content / "concepts").iterdir(), None)
        except OSError as error:
            raise ContentError(
                f"cannot be read: {error.strerror or error}", where=str(content), hint="Check the folder's permissions."
            ) from error
        if not present:
            raise ContentError(
                "holds no folder `concepts`",
                where=str(content),
                hint="Name the folder above `concepts/` and `quizzes/`, or leave the option out to use the shipped content.",
            )
        return cls(content / "concepts", content / "quizzes")

    def entry_files(self) -> list[Path]:
        """All files of entries, sorted.

        Raises:
            ContentError: a folder cannot be read.
        """
        return _yaml_files(self.concepts)

    def question_files(self) -> list[Path]:
        """All files of questions, sorted.

        Raises:
            ContentError: a folder cannot be read.
        """
        return _yaml_files(self.quizzes)

    def registry_files(self) -> list[Path]:
        """The registries that exist."""
        return [p for p in (self.concepts / f"{name}.yaml" for name in REGISTRY_NAMES) if p.is_file()]

    def fingerprint(self) -> str:
        """A hash of names, sizes and times of all files: cheap, and different after any edit."""
        digest = hashlib.blake2b(digest_size=12)
        for folder in (self.concepts, self.quizzes):
            for base, folders, names in os.walk(folder):
                folders.sort()
                for name in sorted(names):
                    if name.endswith(".yaml"):
                        stat = os.stat(os.path.join(base, name))  # noqa: PTH116, PTH118 - on the cold path of search
                        digest.update(
                            f"{base[len(str(folder)) :]}/{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode()
                        )
        return digest.hexdigest()


def _yaml_files(folder: Path) -> list[Path]:
    """Everything named `*.yaml` below the folders of `folder`; what is no file is left in, so that reading it says so."""

    def refuse(error: OSError) -> NoReturn:
        raise ContentError(
            f"cannot be read: {error.strerror or error}",
            where=str(error.filename or folder),
            hint="Check the folder's permissions.",
        ) from error

    if not folder.is_dir():
        return []
    return sorted(
        Path(base, name)
        for base, folders, names in os.walk(folder, onerror=refuse)
        for name in (*folders, *names)
        if name.endswith(".yaml") and Path(base) != folder
    )


def _shipped(package: str) -> Path:
    """The folder of a shipped data package. `importlib.resources` would say the same and costs 20 ms to import."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ContentError(f"the shipped folder `{package}` is missing", hint="Reinstall the package.")
    return Path(spec.submodule_search_locations[0])
