"""The search index on a PostgreSQL server, which many share: pgvector for meaning, the server's full text search for words.

`KB_INDEX=postgresql://user@host/name` names the server. Each state of the content has a schema of its own, made by whoever comes
first; nobody ever changes one. Ranking, verdict and what a hit shows are those of the local index. Only BM25 is not: the
server's `ts_rank`, weighted by how rare a word is, stands for it.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kb.errors import SearchError
from kb.roots import Roots
from kb.search import lexical, pairs
from kb.search.build import FORMAT, documents_of, vectors_of
from kb.search.fields import FIELDS
from kb.search.index import Index
from kb.search.lexical import Words
from kb.search.models import Model
from kb.search.semantic import Cosines, query_vector
from kb.search.store import Say
from kb.search.vectors import Count, digest

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kb.search.documents import Document

T = TypeVar("T")

VARIABLE = "KB_INDEX"
"""The environment variable that names the server."""

_EXACT = 20_000
"""Passages up to which the server compares all of them; beyond, it looks up candidates in an HNSW index."""

_NEAR = 400
_CANDIDATES = 200
_POSTINGS = 10_000
_KEPT = 4
_SMALLEST = "0.7"
_LOCK = int.from_bytes(hashlib.blake2b(b"kb search index", digest_size=7).digest(), "big")
_ADDRESS = re.compile(r"postgres(?:ql)?(?:\+psycopg)?(?=://)")
_WEIGHTS = "{0.16, 0, 0.33, 1}"
"""Of body, nothing, symptom and gist, title and aliases: those of the local index, divided by the highest."""

_HINT = f"{VARIABLE} is written postgresql://user@host/name; without it, the index on this machine is used."

_SCHEMA = """
create text search dictionary stem (template = snowball, language = porter);
create text search configuration plain (parser = default);
alter text search configuration plain
    add mapping for asciiword, word, numword, int, uint, float, sfloat, version with stem;
