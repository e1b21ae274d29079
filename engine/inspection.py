"""What is wrong with a learner's log and what to do about it; also what is only worth knowing, such as a clock that was set back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, get_args

from engine.events import Event, EventKind
from engine.merge import shared_numbers
from engine.progress import CardProgress, replay
from engine.rows import event_of
from engine.schedule import Policy

RESTORE = (
    "`kb db restore` brings back the newest backup; `kb db merge FILE` then adds what can be read of what was there."
)
REBUILD = "`kb db rebuild` makes them anew from the log; no answer is touched."
PROTECT = "`kb db rebuild` puts it back; rows that were changed meanwhile are not found this way."
MISSING = "They were lost, or lie on another machine or in a backup: `kb db merge FILE` brings them in."

_SHOWN = 3
_AHEAD = timedelta(hours=26)
"""Further than any time zone's mistake, so that only a wrong clock is named."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Attributes:
        severity: `damage` is to be mended; a `note` is only worth knowing.
        what: in a sentence.
        hint: what to do about it; empty where nothing needs to be done.
    """

    severity: Literal["damage", "note"]
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.what}\n  {self.hint}" if self.hint else self.what


class Examined(Protocol):
    """What is looked at: a store."""

    learner: str

    def check(self) -> list[str]:
        """What is wrong with the file as such."""
        ...

    def raw_rows(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Every row of the log."""
        ...

    def states(self) -> dict[str, CardProgress]:
        """The cached card states."""
        ...


def examine(
    store: Examined, now: datetime, policy: Callable[[], Policy], renamed: Mapping[str, str] | None = None
) -> list[Finding]:
    """Everything that is to be said about a learner's database, damage first.

    Args:
        store: the database.
        now: this machine's clock, with a time zone.
        policy: the memory model; asked for only when the log can be read.
        renamed: ids of cards that the log knows under another one.

    Raises:
        StoreError: the database cannot even be asked.
    """
    found = [Finding("damage", what, PROTECT if what.startswith("the trigger") else RESTORE) for what in store.check()]
    events, problems = read_rows(store.raw_rows(), store.learner)
    found += unreadable(problems)
    found += about_numbers(events, damaged=bool(problems))
    if not problems:
        found += about_states(store.states(), replay(events, policy(), renamed).cards)
    found += about_time(events, now)
    found += about_meaning(events)
    return sorted(found, key=lambda finding: finding.severity)


def read_rows(rows: Iterable[tuple[Mapping[str, Any], str]], learner: str) -> tuple[list[Event], list[str]]:
    """Reads a log row by row, so that a damaged one does not hide the others.

    Args:
        rows: the columns but for the payload, and the payload as text.
        learner: whose log it is.

    Returns:
        The events that can be read, and for every other row what is wrong with it.
    """
    events, problems = [], []
    for columns, payload in rows:
        try:
            events.append(event_of({**columns, "payload": _parsed(payload)}, learner))
        except ValueError as error:
            problems.append(f"event {columns.get('id')}: {error}")
    return events, problems


def _parsed(payload: str) -> Any:
    try:
        return json.loads(payload)
    except ValueError as error:
        raise ValueError(f"its payload is no JSON ({error})") from error


def unreadable(problems: Sequence[str]) -> Iterator[Finding]:
    """What the rows that cannot be read come to; see `read_rows`."""
    if problems:
        more = f", and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        listed = "; ".join(problems[:_SHOWN])
        yield Finding("damage", f"{_count(len(problems), 'row')} of the log cannot be read: {listed}{more}", RESTORE)


def about_numbers(events: Iterable[Event], damaged: bool = False) -> Iterator[Finding]:
    """Gaps in the running numbers of each device, and numbers that stand for two events.

    Args:
        events: the log.
        damaged: rows could not be read, so that gaps say nothing new.
    """
    log = list(events)
    numbers: dict[str, set[int]] = {}
    for event in log:
        if event.seq:
            numbers.setdefault(event.device, set()).add(event.seq)
    for device, seen in sorted(numbers.items()):
        gaps = [] if damaged else list(_gaps(seen))
        if gaps:
            listed = ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in gaps[:_SHOWN])
            more = ", ..." if len(gaps) > _SHOWN else ""
            missing = sum(b - a + 1 for a, b in gaps)
            what = f"{_count(missing, 'event')} {'is' if missing == 1 else 'are'} missing"
            yield Finding("damage", f"of the device {device} {what}: number {listed}{more}", MISSING)
    for device in shared_numbers(log):
        yield Finding(
            "note",
            f"two copies of a data folder wrote under the name {device}; all their events are kept",
            "The copy takes a name of its own at its next start.",
        )


def _gaps(seen: set[int]) -> Iterator[tuple[int, int]]:
    expected = 1
    for number in sorted(seen):
        if number > expected:
            yield expected, number - 1
        expected = number + 1


def about_time(events: Sequence[Event], now: datetime) -> Iterator[Finding]:
    """Where a clock was wrong.

    Args:
        events: the log.
        now: this machine's clock, with a time zone.
    """
    skewed = [(e, e.payload["skew"]) for e in events if isinstance(e.payload.get("skew"), int | float)]
    if skewed:
        last, _ = skewed[-1]
        most = max(seconds for _, seconds in skewed)
        yield Finding(
            "note",
            f"the clock stood behind the log when {_count(len(skewed), 'event')} came, by up to {_span(most)}, the last time "
            f"on {last.at:%Y-%m-%d}; each was placed behind the one before it",
        )
    newest = max((e.at for e in events), default=now)
    if newest - now > _AHEAD:
        yield Finding(
            "note",
            f"the newest event is dated {_span((newest - now).total_seconds())} after this machine's clock",
            "Set the clock right. What comes meanwhile is kept in its order, on the day that the clock says.",
        )


def about_meaning(events: Sequence[Event]) -> Iterator[Finding]:
    """Events that lean on something which is not there, or which this program does not know."""
    ids = {e.id for e in events}
    lost = [e for e in events if e.kind == "undo" and e.payload.get("event") not in ids]
    if lost:
        yield Finding("note", f"{_count(len(lost), 'undo')} of an answer that is not in the log", MISSING)
    strange = sorted({str(e.kind) for e in events} - set(get_args(EventKind)))
    if strange:
        yield Finding(
            "note",
            f"events of kinds that this version does not know: {', '.join(strange)}",
            "They are kept and passed over. Update the program.",
        )


def about_states(cached: Mapping[str, CardProgress], replayed: Mapping[str, CardProgress]) -> Iterator[Finding]:
    """Where the cached card states say something else than the log.

    Args:
        cached: as stored.
        replayed: from the log.
    """
    wrong = sorted(card for card in cached.keys() | replayed.keys() if cached.get(card) != replayed.get(card))
    if wrong:
        more = ", ..." if len(wrong) > _SHOWN else ""
        yield Finding(
            "damage",
            f"the cached card states differ from the log: {_count(len(wrong), 'card')} ({', '.join(wrong[:_SHOWN])}{more})",
            REBUILD,
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _span(seconds: float) -> str:
    """A length of time as a person says it."""
    for size, noun in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return _count(round(seconds / size), noun)
    return _count(round(seconds), "second")
