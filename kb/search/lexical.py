"""Search by words: SQLite's FTS5 with Porter stemming, and names that are matched whole."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import kb.embed  # noqa: F401 - sets the number of threads before numpy is imported

import numpy as np  # isort: skip - as above

if TYPE_CHECKING:
    import sqlite3

    from numpy.typing import NDArray

    from kb.search.documents import Document

SCHEMA = """
create virtual table words using fts5(
    title, aliases, symptom, gist, body, content='', tokenize='porter unicode61 remove_diacritics 2'
);
create table name (form text not null, entry integer not null, primary key (form, entry)) without rowid;
create table term (word text primary key, count integer not null, naming integer not null) without rowid;
create index term_by_length on term (length(word), count desc, word);
"""

_WEIGHTS = "6.0, 6.0, 2.0, 2.0, 1.0"
_CANDIDATES = 200
_POSTINGS = 10_000
_VOCABULARY = 5_000
_HUGE = 100_000
_COUNTED = 20_000
_MAX_TERMS = 40
_MAX_TERM = 60
_MAX_CHARACTERS = 4000
_WORD = re.compile(r"[^\W_]+")

# Words that say how something is asked, not what about. A small library is too small to tell by counting.
_FUNCTION_WORDS = frozenset(
    """
    a about after all also am an and any are as at be because been before but by can cannot could did do does
    doing done for from get gets getting give go goes going got had has have having he her here his how i if
    in into is it its just let like lot made make makes making many may me mean might more most much must my
    need no not of off on one only or other our out over really s she should so some something still such t
    than that the their them then there these they thing things this those to too under until up us use used
    using very want was way we were what when where whether which while who whose why will with without won
    would yet you your
    """.split()  # noqa: SIM905 - a list of 150 literals would fill three pages
)


class Known(NamedTuple):
    """A word of the library: how often it occurs, and whether an entry is called so."""

    times: int
    naming: bool


def words(text: str) -> list[str]:
    """The words of a text in small letters; signs, NULs and emoji are no words."""
    return [word[:_MAX_TERM] for word in _WORD.findall(_folded(text[:_MAX_CHARACTERS]))]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def terms(text: str) -> list[str]:
    """The different words of a query that say what it is about, in their order; all of them where none does."""
    found = list(dict.fromkeys(words(text)))
    telling = [word for word in found if word not in _FUNCTION_WORDS and (len(word) > 1 or word.isdigit())]
    return (telling or found)[:_MAX_TERMS]


def forms(name: str) -> tuple[str, ...]:
    """The forms under which a name is found: as it stands, and without function words and plural endings."""
    every = words(name)
    telling = [word for word in every if word not in _FUNCTION_WORDS] or every
    return tuple(dict.fromkeys((" ".join(every), " ".join(_singular(word) for word in telling))))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


class Database(Protocol):
    """What an index asks: SQLite, or something that takes the same SQL."""

    def execute(self, query: str, parameters: Sequence[Any] = (), /) -> Any:
        """Runs a query."""

    def close(self) -> None:
        """Gives it back."""


def names(document: Document) -> set[str]:
    """The forms of all names of an entry."""
    return {form for name in document.names for form in forms(name) if form}


class Counted:
    """How often each word occurs, and which words name an entry, counted entry by entry while an index is built."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()
        self._naming: set[str] = set()

    def add(self, connection: sqlite3.Connection, row: int, document: Document) -> None:
        """Adds the words and names of an entry.

        Args:
            connection: to a database with `SCHEMA`.
            row: the entry's number.
            document: the entry as it is searched.
        """
        fields = (document.title, document.aliases, document.symptom, document.gist, document.body)
        connection.execute(
            "insert into words (rowid, title, aliases, symptom, gist, body) values (?, ?, ?, ?, ?, ?)", (row, *fields)
        )
        connection.executemany("insert into name values (?, ?)", ((form, row) for form in names(document)))
        self.count(document)

    def count(self, document: Document) -> None:
        """Counts the words of an entry."""
        fields = (document.title, document.aliases, document.symptom, document.gist, document.body)
        self._times.update(_WORD.findall(_folded("\n".join(fields))))
        self._naming.update(word for name in document.names for word in _WORD.findall(_folded(name)))

    def rows(self) -> Iterator[tuple[str, int, int]]:
        """The rows of the table `term`."""
        return ((word, times, int(word in self._naming)) for word, times in sorted(self._times.items()))

    def write(self, connection: sqlite3.Connection) -> None:
        """Writes what was counted. All at the end: a row changed with each entry takes most of the time of a large index."""
        connection.executemany("insert into term values (?, ?, ?)", self.rows())


