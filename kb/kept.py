"""Results that are kept between runs by the hash of what they were made from. Losing them costs time and nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kb.paths import cache_dir


def hash_of(content: bytes) -> str:
    """The name under which a result is kept: a hash of all that it depends on."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def code_version(files: Iterable[Path]) -> str:
    """A hash of the sizes and times of source files, so that a result is forgotten when the code that made it changes."""
    stats = [(path.name, stat.st_size, stat.st_mtime_ns) for path in sorted(files) if (stat := path.stat())]
    return hash_of(repr(stats).encode())


class Kept:
    """A mapping from hashes to JSON values in one file of the cache folder.

    A file that is missing, damaged or made by other code is an empty mapping, and one that cannot be written stays as it is: what is kept
    can always be made again.
    """

    def __init__(self, name: str, version: str) -> None:
        """Opens what was kept.

        Args:
            name: the file's name without its ending.
            version: of the code that makes the values; values of another version are forgotten.
        """
        self._path = cache_dir() / "kept" / f"{name}.json"
        self._version = version
        self._found: dict[str, Any] = {}
        self._used: dict[str, Any] = {}
        self._new = False
        with contextlib.suppress(OSError, ValueError, RecursionError):
            kept = json.loads(self._path.read_bytes())
            if isinstance(kept, dict) and kept.get("version") == version and isinstance(kept.get("values"), dict):
                self._found = kept["values"]

    def __contains__(self, key: str) -> bool:
        return key in self._found

    def get(self, key: str) -> Any:
        """The value of a key that is kept."""
        self._used[key] = self._found[key]
        return self._found[key]

    def put(self, key: str, value: Any) -> None:
        """Keeps a value that JSON can hold."""
        self._found[key] = self._used[key] = value
        self._new = True

    def save(self) -> None:
        """Writes what was used since opening, if anything in it is new; the rest belongs to files that are gone."""
        if not self._new:
            return
        self._new = False
        draft = self._path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(
                {"version": self._version, "values": self._used}, ensure_ascii=False, separators=(",", ":")
            )
            draft.write_text(text, "utf-8")
            draft.replace(self._path)
