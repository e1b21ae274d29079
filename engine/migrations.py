"""The history of the database schema: small named steps, each applied once and remembered by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

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


def create_tables(connection: Connection) -> None:
    """The log, the cached states and the device register."""
    SQLModel.metadata.create_all(connection)


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
    for name, (verb, action) in TRIGGERS[dialect].items():
        connection.execute(text(f"CREATE TRIGGER {name} BEFORE {verb} ON event {action}"))


MIGRATIONS: Mapping[str, Migration] = {
    "0001-create-tables": create_tables,
    "0002-refuse-changes-of-the-log": refuse_changes,
}
"""In the order in which they are applied; a name is never changed or reused."""
