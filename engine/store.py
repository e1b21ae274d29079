"""The append-only log and the cached card states, in SQLite or PostgreSQL. Plain values go in and come out, never rows."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    URL,
    Column,
    Connection,
    Engine,
    Index,
    create_engine,
    event,
    func,
    insert,
    inspect,
    make_url,
    text,
)
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlmodel import Field, Session, SQLModel, select

from engine.events import Event, EventKind, Review, instant_of, instant_text
from engine.memory import MemoryState
from engine.merge import Union, united
from engine.migrations import MIGRATIONS, TRIGGERS, protect_again, trigger_sql
from engine.progress import ABOUT_CARDS, CardProgress, changed_by, replay
from engine.schedule import CardState, Policy
from kb.errors import StoreError

_JSON = JSON().with_variant(JSONB(), "postgresql")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_READING = "kb_reading"
_AT_ONCE = 10_000
"""So many rows are sent together."""


class EventRow(SQLModel, table=True):
    """A row of the log. The learner leads every key, so that the table can be distributed by it."""

    __tablename__ = "event"
    __table_args__ = (
        Index("event_by_time", "learner_id", "at", "id"),
        Index("event_by_subject", "learner_id", "subject", "at"),
        Index("event_by_kind", "learner_id", "kind", "local_day"),
        Index("event_by_device", "learner_id", "device", "seq"),
    )

    learner_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    device: str
    seq: int
    at: str
    utc_offset: int
    local_day: int
    kind: str
    subject: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(_JSON, nullable=False))
    rating: int | None = None
    duration_ms: int | None = None
    confidence: int | None = None
    score: float | None = None
    answer: str | None = None
    model: str | None = None
    text_hash: str | None = None


class StateRow(SQLModel, table=True):
    """What the log says about one card, kept so that a queue needs no replay."""

    __tablename__ = "state"
    __table_args__ = (Index("state_by_due", "learner_id", "due_day"),)

    learner_id: str = Field(primary_key=True)
    card: str = Field(primary_key=True)
    stability: float | None = None
    difficulty: float | None = None
    fast: float | None = None
    reps: int = 0
    lapses: int = 0
    first_day: int | None = None
    last_day: int | None = None
    due_day: int | None = None
    failed_today: int = 0
    retained: bool = False
    longest: int = 0
    last_rating: int | None = None
    text_hash: str = ""
    suspended: bool = False
    buried_day: int | None = None
    flagged: bool = False
    known: bool = False


class MigrationRow(SQLModel, table=True):
    """A migration that was applied."""

    __tablename__ = "migration"

    name: str = Field(primary_key=True)


def _event_values(e: Event) -> dict[str, Any]:
    review = asdict(e.review) if e.review else dict.fromkeys(_REVIEW_COLUMNS)
    return {
        "learner_id": e.learner,
        "id": e.id,
        "device": e.device,
        "seq": e.seq,
        "at": instant_text(e.at),
        "utc_offset": e.utc_offset,
        "local_day": e.local_day,
        "kind": e.kind,
        "subject": e.subject,
        "payload": dict(e.payload),
        **review,
    }


def _storable(review: Review | None) -> Review | None:
    """The same review, its answer without NUL, which PostgreSQL refuses, and without half characters, which no encoding has."""
    if review is None or review.answer is None:
        return review
    return replace(review, answer=_UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", review.answer))


_REVIEW_COLUMNS = tuple(field.name for field in fields(Review))
_EVENT_COLUMNS = tuple(
    getattr(EventRow, name)
    for name in ("id", "learner_id", "device", "seq", "at", "utc_offset", "local_day", "kind", "subject", "payload")
) + tuple(getattr(EventRow, name) for name in _REVIEW_COLUMNS)
"""Read as they are: making an object of each row costs four times as much, and a log has a million of them."""


def _event(row: Sequence[Any]) -> Event:
    ident, learner, device, seq, at, utc_offset, local_day, kind, subject, payload, rating, *more = row
    review = None
    if rating is not None:
        duration_ms, confidence, score, answer, model, text_hash = more
        review = Review(rating, duration_ms or 0, confidence, score, answer, model or "", text_hash or "")
    return Event(ident, learner, device, seq, instant_of(at), utc_offset, local_day, kind, subject, payload, review)


def _state_row(learner: str, progress: CardProgress) -> StateRow:
    state = progress.state
    return StateRow(
        learner_id=learner,
        card=progress.card,
        stability=state.memory.stability if state else None,
        difficulty=state.memory.difficulty if state else None,
        fast=state.memory.fast if state else None,
        **({name: getattr(state, name) for name in _STATE_COLUMNS} if state else {}),
        **{name: getattr(progress, name) for name in _OWN_COLUMNS},
    )


_STATE_COLUMNS = ("reps", "lapses", "first_day", "last_day", "due_day", "failed_today", "retained", "longest")
_OWN_COLUMNS = ("last_rating", "text_hash", "suspended", "buried_day", "flagged", "known")


def _progress(row: StateRow) -> CardProgress:
    state = None
    if row.stability is not None and row.difficulty is not None:
        state = CardState(
            row.card,
            MemoryState(row.stability, row.difficulty, row.fast),
            **{name: getattr(row, name) for name in _STATE_COLUMNS},
        )
    return CardProgress(row.card, state, **{name: getattr(row, name) for name in _OWN_COLUMNS})


@contextmanager
def _explained(where: str, server: bool = False) -> Iterator[None]:
    """Turns the library's errors into ours."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if "locked" in reason:
            hint = "Another process holds the database. Wait for it to end, then repeat."
        elif "full" in reason:
            hint = "Free some space. Every answer that was confirmed before is saved."
        elif server:
            hint = "Check that the server runs, and what KB_DATABASE says."
        else:
            hint = "Check that the file exists, that its folder can be written, or run `kb db check`."
        raise StoreError(f"the database cannot be used: {reason}", where=where, hint=hint) from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        reason = str(getattr(error, "orig", error))
        raise StoreError(
            f"the database is damaged or refused the change: {reason}", where=where, hint=_DAMAGED
        ) from error
    except SQLAlchemyError as error:
        raise StoreError(
            f"the database cannot be used: {error}", where=where, hint="`kb doctor` shows what is set up."
        ) from error
    except ValueError as error:
        raise StoreError(f"the database holds what no event can be: {error}", where=where, hint=_DAMAGED) from error


