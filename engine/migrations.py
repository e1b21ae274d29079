"""The history of the database schema: small named steps, each applied once and remembered by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

Migration = Callable[[Connection], None]

_REFUSE = "the log is append-only: undo appends an event of its own"


def create_tables(connection: Connection) -> None:
    """The log, the cached states and the device register."""
    SQLModel.metadata.create_all(connection)


def refuse_changes(connection: Connection) -> None:
    """Triggers that refuse UPDATE and DELETE on the log."""
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            connection.execute(
                text(
                    f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END"
                )
            )
        return
    connection.execute(
        text(
            "CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSE}'; END $$"
        )
    )
    connection.execute(
        text(
            "CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_is_append_only()"
        )
    )


MIGRATIONS: Mapping[str, Migration] = {
    "0001-create-tables": create_tables,
    "0002-refuse-changes-of-the-log": refuse_changes,
}
"""In the order in which they are applied; a name is never changed or reused."""
