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

from kb.problems import Problem

MAX_BYTES = 2_000_000
MAX_DEPTH = 20

Place = tuple[str | int, ...]

_QUOTE = "quote text that holds `: ` or begins with a special sign"
_CONSTRUCTOR = SafeConstructor()
_PLAIN = {
    f"tag:yaml.org,2002:{name}": SafeConstructor.yaml_constructors[f"tag:yaml.org,2002:{name}"]
    for name in ("null", "bool", "int", "float", "timestamp")
}


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


def read_yaml(path: Path) -> YamlFile | Problem:
    """Reads a file as plain data.

    Args:
        path: a UTF-8 file with one YAML document.

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
    try:
        data = _build(text)
    except _RefusedError as error:
        return problem(error.message, error.mend, error.line)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return problem(f"is not valid YAML: {error.problem or error}", _QUOTE, line)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return problem(f"is not valid YAML: {error.reason} (U+{_code(error.character):04X})", "remove it", line)
    if not isinstance(data, dict):
        return problem("holds no mapping at its top", "begin with `id:` (see concepts/README.md)")
    return YamlFile(path, text, data)


def _code(character: str | bytes | int) -> int:
    return character if isinstance(character, int) else ord(character)


def _build(text: str, lines: dict[Place, int] | None = None) -> Any:
    """The value of a document; None where it is empty.

    Args:
        text: YAML 1.1.
        lines: filled with the line of every place, counted from 1; a value in a mapping stands where its key stands.

    Raises:
        _RefusedError: it holds what entries may not hold.
        yaml.YAMLError: it is not well formed.
    """
    root: Any = None
    documents = 0
    open_values: list[dict[str, Any] | list[Any]] = []
    open_keys: list[str | None] = []  # of each open mapping: the key that waits for its value
    place: Place = ()
    for event in yaml.parse(text, yaml.CSafeLoader):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            value: Any = None
        elif kind is yaml.MappingStartEvent:
            value = {}
        elif kind is yaml.SequenceStartEvent:
            value = []
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            open_values.pop()
            open_keys.pop()
            place = place[:-1]
            continue
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise _refused(event, "holds a second document", "keep one document in a file, without `---` between")
            continue
        elif kind is yaml.AliasEvent:
            raise _refused(event, "uses an alias", "write the value out; entries have no anchors")
        else:
            continue
        if event.anchor is not None:
            raise _refused(event, f"uses an anchor, `&{event.anchor}`", "write the value out; entries have no anchors")
        if event.tag is not None:
            raise _refused(event, f"uses a tag, `{event.tag}`", "write a plain value; entries have no tags")

        parent = open_values[-1] if open_values else None
        key: str | int | None = None
        if isinstance(parent, dict):
            key = open_keys[-1]
            if key is None:
                if kind is not yaml.ScalarEvent:
                    raise _refused(event, "a key is a list or a mapping", "use a word as key; quote text with braces")
                if event.value in parent:
                    raise _refused(event, f"the key `{event.value}` stands twice", "keep one of the two")
                open_keys[-1] = event.value
                if lines is not None:
                    lines[(*place, event.value)] = event.start_mark.line + 1
                continue
            open_keys[-1] = None
        elif parent is not None:
            key = len(parent)
        if kind is yaml.ScalarEvent:
            value = _plain(event) if event.implicit[0] else event.value
        if isinstance(parent, dict):
            parent[str(key)] = value
        elif parent is not None:
            parent.append(value)
            if lines is not None:
                lines[(*place, len(parent) - 1)] = event.start_mark.line + 1
        else:
            root = value
            if lines is not None:
                lines[()] = event.start_mark.line + 1
        if kind is not yaml.ScalarEvent:
            if len(open_values) >= MAX_DEPTH:
                raise _refused(event, "is nested too deeply", "entries need at most eight levels")
            open_values.append(value)
            open_keys.append(None)
            place = place if key is None else (*place, key)
    return root


def _plain(event: yaml.ScalarEvent) -> Any:
    """The value of an unquoted scalar: nothing, a truth value, a number, a date, or text."""
    text = event.value
    for tag, pattern in Resolver.yaml_implicit_resolvers.get(text[:1], ()):
        if tag in _PLAIN and pattern.match(text):
            try:
                return _PLAIN[tag](_CONSTRUCTOR, yaml.ScalarNode(tag, text))
            except ValueError as error:
                raise _refused(event, f"`{text[:40]}` cannot be read: {error}", "correct it, or quote it") from error
    return text


def _refused(event: yaml.Event, message: str, mend: str) -> _RefusedError:
    return _RefusedError(message, mend, event.start_mark.line + 1)
