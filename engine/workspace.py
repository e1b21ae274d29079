"""The one object that both front ends hold: it opens everything and offers the verbs of the product. Verbs delegate."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import backups
from engine.cards import Deck, derive
from engine.events import LOCAL_LEARNER, Event, EventKind, Review
from engine.identifiers import uuid7
from engine.mastery import (
    Mastery,
    Readiness,
    StepProgress,
    mastery_of,
    readiness,
    requirements,
    staircase_progress,
)
from engine.progress import ABOUT_CARDS, CardProgress, replay
from engine.queue import EVERYTHING, Limits, Queue, Scope, build
from engine.schedule import Policy, local_day
from engine.settings import SCHEDULING, Settings, read_settings
from kb import paths
from kb.content import Library
from kb.errors import StoreError, UsageError

if TYPE_CHECKING:
    from engine.session import StudySession
    from engine.store import Store

Clock = Callable[[], datetime]

_DEVICE = re.compile(r"[0-9a-f]{8}")

UNDOABLE: tuple[EventKind, ...] = ("review", "suspend", "resume", "bury", "flag", "known", "reset")


def system_clock() -> datetime:
    """Now, with the machine's time zone. The only place of the engine that reads the clock."""
    return datetime.now().astimezone()


class Workspace:
    """A library and a learner's progress in it.

    Args:
        content: a content folder; None for the shipped one.
        clock: tells the time, with a time zone.
        settings: the learner's settings; read from the settings file where None.

    The library is loaded and the database opened on first use, so that a screen can be painted before.
    """

    def __init__(
        self, content: Path | None = None, clock: Clock = system_clock, settings: Settings | None = None
    ) -> None:
        self.content = content
        self.clock = clock
        self.settings = settings if settings is not None else read_settings(paths.config_path())

    @classmethod
    def open(
        cls, content: Path | None = None, clock: Clock = system_clock, settings: Settings | None = None
    ) -> Workspace:
        """Opens library and progress at once.

        Raises:
            KbError: either of them cannot be used.
        """
        workspace = cls(content, clock, settings)
        workspace.cards  # noqa: B018 - opens both
        return workspace

    # What is known

    @cached_property
    def library(self) -> Library:
        """All entries and questions."""
        return Library.load(self.content)

    @cached_property
    def deck(self) -> Deck:
        """All cards."""
        return derive(self.library)

    @cached_property
    def requires(self) -> dict[str, tuple[str, ...]]:
        """What each entry builds on."""
        return requirements(self.library)

    # The learner

    @cached_property
    def store(self) -> Store:
        """The log, backed up before it is migrated and once a day."""
        from engine.store import Store

        url = os.environ.get("KB_DATABASE")
        if url:
            return Store(url, os.environ.get("KB_LEARNER", LOCAL_LEARNER))
        path = paths.database_path()
        store = Store(path, LOCAL_LEARNER, before_migration=lambda _: self._copy(path, "migration"))
        self._daily_backup(store)
        return store

    @cached_property
    def cards(self) -> dict[str, CardProgress]:
        """What the log says about each touched card, under the ids of today."""
        self._record_settings()
        states = self.store.states()
        if any(self._in_log(card) != card for card in states):
            self.store.rebuild(self.policy, self.deck.log_ids)
            states = self.store.states()
        return {found.card: found for found in map(self._of_today, states.values())}

    def _in_log(self, subject: str) -> str:
        """The id under which the log keeps a card that was renamed; any other subject as it is."""
        return self.deck.log_ids.get(subject, subject)

    def _of_today(self, progress: CardProgress) -> CardProgress:
        """The same progress under the id that the card has today."""
        card = self.deck.renamed.get(progress.card, progress.card)
        return replace(progress, card=card, state=replace(progress.state, card=card) if progress.state else None)

    @cached_property
    def walked(self) -> dict[str, int]:
        """Entries and phases that were read, with the first day."""
        return self._first_days("walked")

    @cached_property
    def exercised(self) -> dict[str, int]:
        """Exercises that were done, with the first day."""
        return self._first_days("exercised")

    @cached_property
    def overrides(self) -> frozenset[str]:
        """Entries that the learner opened before their prerequisites."""
        return frozenset(self._first_days("override"))

    @property
    def policy(self) -> Policy:
        """The memory model and what the learner asks of it."""
        return Policy(
            desired_retention=self.settings.desired_retention, maximum_interval=self.settings.maximum_interval
        )

    @property
    def today(self) -> int:
        """The learner's day, as days since 1970-01-01."""
        return self._day_of(self.clock())

    def _day_of(self, at: datetime) -> int:
        zone = self.settings.zone() or at.tzinfo or UTC
        return local_day(at.astimezone(UTC), zone, self.settings.rollover_hour)

    @cached_property
    def device(self) -> str:
        """The name of this machine in the log: random, made once."""
        path = paths.data_dir() / "device"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                name = path.read_text(encoding="ascii", errors="replace").strip()
                if _DEVICE.fullmatch(name):
                    return name
            # A damaged file gets a new name: two machines that shared one could not be merged.
            name = secrets.token_hex(4)
            part = path.with_name(f"device-{name}.part")
            part.write_text(name, encoding="ascii")
            part.replace(path)
        except OSError as error:
            raise StoreError(
                f"cannot be used: {error}", where=str(path), hint="Set KB_HOME to a folder you may write."
            ) from error
        return name

    # Looking

    def mastery(self) -> dict[str, Mastery]:
        """How well each entry with cards is known today."""
        day, policy = self.today, self.policy
        return {entry: mastery_of(entry, self.deck, self.cards, day, policy) for entry in self.deck.by_entry}

    def mastery_of(self, entry: str) -> Mastery:
        """How well one entry is known today."""
        return mastery_of(entry, self.deck, self.cards, self.today, self.policy)

    def readiness(self, entry: str) -> Readiness:
        """Whether the learner is ready for an entry."""
        return readiness(entry, self.requires, self.mastery(), self.overrides)

    def staircase(self) -> list[StepProgress]:
        """The staircase as the learner stands on it."""
        return staircase_progress(self.library, self.deck, self.cards, self.mastery(), self.today)

    def queue(self, scope: Scope = EVERYTHING) -> Queue:
        """What the day holds."""
        limits = Limits(
            new=self.settings.new_per_day,
            reviews=self.settings.reviews_per_day,
            new_of_one=self.settings.new_of_one,
            depth=self.settings.depth,
        )
        return build(
            self.deck,
            self.cards,
            self.mastery(),
            self.requires,
            self.today,
            limits=limits,
            scope=scope,
            overrides=self.overrides,
            walked=self.walked,
            policy=self.policy,
        )

    def load(self) -> dict[int, int]:
        """How many cards are due on each day."""
        found: dict[int, int] = {}
        for progress in self.cards.values():
            if progress.state is not None and not progress.suspended and not progress.known:
                found[progress.state.due_day] = found.get(progress.state.due_day, 0) + 1
        return found

    def scope_of(self, names: Sequence[str]) -> Scope:
        """A scope from ids of steps and entries; everything where there are none.

        An entry that is named is asked for, so its prerequisites do not hold it back; those of a step's entries do.

        Raises:
            ContentError: one of them does not exist.
        """
        if not names:
            return EVERYTHING
        steps = {s.id for s in self.library.staircase.steps}
        entries: set[str] = set()
        for name in names:
            if name in steps:
                entries |= {e for e in self.deck.by_entry if self.library.step_of[e] == name}
            else:
                entries.add(self.library.find(name).id)
        return Scope(frozenset(entries), ahead=not any(name in steps for name in names))

    # Doing

    def study(self, scope: Scope = EVERYTHING) -> StudySession:
        """Begins a study session."""
        from engine.session import StudySession

        return StudySession(self, scope)

    def record(
        self, kind: EventKind, subject: str, payload: Mapping[str, Any] | None = None, review: Review | None = None
    ) -> Event:
        """Appends one event, committed when this returns.

        Args:
            kind: what was done.
            subject: the card, entry or setting, by its id of today.
            payload: plain JSON values.
            review: the columns of a review.

        Returns:
            The event as stored; it names a renamed card by its first id.

        Raises:
            StoreError: nothing was written.
        """
        logged = self._in_log(subject) if kind in ABOUT_CARDS else subject
        (event,), changed = self.store.append([self._event(kind, logged, payload, review)], self.policy)
        for progress in map(self._of_today, changed):
            self.cards[progress.card] = progress
        if kind == "walked":
            self.walked.setdefault(subject, event.local_day)
        elif kind == "exercised":
            self.exercised.setdefault(subject, event.local_day)
        elif kind == "override":
            self.overrides = self.overrides | {subject}
        return event

    def undo(self) -> Event | None:
        """Cancels the newest event about a card that is not cancelled yet, also one of an earlier session.

        Returns:
            The cancelled event; None where nothing is left to undo.
        """
        last = self.last_undoable()
        if last is None:
            return None
        _, progress = self.store.undo(
            self._event("undo", last.subject, {"event": last.id, "kind": last.kind}), self.policy
        )
        if progress is None:
            self.cards.pop(self.deck.renamed.get(last.subject, last.subject), None)
        else:
            changed = self._of_today(progress)
            self.cards[changed.card] = changed
        return last

    def last_undoable(self) -> Event | None:
        """The event that `undo` would cancel."""
        cancelled = {str(e.payload.get("event")) for e in self.store.events(kinds=["undo"])}
        newest = self.store.events(kinds=UNDOABLE, newest_first=True, limit=len(cancelled) + 1)
        return next((e for e in newest if e.id not in cancelled), None)

    def rebuild(self) -> int:
        """Recomputes all card states from the log.

        Returns:
            The number of cards.
        """
        count = self.store.rebuild(self.policy, self.deck.log_ids)
        self.__dict__.pop("cards", None)
        return count

    def check(self) -> list[str]:
        """What is wrong with the learner's database, in sentences; nothing where all is well.

        Raises:
            StoreError: it cannot even be asked.
        """
        problems = self.store.check()
        if not problems and self.store.states() != replay(self.store.events(), self.policy, self.deck.log_ids).cards:
            problems.append("the cached card states differ from the log: run `kb db rebuild`")
        return problems

    def backup(self, target: Path | None = None, reason: str = "") -> Path:
        """Copies the database.

        Args:
            target: the file to write; None for a new one in the backup folder.
            reason: a word for the name of the file.
        """
        path = target or paths.backup_dir() / backups.name_for(self.clock().astimezone(UTC), reason)
        self.store.backup(path)
        return path

    def close(self) -> None:
        """Lets go of the database."""
        store: Store | None = self.__dict__.get("store")
        if store is not None:
            store.close()

    # Inside

    def _event(
        self, kind: EventKind, subject: str, payload: Mapping[str, Any] | None = None, review: Review | None = None
    ) -> Event:
        at = self.clock()
        if at.tzinfo is None:
            raise UsageError("the clock has no time zone", where="clock", hint="Pass an aware datetime.")
        zone = self.settings.zone() or at.tzinfo
        offset = at.astimezone(zone).utcoffset()
        return Event(
            id=uuid7(int(at.timestamp() * 1000), secrets.token_bytes(10)),
            learner=self.store.learner,
            device=self.device,
            seq=0,
            at=at.astimezone(UTC),
            utc_offset=int(offset.total_seconds() // 60) if offset else 0,
            local_day=self._day_of(at),
            kind=kind,
            subject=subject,
            payload=payload or {},
            review=review,
        )

    def _first_days(self, kind: EventKind) -> dict[str, int]:
        renamed = {**self.library.renamed, **self.deck.renamed}
        found: dict[str, int] = {}
        for event in self.store.events(kinds=[kind]):
            found.setdefault(renamed.get(event.subject, event.subject), event.local_day)
        return found

    def _record_settings(self) -> None:
        """Notes scheduling settings that were changed since they were last noted."""
        noted = {e.subject: e.payload.get("value") for e in self.store.events(kinds=["setting"])}
        defaults = Settings()
        for name in SCHEDULING:
            value = getattr(self.settings, name)
            if value != noted.get(name, getattr(defaults, name)):
                self.store.append([self._event("setting", name, {"value": value})], self.policy)

    def _copy(self, path: Path, reason: str) -> None:
        from engine.store import copy_sqlite

        copy_sqlite(path, paths.backup_dir() / backups.name_for(self.clock().astimezone(UTC), reason))

    def _daily_backup(self, store: Store) -> None:
        now = self.clock().astimezone(UTC)
        # Only today's counts: one from a day when the clock was wrong must not put off all that follow.
        if any(at.date() == now.date() for at, _ in backups.listed(paths.backup_dir())):
            return
        if store.events(limit=1):
            store.backup(paths.backup_dir() / backups.name_for(now))
            for path in backups.surplus(backups.listed(paths.backup_dir())):
                path.unlink(missing_ok=True)