_DAMAGED = "`kb db check` says what is wrong; `kb db restore` brings back the newest backup."


class Store:
    """One learner's view of the log.

    Args:
        url: an SQLAlchemy URL, or the path of an SQLite file.
        learner: whose rows are read and written.
        before_migration: called with the names of outstanding migrations of a database that exists already.

    Raises:
        StoreError: the database cannot be opened, or was written by a newer program.
    """

    def __init__(
        self, url: str | Path, learner: str, before_migration: Callable[[Sequence[str]], None] | None = None
    ) -> None:
        self.learner = learner
        self.path = url if isinstance(url, Path) else None
        self._engine = _open_file(url) if isinstance(url, Path) else _open_server(url)
        self.where = str(url) if isinstance(url, Path) else self._engine.url.render_as_string(hide_password=True)
        # Reads take no write lock, so that a long one never keeps a second process from saving an answer.
        self._reader = self._engine.execution_options(**{_READING: True})
        with self._explained():
            self._migrate(before_migration)

    def _explained(self) -> AbstractContextManager[None]:
        return _explained(self.where, server=self.path is None)

    def _migrate(self, before: Callable[[Sequence[str]], None] | None) -> None:
        with self._reader.connect() as connection:
            exists = inspect(connection).has_table("migration")
            applied = set(connection.execute(text("SELECT name FROM migration")).scalars()) if exists else set()
        unknown = applied - set(MIGRATIONS)
        if unknown:
            raise StoreError(
                f"the database was written by a newer version (it knows {', '.join(sorted(unknown))})",
                where=self.where,
                hint="Update the program: pipx upgrade design-staircase.",
            )
        outstanding = [name for name in MIGRATIONS if name not in applied]
        if not outstanding:
            return
        if exists and before is not None:
            before(outstanding)
        with self._engine.begin() as connection:
            if self.path is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('design-staircase migration'))"))
            for name in self._still_outstanding(connection):
                MIGRATIONS[name](connection)
                connection.execute(text("INSERT INTO migration (name) VALUES (:name)"), {"name": name})

    @staticmethod
    def _still_outstanding(connection: Connection) -> list[str]:
        """What is left once this process holds the lock: another one may have migrated meanwhile."""
        exists = inspect(connection).has_table("migration")
        applied = set(connection.execute(text("SELECT name FROM migration")).scalars()) if exists else set()
        return [name for name in MIGRATIONS if name not in applied]

    def append(self, events: Sequence[Event], policy: Policy) -> tuple[list[Event], list[CardProgress]]:
        """Adds events and updates the card states that follow from them, in one committed transaction.

        The states are read inside the transaction, so that two processes on one database never overwrite each other.

        Args:
            events: new events of this learner in order; their `seq` is set here. An instant before the newest one of the log, as
                after a clock was set back, is moved just behind it and the event says so (`skew`, in seconds).
            policy: the memory model.

        Returns:
            The events as stored, and the changed card states.

        Raises:
            StoreError: nothing was written.
        """
        changed: dict[str, CardProgress] = {}
        with self._writing() as session:
            stored = self._insert(session, events)
            for entry in stored:
                if entry.kind in ABOUT_CARDS:
                    before = changed.get(entry.subject)
                    if before is None:
                        row = session.get(StateRow, (self.learner, entry.subject))
                        before = _progress(row) if row else CardProgress(entry.subject)
                    changed[entry.subject] = changed_by(before, entry, policy)
            for progress in changed.values():
                session.merge(_state_row(self.learner, progress))
        return stored, list(changed.values())

    def _insert(self, session: Session, events: Sequence[Event]) -> list[Event]:
        """Adds events with their running numbers, none before the newest one of the log; see `append`."""
        newest = session.exec(select(func.max(EventRow.at)).where(EventRow.learner_id == self.learner)).one()
        last = instant_of(newest) if newest else None
        seq: dict[str, int] = {}
        stored = []
        for raw in events:
            if raw.device not in seq:
                of_device = (EventRow.learner_id == self.learner, EventRow.device == raw.device)
                seq[raw.device] = session.exec(select(func.max(EventRow.seq)).where(*of_device)).one() or 0
            seq[raw.device] += 1
            # A view of one learner writes for nobody else, whatever the event says.
            entry = replace(raw, learner=self.learner, seq=seq[raw.device], review=_storable(raw.review))
            if last is not None and entry.at <= last:
                skew = (last - entry.at).total_seconds()
                payload = {**entry.payload, "skew": skew} if skew > 1 else entry.payload
                entry = replace(entry, at=last + timedelta(microseconds=1), payload=payload)
            last = entry.at
            session.add(EventRow(**_event_values(entry)))
            stored.append(entry)
        return stored

    def undo(self, event: Event, policy: Policy) -> tuple[Event, CardProgress | None]:
        """Appends an undo and recomputes the one card that it touches, in one committed transaction.

        Args:
            event: of kind `undo`; its payload names the cancelled event.
            policy: the memory model.

        Returns:
            The event as stored, and the card's progress without the cancelled event; None where nothing is left of it.
        """
        with self._writing() as session:
            (stored,) = self._insert(session, [event])
            session.flush()
            progress = replay(self._events(session, subject=event.subject), policy).cards.get(event.subject)
            row = session.get(StateRow, (self.learner, event.subject))
            if row is not None and progress is None:
                session.delete(row)
            elif progress is not None:
                session.merge(_state_row(self.learner, progress))
        return stored, progress

    def rebuild(self, policy: Policy, renamed: Mapping[str, str] | None = None, changes: Sequence[Event] = ()) -> int:
        """Throws the cached states away and makes them anew from the log, in one committed transaction.

        Args:
            policy: the memory model.
            renamed: ids of cards that the log knows under another one; see `engine.progress.replay`.
            changes: events that are the reason, appended before, so that log and states never tell of different models.

        Returns:
            The number of cards.

        Raises:
            StoreError: nothing was changed.
        """
        with self._writing() as session:
            self._insert(session, changes)
            session.flush()
            states = replay(self._events(session), policy, renamed).cards
            self._put_states(session, states.values())
        return len(states)

    def absorb(
        self,
        events: Sequence[Event],
        policy_of: Callable[[Sequence[Event]], Policy],
        renamed: Mapping[str, str] | None = None,
    ) -> Union:
        """Adds the events of another log as they are, and makes the card states anew, in one committed transaction.

        Args:
            events: of another device or file; what is there already is passed over, and the events become this learner's.
            policy_of: the memory model, given the joined log, which may name other parameters.
            renamed: as for `rebuild`.

        Returns:
            What was new.

        Raises:
            StoreError: nothing was changed; among others where an event is there already with another content.
        """
        given = [replace(entry, learner=self.learner, review=_storable(entry.review)) for entry in events]
        with self._writing() as session:
            mine = self._events(session)
            found = united(mine, given)
            for start in range(0, len(found.new), _AT_ONCE):
                rows = [_event_values(entry) for entry in found.new[start : start + _AT_ONCE]]
                session.connection().execute(insert(EventRow), rows)
            if found.new:
                joined = sorted([*mine, *found.new], key=lambda e: e.order)
                self._put_states(session, replay(joined, policy_of(joined), renamed).cards.values())
        return found

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A transaction that is committed at its end; one process at a time for a learner, which SQLite sees to by itself."""
        # With autoflush every lookup of a card's state would first send the events before it, one by one.
        with self._explained(), Session(self._engine, autoflush=False) as session:
            if self.path is None:
                session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:learner))"), {"learner": self.learner})
            yield session
            session.commit()

    def events(
        self,
        *,
        kinds: Sequence[EventKind] = (),
        subject: str | None = None,
        since_day: int | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[Event]:
        """Events in the order of the log.

        Args:
            kinds: only these kinds; all where empty.
            subject: only about this card or entry.
            since_day: only from this local day on.
            newest_first: turn the order round.
            limit: at most so many.
        """
        with self._explained(), Session(self._reader) as session:
            return self._events(session, kinds, subject, since_day, newest_first, limit)

    def _events(
        self,
        session: Session,
        kinds: Sequence[EventKind] = (),
        subject: str | None = None,
        since_day: int | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[Event]:
        query = sql_select(*_EVENT_COLUMNS).where(EventRow.learner_id == self.learner)  # type: ignore[arg-type]
        if kinds:
            query = query.where(EventRow.kind.in_(kinds))  # type: ignore[attr-defined]
        if subject is not None:
            query = query.where(EventRow.subject == subject)  # type: ignore[arg-type]
        if since_day is not None:
            query = query.where(EventRow.local_day >= since_day)  # type: ignore[arg-type]
        order = (EventRow.at, EventRow.id)
        query = query.order_by(*(c.desc() for c in order)) if newest_first else query.order_by(*order)  # type: ignore[attr-defined]
        if limit is not None:
            query = query.limit(limit)
        return [_event(row) for row in session.connection().execute(query)]

    def states(self) -> dict[str, CardProgress]:
        """The cached state of every card that was ever touched."""
        with self._explained(), Session(self._reader) as session:
            rows = session.exec(select(StateRow).where(StateRow.learner_id == self.learner)).all()
        return {row.card: _progress(row) for row in rows}

    def reviews_by_day(self, since_day: int) -> dict[int, int]:
        """How many reviews were made on each local day, undone ones included."""
        query = (
            select(EventRow.local_day, func.count())
            .where(EventRow.learner_id == self.learner, EventRow.kind == "review", EventRow.local_day >= since_day)
            .group_by(EventRow.local_day)  # type: ignore[arg-type]
        )
        with self._explained(), Session(self._reader) as session:
            return {day: count for day, count in session.exec(query)}  # noqa: C416 - rows are not pairs for a type checker

    def replace_states(self, states: Iterable[CardProgress]) -> None:
        """Throws the cached states away and writes these."""
        with self._writing() as session:
            self._put_states(session, states)

    def _put_states(self, session: Session, states: Iterable[CardProgress]) -> None:
        session.execute(text("DELETE FROM state WHERE learner_id = :learner"), {"learner": self.learner})
        session.add_all([_state_row(self.learner, p) for p in states])

    def state_dump(self) -> str:
        """The cached states as canonical text, one line a card; equal states give equal bytes."""
        with self._explained(), Session(self._reader) as session:
            rows = session.exec(
                select(StateRow).where(StateRow.learner_id == self.learner).order_by(StateRow.card)
            ).all()
            return "".join(json.dumps(row.model_dump(), sort_keys=True) + "\n" for row in rows)

    def check(self) -> list[str]:
        """What is wrong with the file, in sentences; nothing where all is well.

        Raises:
            StoreError: it cannot even be asked.
        """
        with self._explained(), self._reader.connect() as connection:
            lines = connection.execute(text("PRAGMA integrity_check")).scalars() if self.path is not None else ()
            return [str(line) for line in lines if line != "ok"] + _triggers_amiss(connection)

    def protect(self) -> None:
        """Puts the triggers of the log back as they were made, whatever became of them."""
        with self._explained(), self._engine.begin() as connection:
            if _triggers_amiss(connection):
                protect_again(connection)

    def raw_rows(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Every row of the log as it lies there, for looking at damage.

        Yields:
            The columns but for the payload, and the payload as text, which may be no JSON.
        """
        names = [column.key for column in _EVENT_COLUMNS if column.key not in ("payload", "learner_id")]
        query = (
            f"SELECT {', '.join(names)}, CAST(payload AS TEXT) FROM event WHERE learner_id = :learner ORDER BY at, id"  # noqa: S608 - names of ours
        )
        with self._explained(), self._reader.connect() as connection:
            for row in connection.execute(text(query), {"learner": self.learner}):
                *values, payload = row
                yield dict(zip(names, values, strict=True)), str(payload)

    def learners(self) -> list[str]:
        """Whose logs the database holds; sorted."""
        with self._explained(), self._reader.connect() as connection:
            return sorted(connection.execute(text("SELECT DISTINCT learner_id FROM event")).scalars())

    def backup(self, target: Path) -> None:
        """Copies the SQLite database while it may be in use.

        Args:
            target: the file to write; its folder is made.

        Raises:
            StoreError: not an SQLite file, or the copy failed.
        """
        if self.path is None:
            raise StoreError(
                "only SQLite files are backed up here", where=self.where, hint="Use pg_dump for PostgreSQL."
            )
        copy_sqlite(self.path, target)

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()