create table meta (key text primary key, value text, bytes bytea);
create table entry (
    number integer primary key, id text not null, kind text not null, title text not null, step text not null,
    level text not null, summary text not null, sources text not null, origin text not null, words tsvector not null
);
create table "window" (
    number integer primary key, entry integer not null, text text not null, vector halfvec({dimension}) not null
);
create table name (form text not null, entry integer not null, primary key (form, entry));
create table side (form text not null, entry integer not null, side integer not null, primary key (form, entry, side));
create table term (word text primary key, count integer not null, naming integer not null);
create table known (word text primary key, count integer not null);
"""

_INDEXES = """
create index on entry using gin (words);
create index on "window" (entry);
create index on term (length(word), count desc, word);
insert into known select word, ndoc from ts_stat('select words from entry');
analyze
"""


class Server:
    """A connection to one schema of a server. It takes the SQL of the local index as it is.

    Args:
        connection: of psycopg, in autocommit mode.
        where: host and database, without a password.
    """

    def __init__(self, connection: Any, where: str) -> None:
        self.connection, self.where = connection, where

    @classmethod
    def open(cls, address: str) -> Server:
        """Connects.

        Args:
            address: as in `KB_INDEX`.

        Raises:
            SearchError: the address names no PostgreSQL server, the extra `postgres` is missing, or the server does not answer.
        """
        if not _ADDRESS.match(address):
            raise SearchError("is no address of a PostgreSQL server", where=VARIABLE, hint=_HINT)
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict
        except ImportError as error:
            raise SearchError(
                f"a shared index needs the extra `postgres` ({error})",
                where=VARIABLE,
                hint="Install it with: pip install 'design-staircase[postgres]'.",
            ) from error
        plain = _ADDRESS.sub("postgresql", address, count=1)
        try:
            parts = conninfo_to_dict(plain)
        except psycopg.Error as error:
            # What psycopg says may repeat the address with its password.
            raise SearchError("is no address of a PostgreSQL server", where=VARIABLE, hint=_HINT) from error
        port = f":{parts['port']}" if parts.get("port") else ""
        where = f"{parts.get('host', 'localhost')}{port}/{parts.get('dbname', '')}"
        try:
            connection = psycopg.connect(
                plain, autocommit=True, connect_timeout=int(parts.get("connect_timeout") or 10)
            )
            # Compiling a query takes longer than any of these runs.
            connection.execute("set jit = off")
        except psycopg.Error as error:
            what = f"the server of the shared index does not answer: {' '.join(str(error).split())}"
            raise SearchError(what, where=where, hint=_HINT) from error
        return cls(connection, where)

    def execute(self, query: str, parameters: Sequence[Any] = ()) -> Any:
        """Runs a query with `?` where parameters stand, as SQLite writes them.

        Raises:
            sqlite3.DatabaseError: the server refused it; the index answers that as damage in a file of its own.
        """
        import psycopg

        try:
            return self.connection.execute(query.replace("?", "%s"), tuple(parameters), binary=True)
        except psycopg.Error as error:
            raise sqlite3.DatabaseError(" ".join(str(error).split())) from error

    def close(self) -> None:
        """Ends the connection."""
        self.connection.close()


def schema_name(content: Path | None, model: Model) -> str:
    """The schema that holds the index of some content: named by what stands in its files, by model and by format.

    Not by sizes and times, as the file of the local index: those differ from one machine to the next.

    Raises:
        ContentError: there is no such content.
    """
    roots = Roots.find(content)
    told = hashlib.blake2b(digest_size=10)
    for folder in (roots.concepts, roots.quizzes):
        for path in sorted(folder.rglob("*.yaml")):
            # Windows checks files out with other line ends.
            text = path.read_bytes().replace(b"\r\n", b"\n")
            told.update(f"{folder.name}/{path.relative_to(folder).as_posix()}\0{len(text)}\n".encode() + text)
    return f"kb_{FORMAT}_{model.id.rpartition('-')[2]}_{told.hexdigest()}"


def state(address: str, content: Path | None, model: Model) -> str:
    """Whether a server has the index of today's content: `current` or `missing`.

    Raises:
        SearchError: the server cannot be used.
        ContentError: the content cannot be used.
    """
    server = Server.open(address)
    try:
        return "current" if _exists(server, schema_name(content, model)) else "missing"
    finally:
        server.close()


def open_shared(
    address: str,
    content: Path | None,
    say: Say,
    model: Model,
    notes: Index | None = None,
    *,
    count: Count | None = None,
) -> SharedIndex:
    """Opens the shared index of some content; builds it first where no other process has.

    Args:
        address: as in `KB_INDEX`.
        content: the content folder; None for the shipped one.
        say: is told about work that takes its time.
        model: that makes the vectors and reads the queries.
        notes: the index of a user's own notes, which stay on this machine.
        count: is told in numbers how far the encoding is.

    Raises:
        ContentError: the content cannot be used.
        SearchError: the server, the model or the vectors cannot be used.
    """
    server = Server.open(address)
    try:
        name = schema_name(content, model)
        with _explained(server):
            extension = _extension(server)
            if not _exists(server, name):
                _build(server, name, extension, content, model, say, count)
            server.connection.execute(f'set search_path = "{name}", {extension}')
        return SharedIndex(server, model, notes, name)
    except BaseException:
        server.close()
        raise


@contextmanager
def _explained(server: Server) -> Iterator[None]:
    import psycopg

    try:
        yield
    except (psycopg.Error, sqlite3.DatabaseError) as error:
        what = f"the shared index cannot be used: {' '.join(str(error).split())}"
        hint = f"`kb index` builds it where it is missing; without {VARIABLE}, the index on this machine is used."
        raise SearchError(what, where=server.where, hint=hint) from error


def _exists(server: Server, name: str) -> bool:
    # It comes into sight whole, in one transaction, so a schema that is there is complete.
    found = server.execute("select 1 from pg_namespace where nspname = ?", (name,)).fetchone()
    return found is not None


def _extension(server: Server) -> str:
    """The schema that pgvector is in; it is created where it may be."""
    import psycopg

    query = "select extversion, quote_ident(nspname) from pg_extension join pg_namespace n on n.oid = extnamespace where extname = 'vector'"
    row = server.execute(query).fetchone()
    if row is None:
        try:
            # Under the lock: two who create it at once disturb each other in spite of the `if`.
            with server.connection.transaction():
                server.connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
                server.connection.execute("create extension if not exists vector")
        except psycopg.Error as error:
            raise SearchError(
                f"the server has no pgvector: {' '.join(str(error).split())}",
                where=server.where,
                hint="Whoever runs it installs the package pgvector, then says once in this database: CREATE EXTENSION vector;",
            ) from error
        row = server.execute(query).fetchone()
    version, schema = row
    if _version(version) < _version(_SMALLEST):
        raise SearchError(
            f"the server has pgvector {version}, needed is {_SMALLEST} or newer",
            where=server.where,
            hint="Update the package pgvector, then say in this database: ALTER EXTENSION vector UPDATE;",
        )
    return str(schema)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def _build(
    server: Server, name: str, extension: str, content: Path | None, model: Model, say: Say, count: Count | None
) -> None:
    documents, steps = documents_of(content)
    rows = vectors_of(documents, None if count else say, model, count)
    connection = server.connection
    with connection.transaction():
        # Held until the transaction ends: who waited here finds what the first one made.
        connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        if _exists(server, name):
            return
        say(f"Building the shared search index on {server.where} (once for all who use it).")
        connection.execute(f'create schema "{name}"')
        connection.execute(f'set local search_path = "{name}", {extension}')
        connection.execute(_SCHEMA.format(dimension=model.dimension))
        _fill(connection, documents, steps, rows, model)
        connection.execute(f'grant usage on schema "{name}" to public')
        connection.execute(f'grant select on all tables in schema "{name}" to public')
        _prune(connection, name)


def _fill(
    connection: Any, documents: Sequence[Document], steps: Sequence[str], rows: Mapping[bytes, bytes], model: Model
) -> None:
    counted, passages = lexical.Counted(), [(n, p) for n, d in enumerate(documents) for p in d.passages]
    columns = "number, id, kind, title, step, level, summary, sources, origin, words"
    weighted = " || ".join(f"setweight(to_tsvector('plain', %s), '{weight}')" for weight in "ABD")
    with connection.cursor() as cursor:
        cursor.executemany(
            f"insert into entry ({columns}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, {weighted})",  # noqa: S608 - constants
            (
                (n, d.id, d.kind, d.title, d.step, d.level, d.summary, json.dumps(d.sources), d.origin, *_searched(d))
                for n, d in enumerate(documents)
            ),
        )
        _copy(cursor, "name", {(form, n) for n, d in enumerate(documents) for form in lexical.names(d)})
        _copy(cursor, "side", {(form, n, side) for n, d in enumerate(documents) for form, side in pairs.forms_of(d)})
        for document in documents:
            counted.count(document)
        _copy(cursor, "term", counted.rows())
        _copy(
            cursor,
            '"window"',
            (
                (number, entry, passage.text.replace("\0", " "), _vector(rows[digest(passage.text)]))
                for number, (entry, passage) in enumerate(passages)
            ),
        )
        fields = bytes(FIELDS.index(passage.field) for _, passage in passages)
        lengths = np.array([len(document.passages) for document in documents], np.int64)
        starts = (np.cumsum(lengths) - lengths).astype("<i4").tobytes()
        cursor.executemany(
            "insert into meta values (%s, %s, %s)",
            [
                ("model", model.id, None),
                ("steps", json.dumps(list(steps)), None),
                ("starts", None, starts),
                ("fields", None, fields),
            ],
        )
        cursor.execute(_INDEXES)
        if len(passages) > _EXACT:
            cursor.execute("set local maintenance_work_mem = '1GB'")
            cursor.execute('create index on "window" using hnsw (vector halfvec_cosine_ops)')


def _searched(document: Document) -> tuple[str, str, str]:
    texts = (document.title, document.aliases), (document.symptom, document.gist), (document.body,)
    first, second, third = (_plain(" ".join(parts)) for parts in texts)
    return first, second, third


def _plain(text: str) -> str:
    """Only words, without accents: the server's parser would see addresses, paths and numbers in everything else."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(sign for sign in split if not unicodedata.combining(sign))))


