"""The one object that both front ends hold: it opens everything and offers the verbs of the product. Verbs delegate."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import backups
from engine.cards import Deck, derive
from engine.catchup import CatchUp, catch_up, portion_of
from engine.device import device_of, forget_device
from engine.diagnosis import suspects
from engine.events import LOCAL_LEARNER, Event, EventKind, Review
from engine.identifiers import uuid7
from engine.interleave import partners_of
from engine.leech import Repair, repair_of
from engine.mastery import (
    Mastery,
    Readiness,
    StepProgress,
    mastery_of,
    readiness,
    requirements,
    staircase_progress,
)
from engine.models import model_of
from engine.own import OwnCards, card_file, own_cards, with_own
from engine.progress import ABOUT_CARDS, CardProgress
from engine.queue import EVERYTHING, Limits, Queue, Scope, build
from engine.schedule import Policy, eased, local_day
from engine.settings import SCHEDULING, Settings, read_settings
from engine.tuning import Tuning, tuning_of, tuning_subject
from kb import paths
from kb.content import Library
from kb.errors import UsageError
from kb.links import contrast_pairs

if TYPE_CHECKING:
    from engine.frontier import Ready, Why
    from engine.inspection import Finding
    from engine.merge import Union
    from engine.news import News
    from engine.plan import Plan
    from engine.rehearsal import Purpose, Rehearsal
    from engine.session import StudySession
    from engine.store import Store

Clock = Callable[[], datetime]

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
        """All cards, the learner's own among them."""
        return with_own(self._derived, self.own)

    @cached_property
    def _derived(self) -> Deck:
        return derive(self.library)

    @property
    def own_folder(self) -> Path:
        """The folder of the learner's own notes and cards."""
        return paths.own_dir()

    @cached_property
    def own(self) -> OwnCards:
        """The learner's own cards."""
        return own_cards(self.own_folder, self.library, self._derived)

    def own_file(self, card: str) -> Path | None:
        """The file in which an own card stands; None for a card of the library."""
        found = self.deck.cards.get(card)
        return card_file(self.own_folder, self.library, found.entry) if found and found.kind == "own" else None

    def renew_own(self) -> None:
        """Reads the learner's own cards again, as after an edit."""
        for name in ("own", "deck"):
            self.__dict__.pop(name, None)

    @cached_property
    def requires(self) -> dict[str, tuple[str, ...]]:
        """What each entry builds on."""
        return requirements(self.library)

    @cached_property
    def partners(self) -> dict[str, tuple[str, ...]]:
        """What is easily taken for each concept."""
        return partners_of(contrast_pairs(self.library))

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
        return self._policy(self.tuning)

    def _policy(self, tuning: Tuning) -> Policy:
        return Policy(
            model=model_of(self.settings.memory_model, tuning.weights),
            desired_retention=self.settings.desired_retention,
            maximum_interval=self.settings.maximum_interval,
            easy_days=self.settings.shares(),
        )

    @cached_property
    def tuning(self) -> Tuning:
        """The learner's own parameters of the chosen memory model, as the log has them."""
        return self._newest_tuning()

    def _newest_tuning(self) -> Tuning:
        (newest,) = self.tunings(1) or (None,)
        return tuning_of(newest)

    def _renew_tuning(self) -> None:
        """Takes over parameters that another process has set meanwhile, as a fit in the background does; the states follow from them."""
        newest = self._newest_tuning()
        if newest != self.tuning:
            self.__dict__["tuning"] = newest
            self.__dict__.pop("cards", None)

    def tunings(self, limit: int | None = None) -> list[Event]:
        """The events that set parameters of the chosen memory model, the newest first."""
        subject = tuning_subject(self.settings.memory_model)
        return self.store.events(kinds=["setting"], subject=subject, newest_first=True, limit=limit)

    @property
    def today(self) -> int:
        """The learner's day, as days since 1970-01-01."""
        return self.day_of(self.clock())

    def day_of(self, at: datetime) -> int:
        """The learner's day of an instant, as days since 1970-01-01."""
        zone = self.settings.zone() or at.tzinfo or UTC
        return local_day(at.astimezone(UTC), zone, self.settings.rollover_hour)

    @cached_property
    def device(self) -> str:
        """The name of this machine in the log."""
        return device_of(paths.data_dir())

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
        mastery, plan = self.mastery(), None
        limits = self.limits(scope)
        # Whoever names entries, or catches up, has decided what the day is for.
        if scope.entries is None and not scope.catch_up and (plan := self.plan(mastery)) is not None:
            limits = replace(limits, new=eased(plan.new_per_day, self.policy, self.today))
            scope = replace(scope, ahead=scope.ahead or plan.ahead)
        return build(
            self.deck,
            self.cards,
            mastery,
            self.requires,
            self.today,
            order=self.plan_order if plan is not None else None,
            early=plan.pulled if plan is not None else (),
            limits=limits,
            scope=scope,
            overrides=self.overrides,
            walked=self.walked,
            policy=self.policy,
            partners=self.partners,
        )

    def limits(self, scope: Scope = EVERYTHING) -> Limits:
        """How much today may hold: the learner's limits, eased by the weekday, or a portion of the backlog.

        Args:
            scope: what the session is about.
        """
        limits = Limits(
            new=eased(self.settings.new_per_day, self.policy, self.today),
            reviews=self.settings.reviews_per_day,
            new_of_one=self.settings.new_of_one,
            depth=self.settings.depth,
        )
        if not scope.catch_up:
            return limits
        portion = portion_of(self.cards.values(), self.today, limits.reviews, self.policy)
        return replace(limits, new=0, reviews=portion)

    def catch_up(self) -> CatchUp:
        """What catching up after a break would look like."""
        return catch_up(self.cards.values(), self.today, self.settings.reviews_per_day, self.policy)

    @cached_property
    def plan_order(self) -> list[str]:
        """The entries in the order in which they matter before a day to be ready on."""
        from engine.plan import core_first

        return core_first(self.library, self.deck, self.requires)

    def plan(self, mastery: Mapping[str, Mastery] | None = None) -> Plan | None:
        """What to do until the day to be ready on; None where none is set, and once it has come.

        Args:
            mastery: of every entry with cards, where the caller has it already.
        """
        target = self.settings.interview_day()
        if target is None:
            return None
        from engine.plan import plan_for

        return plan_for(
            target,
            self.deck,
            self.cards,
            self.mastery() if mastery is None else mastery,
            self.requires,
            self.today,
            order=self.plan_order,
            limits=replace(self.limits(), new=self.settings.new_per_day),
            policy=self.policy,
        )

    def ready(self) -> list[Ready]:
        """What the learner is ready to learn, in the order of the plan where there is one."""
        from engine.frontier import ready

        mastery = self.mastery()
        plan = self.plan(mastery)
        return ready(
            self.deck,
            self.cards,
            mastery,
            self.requires,
            self.today,
            depth=self.settings.depth,
            overrides=frozenset(self.deck.by_entry) if plan is not None and plan.ahead else self.overrides,
            order=self.plan_order if plan is not None else None,
        )

    def why(self, entry: str) -> Why:
        """What holds the learner back from an entry."""
        from engine.frontier import why

        return why(
            entry,
            self.deck,
            self.cards,
            self.mastery(),
            self.requires,
            self.today,
            policy=self.policy,
            overrides=self.overrides,
        )

    def suspect(self, card: str) -> str | None:
        """The card of a prerequisite that is nearest to being forgotten, where this card was; None where all below it holds."""
        entry = self.deck.cards[card].entry
        found = suspects(entry, self.deck, self.cards, self.requires, self.today, self.policy)
        return found[0].card if found else None

    def repair(self, card: str) -> Repair | None:
        """What to do about a card that keeps being forgotten; None for any other."""
        concepts = self.library.concepts
        return repair_of(card, self.deck, self.cards, self.requires, concepts, self.today, self.policy)

    def load(self) -> dict[int, int]:
        """How many cards are due on each day."""
        found: dict[int, int] = {}
        for progress in self.cards.values():
            if progress.state is not None and not progress.suspended and not progress.known:
                found[progress.state.due_day] = found.get(progress.state.due_day, 0) + 1
        return found

    def sibling_days(self, card: str) -> frozenset[int]:
        """The days on which other cards of the same entry are due."""
        others = (self.cards.get(c) for c in self.deck.by_entry[self.deck.cards[card].entry] if c != card)
        return frozenset(p.state.due_day for p in others if p and p.state and not p.suspended and not p.known)

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

    def rehearse(self, purpose: Purpose) -> Rehearsal:
        """The same progress for a session that is never logged: to cram, or to look ahead."""
        from engine.rehearsal import Rehearsal

        return Rehearsal(self, purpose)

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
        self._renew_tuning()
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

    def news(self) -> News:
        """What is new in the content since the learner last looked."""
        from engine.news import news

        return news(self.library, self.deck, self.cards, self._content_seen())

    def note_content(self) -> bool:
        """Notes the content as seen.

        Returns:
            Whether there was anything to note.
        """
        from engine.news import SUBJECT, difference, fingerprints

        changes = difference(self._content_seen(), fingerprints(self.library))
        if changes:
            self.record("setting", SUBJECT, {"value": changes})
        return bool(changes)

    def begin_noting_content(self) -> None:
        """Notes the content as seen where that was never done, so that the next update can be told."""
        if self._content_seen() is None:
            self.note_content()

    def _content_seen(self) -> dict[str, str] | None:
        from engine.news import SUBJECT, seen

        return seen(self.store.events(kinds=["setting"], subject=SUBJECT))

    def undo(self) -> Event | None:
        """Cancels the newest event about a card that is not cancelled yet, also one of an earlier session.

        Returns:
            The cancelled event; None where nothing is left to undo.
        """
        last = self.last_undoable()
        if last is None:
            return None
        self._renew_tuning()
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

    def tune(self, tuning: Tuning) -> None:
        """Notes parameters of the chosen memory model in the log, and recomputes all card states where they are other ones.

        Args:
            tuning: the parameters, and how they came about.

        Raises:
            UsageError: the model does not take them.
            StoreError: nothing was changed.
        """
        changed = tuning.weights != self.tuning.weights
        model_of(self.settings.memory_model, tuning.weights)
        event = self._event("setting", tuning_subject(self.settings.memory_model), {"value": tuning.as_data()})
        self.__dict__["tuning"] = tuning
        if changed:
            self.store.rebuild(self.policy, self.deck.log_ids, [event])
            self.__dict__.pop("cards", None)
        else:
            self.store.append([event], self.policy)

    def absorb(self, events: Sequence[Event]) -> Union:
        """Takes the events of another log in: those of another device, or of a file.

        Args:
            events: of any learner; they become this one's. What is there already is passed over.

        Returns:
            What was new. Where another copy of this data folder wrote under this device's name, this one has a new name from now on.

        Raises:
            StoreError: nothing was changed.
        """
        subject = tuning_subject(self.settings.memory_model)

        def policy_of(log: Sequence[Event]) -> Policy:
            newest = next((e for e in reversed(log) if e.kind == "setting" and e.subject == subject), None)
            return self._policy(tuning_of(newest))

        found = self.store.absorb(events, policy_of, self.deck.log_ids)
        for name in ("cards", "walked", "exercised", "overrides", "tuning"):
            self.__dict__.pop(name, None)
        if self.device in found.copies:
            forget_device(paths.data_dir())
            self.__dict__.pop("device", None)
        return found

    def rebuild(self) -> int:
        """Recomputes all card states from the log, and puts back what protects it.

        Returns:
            The number of cards.
        """
        self.store.protect()
        count = self.store.rebuild(self.policy, self.deck.log_ids)
        self.__dict__.pop("cards", None)
        return count

    def check(self) -> list[str]:
        """What is wrong with the learner's database, in sentences; nothing where all is well.

        Raises:
            StoreError: it cannot even be asked.
        """
        return [str(finding) for finding in self.examine() if finding.severity == "damage"]

    def examine(self) -> list[Finding]:
        """Everything that is to be said about the learner's database, damage first.

        Raises:
            StoreError: it cannot even be asked.
        """
        from engine import inspection

        return inspection.examine(self.store, self.clock().astimezone(UTC), lambda: self.policy, self.deck.log_ids)

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
            local_day=self.day_of(at),
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
        wanted = {name: getattr(self.settings, name) for name in SCHEDULING}
        defaults = Settings()
        changed = [name for name in SCHEDULING if wanted[name] != noted.get(name, getattr(defaults, name))]
        events = [self._event("setting", name, {"value": wanted[name]}) for name in changed]
        if "memory_model" in changed:
            self.store.rebuild(self.policy, self.deck.log_ids, events)
        elif events:
            self.store.append(events, self.policy)

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
