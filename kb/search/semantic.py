"""Search by meaning: the cosine of a query with the nearest window of each entry."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from kb.embed import DIMENSION, Encoder

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_CHARACTERS = 4000


@functools.cache
def encoder() -> Encoder:
    """The model, loaded once in a process."""
    return Encoder.load()


class Meanings:
    """The vectors of all windows.

    Args:
        rows: int8 of all windows, `DIMENSION` each, those of an entry next to each other.
        starts: little-endian int32, the first window of each entry; every entry has at least one.
    """

    def __init__(self, rows: bytes, starts: bytes) -> None:
        self._starts = np.frombuffer(starts, "<i4").astype(np.intp)
        self._rows = np.frombuffer(rows, np.int8).reshape(-1, DIMENSION).astype(np.float32)
        lengths = np.sqrt(np.einsum("ij,ij->i", self._rows, self._rows))
        self._shrink = (1 / np.maximum(lengths, 1)).astype(np.float32)

    def cosines(self, text: str) -> NDArray[np.float32]:
        """The cosine of a text with every window.

        Args:
            text: any text; what the model would not read is cut off.

        Returns:
            Shape (windows,).
        """
        result: NDArray[np.float32] = self._rows @ encoder().encode([text[:_MAX_CHARACTERS]])[0]
        result *= self._shrink
        return result

    def best(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """The cosine of each entry's nearest window: shape (entries,)."""
        if not len(self._starts):
            return np.empty(0, np.float32)
        return np.maximum.reduceat(cosines, self._starts)

    def nearest(self, cosines: NDArray[np.float32], entry: int) -> int:
        """The number of the window of an entry that is nearest to the query."""
        end = self._starts[entry + 1] if entry + 1 < len(self._starts) else len(cosines)
        start = int(self._starts[entry])
        return start + int(np.argmax(cosines[start:end]))