class Words:
    """The words of all entries.

    Args:
        connection: to a database with `SCHEMA`.
        entries: how many entries it holds.
    """

    def __init__(self, connection: Database, entries: int) -> None:
        self._connection = connection
        self._entries = entries
        self._of_length: dict[int, dict[str, Known]] = {}

    def named(self, text: str) -> list[int]:
        """The entries whose title, alias or id this is, the exact form before the one without function words."""
        for form in forms(text):
            rows = self._connection.execute("select entry from name where form = ? order by entry", (form,)).fetchall()
            if rows:
                return [row[0] for row in rows]
        return []

    def counts(self, wanted: Iterable[str]) -> dict[str, int]:
        """How many entries hold each word, in any of its inflections; in a huge library, at most 20,000 are counted."""
        query = "select count(*) from words where words match ?"
        if self._entries > _HUGE:
            query = f"select count(*) from (select 1 from words where words match ? limit {_COUNTED})"  # noqa: S608 - a number
        return {word: self._connection.execute(query, (f'"{word}"',)).fetchone()[0] for word in wanted}

    def rarity(self, count: int) -> float:
        """How much a word tells: ln(1 + N / n) for N entries of which n hold it; ln(1 + 2 N) for one in no entry."""
        return math.log(1 + self._entries / (count or 0.5))

    def scores(self, counts: Mapping[str, int], filters: Mapping[str, str]) -> dict[int, float]:
        """BM25 of the best entries that hold any of the words.

        Source: Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), as FTS5 implements it.

        Args:
            counts: the words, as `terms` gives them, and how many entries hold each. They are quoted: no word is ever
                read as FTS5 syntax. In a library of many thousand entries, the most common ones are left
                out, which would cost the most time and change the order the least; in a huge one, also where there
                are no others.
            filters: only entries with these values, by column of `entry`.

        Returns:
            Entries with scores above 0, higher is better.
        """
        scored: list[str] = []
        budget = _POSTINGS
        for word, count in sorted(counts.items(), key=lambda item: item[1]):
            if count and (budget > 0 or not scored) and (count <= _POSTINGS or self._entries <= _HUGE):
                scored.append(word)
                budget -= count
        if not scored:
            return {}
        where = " and ".join(f"{column} = ?" for column in filters)
        chosen = f"and rowid in (select number from entry where {where})" if filters else ""  # noqa: S608 - names of columns
        query = f"select rowid, -bm25(words, {_WEIGHTS}) as score from words where words match ? {chosen} order by score desc limit {_CANDIDATES}"  # noqa: S608 - constants
        match = " OR ".join(f'"{word}"' for word in scored)
        found = self._connection.execute(query, (match, *filters.values())).fetchall()
        return {row: score for row, score in found if score > 0}

    def postings(self, counts: Mapping[str, int]) -> dict[str, NDArray[np.intp]]:
        """The entries that hold each word, in any of its inflections; words in very many entries are left out.

        Args:
            counts: words, and how many entries hold each.
        """
        # One text from SQLite, cut by numpy: a quarter of the time that as many rows take.
        query = "select group_concat(rowid) from words where words match ?"
        return {
            word: np.fromstring(self._connection.execute(query, (f'"{word}"',)).fetchone()[0], np.intp, sep=",")
            for word, count in counts.items()
            if 0 < count <= _POSTINGS
        }

    def holding(self, word: str, rows: Iterable[int]) -> set[int]:
        """Which of some entries hold a word, in any of its inflections."""
        chosen = ",".join(str(int(row)) for row in rows)
        query = f"select rowid from words where words match ? and rowid in ({chosen})"  # noqa: S608 - integers
        return {row for (row,) in self._connection.execute(query, (f'"{word}"',))}

    def has(self, word: str) -> bool:
        """Whether any entry holds a word, in any of its inflections."""
        found = self._connection.execute("select 1 from words where words match ? limit 1", (f'"{word}"',)).fetchone()
        return found is not None

    def vocabulary(self, shortest: int, longest: int) -> dict[str, Known]:
        """The words of all entries with a number of letters in this range; of each length the 5,000 most frequent."""
        found: dict[str, Known] = {}
        for length in range(shortest, longest + 1):
            if length not in self._of_length:
                rows = self._connection.execute(
                    "select word, count, naming from term where length(word) = ? order by count desc, word limit ?",
                    (length, _VOCABULARY),
                )
                self._of_length[length] = {word: Known(count, bool(naming)) for word, count, naming in rows}
            found |= self._of_length[length]
        return found
