"""Brings what words found and what meaning found into one order, and says whether anything really fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Match = Literal["good", "weak", "none"]

MEANING = 0.6
"""Share of meaning in the score; words have the rest. Reciprocal-rank fusion did worse."""

# Set so that of 78 queries about other things 1 is called good and 58 get `none`, and of 42 that the library can answer 7 are
# called weak and none gets `none`. Every change of content moves this: `benchmarks/search.py` counts it today.
_WORDS_COUNT = 0.1
_GOOD = 0.48
_WEAK = 0.30


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


def fused(cosines: NDArray[np.float32], bm25: NDArray[np.float32]) -> NDArray[np.float32]:
    """One score from two: `0.6 minmax(cosine) + 0.4 bm25 / max(bm25)`.

    Args:
        cosines: shape (entries,).
        bm25: shape (entries,), 0 where no word was found.

    Returns:
        Shape (entries,), from 0 to 1: an order among these entries, not a measure of fit.
    """
    if not len(cosines):
        return cosines
    low, high = cosines.min(), cosines.max()
    meaning = (cosines - low) / (high - low) if high > low else np.ones_like(cosines)
    most = bm25.max()
    spoken = bm25 / most if most > 0 else bm25
    return (MEANING * meaning + (1 - MEANING) * spoken).astype(np.float32)


def match(evidence: Evidence) -> Match:
    """Whether the first hit fits the query.

    Args:
        evidence: how sure it is.

    Returns:
        `good`: it fits; `weak`: it may; `none`: nothing here is about this, and no hit should be shown.
    """
    if evidence.named:
        return "good"
    sure = evidence.cosine + _WORDS_COUNT * evidence.covered
    if sure >= _GOOD:
        return "good"
    return "weak" if sure >= _WEAK else "none"