def _copy(cursor: Any, table: str, rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(f"copy {table} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def _vector(row: bytes) -> str:
    # Whole numbers up to 127 are exact in half precision, and a cosine does not see the length.
    return f"[{','.join(map(str, np.frombuffer(row, np.int8).tolist()))}]"


def _prune(connection: Any, name: str) -> None:
    """Removes old indexes but for a few: programs of other versions may share the server."""
    others = connection.execute(
        "select nspname from pg_namespace where nspname ~ '^kb_[0-9]+_[0-9a-f]+_[0-9a-f]{20}$' and nspname <> %s "
        "and pg_has_role(nspowner, 'USAGE') order by oid::bigint desc offset %s",
        (name, _KEPT - 1),
    ).fetchall()
    for (old,) in others:
        connection.execute(f'drop schema "{old}" cascade')


class ServerWords(Words):
    """The words of all entries, on the server.

    Args:
        server: set to the schema of an index.
        entries: how many entries it holds.
    """

    def __init__(self, server: Server, entries: int) -> None:
        super().__init__(server, entries)
        self._server = server
        self._named: tuple[str, list[int]] = ("", [])
        self._ranked: dict[str, tuple[NDArray[np.intp], NDArray[np.float32]]] = {}

    def named(self, text: str) -> list[int]:
        """The entries whose title, alias or id this is, the exact form before the one without function words."""
        if self._named[0] != text:
            forms = lexical.forms(text)
            rows = self._server.execute(
                "select form, entry from name where form = any(?) order by entry", (list(forms),)
            )
            found = rows.fetchall()
            every = [[entry for other, entry in found if other == form] for form in forms]
            self._named = text, next(filter(None, every), [])
        return self._named[1]

    def counts(self, wanted: Iterable[str]) -> dict[str, int]:
        """How many entries hold each word, in any of its inflections."""
        query = (
            "select asked.word, coalesce(known.count, 0) from unnest(?::text[], ?::text[]) as asked (word, plain) "
            "left join known on known.word = (ts_lexize('stem', plain))[1]"
        )
        words = list(wanted)
        found = dict(self._server.execute(query, (words, [_plain(word) for word in words])).fetchall())
        return {word: found[word] for word in words}

    def scores(self, counts: Mapping[str, int], filters: Mapping[str, str]) -> dict[int, float]:
        """The sum of each word's `ts_rank`, weighted by its rarity, of the best entries; arguments as for the local index."""
        total: dict[int, float] = {}
        ranked = self._look_up(counts)
        for word, (numbers, ranks) in ranked.items():
            rarity = self.rarity(counts[word])
            for number, rank in zip(numbers.tolist(), ranks.tolist(), strict=True):
                total[number] = total.get(number, 0) + rarity * rank
        if filters:
            where = " and ".join(f"{column} = ?" for column in filters)
            query = f"select number from entry where {where}"  # noqa: S608 - names of columns
            chosen = {number for (number,) in self._server.execute(query, tuple(filters.values()))}
            total = {number: score for number, score in total.items() if number in chosen}
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0]))[:_CANDIDATES])

    def postings(self, counts: Mapping[str, int]) -> dict[str, NDArray[np.intp]]:
        """The entries that hold each word; words in very many entries are left out."""
        return {word: numbers for word, (numbers, _) in self._look_up(counts).items()}

    def holding(self, word: str, rows: Iterable[int]) -> set[int]:
        """Which of some entries hold a word, in any of its inflections."""
        if word in self._ranked:
            return set(self._ranked[word][0].tolist()).intersection(rows)
        query = "select number from entry where number = any(?) and words @@ plainto_tsquery('plain', ?)"
        return {row for (row,) in self._server.execute(query, (list(rows), _plain(word)))}

    def has(self, word: str) -> bool:
        """Whether any entry holds a word, in any of its inflections."""
        return self.counts([word])[word] > 0

    def _look_up(self, counts: Mapping[str, int]) -> dict[str, tuple[NDArray[np.intp], NDArray[np.float32]]]:
        """The entries that hold each word, and how prominently. The last query's are kept: it is asked for them twice."""
        wanted = [word for word, count in counts.items() if 0 < count <= _POSTINGS]
        if set(self._ranked) != set(wanted):
            query = (
                f"select asked.word, array_agg(number), array_agg(ts_rank('{_WEIGHTS}', words, sought, 1)) "  # noqa: S608 - constants
                "from unnest(?::text[], ?::text[]) as asked (word, plain), plainto_tsquery('plain', plain) as sought, entry "
                "where words @@ sought group by asked.word"
            )
            found = self._server.execute(query, (wanted, [_plain(word) for word in wanted]))
            ranked = {word: (np.array(numbers, np.intp), np.array(ranks, np.float32)) for word, numbers, ranks in found}
            self._ranked = {word: ranked[word] for word in wanted if word in ranked}
        return self._ranked


