"""Search in large made-up libraries, from a thousand entries to a million: what building, memory, disk and a query cost.

An entry has one passage. Its vector lies around that of a passage of the shipped content, and its words are drawn from the shipped
content, so that every word of a query stands in a large share of the entries: the hardest case for search by words. The
queries are real ones.
"""

from __future__ import annotations

import contextlib
import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

from benchmarks import SOAK, Figure, benchmark
from kb.search import Index, approximate, store, vectors
from kb.search.build import fill
from kb.search.documents import Document, Passage, documents
from kb.search.lexical import words

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1_000, 10_000, 100_000, *((1_000_000,) if SOAK else ()))
ROUNDS = 4
SEED = 21
STEPS = 21
LENGTH = 60
"""Words of an entry."""
RARE = 0.1
"""Share of its words that hardly any other entry has."""
NEAR = 0.7
"""Cosine of an entry with the passage that it lies around."""
LIMITS = {100_000: 100.0, 1_000_000: 20.0}
KINDS = ("concept", "tradeoff", "exercise", "step")


def spoken() -> list[str]:
    """The queries: what people ask in their own words."""
    lines = (ROOT / "tests" / "kb" / "own_words.txt").read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[0] for line in lines if not line.startswith("#")]


class MadeUp(Sequence[Document]):
    """So many entries; each is made when it is asked for, and the same each time.

    Args:
        count: how many.
        pool: the words that entries are made of, common ones more often.
    """

    def __init__(self, count: int, pool: Sequence[str]) -> None:
        self._count, self._pool = count, pool

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Document: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Document]: ...
    def __getitem__(self, at: int | slice) -> Document | Sequence[Document]:
        """One entry."""
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(self._count))]
        if not 0 <= at < self._count:
            raise IndexError(at)
        rng = random.Random(SEED * 10_000_019 + at)  # noqa: S311 - no secret
        told = rng.choices(self._pool, k=LENGTH)
        for place in rng.sample(range(LENGTH), int(LENGTH * RARE)):
            told[place] = f"{rng.choice(self._pool)}{rng.randrange(1000)}"
        kind, title = KINDS[at % len(KINDS)], f"{told[0]} {told[1]} {at}"
        return Document(
            id=f"entry-{at}",
            kind=kind,
            title=title,
            step=f"step-{at % STEPS}",
            level="core" if kind == "concept" else "",
            summary=" ".join(told[:12]),
            sources=(),
            names=(title,),
            sides=(),
            aliases="",
            symptom=" ".join(told[2:20]),
            gist=" ".join(told[20:32]),
            body=" ".join(told[32:]),
            passages=(Passage("gist", f"{title}. {' '.join(told[20:32])}"),),
        )


class Around:
    """Vectors around those of the shipped passages, looked up by number of entry through the hash of its passage.

    Args:
        made: the entries.
    """

    def __init__(self, made: MadeUp) -> None:
        known = vectors.shipped()
        centres = np.stack([np.frombuffer(row, np.int8) for row in known.values()]).astype(np.float32)
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        rng = np.random.default_rng(SEED)
        self._rows = np.empty((len(made), centres.shape[1]), np.int8)
        spread = np.float32(np.sqrt((1 / NEAR**2 - 1) / centres.shape[1]))
        for start in range(0, len(made), 10_000):
            count = min(10_000, len(made) - start)
            noise = rng.standard_normal((count, centres.shape[1]), np.float32) * spread
            rows = centres[rng.integers(len(centres), size=count)] + noise
            self._rows[start : start + count] = vectors.quantised(rows)

    def of(self, made: MadeUp) -> vectors.Vectors:
        """The vectors by the hash of each text."""
        return {vectors.digest(d.passages[0].text): row.tobytes() for d, row in zip(made, self._rows, strict=True)}


def peak() -> float:
    """The most memory that this process has taken, in MB."""
    unit = 1024 if sys.platform.startswith("linux") else 1024 * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def build(path: Path, count: int) -> None:
    """Makes a library and its index; prints seconds and MB as JSON, without what making it up took."""
    from kb.content import Library

    pool = [word for document in documents(Library.load()) for word in words(document.body)]
    made = MadeUp(count, pool)
    rows = Around(made).of(made)
    before = peak()
    start = time.perf_counter()
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        fill(connection, made, [f"step-{number}" for number in range(STEPS)], rows, "made up")
        connection.execute("vacuum into ?", (str(path),))
    print(json.dumps({"seconds": time.perf_counter() - start, "memory": peak(), "before": before}))


def ask(path: Path, exact: bool) -> None:
    """Opens an index and asks all queries a few times; prints times, memory and the first ten hits as JSON."""
    if exact:
        approximate.EXACT = sys.maxsize
    start = time.perf_counter()
    with Index(store.opened(path)) as index:
        opening = time.perf_counter() - start
        queries = spoken()
        hits = [[hit.id for hit in index.search(query).hits] for query in queries]
        times = [timed(index, query) for _ in range(1 if exact else ROUNDS) for query in queries]
    print(json.dumps({"opening": opening, "times": times, "hits": hits, "memory": peak()}))


def timed(index: Index, query: str) -> float:
    """Milliseconds that a search takes."""
    start = time.perf_counter()
    index.search(query)
    return (time.perf_counter() - start) * 1000


def child(*arguments: object) -> dict[str, Any]:
    """Runs a part of this in a process of its own, so that its memory can be told."""
    command = [sys.executable, "-m", "benchmarks.scale", *map(str, arguments)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    told: dict[str, Any] = json.loads(outcome.stdout)
    return told


@benchmark
def scale() -> Iterator[Figure]:
    """Made-up libraries of growing size: building, memory, disk, warm queries, and what the candidates of faiss miss."""
    for count in SIZES:
        name = f"{count:,} entries"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "index-made-up.db"
            built = child("build", path, count)
            yield Figure(f"{name}: build, without encoding", built["seconds"], "s")
            first = child("ask", path)
            cells = path.with_suffix(approximate.SUFFIX)
            if cells.exists():
                yield Figure(f"{name}: cells of faiss, once", first["opening"], "s")
            again = child("ask", path) if cells.exists() else first
            yield Figure(f"{name}: disk", sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6, "MB")
            yield Figure(f"{name}: open", again["opening"], "s")
            yield Figure(f"{name}: memory, searching", again["memory"], "MB", "building", built["memory"])
            with_faiss = f"{name}{', faiss' if cells.exists() else ''}"
            yield Figure(f"{with_faiss}: warm query, p50", statistics.median(again["times"]), "ms")
            p95 = statistics.quantiles(again["times"], n=20, method="inclusive")[-1]
            limit = LIMITS.get(count) if count <= approximate.EXACT or cells.exists() else None
            yield Figure(f"{with_faiss}: warm query, p95", p95, "ms", limit=limit)
            if cells.exists():
                whole = child("ask", path, "exact")
                yield Figure(f"{name}, exact: warm query, p50", statistics.median(whole["times"]), "ms")
                yield Figure(f"{name}: recall@10 of faiss", recall(again["hits"], whole["hits"]), "", limit=None)


def recall(found: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]]) -> float:
    """Share of the wanted hits that were found."""
    both = sum(len(set(mine) & set(others)) for mine, others in zip(found, wanted, strict=True))
    return both / max(sum(map(len, wanted)), 1)


if __name__ == "__main__":
    if sys.argv[1] == "build":
        build(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        ask(Path(sys.argv[2]), sys.argv[3:] == ["exact"])