def _triggers_amiss(connection: Connection) -> list[str]:
    """What is wrong with the triggers of the log, in sentences."""
    dialect = connection.dialect.name
    if dialect == "sqlite":
        listed = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        found = {str(name): str(sql) == trigger_sql(dialect, name) for name, sql in listed if name in TRIGGERS[dialect]}
    else:
        listed = connection.execute(
            text(
                "SELECT tgname, tgenabled IN ('O', 'A') AND prosrc LIKE '%RAISE EXCEPTION%' FROM pg_trigger "
                "JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal"
            )
        )
        found = {str(name): bool(sound) for name, sound in listed}
    return [
        f"the trigger {name} that protects the log {'does not protect it' if name in found else 'is missing'}"
        for name in sorted(TRIGGERS[dialect])
        if not found.get(name)
    ]


def _open_file(path: Path) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the data folder cannot be made: {error.strerror}",
            where=str(path.parent),
            hint="Set KB_HOME to a folder you may write.",
        ) from error
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": 10})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _open_server(address: str) -> Engine:
    hint = "Use postgresql+psycopg://user@host/name, with psycopg installed (the extra `postgres`)."
    try:
        url = make_url(address)
    except (SQLAlchemyError, ValueError) as error:
        raise StoreError("KB_DATABASE is no database URL", where="KB_DATABASE", hint=hint) from error
    where = url.render_as_string(hide_password=True)
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "postgresql":
        raise StoreError("KB_DATABASE names no PostgreSQL database", where=where, hint=hint)
    try:
        return create_engine(url, pool_pre_ping=True)
    except (SQLAlchemyError, ImportError) as error:
        raise StoreError(f"KB_DATABASE cannot be used: {error}", where=where, hint=hint) from error


def copy_sqlite(source: Path, target: Path) -> None:
    """Copies a live SQLite database with SQLite's own backup, whole or not at all.

    Raises:
        StoreError: the copy failed; an older file at `target` is untouched.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        origin, copy = sqlite3.connect(source), sqlite3.connect(part)
        try:
            origin.backup(copy)
        finally:
            copy.close()
            origin.close()
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise StoreError(
            f"the backup failed: {error}", where=str(target), hint="Check the space and the rights of the folder."
        ) from error


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, not by the driver
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Takes the write lock at once where writing follows: a read that later turned into a write could not wait for another process."""
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(_READING) else "BEGIN IMMEDIATE")
