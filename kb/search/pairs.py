"""Queries for two things, such as "kafka vs rabbitmq": which two, and which trade-off weighs them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.search.lexical import forms

if TYPE_CHECKING:
    import sqlite3

    from kb.search.documents import Document
    from kb.search.lexical import Database

SCHEMA = """
create table side (form text not null, entry integer not null, side integer not null, primary key (form, entry, side)) without rowid;
"""

_ASKING = re.compile(
    r"^(?:(?:what|when|why|how|which|is|are|the|should|do|does|we|i|to|use|choose|pick|better|compare|comparing|comparison|"
    r"differences?|trade-?offs?|of|between|explain|decide|deciding|choosing)\b\W*)+",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\bbetween\b|\bcompar(?:e|ing|ison)\b|\bdifferences?\b", re.IGNORECASE)
_AGAINST = re.compile(
    r"\s+(?:vs\.?|versus|against|or|compared\s+(?:to|with)|rather\s+than|instead\s+of)\s+|\s+/\s+", re.IGNORECASE
)
_AND = re.compile(r"\s+(?:and|from)\s+", re.IGNORECASE)
_LONGEST = 200


def two_things(query: str) -> tuple[str, str] | None:
    """The two things that a query asks to weigh or to tell apart.

    Args:
        query: as typed.

    Returns:
        None where it does not name exactly two; `and` joins two only after words such as "difference between".
    """
    if len(query) > _LONGEST:
        return None
    rest = _ASKING.sub("", query.strip().rstrip("?.!"))
    parts = _AGAINST.split(rest)
    if len(parts) == 1 and _BETWEEN.search(query):
        parts = _AND.split(rest)
    named = [part.strip() for part in parts if part.strip()]
    return (named[0], named[1]) if len(named) == len(parts) == 2 else None


def add(connection: sqlite3.Connection, row: int, document: Document) -> None:
    """Adds the names of a trade-off's sides.

    Args:
        connection: to a database with `SCHEMA`.
        row: the entry's number.
        document: the entry as it is searched.
    """
    rows = ((form, row, side) for form, side in forms_of(document))
    connection.executemany("insert into side values (?, ?, ?)", rows)


def forms_of(document: Document) -> set[tuple[str, int]]:
    """The forms of all names of a trade-off's sides, each with the number of its side."""
    return {(form, side) for side, names in enumerate(document.sides) for name in names for form in forms(name) if form}


def weighing(connection: Database, things: tuple[str, str]) -> list[int]:
    """The trade-offs with one thing as one side and the other as another, in whichever order."""
    first, second = things
    # "vertical or horizontal scaling" says the last word once for both.
    whole = (first, f"{first} {second.split()[-1]}")
    query = (
        "select distinct a.entry from side a join side b on b.entry = a.entry and b.side <> a.side "
        "where a.form = ? and b.form = ? order by a.entry"
    )
    pairs = ((a, b) for name in whole for a in forms(name) for b in forms(second))
    found = (row for pair in pairs for (row,) in connection.execute(query, pair))
    return list(dict.fromkeys(found))
