"""Events: what a learner did, once and for all. The log of them is the truth; everything else follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

EventKind = Literal[
    "review",
    "undo",
    "suspend",
    "resume",
    "bury",
    "flag",
    "known",
    "reset",
    "override",
    "walked",
    "exercised",
    "attempt",
    "setting",
]

LOCAL_LEARNER = "me"
"""The learner of the local file; a shared database names others."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a review adds to an event.

    Attributes:
        rating: 1 again, 2 hard, 3 good, 4 easy.
        duration_ms: from the card being shown to the grade, in ms.
        confidence: 1 guess, 2 unsure, 3 fairly sure, 4 certain; None where it was not asked.
        score: how right the answer was, 0 to 1; None where the machine cannot tell.
        answer: what the learner answered, as typed.
        model: version of the memory model that scheduled it.
        text_hash: hash of the card's text as it was shown.
    """

    rating: int
    duration_ms: int = 0
    confidence: int | None = None
    score: float | None = None
    answer: str | None = None
    model: str = ""
    text_hash: str = ""


@dataclass(frozen=True)
class Event:
    """One row of the log.

    Attributes:
        id: UUIDv7.
        learner: whose event it is.
        device: where it was made.
        seq: running number on that device, from 1.
        at: the instant, in UTC.
        utc_offset: minutes east of UTC where the learner was.
        local_day: the learner's day, as days since 1970-01-01; stored, never derived again.
        kind: what was done.
        subject: id of the card or entry that it is about; the name of the setting for `setting`.
        payload: what else the kind needs, as plain JSON values.
        review: the columns of a review.
    """

    id: str
    learner: str
    device: str
    seq: int
    at: datetime
    utc_offset: int
    local_day: int
    kind: EventKind
    subject: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    review: Review | None = None

    @property
    def order(self) -> tuple[datetime, str]:
        """The place in the log: by instant, then by id, so that two devices agree."""
        return (self.at, self.id)


def instant_text(at: datetime) -> str:
    """An instant as it is stored: UTC, microseconds, always of the same width, so that text order is time order.

    Raises:
        ValueError: the instant has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def instant_of(text: str) -> datetime:
    """The instant that `instant_text` wrote.

    Raises:
        ValueError: the text names no instant in UTC.
    """
    if not text.endswith("Z"):
        raise ValueError(f"`{text}` is no instant in UTC")
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
