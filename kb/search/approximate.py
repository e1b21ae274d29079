"""Which passages are roughly near to a query, in libraries too large to compare all of them: faiss, the extra `scale`."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.search.vectors import replacing

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

EXACT = 100_000
"""Passages up to which every query is compared with all of them: numpy takes less time for that than the model for the query."""

SUFFIX = ".ivf"
"""Of the file beside the index; it can be made again from it."""

_NEAR = 400
"""Passages that are looked up for a query; what is shown is chosen among their entries by the exact ranking."""

_CELLS = 1024
_VISITED = 24
_LEARNED_FROM = 48
_AT_ONCE = 50_000
_SEED = 21


class Approximate:
    """The passages in cells around centres; a query visits the cells that are nearest to it.

    Source: Jégou, Douze and Schmid, Product Quantization for Nearest Neighbor Search (2011), section 4, for the inverted file; the
    vectors in it are `SQ8`, 8 bits a component (https://github.com/facebookresearch/faiss/wiki/Faiss-indexes).

    Args:
        index: of faiss, filled.
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, rows: NDArray[np.int8]) -> Approximate:
        """Finds the centres and puts every passage into its cell.

        Args:
            rows: the vectors, shape (passages, dimension); the number of a passage is its place.

        Raises:
            ImportError: the extra `scale` is not installed.
        """
        import faiss

        faiss.omp_set_num_threads(os.cpu_count() or 1)
        cells = max(min(_CELLS, len(rows) // _LEARNED_FROM), 1)
        index = faiss.index_factory(rows.shape[1], f"IVF{cells},SQ8", faiss.METRIC_INNER_PRODUCT)
        index.cp.seed = _SEED
        some = np.random.default_rng(_SEED).permutation(len(rows))[: cells * _LEARNED_FROM]
        index.train(_unit(rows[np.sort(some)]))
        for start in range(0, len(rows), _AT_ONCE):
            index.add(_unit(rows[start : start + _AT_ONCE]))
        index.nprobe = _VISITED
        return cls(index)

    @classmethod
    def read(cls, path: Path, passages: int, dimension: int) -> Approximate | None:
        """Reads what `write` wrote; None where there is nothing, or nothing that fits.

        Args:
            path: the file.
            passages: how many it has to hold.
            dimension: length of their vectors.

        Raises:
            ImportError: the extra `scale` is not installed.
        """
        import faiss

        if not path.is_file():
            return None
        try:
            index = faiss.read_index(str(path))
        except RuntimeError:
            return None
        return cls(index) if (index.ntotal, index.d) == (passages, dimension) else None

    def write(self, path: Path) -> None:
        """Writes it, whole or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        import faiss

        with replacing(path) as draft:
            try:
                faiss.write_index(self._index, str(draft))
            except RuntimeError as error:
                raise OSError(str(error)) from error

    def near(self, query: NDArray[np.float32], allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """The numbers of the passages that are likely to be nearest to a query.

        Args:
            query: shape (dimension,).
            allowed: which passages are wanted, shape (passages,); None for all.

        Returns:
            At most 400, the nearest first.
        """
        import faiss

        # More threads cost a single query more than they save, as with numpy.
        faiss.omp_set_num_threads(1)
        chosen = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)
            chosen = faiss.SearchParametersIVF(sel=selector, nprobe=_VISITED)
        _, found = self._index.search(query[np.newaxis], _NEAR, params=chosen)
        result: NDArray[np.int64] = found[0][found[0] >= 0]
        return result


def beside(path: Path | None, rows: NDArray[np.int8], say: Callable[[str], None]) -> Approximate | None:
    """What finds the candidates of an index: read from the file beside it, or built and kept there.

    Args:
        path: the index file; None for an index in memory.
        rows: its vectors, shape (passages, dimension).
        say: is told about work that takes its time, and that a large index is searched without help.

    Returns:
        None where all passages are to be compared with each query.
    """
    if len(rows) <= EXACT:
        return None
    file = path and path.with_suffix(SUFFIX)
    try:
        found = Approximate.read(file, *rows.shape) if file else None
        if found is None:
            say(f"Sorting {len(rows):,} passages into cells (once).")
            found = Approximate.build(rows)
            with contextlib.suppress(OSError):
                if file:
                    found.write(file)
    except ImportError:
        say(
            f"Each search compares all {len(rows):,} passages. "
            "With the extra `scale` it compares only likely ones: pip install 'design-staircase[scale]'"
        )
        return None
    return found


def _unit(rows: NDArray[np.int8]) -> NDArray[np.float32]:
    floats = rows.astype(np.float32)
    floats /= np.maximum(np.linalg.norm(floats, axis=1, keepdims=True), 1)
    return floats
