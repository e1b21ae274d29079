"""Search by meaning: the cosine of a query with the passages of each entry."""

from __future__ import annotations

import functools
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kb.search.fields import FIELDS, Field
from kb.search.models import Model

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from kb.search.approximate import Approximate

_MAX_CHARACTERS = 4000

_FEW = 20_000
"""Passages that are compared one by one even where candidates could be looked up."""

_AT_ONCE = 10_000
"""Rows that become floats together."""


@functools.lru_cache(maxsize=8)
def query_vector(model: Model, text: str) -> NDArray[np.float32]:
    """The vector of a query, shape (dimension,); what the model would not read is cut off. A few are kept: the library and one's own notes are asked the same."""
    return model.encode_query(text[:_MAX_CHARACTERS])


def checksum(*blobs: bytes) -> int:
    """A number that changes when any byte does: CRC-32, which takes a millisecond for 2 MB."""
    return functools.reduce(lambda crc, blob: zlib.crc32(blob, crc), blobs, 0)


@dataclass(frozen=True)
class Cosines:
    """The cosines of a text with the passages of some entries. Entries are named by their place among these.

    Attributes:
        entries: the numbers of the entries, rising, shape (entries,).
        starts: where the passages of each begin in `values`; every entry has at least one.
        firsts: the number of the first passage of each.
        values: the cosines, those of an entry next to each other, shape (passages,).
        fields: what each passage is, an index into `FIELDS`.
    """

    entries: NDArray[np.intp]
    starts: NDArray[np.intp]
    firsts: NDArray[np.intp]
    values: NDArray[np.float32]
    fields: NDArray[np.uint8]

    def places(self, numbers: NDArray[np.intp]) -> NDArray[np.intp]:
        """Where entries stand among these, in the order given; -1 for those that are not here: shape (numbers,)."""
        if len(self.entries) and self.entries[-1] == len(self.entries) - 1:
            return np.where(numbers < len(self.entries), numbers, -1)
        found = np.searchsorted(self.entries, numbers)
        found[found == len(self.entries)] = -1
        return np.where(self.entries[found] == numbers, found, -1) if len(self.entries) else found

    def best(self) -> NDArray[np.float32]:
        """The cosine of each entry's nearest passage: shape (entries,)."""
        if not len(self.starts):
            return np.empty(0, np.float32)
        return np.maximum.reduceat(self.values, self.starts)

    def best_of(self, field: Field) -> NDArray[np.float32]:
        """The cosine of each entry's nearest passage of one kind, 0 where it has none: shape (entries,)."""
        best = np.zeros(len(self.starts), np.float32)
        found = np.flatnonzero(self.fields == FIELDS.index(field))
        if not len(found):
            return best
        # Only the passages of that kind are looked at: neighbours of one entry become one value.
        owners = np.searchsorted(self.starts, found, "right") - 1
        edges = np.flatnonzero(np.diff(owners, prepend=-1))
        best[owners[edges]] = np.maximum(np.maximum.reduceat(self.values[found], edges), 0)
        return best

    def pooled(self, most: int) -> NDArray[np.float32]:
        """The mean of each entry's `most` nearest passages, of all where it has fewer: shape (entries,)."""
        if not len(self.starts):
            return np.empty(0, np.float32)
        lengths = np.diff(self.starts, append=len(self.values))
        rest, total, counted = self.values, np.zeros(len(lengths), np.float32), np.zeros(len(lengths), np.float32)
        # The largest of every entry at once, then the next: a sort of all passages takes ten times as long.
        for left in reversed(range(most)):
            top = np.maximum.reduceat(rest, self.starts)
            found = top > -np.inf
            total[found] += top[found]
            counted += found
            if not left or not (lengths > most - left).any():
                break
            rest = np.where(rest == np.repeat(top, lengths), np.float32(-np.inf), rest)
        result: NDArray[np.float32] = total / counted
        return result

    def nearest(self, place: int) -> int:
        """The number of the passage of an entry that is nearest to the text; a mere name says nothing that the title does not."""
        end = self.starts[place + 1] if place + 1 < len(self.starts) else len(self.values)
        start = int(self.starts[place])
        told = self.values[start:end] - 2 * (self.fields[start:end] == FIELDS.index("name"))
        return int(self.firsts[place]) + int(np.argmax(told))


