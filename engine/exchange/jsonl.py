"""The log as JSON Lines: one event a line, every column by its name. `docs/events.md` describes the keys, their types and units."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from engine.events import Event
from engine.rows import event_of, row_of
from kb.errors import ExchangeError

SUFFIX = ".jsonl"


def lines_of(events: Iterable[Event]) -> Iterator[str]:
    """Each event as a line of JSON with its line break; equal logs give equal bytes.

    Args:
        events: in the order of the log.
    """
    for event in events:
        yield json.dumps(row_of(event), ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def events_of_lines(
    lines: Iterable[str], learner: str, day_of: Callable[[datetime], int], where: str = ""
) -> list[Event]:
    """The events that lines tell of. All lines are read before anything is returned, so that a bad one spoils nothing.

    Args:
        lines: empty ones are passed over.
        learner: whose events they become.
        day_of: the learner's day of an instant, for rows that name none.
        where: the name of the file, for messages.

    Raises:
        ExchangeError: a line is no event, with its number and what is wrong with it.
    """
    events = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                events.append(event_of(_object(line), learner, day_of))
            except ValueError as error:
                raise ExchangeError(
                    str(error),
                    where=f"{where}:{number}",
                    hint="docs/events.md describes the rows. Nothing was imported.",
                ) from error
    return events


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line, parse_constant=_refuse, object_pairs_hook=_without_doubles)
    except RecursionError as error:
        raise ValueError("the line is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"the line is no JSON: {error.msg} at column {error.colno}") from error
    if not isinstance(found, dict):
        raise ValueError("the line is no JSON object")
    return found


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key `{next(name for name in names if names.count(name) > 1)}` stands there twice")
    return found
