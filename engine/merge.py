"""Two logs become one: the union of their events, by id. Pure; the order in which logs meet makes no difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.events import Event
from kb.errors import StoreError


@dataclass(frozen=True)
class Union:
    """What a log gains from another one.

    Attributes:
        new: the events that it did not have, in the order of the log.
        known: how many it had already.
        copies: devices under whose name two different events have the same running number, as two copies of one data folder write them.
    """

    new: tuple[Event, ...]
    known: int
    copies: tuple[str, ...] = ()


def united(mine: Sequence[Event], theirs: Iterable[Event]) -> Union:
    """Compares two logs of one learner.

    Args:
        mine: the events that are there.
        theirs: the events that come; one may come several times.

    Returns:
        What is new. Both logs keep every event as it is, so that joining is commutative, associative and idempotent.

    Raises:
        StoreError: an event is in both with another content. Events never change, so that one of the two was changed by hand or is damaged.
    """
    have = {event.id: event for event in mine}
    new: dict[str, Event] = {}
    known = 0
    for event in theirs:
        before = have.get(event.id) or new.get(event.id)
        if before is None:
            new[event.id] = event
        elif before != event:
            raise StoreError(
                f"the event {event.id} about {event.subject} is there already with another content",
                hint="Events never change: one of the two was changed by hand or is damaged. Leave it out (`kb export --format jsonl`), then repeat.",
            )
        else:
            known += 1
    return Union(
        new=tuple(sorted(new.values(), key=lambda e: e.order)),
        known=known,
        copies=shared_numbers([*mine, *new.values()]),
    )


def shared_numbers(events: Iterable[Event]) -> tuple[str, ...]:
    """Devices under whose name one running number stands for several events; sorted.

    Args:
        events: each one once. The number 0 means none.
    """
    seen: set[tuple[str, int]] = set()
    shared: set[str] = set()
    for event in events:
        number = (event.device, event.seq)
        if event.seq and number in seen:
            shared.add(event.device)
        seen.add(number)
    return tuple(sorted(shared))
