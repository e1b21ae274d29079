"""An event as a row of plain values, written for files and read strictly: what no program of ours would write is named, not taken."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from engine.events import Event, Review, instant_text
from engine.identifiers import uuid7

UNNUMBERED_DEVICE = "import"
"""The device of rows that name none: they come from elsewhere, and have the number 0."""

_OWN = ("id", "device", "seq", "at", "utc_offset", "local_day", "kind", "subject", "payload")
_REVIEW = tuple(field.name for field in fields(Review))
COLUMNS = (*_OWN, *_REVIEW)
"""Every key that a row may have."""

_KIND = re.compile(r"[a-z][a-z_]{0,39}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_LARGEST = 2**31 - 1
_FIRST_YEAR = 1970
_MINUTES_A_DAY = 24 * 60


def row_of(event: Event) -> dict[str, Any]:
    """An event as a row: all columns of a review, for other kinds the first nine; the learner is left out.

    Args:
        event: from the log.
    """
    row: dict[str, Any] = {name: getattr(event, name) for name in _OWN}
    row["at"], row["payload"] = instant_text(event.at), dict(event.payload)
    return row | (asdict(event.review) if event.review is not None else {})


def event_of(row: Mapping[str, Any], learner: str, day_of: Callable[[datetime], int] | None = None) -> Event:
    """The event that a row tells of.

    Args:
        row: as `row_of` writes it. Where `id`, `device`, `seq`, `utc_offset` or `local_day` are missing, they follow from the rest, always
            in the same way, so that reading a row twice gives one event.
        learner: whose event it becomes.
        day_of: the learner's day of an instant, for rows without `local_day`; None where they must have one.

    Raises:
        ValueError: what is wrong with the row, in words.
    """
    unknown = sorted(set(row) - set(COLUMNS))
    if unknown:
        raise ValueError(f"unknown field `{unknown[0]}`: a newer version wrote this, or it is misspelt")
    at, offset = _instant(_needed(row, "at"))
    kind = _needed(row, "kind")
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise ValueError(f"kind {_shown(kind)} is none")
    subject = _name(_needed(row, "subject"), "subject", 500)
    payload = _payload(row.get("payload", {}), kind)
    review = _review(row, kind)
    return Event(
        id=_name(row["id"], "id", 100) if "id" in row else _derived_id(row, at),
        learner=learner,
        device=_name(row.get("device", UNNUMBERED_DEVICE), "device", 100),
        seq=_whole(row.get("seq", 0), "seq", 0, _LARGEST),
        at=at,
        utc_offset=_whole(row.get("utc_offset", offset), "utc_offset", -_MINUTES_A_DAY, _MINUTES_A_DAY),
        local_day=_local_day(row, at, day_of),
        kind=kind,  # type: ignore[arg-type]  # a newer program may have written a kind that this one does not know; replay passes over it
        subject=subject,
        payload=payload,
        review=review,
    )


def _needed(row: Mapping[str, Any], name: str) -> Any:
    if name not in row:
        raise ValueError(f"the field `{name}` is missing")
    return row[name]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _name(value: object, name: str, longest: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest or _UNPRINTABLE.search(value):
        raise ValueError(f"{name} {_shown(value)} is no short line of text")
    return value


def _whole(value: object, name: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} {_shown(value)} is no whole number from {low} to {high}")
    return value


def _instant(value: object) -> tuple[datetime, int]:
    """An instant in UTC, and how many minutes east of UTC it was written."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        at = found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        found = at = None
    if found is None or at is None or at.year < _FIRST_YEAR:
        raise ValueError(f"at {_shown(value)} is no instant with a time zone, such as 2026-11-21T12:00:00Z")
    offset = found.utcoffset()
    return at, int(offset.total_seconds() // 60) if offset else 0


def _local_day(row: Mapping[str, Any], at: datetime, day_of: Callable[[datetime], int] | None) -> int:
    if "local_day" not in row and day_of is not None:
        return day_of(at)
    return _whole(_needed(row, "local_day"), "local_day", -1, _LARGEST)


def _payload(value: object, kind: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"payload {_shown(value)} is no JSON object")
    _storable(value)
    if kind == "review" and value.get("due") is not None:
        _whole(value["due"], "payload.due", 0, _LARGEST)
    if kind == "undo":
        _name(value.get("event"), "payload.event", 100)
    if kind == "flag" and not isinstance(value.get("on", True), bool):
        raise ValueError(f"payload.on {_shown(value['on'])} is neither true nor false")
    return value


def _storable(value: object) -> None:
    """Looks for what no database takes: NUL, half characters, and numbers that are none."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, TypeError) as error:
        raise ValueError(f"payload holds what cannot be stored: {error}") from error
    if "\\u0000" in text:
        raise ValueError("payload holds what cannot be stored: the character NUL")


def _review(row: Mapping[str, Any], kind: str) -> Review | None:
    given = {name: row[name] for name in _REVIEW if row.get(name) is not None}
    if kind != "review":
        if given:
            raise ValueError(f"`{next(iter(given))}` belongs to a review, and this is {kind}")
        return None
    return Review(
        rating=_whole(_needed(row, "rating"), "rating", 1, 4),
        duration_ms=_whole(given.get("duration_ms", 0), "duration_ms", 0, _LARGEST),
        confidence=_whole(given["confidence"], "confidence", 1, 4) if "confidence" in given else None,
        score=_share(given["score"]) if "score" in given else None,
        answer=_text(given["answer"], "answer") if "answer" in given else None,
        model=_text(given.get("model", ""), "model"),
        text_hash=_text(given.get("text_hash", ""), "text_hash"),
    )


def _share(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise ValueError(f"score {_shown(value)} is no number from 0 to 1")
    return float(value)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} {_shown(value)} is no text")
    return value


def _derived_id(row: Mapping[str, Any], at: datetime) -> str:
    """The id of a row that has none: the same for the same content, whatever the order of its keys."""
    content = {**row, "at": instant_text(at)}
    digest = blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=10).digest()
    return uuid7(int(at.timestamp() * 1000), digest)
