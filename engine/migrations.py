"""The history of the database schema: small named steps, each applied once and remembered by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, text

Migration = Callable[[Connection], None]

_REFUSE = "the log is append-only: undo appends an event of its own"


_ABORT = f"BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END"
_RAISE = "EXECUTE FUNCTION event_is_append_only()"

TRIGGERS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "sqlite": {"event_no_update": ("UPDATE", _ABORT), "event_no_delete": ("DELETE", _ABORT)},
    "postgresql": {
        "event_no_change": ("UPDATE OR DELETE", f"FOR EACH ROW {_RAISE}"),
        "event_no_truncate": ("TRUNCATE", f"FOR EACH STATEMENT {_RAISE}"),
    },
}
"""What protects the log, by dialect and name of the trigger: the statements that it refuses, and how."""


_FIRST_TABLES = (
    """
    CREATE TABLE event (
        learner_id VARCHAR NOT NULL, id VARCHAR NOT NULL, device VARCHAR NOT NULL, seq INTEGER NOT NULL, at VARCHAR NOT NULL,
        utc_offset INTEGER NOT NULL, local_day INTEGER NOT NULL, kind VARCHAR NOT NULL, subject VARCHAR NOT NULL, payload {json} NOT NULL,
        rating INTEGER, duration_ms INTEGER, confidence INTEGER, score FLOAT, answer VARCHAR, model VARCHAR, text_hash VARCHAR,
        PRIMARY KEY (learner_id, id)
    )
    """,
    "CREATE INDEX event_by_time ON event (learner_id, at, id)",
    "CREATE INDEX event_by_subject ON event (learner_id, subject, at)",
    "CREATE INDEX event_by_kind ON event (learner_id, kind, local_day)",
    "CREATE UNIQUE INDEX event_by_device ON event (learner_id, device, seq)",
    """
    CREATE TABLE state (
        learner_id VARCHAR NOT NULL, card VARCHAR NOT NULL, stability FLOAT, difficulty FLOAT, reps INTEGER NOT NULL, lapses INTEGER NOT NULL,
        first_day INTEGER, last_day INTEGER, due_day INTEGER, failed_today INTEGER NOT NULL, retained BOOLEAN NOT NULL,
        longest INTEGER NOT NULL, last_rating INTEGER, text_hash VARCHAR NOT NULL, suspended BOOLEAN NOT NULL, buried_day INTEGER,
        flagged BOOLEAN NOT NULL, known BOOLEAN NOT NULL,
        PRIMARY KEY (learner_id, card)
    )
    """,
    "CREATE INDEX state_by_due ON state (learner_id, due_day)",
    "CREATE TABLE migration (name VARCHAR NOT NULL, PRIMARY KEY (name))",
)
"""The tables as they were first released: frozen, for what a step makes must not change with the program."""


def create_tables(connection: Connection) -> None:
    """The log, the cached states and the list of migrations."""
    json = "JSONB" if connection.dialect.name == "postgresql" else "JSON"
    for statement in _FIRST_TABLES:
        connection.execute(text(statement.replace("{json}", json)))


def refuse_changes(connection: Connection) -> None:
    """Triggers that refuse UPDATE and DELETE on the log, and TRUNCATE where a database has it."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.execute(
            text(
                "CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{_REFUSE}'; END $$"
            )
        )
    for name in TRIGGERS[dialect]:
        connection.execute(text(trigger_sql(dialect, name)))


def trigger_sql(dialect: str, name: str) -> str:
    """The statement that makes a trigger of the log, as SQLite also keeps it."""
    verb, action = TRIGGERS[dialect][name]
    return f"CREATE TRIGGER {name} BEFORE {verb} ON event {action}"


def protect_again(connection: Connection) -> None:
    """Puts all triggers of the log back as they were made, whatever became of them."""
    dialect = connection.dialect.name
    on = " ON event" if dialect == "postgresql" else ""
    for name in TRIGGERS[dialect]:
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{on}"))
    if dialect == "postgresql":
        connection.execute(text("DROP FUNCTION IF EXISTS event_is_append_only()"))
    refuse_changes(connection)


def remember_the_fast_trace(connection: Connection) -> None:
    """The second stability of memory models with two traces."""
    connection.execute(text("ALTER TABLE state ADD COLUMN fast FLOAT"))


def let_copies_of_a_device_meet(connection: Connection) -> None:
    """Two copies of one data folder number their events alike: a merge has to keep both, so that the numbers only order and no longer exclude."""
    connection.execute(text("DROP INDEX event_by_device"))
    connection.execute(text("CREATE INDEX event_by_device ON event (learner_id, device, seq)"))


MIGRATIONS: Mapping[str, Migration] = {
    "0001-create-tables": create_tables,
    "0002-refuse-changes-of-the-log": refuse_changes,
    "0003-remember-the-fast-trace": remember_the_fast_trace,
    "0004-let-copies-of-a-device-meet": let_copies_of_a_device_meet,
}
"""In the order in which they are applied; a name is never changed or reused."""
