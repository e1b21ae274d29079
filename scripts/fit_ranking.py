"""Fits the weights of the ranking to graded queries, and the bounds of its verdict: writes `kb/search/ranking.json`.

    python scripts/fit_ranking.py dev_queries.jsonl            fits, says how well by cross-validation, writes
    python scripts/fit_ranking.py dev_queries.jsonl --check    only says how well

The queries stand outside the repository, with the tool that grades them in `../tools` beside them. Five weights are fitted to some 70
queries: cross-validation, not the fit itself, says what they are worth on queries that nobody has seen. Of each query, an entry is right
when it cites a section of the highest grade; a query counts where the concept that mainly teaches such a section is written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.graded import Graded, graded_queries
from kb.search import open_index
from kb.search.ranking import FEATURES

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kb.search import Index

TARGET = Path(__file__).resolve().parent.parent / "kb" / "search" / "ranking.json"
OUT_OF_DOMAIN = TARGET.parent.parent.parent / "tests" / "kb" / "out_of_domain.txt"

OWN_WORDS = OUT_OF_DOMAIN.with_name("own_words.txt")

RIDGE = 0.01
SHARPNESS = 10.0
ROUNDS = 300
FOLDS = 8
SEEDS = 5
SECOND_BEST = 0.15
COVERED = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)


@dataclass(frozen=True)
class Example:
    """A query as numbers: features of all entries, their grades, and those that the query names."""

    matrix: NDArray[np.float32]
    grades: NDArray[np.int_]
    named: tuple[int, ...]


def fitted(examples: Sequence[Example]) -> NDArray[np.float64]:
    """The weights that make right entries likely: softmax over all entries, ridge penalty, Adam.

    Args:
        examples: at least one, each with an entry of grade 3.

    Returns:
        Shape (5,), in the order of `FEATURES`.
    """
    weights = np.zeros(len(FEATURES))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, ROUNDS + 1):
        slope = RIDGE * weights
        for example in examples:
            likely = np.exp(SHARPNESS * (example.matrix @ weights - (example.matrix @ weights).max()))
            likely /= likely.sum()
            wanted = likely * ((example.grades == 3) + SECOND_BEST * (example.grades == 2))
            wanted /= wanted.sum()
            slope -= SHARPNESS * (example.matrix.T @ (wanted - likely)) / len(examples)
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        weights -= 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-6)
    return weights


def rank_of_first(example: Example, weights: NDArray[np.float64]) -> int:
    """The place of the first right entry, from 0."""
    scores = example.matrix @ weights
    scores[list(example.named)] += 100
    return int(np.flatnonzero(example.grades[np.argsort(-scores, kind="stable")] == 3)[0])


def cross_validated(examples: Sequence[Example]) -> NDArray[np.int_]:
    """The place of the first right entry of each example under weights fitted without it: shape (seeds, examples)."""
    ranks = np.zeros((SEEDS, len(examples)), np.int_)
    for seed in range(SEEDS):
        shuffled = np.random.default_rng(seed).permutation(len(examples))
        for fold in range(FOLDS):
            held_out = shuffled[fold::FOLDS]
            weights = fitted([examples[i] for i in shuffled if i not in set(held_out.tolist())])
            ranks[seed, held_out] = [rank_of_first(examples[i], weights) for i in held_out]
    return ranks


def bounds(index: Index, answerable: Sequence[str], others: Sequence[str]) -> dict[str, float]:
    """How much covered words count, and the bounds of `good`, half way between the two kinds of queries, and of `weak`.

    Args:
        index: with the weights of today.
        answerable: queries that the library can answer.
        others: queries about other things.
    """
    inside = [index.features(query).evidence for query in answerable]
    outside = [index.features(query).evidence for query in others]

    def sure(evidence: Sequence[object], covered: float) -> NDArray[np.float64]:
        return np.array([2.0 if e.named else e.cosine + covered * e.covered for e in evidence])  # type: ignore[attr-defined]

    def apart(covered: float) -> float:
        return float((sure(inside, covered)[:, None] > sure(outside, covered)[None, :]).mean())

    covered = max(COVERED, key=apart)
    near, far = sure(inside, covered), sure(outside, covered)
    weak = min(np.quantile(near, 0.01), np.quantile(far, 0.64))
    good = (np.quantile(near, 0.15) + np.quantile(far, 0.92)) / 2
    return {"covered": covered, "good": round(float(good), 3), "weak": round(float(min(weak, good)), 3)}


def main() -> int:
    """Fits and writes.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description="Fits the ranking to graded queries.")
    parser.add_argument("queries", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--content", type=Path, help="the content folder; the shipped one if left out")
    options = parser.parse_args()
    with open_index(options.content, say=lambda sentence: print(sentence, file=sys.stderr)) as index:
        graded = graded_queries(options.queries, options.content)
        counted = [query for query in graded if query.taught]
        print(f"{len(counted)} of {len(graded)} queries are about concepts that are written")
        examples = [_example(index, query) for query in counted]
        ranks = cross_validated(examples)
        kinds = sorted({query.kind for query in counted})
        for kind in [*kinds, "all"]:
            mine = ranks[:, [kind in ("all", query.kind) for query in counted]]
            print(f"{kind:10} n {mine.shape[1]:3}  first {(mine == 0).mean():.3f}  first five {(mine < 5).mean():.3f}")
        weights = fitted(examples)
        others = OUT_OF_DOMAIN.read_text(encoding="utf-8").splitlines()
        own = [line.split("\t")[0] for line in OWN_WORDS.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
        limits = bounds(index, [*(query.text for query in counted), *own], others)
    told = {
        "weights": {name: round(float(w), 4) for name, w in zip(FEATURES, weights, strict=True)},
        **limits,
        "fitted": {
            "queries": len(counted),
            "first_cross_validated": round(float((ranks == 0).mean()), 3),
            "first_five_cross_validated": round(float((ranks < 5).mean()), 3),
            "at": datetime.now(UTC).date().isoformat(),
        },
    }
    print(json.dumps(told, indent=2))
    if not options.check:
        TARGET.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return 0


def _example(index: Index, query: Graded) -> Example:
    seen = index.features(query.text)
    return Example(seen.matrix, np.array([query.grades.get(entry, 0) for entry in seen.ids]), seen.named)


if __name__ == "__main__":
    sys.exit(main())