class ServerMeanings:
    """The vectors of all passages, on the server.

    Args:
        server: set to the schema of an index.
        starts: little-endian int32, the first passage of each entry.
        fields: uint8, what each passage is.
        model: that made the vectors and reads the queries.
    """

    def __init__(self, server: Server, starts: bytes, fields: bytes, model: Model) -> None:
        self._server, self._model = server, model
        self._starts = np.frombuffer(starts, "<i4").astype(np.intp)
        self._fields = np.frombuffer(fields, np.uint8)
        self._lengths = np.diff(self._starts, append=len(self._fields))

    def near(self, text: str, allowed: NDArray[np.bool_]) -> NDArray[np.intp] | None:
        """The entries that may be nearest to a text, rising; None where all are to be compared."""
        if len(self._fields) <= _EXACT:
            return None
        if self._lengths[allowed].sum() <= _EXACT:
            return np.flatnonzero(allowed)
        where, chosen = ("", ()) if allowed.all() else ("where entry = any(?)", (np.flatnonzero(allowed).tolist(),))
        vector = _told(query_vector(self._model, text))
        with self._server.connection.transaction():
            self._server.execute(f"set local hnsw.ef_search = {_NEAR}")
            self._server.execute("set local hnsw.iterative_scan = relaxed_order")
            query = f'select entry from "window" {where} order by vector <=> ?::halfvec limit {_NEAR}'  # noqa: S608 - constants
            found = self._server.execute(query, (*chosen, vector)).fetchall()
        return np.unique(np.array([entry for (entry,) in found], np.intp))

    def cosines(self, text: str, among: NDArray[np.intp] | None = None) -> Cosines:
        """The cosines of a text with the passages of entries, exact; arguments as for the local index."""
        entries = np.arange(len(self._starts)) if among is None else among
        where, chosen = ("", ()) if among is None else ("where entry = any(?)", (among.tolist(),))
        query = f'select coalesce(array_agg(1 - (vector::vector <=> ?::vector) order by number), array[]::float8[]) from "window" {where}'  # noqa: S608 - constants
        (values,) = self._server.execute(query, (_told(query_vector(self._model, text)), *chosen)).fetchone()
        lengths, firsts = self._lengths[entries], self._starts[entries]
        starts = np.cumsum(lengths) - lengths
        numbers = np.repeat(firsts - starts, lengths) + np.arange(lengths.sum())
        return Cosines(entries, starts, firsts, np.array(values, np.float32), self._fields[numbers])


def _told(vector: NDArray[np.float32]) -> str:
    return f"[{','.join(map(repr, vector.tolist()))}]"


class SharedIndex(Index):
    """The index on a server, searched as the local one is.

    Args:
        server: set to the schema of an index.
        model: that made the vectors and reads the queries.
        notes: the index of a user's own notes.
        name: of the schema.

    Raises:
        SearchError: the server cannot be used.
    """

    def __init__(self, server: Server, model: Model, notes: Index | None, name: str) -> None:
        self.where, self.name, self._server = server.where, name, server
        super().__init__(server, model=model, notes=notes)

    def _load(self) -> None:
        server = self._server
        told = {key: (value, data) for key, value, data in server.execute("select key, value, bytes from meta")}
        self.model = str(told["model"][0])
        self.steps = tuple(json.loads(told["steps"][0]))
        starts, fields = told["starts"][1], told["fields"][1]
        self.entries, self.passages = len(starts) // 4, len(fields)
        self._meanings = ServerMeanings(server, starts, fields, self._model)
        self._words = ServerWords(server, self.entries)

    def _sound(self, work: Callable[[], T]) -> T:
        with _explained(self._server):
            return work()
