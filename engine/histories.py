"""The log as a memory model sees it: for each card, on which days it was answered and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from engine.events import Event
from engine.progress import undone_ids


@dataclass(slots=True)
class History:
    """The reviews of one card, from its first one or from the newest time it was reset.

    Attributes:
        card: its id of today.
        days: the learner's day of each review; never falling.
        ratings: the grade of each, 1 to 4.
        places: the place of each in the log, counted over all reviews.
    """

    card: str
    days: list[int] = field(default_factory=list)
    ratings: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def elapsed(self, index: int) -> int:
        """Days of the learner's calendar since the review before; 0 for the first one."""
        return self.days[index] - self.days[index - 1] if index else 0


def histories(events: Iterable[Event], renamed: Mapping[str, str] | None = None) -> list[History]:
    """The histories of all cards that were ever answered.

    Args:
        events: the log, in any order; other kinds than `review`, `reset` and `undo` are passed over.
        renamed: former card ids, with the id of today.

    Returns:
        One for each card, and one more for each time that it was reset, by the place of its first review.
    """
    ordered = sorted((e for e in events if e.kind in ("review", "reset", "undo")), key=attrgetter("at", "id"))
    cancelled = undone_ids(ordered)
    ids = renamed or {}
    found: list[History] = []
    current: dict[str, History] = {}
    place = 0
    for event in ordered:
        if event.id in cancelled:
            continue
        card = ids.get(event.subject, event.subject)
        if event.kind == "reset":
            current.pop(card, None)
        elif event.review is not None:
            history = current.get(card)
            if history is None:
                history = current[card] = History(card)
                found.append(history)
            # A journey westwards may repeat a day; scheduling counts it as the same one.
            history.days.append(max(event.local_day, history.days[-1]) if history.days else event.local_day)
            history.ratings.append(event.review.rating)
            history.places.append(place)
            place += 1
    return found


def kept_reviews(events: Iterable[Event]) -> list[Event]:
    """Reviews in the order of the log, undone ones left out.

    Args:
        events: the log, in any order; its events of kind `undo` must be among them.
    """
    ordered = sorted((e for e in events if e.kind in ("review", "undo")), key=attrgetter("at", "id"))
    cancelled = undone_ids(ordered)
    return [e for e in ordered if e.review is not None and e.id not in cancelled]


def predictable(histories: Iterable[History]) -> int:
    """How many reviews a memory model says something about: those on a later day than the one before."""
    return sum(sum(b > a for a, b in zip(h.days, h.days[1:], strict=False)) for h in histories)
