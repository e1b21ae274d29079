"""The search index as the rest of the program sees it: `open_index().search("why is my cache cold")`."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections import ChainMap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from kb.errors import SearchError, UsageError
from kb.search import approximate, lexical, models, notes_index, pairs, ranking, store, typos
from kb.search.build import FORMAT
from kb.search.lexical import Database, Words
from kb.search.models import SHIPPED, Model
from kb.search.ranking import Evidence, Match
from kb.search.semantic import Compared, Cosines, Meanings, checksum
from kb.search.store import Say, silent

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")

KINDS = ("concept", "tradeoff", "exercise", "step", "interview", "lab", "note")
LEVELS = ("core", "advanced")

_JUDGED = 3
"""The first hits among which one has to hold the words of a query."""

_NOISE = 0.2
"""A hit below this cosine that holds none of the words is left out."""

_DAMAGE = (sqlite3.Error, ValueError, TypeError, LookupError)
"""What reading a damaged page can end in: SQLite notices most, and the rest are numbers and texts that make no sense."""

_WINDOWS_ONLY = 0.05
"""What a note's cosine lacks, because it has windows and no short passages: the median over 151 development queries and 78 others."""

_ALL = 0.999
"""Covered from here on: all telling words of the query stand in one entry, but for rounding."""

_VERDICTS: tuple[Match, ...] = ("none", "weak", "good")

_MOST = 1000
"""Hits that anybody can ask for."""


@dataclass(frozen=True)
class Why:
    """Why something was found.

    Attributes:
        words: the words of the query that the entry holds.
        quote: its passage that is nearest in meaning.
    """

    words: tuple[str, ...]
    quote: str


@dataclass(frozen=True)
class Origin:
    """Where an own note stands.

    Attributes:
        path: of the file.
        heading: with those above it; empty for what stands before the first.
        line: of the heading, from 1.
    """

    path: str
    heading: str
    line: int


@dataclass(frozen=True)
class Hit:
    """An entry that was found.

    Attributes:
        id: the entry.
        kind: concept, tradeoff, exercise, step, or note for an own note.
        title: as shown.
        step: the step it belongs to; empty for a note.
        level: core or advanced; empty where the kind has none.
        summary: one line.
        score: 0 to 1, an order among these hits; 1 for what the query names.
        cosine: of the query with the entry's nearest passage, -1 to 1.
        sources: ids of the atoms of the source documents that the entry cites.
        why: what fitted.
        origin: where an own note stands; None for an entry of the library.
    """

    id: str
    kind: str
    title: str
    step: str
    level: str
    summary: str
    score: float
    cosine: float
    sources: tuple[str, ...]
    why: Why
    origin: Origin | None = None


@dataclass(frozen=True)
class Result:
    """The answer to a query.

    Attributes:
        query: as asked; what no file or terminal can hold is replaced.
        searched_for: the query with its typos mended; the query itself where there were none.
        match: whether the first hit fits: good, weak, or none.
        hits: best first; empty where `match` is none.
    """

    query: str
    searched_for: str
    match: Match
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Features:
    """What the ranking sees of a query.

    Attributes:
        ids: of all entries.
        matrix: shape (entries, 5), in the order of `kb.search.ranking.FEATURES`.
        evidence: how sure the first hits are, in the order of today's weights.
        named: the numbers of the entries that the query names; they come first whatever their features.
    """

    ids: tuple[str, ...]
    matrix: NDArray[np.float32]
    evidence: Evidence
    named: tuple[int, ...]


@dataclass(frozen=True)
class _Found:
    """What one text found, before it is cut and shown. Entries are places in `seen`."""

    order: Sequence[int]
    features: NDArray[np.float32]
    scores: NDArray[np.float32]
    nearest: NDArray[np.float32]
    seen: Cosines
    counts: Mapping[str, int]
    named: Sequence[int]


@dataclass(frozen=True)
class _Part:
    """What one index gives to an answer: first the hits that the query names, then the others by score."""

    match: Match = "none"
    named: tuple[Hit, ...] = ()
    others: tuple[Hit, ...] = ()


