"""All texts of an entry or a question file, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from kb.content import Library
from kb.lint.rule import Place

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

_CODE = re.compile(r"```.*?```|`[^`]*`", re.S)
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n\s*\n|\n\s*(?:[-*]|\d+\.)\s+")
_WORD = re.compile(r"[^\W_]+(?:['’\-./][^\W_]+)*")


def texts(value: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every text inside a YAML value that a learner reads as prose."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in NOT_PROSE:
                yield from texts(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, (*place, index))


def all_texts(library: Library) -> Iterator[tuple[str, Place, str]]:
    """Every text of the library that a learner reads as prose: file, place, text."""
    for name, file in library.files.items():
        for place, text in texts(file.data):
            yield name, place, text


def words(text: str) -> list[str]:
    """The words of a text, code left out."""
    return _WORD.findall(_CODE.sub(" ", text))


@lru_cache(maxsize=20_000)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, code and tables left out; items of a list are sentences of their own."""
    plain = "\n".join(line for line in _CODE.sub(" ", text).splitlines() if not line.lstrip().startswith("|"))
    return tuple(s.strip() for s in _SENTENCE.split(plain) if s.strip())
