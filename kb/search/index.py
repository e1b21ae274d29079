"""The search index as the rest of the program sees it: `open_index().search("why is my cache cold")`."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from kb.errors import SearchError, UsageError
from kb.search import lexical, pairs, ranking, store, typos
from kb.search.lexical import Words
from kb.search.ranking import Evidence, Match
from kb.search.semantic import Meanings
from kb.search.store import Say, silent

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")

KINDS = ("concept", "tradeoff", "exercise", "step", "interview", "lab")
LEVELS = ("core", "advanced")

_JUDGED = 3
"""The first hits among which one has to hold the words of a query."""

_NOISE = 0.2
"""A hit below this cosine that holds none of the words is left out."""

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
class Hit:
    """An entry that was found.

    Attributes:
        id: the entry.
        kind: concept, tradeoff, exercise or step.
        title: as shown.
        step: the step it belongs to.
        level: core or advanced; empty where the kind has none.
        summary: one line.
        score: 0 to 1, an order among these hits; 1 for what the query names.
        cosine: of the query with the entry's nearest passage, -1 to 1.
        sources: ids of the atoms of the source documents that the entry cites.
        why: what fitted.
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
class _Found:
    """What one text found, before it is cut and shown."""

    order: Sequence[int]
    scores: NDArray[np.float32]
    nearest: NDArray[np.float32]
    windows: NDArray[np.float32]
    counts: Mapping[str, int]
    named: Sequence[int]


class Index:
    """Everything that can be found. Threads may share one.

    Args:
        connection: to a filled index.
        renew: gives a connection to an index that was built anew, where this one turns out to be damaged; called at most
            once. Without it, damage is an error.

    Raises:
        SearchError: the index is damaged, and so is what `renew` gave.
    """

    def __init__(self, connection: sqlite3.Connection, renew: Callable[[], sqlite3.Connection] | None = None) -> None:
        self._connection = connection
        self._renew = renew
        self._lock = threading.Lock()
        self._sound(self._load)

    def _load(self) -> None:
        connection = self._connection
        meta = dict(connection.execute("select key, value from meta").fetchall())
        try:
            self.entries, self.passages, self.model = int(meta["entries"]), int(meta["windows"]), str(meta["model"])
            self.steps: tuple[str, ...] = tuple(json.loads(meta["steps"]))
            self._meanings = Meanings(meta["vectors"], meta["starts"])
        except (KeyError, ValueError, TypeError) as error:
            raise sqlite3.DatabaseError(f"incomplete: {error}") from error
        self._words = Words(connection, self.entries)

    def _sound(self, work: Callable[[], T]) -> T:
        """Does what reads the index; builds it anew once when it proves damaged."""
        try:
            return work()
        except sqlite3.Error as error:
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

    def _search(self, query: str, filters: dict[str, str], only: Collection[str] | None, limit: int) -> Result:
        searched_for = query
        if not self._called(query):
            searched_for = typos.mended(query, lexical.terms(query), self._words.has, self._words.vocabulary)
        rows = self._chosen(filters, only)
        if not lexical.words(searched_for) or not len(rows):
            return Result(query, searched_for, "none", ())
        found = self._find(searched_for, rows, filters)
        match = ranking.match(self._evidence(found))
        hits = () if match == "none" else tuple(self._hits(found, limit))
        return Result(query, searched_for, match, hits)

    def _chosen(self, filters: dict[str, str], only: Collection[str] | None) -> NDArray[np.intp]:
        if not filters and only is None:
            return np.arange(self.entries)
        where = " and ".join(f"{column} = ?" for column in filters) or "true"
        query = f"select number, id from entry where {where} order by number"  # noqa: S608 - names of columns
        found = self._connection.execute(query, tuple(filters.values()))
        return np.array([row for row, entry in found if only is None or entry in only], np.intp)

    def _find(self, text: str, rows: NDArray[np.intp], filters: dict[str, str]) -> _Found:
        counts = self._words.counts(lexical.terms(text))
        windows = self._meanings.cosines(text)
        nearest = self._meanings.best(windows)
        spoken = np.zeros(self.entries, np.float32)
        for row, score in self._words.scores(counts, filters).items():
            spoken[row] = score
        named = np.array([row for row in self._called(text) if row in rows], np.intp)
        scores = np.zeros(self.entries, np.float32)
        scores[rows] = ranking.fused(nearest[rows], spoken[rows])
        scores[named] = 1
        shown = np.zeros(self.entries, np.bool_)
        shown[rows] = (nearest[rows] >= _NOISE) | (spoken[rows] > 0)
        shown[named] = False
        others = np.flatnonzero(shown)
        order = np.concatenate([named, others[np.argsort(-scores[others], kind="stable")][:_MOST]])
        return _Found(order.tolist(), scores, nearest, windows, counts, named.tolist())

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
        rarity = {word: self._words.rarity(count) for word, count in found.counts.items()}
        held = dict.fromkeys(judged, 0.0)
        for word, weight in rarity.items():
            for row in self._words.holding(word, judged):
                held[row] += weight
        covered = max(held.values()) / sum(rarity.values()) if rarity else 0.0
        return Evidence(float(max(found.nearest[row] for row in judged)), covered, named=bool(found.named))

    def _hits(self, found: _Found, limit: int) -> list[Hit]:
        shown = found.order[:limit]
        held = {word: self._words.holding(word, shown) for word in found.counts}
        hits = []
        for row in shown:
            entry_id, kind, title, step, level, summary, sources = self._connection.execute(
                "select id, kind, title, step, level, summary, sources from entry where number = ?", (row,)
            ).fetchone()
            (passage,) = self._connection.execute(
                "select text from window where number = ?", (self._meanings.nearest(found.windows, row),)
            ).fetchone()
            words = tuple(word for word, rows in held.items() if row in rows)
            hits.append(
                Hit(
                    entry_id,
                    kind,
                    title,
                    step,
                    level,
                    summary,
                    score=round(float(found.scores[row]), 4),
                    cosine=round(float(found.nearest[row]), 4),
                    sources=tuple(json.loads(sources)),
                    why=Why(words, passage),
                )
            )
        return hits


def open_index(content: Path | None = None, say: Say = silent) -> Index:
    """Opens the index of a content folder; builds it first where that is needed.

    Args:
        content: the folder above `concepts/` and `quizzes/`; None for that of `KB_CONTENT` or the shipped one.
        say: is told, in sentences, about work that takes its time.

    Raises:
        ContentError: the content cannot be used.
        SearchError: the model or the vectors cannot be used.
    """

    def renew() -> sqlite3.Connection:
        say("The search index is damaged; building it again.")
        return store.rebuild(content, say)

    return Index(store.connect(content, say), renew)


def _known(option: str, value: str | None, values: Sequence[str]) -> None:
    if value is not None and value not in values:
        raise UsageError(f"there is no `{value}`", where=option, hint=f"Known: {', '.join(values)}.")