class Compared(Protocol):
    """Vectors of passages that a text is compared with, wherever they lie."""

    def near(self, text: str, allowed: NDArray[np.bool_]) -> NDArray[np.intp] | None:
        """The entries that may be nearest to a text, rising; None where all are to be compared."""

    def cosines(self, text: str, among: NDArray[np.intp] | None = None) -> Cosines:
        """The cosines of a text with the passages of entries; None for all."""


class Meanings:
    """The vectors of all passages.

    Args:
        rows: int8 of all passages, as many each as the model's vectors are long, those of an entry next to each other.
        starts: little-endian int32, the first passage of each entry; every entry has at least one.
        fields: uint8, what each passage is: an index into `FIELDS`.
        model: that made the rows and reads the queries.
        approximate: knows roughly which passages are near; None where all are compared with each query.

    Raises:
        ValueError: the parts do not fit together.
    """

    def __init__(
        self, rows: bytes, starts: bytes, fields: bytes, model: Model, approximate: Approximate | None = None
    ) -> None:
        self._model = model
        self._approximate = approximate
        self._starts = np.frombuffer(starts, "<i4").astype(np.intp)
        self._entries = np.arange(len(self._starts))
        self._fields = np.frombuffer(fields, np.uint8)
        self._small = np.frombuffer(rows, np.int8).reshape(-1, model.dimension)
        if len(self._fields) != len(self._small):
            raise ValueError(f"{len(self._small)} vectors, {len(self._fields)} fields")
        self._lengths = np.diff(self._starts, append=len(self._small))
        # Where candidates are looked up, only their rows become floats, and the memory for all is not needed.
        self._rows = self._small.astype(np.float32) if approximate is None else None
        self._shrink = _shrink(self._small if self._rows is None else self._rows)

    def near(self, text: str, allowed: NDArray[np.bool_]) -> NDArray[np.intp] | None:
        """The entries that may be nearest to a text, rising; None where all are to be compared.

        Args:
            text: any text.
            allowed: which entries are wanted, shape (entries,).
        """
        if self._approximate is None:
            return None
        wanted = None
        if not allowed.all():
            if self._lengths[allowed].sum() <= _FEW:
                return np.flatnonzero(allowed)
            wanted = np.repeat(allowed, self._lengths)
        passages = self._approximate.near(query_vector(self._model, text), wanted)
        return np.unique(np.searchsorted(self._starts, passages, "right") - 1)

    def cosines(self, text: str, among: NDArray[np.intp] | None = None) -> Cosines:
        """The cosines of a text with the passages of entries.

        Args:
            text: any text; what the model would not read is cut off.
            among: the numbers of the entries, rising; None for all.
        """
        query = query_vector(self._model, text)
        if among is None and self._rows is not None:
            values: NDArray[np.float32] = self._rows @ query
            values *= self._shrink
            return Cosines(self._entries, self._starts, self._starts, values, self._fields)
        entries = self._entries if among is None else among
        firsts = self._starts[entries]
        lengths = self._lengths[entries]
        starts = np.cumsum(lengths) - lengths
        chosen = np.repeat(firsts - starts, lengths) + np.arange(lengths.sum())
        values = np.empty(len(chosen), np.float32)
        for part in _parts(len(chosen)):
            rows = self._small[chosen[part]] if self._rows is None else self._rows[chosen[part]]
            values[part] = rows.astype(np.float32, copy=False) @ query
        values *= self._shrink[chosen]
        return Cosines(entries, starts, firsts, values, self._fields[chosen])


def _parts(count: int) -> Iterator[slice]:
    return (slice(start, start + _AT_ONCE) for start in range(0, count, _AT_ONCE))


def _shrink(rows: NDArray[np.int8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """What each row's dot product is multiplied with, because rows are not of length 1."""
    squares = np.empty(len(rows), np.float32)
    for part in _parts(len(rows)):
        floats = rows[part].astype(np.float32, copy=False)
        squares[part] = np.einsum("ij,ij->i", floats, floats)
    result: NDArray[np.float32] = (1 / np.maximum(np.sqrt(squares), 1)).astype(np.float32)
    return result
