"""Reads one YAML file safely and finds the line on which a value stands.

The value is built from the parser's events in one loop: nothing recurses, so deep nesting ends in a message and not in the
end of the process, and nothing is ever expanded, because anchors, aliases and tags are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from kb.kept import Kept, hash_of
from kb.problems import Problem

MAX_BYTES = 2_000_000
MAX_DEPTH = 20

Place = tuple[str | int, ...]

_QUOTE = "quote text that holds `: ` or begins with a special sign"
_CONSTRUCTOR = SafeConstructor()
_PLAIN = {
    f"tag:yaml.org,2002:{name}": SafeConstructor.yaml_constructors[f"tag:yaml.org,2002:{name}"]
    for name in ("null", "bool", "int", "float")
}
"""A date stays text, which the models read: so every value is one that JSON can hold."""


class _RefusedError(Exception):
    """YAML that is well formed and not allowed here."""

    def __init__(self, message: str, mend: str, line: int) -> None:
        super().__init__(message)
        self.message, self.mend, self.line = message, mend, line


@dataclass(frozen=True)
class YamlFile:
    """A file that was read: its text and its plain value."""

    path: Path
    text: str
    data: Any

    def line_of(self, place: Sequence[str | int]) -> int:
        """The line, counted from 1, of the value at `place`, or of its nearest enclosing value.

        Args:
            place: keys and indices from the top of the file; parts that do not exist are skipped.
        """
        found: Place = ()
        for part in place:
            if (*found, part) in self._lines:
                found = (*found, part)
        return self._lines[found]

    @cached_property
    def _lines(self) -> dict[Place, int]:
        lines: dict[Place, int] = {(): 1}
        _build(self.text, lines)
        return lines


def read_yaml(path: Path, kept: Kept | None = None) -> YamlFile | Problem:
    """Reads a file as plain data.

    Args:
        path: a UTF-8 file with one YAML document.
        kept: values of earlier runs by the hash of the file's bytes; filled with this one.

    Returns:
        The file, or the problem that makes it unreadable.
    """

    def problem(message: str, mend: str, line: int = 1) -> Problem:
        return Problem(path, line, "yaml", message, mend)

    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        mend = "check that it is a file and that you may read it"
        return Problem(path, 1, "unreadable", f"cannot be read: {error.strerror or error}", mend)
    if len(raw) > MAX_BYTES:
        return problem(f"is larger than {MAX_BYTES // 1_000_000} MB", "split it")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return problem(f"is not UTF-8 at byte {error.start}", "save it as UTF-8", raw.count(b"\n", 0, error.start) + 1)
    key = hash_of(raw) if kept is not None else ""
    if kept is not None and key in kept:
        return YamlFile(path, text, kept.get(key))
    try:
        data = _build(text)
    except _RefusedError as error:
        return problem(error.message, error.mend, error.line)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return problem(f"is not valid YAML: {error.problem or error}", _QUOTE, line)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return problem(f"is not valid YAML: {error.reason}", "remove it", line)
    if not isinstance(data, dict):
        return problem("holds no mapping at its top", "begin with `id:` (see concepts/README.md)")
    if kept is not None:
        kept.put(key, data)
    return YamlFile(path, text, data)


def _build(text: str, lines: dict[Place, int] | None = None) -> Any:
    """The value of a document; None where it is empty.

    Args:
        text: YAML 1.1.
        lines: filled with the line of every place, counted from 1; a value in a mapping stands where its key stands.

    Raises:
        _RefusedError: it holds what entries may not hold.
        yaml.YAMLError: it is not well formed.
    """
    builder = _Builder(lines)
    documents = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            builder.scalar(event)
        elif kind is yaml.MappingStartEvent:
            builder.open({}, event)
        elif kind is yaml.SequenceStartEvent:
            builder.open([], event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            builder.close()
        elif kind is yaml.AliasEvent:
            raise _refused(event, "uses an alias", "write the value out; entries have no anchors")
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise _refused(event, "holds a second document", "keep one document in a file, without `---` between")
    return builder.root


class _Builder:
    """Puts values together while they are read; knows which mappings and lists are still open."""

    def __init__(self, lines: dict[Place, int] | None) -> None:
        self.root: Any = None
        self._lines = lines
        self._open: list[dict[str, Any] | list[Any]] = []
        self._keys: list[str | None] = []  # of each open value: the key that waits for its own value
        self._place: Place = ()

    def scalar(self, event: Any) -> None:
        _refuse_extras(event)
        if self._open and self._keys[-1] is None and isinstance(self._open[-1], dict):
            self._key(event)
        else:
            self._put(_plain(event) if event.implicit[0] else event.value, event)

    def open(self, value: dict[str, Any] | list[Any], event: Any) -> None:
        _refuse_extras(event)
        if len(self._open) >= MAX_DEPTH:
            raise _refused(event, "is nested too deeply", "entries need at most eight levels")
        if self._open and self._keys[-1] is None and isinstance(self._open[-1], dict):
            raise _refused(event, "a key is a list or a mapping", "use a word as key; quote text with brackets")
        self._place = self._put(value, event)
        self._open.append(value)
        self._keys.append(None)

    def close(self) -> None:
        self._open.pop()
        self._keys.pop()
        self._place = self._place[:-1]

    def _key(self, event: Any) -> None:
        if event.value in self._open[-1]:
            raise _refused(event, f"the key `{event.value}` stands twice", "keep one of the two")
        self._keys[-1] = event.value
        self._found((*self._place, event.value), event)

    def _put(self, value: Any, event: Any) -> Place:
        """Hangs a value where it belongs, and says where that is."""
        if not self._open:
            self.root = value
            self._found((), event)
            return ()
        parent = self._open[-1]
        if isinstance(parent, dict):
            key = str(self._keys[-1])
            self._keys[-1] = None
            parent[key] = value
            return (*self._place, key)
        parent.append(value)
        place = (*self._place, len(parent) - 1)
        self._found(place, event)
        return place

    def _found(self, place: Place, event: Any) -> None:
        if self._lines is not None:
            self._lines[place] = event.start_mark.line + 1


def _refuse_extras(event: Any) -> None:
    if event.anchor is not None:
        raise _refused(event, f"uses an anchor, `&{event.anchor}`", "write the value out; entries have no anchors")
    if event.tag is not None:
        raise _refused(event, f"uses a tag, `{event.tag}`", "write a plain value; entries have no tags")


def _plain(event: Any) -> Any:
    """The value of an unquoted scalar: nothing, a truth value, a number, or text."""
    text = event.value
    for tag, pattern in Resolver.yaml_implicit_resolvers.get(text[:1], ()):
        if tag in _PLAIN and pattern.match(text):
            try:
                return _PLAIN[tag](_CONSTRUCTOR, yaml.ScalarNode(tag, text))
            except ValueError as error:
                raise _refused(event, f"`{text[:40]}` cannot be read: {error}", "correct it, or quote it") from error
    return text


def _refused(event: Any, message: str, mend: str) -> _RefusedError:
    return _RefusedError(message, mend, event.start_mark.line + 1)
