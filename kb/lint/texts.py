"""All texts and citations of the entries and question files, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kb.content import Library
from kb.yamlfile import Place

NOT_PROSE = frozenset(
    {
        "id",
        "key",
        "mermaid",
        "run",
        "prints",
        "derive",
        "ref",
        "at",
        "atom",
        "url",
        "erratum",
        "any",
        "direction",
        "concept",
        "pick",
    }
)
"""Keys whose texts a learner does not read as prose."""

_CODE = re.compile(r"```.*?```|`[^`]*`", re.S)
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n\s*\n|\n\s*(?:[-*]|\d+\.)\s+")
_WORD = re.compile(r"[^\W_]+(?:['’\-./][^\W_]+)*")


@dataclass(frozen=True)
class Cited:
    """A mapping that names an atom or a reference: a citation, a correction or a number."""

    atom: str | None
    ref: str | None
    at: str | None


def _collect(name: str, value: Any, place: Place, into: list[tuple[str, Place, Any]]) -> None:
    """Adds every mapping and every text inside a YAML value, with its file and place."""
    if isinstance(value, str):
        into.append((name, place, value))
    elif isinstance(value, dict):
        into.append((name, place, value))
        for key, item in value.items():
            _collect(name, item, (*place, key), into)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _collect(name, item, (*place, index), into)


@lru_cache(maxsize=1)
def _parts(library: Library) -> tuple[tuple[str, Place, Any], ...]:
    """Every mapping and every text of the library; kept, because every rule about texts asks for them anew."""
    found: list[tuple[str, Place, Any]] = []
    for name, file in library.files.items():
        _collect(name, file.data, (), found)
    return tuple(found)


def all_texts(library: Library) -> Iterator[tuple[str, Place, str]]:
    """Every text of the library: file, place, text."""
    return ((name, place, part) for name, place, part in _parts(library) if isinstance(part, str))


@lru_cache(maxsize=1)
def prose(library: Library) -> tuple[tuple[str, Place, str], ...]:
    """Every text of the library that a learner reads as prose: file, place, text."""
    return tuple((name, place, text) for name, place, text in all_texts(library) if NOT_PROSE.isdisjoint(place))


def citations(library: Library) -> Iterator[tuple[str, Place, Cited]]:
    """Everything that names an atom or a reference: file, place, what it names."""
    for name, place, part in _parts(library):
        if isinstance(part, dict) and ("ref" in part or "atom" in part):
            yield name, place, Cited(part.get("atom"), part.get("ref"), part.get("at"))


def without_code(text: str) -> str:
    """The text with fenced blocks and inline code left out."""
    return _CODE.sub(" ", text) if "`" in text else text


def words(text: str) -> list[str]:
    """The words of a text, code left out."""
    return _WORD.findall(without_code(text))


@lru_cache(maxsize=20_000)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, code and tables left out; items of a list are sentences of their own."""
    plain = "\n".join(line for line in without_code(text).splitlines() if not line.lstrip().startswith("|"))
    return tuple(s.strip() for s in _SENTENCE.split(plain) if s.strip())