class Index:
    """Everything that can be found. Threads may share one.

    Args:
        connection: to a filled index.
        renew: gives a connection to an index that was built anew, where this one turns out to be damaged; called at most
            once. Without it, damage is an error.
        model: that made the vectors and reads the queries.
        notes: the index of a user's own notes, which is searched too. It changes neither order nor scores of the entries.
        plain: these are notes: they have no fields such as symptoms and questions that would be compared by themselves.
        say: is told about what a large index needs.

    Raises:
        SearchError: the index is damaged, and so is what `renew` gave.
    """

    def __init__(
        self,
        connection: Database,
        renew: Callable[[], sqlite3.Connection] | None = None,
        *,
        model: Model = SHIPPED,
        notes: Index | None = None,
        plain: bool = False,
        say: Say = silent,
    ) -> None:
        self._connection = connection
        self._renew = renew
        self._model = model
        self._notes = notes
        self._plain = plain
        self._say = say
        self._lock = threading.Lock()
        self._sound(self._load)

    def _load(self) -> None:
        connection = self._connection
        meta = dict(connection.execute("select key, value from meta").fetchall())
        try:
            if meta["format"] != FORMAT:
                raise sqlite3.DatabaseError(f"it has format {meta['format']}, this program reads {FORMAT}")
            self.entries, self.passages, self.model = int(meta["entries"]), int(meta["windows"]), str(meta["model"])
            self.steps: tuple[str, ...] = tuple(json.loads(meta["steps"]))
            made = (self.model, int(meta["dimension"]))
            if made != (self._model.id, self._model.dimension):
                chosen = f"{self._model.id} ({self._model.dimension} dimensions)"
                raise sqlite3.DatabaseError(f"it is of the model {made[0]} ({made[1]} dimensions), chosen is {chosen}")
            if checksum(meta["starts"], meta["fields"], meta["vectors"]) != meta["checksum"]:
                raise sqlite3.DatabaseError("its vectors are damaged")
            rows = np.frombuffer(meta["vectors"], np.int8).reshape(-1, self._model.dimension)
            (_, _, file) = connection.execute("pragma database_list").fetchone()
            candidates = approximate.beside(Path(file) if file else None, rows, self._say)
            self._meanings: Compared = Meanings(
                meta["vectors"], meta["starts"], meta["fields"], self._model, candidates
            )
            if (self.entries, self.passages) != (len(meta["starts"]) // 4, len(meta["fields"])):
                raise sqlite3.DatabaseError("its parts do not fit together")
        except (KeyError, ValueError, TypeError) as error:
            raise sqlite3.DatabaseError(f"incomplete: {error}") from error
        self._words = Words(connection, self.entries)

    def _sound(self, work: Callable[[], T]) -> T:
        """Does what reads the index; builds it anew once when it proves damaged."""
        try:
            return work()
        except _DAMAGE as error:
            if self._renew is None:
                what = f"the search index cannot be read: {error}"
                raise SearchError(what, hint="`kb index` builds it again.") from error
        self._connection.close()
        self._connection, self._renew = self._renew(), None
        if work != self._load:
            self._sound(self._load)
        return self._sound(work)

    def __enter__(self) -> Self:
        """The index itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes it."""
        self.close()

    def close(self) -> None:
        """Gives the file back."""
        self._connection.close()
        if self._notes:
            self._notes.close()

    def search(
        self,
        query: str,
        *,
        kind: str | None = None,
        step: str | None = None,
        level: str | None = None,
        only: Collection[str] | None = None,
        limit: int = 10,
    ) -> Result:
        """Finds entries by name, words and meaning.

        Args:
            query: in anybody's own words; any text is harmless.
            kind: only entries of this kind.
            step: only entries of this step.
            level: only concepts of this level.
            only: only these entries, such as what is due; None for all.
            limit: how many hits at most; more than 1,000 are never given.

        Raises:
            UsageError: there is no such kind, step or level, or the limit is below 1.
            SearchError: the index or the model is damaged.
        """
        _known("--kind", kind, KINDS)
        _known("--step", step, self.steps)
        _known("--level", level, LEVELS)
        if limit < 1:
            raise UsageError(f"{limit} hits cannot be shown", where="--limit", hint="Ask for at least 1.")
        query = query.encode("utf-8", "replace").decode("utf-8")
        wanted = {"kind": kind, "step": step, "level": level}
        filters = {column: value for column, value in wanted.items() if value is not None}
        with self._lock:
            return self._sound(lambda: self._search(query, filters, only, limit))

    def features(self, query: str) -> Features:
        """What the ranking sees of a query, as it was typed: for fitting its weights and for looking at them.

        Raises:
            SearchError: the index or the model is damaged.
        """
        with self._lock:
            found = self._sound(lambda: self._find(self._mended(query), np.arange(self.entries), {}, every=True))
            ids = self._connection.execute("select id from entry order by number").fetchall()
        return Features(tuple(entry for (entry,) in ids), found.features, self._evidence(found), tuple(found.named))

    def _mended(self, query: str) -> str:
        if self._called(query) or any(self._each(lambda words: words.named(query))):
            return query

        def occurs(word: str) -> bool:
            return any(self._each(lambda words: words.has(word)))

        def vocabulary(shortest: int, longest: int) -> Mapping[str, lexical.Known]:
            return ChainMap(*self._each(lambda words: words.vocabulary(shortest, longest)))

        return typos.mended(query, lexical.terms(query), occurs, vocabulary)

    def _each(self, ask: Callable[[Words], T]) -> list[T]:
        """What the words of the library say, and those of the notes."""
        notes = self._notes
        return [ask(self._words), *([notes._sound(lambda: ask(notes._words))] if notes else [])]

    def _search(self, query: str, filters: dict[str, str], only: Collection[str] | None, limit: int) -> Result:
        searched_for = self._mended(query)
        if not lexical.words(searched_for):
            return Result(query, searched_for, "none", ())
        parts = [self._part(searched_for, filters, only, limit)]
        notes = self._notes
        if notes:
            parts.append(notes._sound(lambda: notes._part(searched_for, filters, only, limit)))
        match = max((part.match for part in parts), key=_VERDICTS.index)
        # An exact name of the library stays before that of a note.
        named = [hit for part in parts for hit in part.named]
        others = sorted((hit for part in parts for hit in part.others), key=lambda hit: -hit.score)
        return Result(query, searched_for, match, (*named, *others)[:limit])

    def _part(self, text: str, filters: dict[str, str], only: Collection[str] | None, limit: int) -> _Part:
        rows = self._chosen(filters, only)
        if not len(rows):
            return _Part()
        found = self._find(text, rows, filters)
        evidence = self._evidence(found)
        match = ranking.match(evidence)
        if self._plain and match == "none" and evidence.covered > _ALL:
            # Somebody who types the very words of a note means it, whatever the model thinks of them.
            match = "weak"
        if match == "none":
            return _Part()
        hits = tuple(self._hits(found, limit))
        return _Part(match, hits[: len(found.named)], hits[len(found.named) :])

    def _chosen(self, filters: dict[str, str], only: Collection[str] | None) -> NDArray[np.intp]:
        if not filters and only is None:
            return np.arange(self.entries)
        where = " and ".join(f"{column} = ?" for column in filters) or "true"
        query = f"select number, id from entry where {where} order by number"  # noqa: S608 - names of columns
        found = self._connection.execute(query, tuple(filters.values()))
        return np.array([row for row, entry in found if only is None or entry in only], np.intp)

    def _find(self, text: str, rows: NDArray[np.intp], filters: dict[str, str], *, every: bool = False) -> _Found:
        counts = self._words.counts(lexical.terms(text))
        heard = self._words.scores(counts, filters)
        called = self._called(text)
        wanted = np.zeros(self.entries, np.bool_)
        wanted[rows] = True
        among = None if every else self._meanings.near(text, wanted)
        if among is not None:
            others = np.array([*heard, *called], np.intp)
            among = np.union1d(among, others[wanted[others]])
        seen = self._meanings.cosines(text, among)
        nearest = seen.best()
        features = self._near(seen) | {"covered": self._covered(seen, counts)}
        matrix = np.stack([features[name] for name in ranking.FEATURES], axis=1)
        named = seen.places(np.array([row for row in called if wanted[row]], np.intp))
        scores = ranking.scores(matrix, ranking.learned().weights)
        scores[named] = 1
        spoken = np.zeros(len(seen.entries), np.bool_)
        here = seen.places(np.fromiter(heard, np.intp, len(heard)))
        spoken[here[here >= 0]] = True
        shown = wanted[seen.entries] & ((nearest >= _NOISE) | spoken)
        shown[named] = False
        rest = np.flatnonzero(shown)
        order = np.concatenate([named, rest[np.argsort(-scores[rest], kind="stable")][:_MOST]])
        return _Found(order.tolist(), matrix, scores, nearest, seen, counts, named.tolist())

    def _near(self, seen: Cosines) -> dict[str, NDArray[np.float32]]:
        """What meaning says of each entry, field by field; the one text of a note stands for all of them."""
        pooled = np.maximum(seen.pooled(ranking.POOLED), 0)
        if self._plain:
            return dict.fromkeys(("pooled", "bare", "asked", "name"), pooled)
        return {
            "pooled": pooled,
            "bare": seen.best_of("bare"),
            "asked": seen.best_of("asked"),
            "name": seen.best_of("name"),
        }

    def _covered(self, seen: Cosines, counts: Mapping[str, int]) -> NDArray[np.float32]:
        """For each entry the share of the query's telling words that it holds, weighted by rarity."""
        covered = np.zeros(len(seen.entries), np.float32)
        rarity = {word: self._words.rarity(count) for word, count in counts.items()}
        for word, holders in self._words.postings(counts).items():
            here = seen.places(holders)
            covered[here[here >= 0]] += rarity[word] / sum(rarity.values())
        return covered

    def _called(self, text: str) -> list[int]:
        """The entries that a text names: one by its name, two things by the trade-off that weighs them and then themselves."""
        named = self._words.named(text)
        things = pairs.two_things(text)
        if named or things is None:
            return named
        both = [self._words.named(thing) for thing in things]
        each = [rows[0] for rows in both] if all(both) else []
        return list(dict.fromkeys([*pairs.weighing(self._connection, things), *each]))

    def _evidence(self, found: _Found) -> Evidence:
        judged = found.order[:_JUDGED]
        if not judged:
            return Evidence(-1, 0, named=False)
        covered = found.features[judged, ranking.FEATURES.index("covered")].max()
        cosine = float(found.nearest[judged].max()) + (_WINDOWS_ONLY if self._plain else 0)
        return Evidence(cosine, float(covered), named=bool(found.named))

    def _hits(self, found: _Found, limit: int) -> Iterator[Hit]:
        places = found.order[:limit]
        shown = found.seen.entries[places].tolist()
        held = {word: self._words.holding(word, shown) for word in found.counts}
        nearest = [found.seen.nearest(place) for place in places]
        entries = self._rows("entry", "number, id, kind, title, step, level, summary, sources, origin", shown)
        texts = self._rows('"window"', "number, text", nearest)
        for place, row, passage in zip(places, shown, nearest, strict=True):
            entry_id, kind, title, step, level, summary, sources, origin = entries[row]
            words = tuple(word for word, rows in held.items() if row in rows)
            yield Hit(
                entry_id,
                kind,
                title,
                step,
                level,
                summary,
                score=round(float(found.scores[place]), 4),
                cosine=round(float(found.nearest[place]), 4),
                sources=tuple(json.loads(sources)),
                why=Why(words, *texts[passage]),
                origin=Origin(**json.loads(origin)) if origin else None,
            )

    def _rows(self, table: str, columns: str, numbers: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        chosen = ",".join(map(str, numbers)) or "null"
        query = f"select {columns} from {table} where number in ({chosen})"  # noqa: S608 - names, and numbers of our own
        return {row[0]: tuple(row[1:]) for row in self._connection.execute(query).fetchall()}


def open_index(content: Path | None = None, say: Say = silent) -> Index:
    """Opens the index of a content folder; builds it first where that is needed.

    Args:
        content: the folder above `concepts/` and `quizzes/`; None for that of `KB_CONTENT` or the shipped one.
        say: is told, in sentences, about work that takes its time.

    Returns:
        The index on this machine; where `KB_INDEX` names a server, the one there.

    Raises:
        ContentError: the content cannot be used.
        SearchError: the model, the vectors or the server cannot be used.
    """
    model = models.current()
    address = os.environ.get("KB_INDEX")
    if address:
        from kb.search.postgres import open_shared

        return open_shared(address, content, say, model, _notes(model, say))

    def renew() -> sqlite3.Connection:
        say("The search index is damaged or of another model; building it again.")
        return store.rebuild(content, say, model)

    return Index(store.connect(content, say, model), renew, model=model, notes=_notes(model, say), say=say)


def _notes(model: Model, say: Say) -> Index | None:
    connection = notes_index.connect(model, say)
    if connection is None:
        return None

    def renew() -> sqlite3.Connection:
        say("The index of your notes is damaged; building it again.")
        return notes_index.rebuilt(model, say)

    return Index(connection, renew, model=model, plain=True, say=say)


def _known(option: str, value: str | None, values: Sequence[str]) -> None:
    if value is not None and value not in values:
        raise UsageError(f"there is no `{value}`", where=option, hint=f"Known: {', '.join(values)}.")
