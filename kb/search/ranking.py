"""Brings what words found and what meaning found into one order, and says whether anything really fits."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kb.errors import SearchError

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from numpy.typing import NDArray

Match = Literal["good", "weak", "none"]

FEATURES = ("pooled", "bare", "asked", "name", "covered")
"""What the order rests on.

pooled: mean cosine of the query with an entry's nearest passages: one passage may be near by chance, several are not. bare: with its
symptom in its own words. asked: with the nearest of its questions. name: with its title or an alias. covered: share of the query's
telling words that the entry holds, weighted by rarity. BM25 beside them got no weight.
"""

POOLED = 4
"""Passages of an entry that are pooled."""

_LEARNED = Path(__file__).with_name("ranking.json")


@dataclass(frozen=True)
class Learned:
    """What `scripts/fit_ranking.py` fitted.

    Attributes:
        weights: of `FEATURES`, shape (5,).
        covered: how much a fully covered query adds to the cosine when the fit is judged.
        good: the sum from which a first hit is good.
        weak: the sum below which nothing fits.
    """

    weights: NDArray[np.float32]
    covered: float
    good: float
    weak: float


@functools.cache
def learned() -> Learned:
    """The fitted numbers, read once.

    Raises:
        SearchError: the file is missing or damaged.
    """
    try:
        told = json.loads(_LEARNED.read_bytes())
        weights = np.array([told["weights"][name] for name in FEATURES], np.float32)
        return Learned(weights, float(told["covered"]), float(told["good"]), float(told["weak"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SearchError(
            f"the weights of the ranking cannot be read: {error}",
            where=str(_LEARNED),
            hint="Install the program again.",
        ) from error


@dataclass(frozen=True)
class Evidence:
    """How sure the first hits are.

    Attributes:
        cosine: of the nearest entry with the query.
        covered: share of the query's telling words, weighted by rarity, that the best of the first hits holds.
        named: the query is the name of an entry.
    """

    cosine: float
    covered: float
    named: bool


def scores(features: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """One score for each entry: the weighted sum of its features, as a share of what a perfect entry would have.

    Args:
        features: shape (entries, 5), in the order of `FEATURES`, each from 0 to 1.
        weights: shape (5,).

    Returns:
        Shape (entries,), from 0 to 1: an order among these entries, not a measure of fit.
    """
    perfect = np.maximum(weights, 0).sum()
    result: NDArray[np.float32] = np.clip(features @ weights / perfect, 0, 1).astype(np.float32)
    return result


def match(evidence: Evidence) -> Match:
    """Whether the first hit fits the query.

    Args:
        evidence: how sure it is.

    Returns:
        `good`: it fits; `weak`: it may; `none`: nothing here is about this, and no hit should be shown.
    """
    if evidence.named:
        return "good"
    fitted = learned()
    sure = evidence.cosine + fitted.covered * evidence.covered
    if sure >= fitted.good:
        return "good"
    return "weak" if sure >= fitted.weak else "none"
