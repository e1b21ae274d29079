"""The formats that a log can be read from. A further one is a function and one line here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from engine.events import Event
from engine.exchange.document import events_of_document
from engine.exchange.jsonl import events_of_lines
from kb.errors import ExchangeError

STREAM = Path("-")
"""Stands for stdin and stdout in the place of a file."""


class Importer(Protocol):
    """Reads events from a text."""

    def __call__(self, text: str, learner: str, day_of: Callable[[datetime], int], where: str = "") -> list[Event]:
        """Reads events.

        Args:
            text: the whole file.
            learner: whose events they become.
            day_of: the learner's day of an instant, for rows that name none.
            where: the name of the file, for messages.

        Raises:
            ExchangeError: something in it is no event; nothing is returned.
        """
        ...


def _lines(text: str, learner: str, day_of: Callable[[datetime], int], where: str = "") -> list[Event]:
    return events_of_lines(text.split("\n"), learner, day_of, where)


IMPORTERS: Mapping[str, Importer] = {"jsonl": _lines, "json": events_of_document}
"""By name, which is also the suffix."""

_INSTEAD: Mapping[str, str] = {
    ".db": "`kb db merge FILE` takes in another database.",
    ".csv": "A table holds cards, and cards come from the content. The log travels as JSON Lines: `kb export --format jsonl FILE`.",
    ".dot": "A graph holds no answers. The log travels as JSON Lines: `kb export --format jsonl FILE`.",
    ".md": "A vault holds no answers. The log travels as JSON Lines: `kb export --format jsonl FILE`.",
}


def read_events(source: Path, learner: str, day_of: Callable[[datetime], int], form: str | None = None) -> list[Event]:
    """The events in a file.

    Args:
        source: the file; `-` for stdin, which is JSON Lines where `form` does not say otherwise.
        learner: whose events they become.
        day_of: the learner's day of an instant, for rows that name none.
        form: the name of the format; None where the suffix tells.

    Raises:
        ExchangeError: the format is not known, the file cannot be read, or something in it is no event.
    """
    name = (form or ("jsonl" if source == STREAM else source.suffix.removeprefix("."))).lower()
    known = f"Known formats: {', '.join(IMPORTERS)}."
    if name not in IMPORTERS:
        hint = _INSTEAD.get(f".{name}", f"Name it with --format. {known}")
        raise ExchangeError("files of this kind are not imported", where=str(source), hint=hint)
    try:
        raw = sys.stdin.buffer.read() if source == STREAM else source.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise ExchangeError(
            f"cannot be read: {error.strerror or error}", where=str(source), hint="Check the name and the rights."
        ) from error
    except UnicodeDecodeError as error:
        raise ExchangeError(f"is not in UTF-8: {error}", where=str(source), hint=known) from error
    return IMPORTERS[name](text, learner, day_of, str(source))
