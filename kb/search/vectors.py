r"""Vectors of texts on disk, addressed by the hash of the text, so that only what changed is ever encoded again.

A shard is a header line, then the 16-byte hashes of its texts, sorted, then one row of int8 for each (384 with the shipped model). Vectors have length 1,
so a row needs no scale: its own length gives it back.

    kb-vectors 1 <model> <rows>\n | hash hash hash ... | row row row ...
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kb.embed import DIMENSION, MODEL, Encoder
from kb.errors import SearchError

import numpy as np  # isort: skip - kb.embed sets the number of threads before numpy is imported

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHIPPED = Path(__file__).parent.parent / "vectors"
"""The folder of the vectors of the shipped content, one shard a step."""

_DIGEST = 16
_BATCH = 32
_KEEP_EVERY = 8

Vectors = dict[bytes, bytes]
"""Rows of int8 as bytes, all of one model, by the hash of their text."""

Progress = Callable[[str], None]
"""Is told, in a sentence, how far long work has come."""

Count = Callable[[int, int], None]
"""Is told how many are done, and of how many."""

Encode = Callable[[Sequence[str]], "NDArray[np.float32]"]
"""Turns texts into vectors of length 1, one row each."""


def digest(text: str) -> bytes:
    """The hash that a text's vector is found by: 16 bytes of BLAKE2b."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_DIGEST).digest()


def quantised(rows: NDArray[np.float32]) -> NDArray[np.int8]:
    """Vectors as int8, each scaled so that its largest component becomes 127.

    Args:
        rows: shape (texts, dimension of the model), no row all zeros.

    Returns:
        The same shape; the cosine of a row with its original is at least .9995.
    """
    largest = np.abs(rows).max(axis=1, keepdims=True)
    result: NDArray[np.int8] = np.rint(rows * (np.float32(127) / largest)).astype(np.int8)
    return result


def read_shard(path: Path, model: str = MODEL, dimension: int = DIMENSION) -> Vectors:
    """The vectors of a shard.

    Args:
        path: the file.
        model: which model made the vectors that are wanted.
        dimension: length of its vectors.

    Returns:
        Nothing where the shard does not exist or holds vectors of another model: both mean "to be encoded".

    Raises:
        SearchError: the file cannot be read or is damaged.
    """
    hint = "Delete it, or make it again with scripts/make_vectors.py."
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SearchError(
            f"the vectors cannot be read: {error.strerror or error}", where=str(path), hint=hint
        ) from error
    header, _, body = data.partition(b"\n")
    fields = header.split(b" ")
    if len(fields) != 4 or fields[:2] != [b"kb-vectors", b"1"] or not fields[3].isdigit():
        raise SearchError("the file holds no vectors", where=str(path), hint=hint)
    if fields[2] != model.encode():
        return {}
    count = int(fields[3])
    if len(body) != count * (_DIGEST + dimension):
        raise SearchError("the file of vectors is damaged", where=str(path), hint=hint)
    rows = memoryview(body)[count * _DIGEST :]
    return {
        body[i * _DIGEST : (i + 1) * _DIGEST]: bytes(rows[i * dimension : (i + 1) * dimension]) for i in range(count)
    }


def write_shard(path: Path, vectors: Mapping[bytes, bytes], model: str = MODEL) -> None:
    """Writes a shard of a model's vectors, whole or not at all. The same vectors give the same bytes.

    Raises:
        OSError: the folder cannot be written.
    """
    keys = sorted(vectors)
    header = f"kb-vectors 1 {model} {len(keys)}\n".encode()
    with replacing(path) as draft:
        draft.write_bytes(header + b"".join(keys) + b"".join(vectors[key] for key in keys))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Replaces a file in one step: nobody ever reads half of it, and of two writers the last one wins.

    Args:
        path: the file to replace; its folder is made.

    Yields:
        A free name beside it, to be written to. When that fails, nothing is replaced.

    Raises:
        OSError: the folder cannot be made or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def shipped() -> Vectors:
    """The vectors of the shipped content, of all steps."""
    found: Vectors = {}
    for path in sorted(SHIPPED.glob("*.bin")):
        found |= read_shard(path)
    return found


def encode_missing(
    texts: Iterable[str],
    known: Vectors,
    *,
    progress: Progress | None = None,
    count: Count | None = None,
    keep: Callable[[Vectors], None] | None = None,
    encode: Encode | None = None,
) -> Vectors:
    """Encodes the texts that `known` lacks.

    Args:
        texts: any texts; one that stands twice is encoded once.
        known: vectors that exist already.
        progress: is told how far it has come.
        count: is told the same in numbers.
        keep: is given what is new from time to time, and when the work is interrupted.
        encode: turns texts into vectors; None for the shipped model.

    Returns:
        The new vectors only.

    Raises:
        SearchError: the model cannot be used.
    """
    missing = {key: text for text in texts if (key := digest(text)) not in known}
    if not missing:
        return {}
    encode, fresh = encode or Encoder.load().encode, Vectors()
    keys = list(missing)
    try:
        for start in range(0, len(keys), _BATCH):
            batch = keys[start : start + _BATCH]
            _tell(start, len(keys), progress, count)
            rows = quantised(encode([missing[key] for key in batch]))
            fresh |= {key: row.tobytes() for key, row in zip(batch, rows, strict=True)}
            if keep and (start // _BATCH + 1) % _KEEP_EVERY == 0:
                keep(fresh)
        _tell(len(keys), len(keys), progress, count)
    finally:
        if keep and fresh:
            keep(fresh)
    return fresh


def _tell(done: int, total: int, progress: Progress | None, count: Count | None) -> None:
    if progress:
        progress(f"Reading for meaning: {done} of {total} passages")
    if count:
        count(done, total)


def stacked(texts: Sequence[str], vectors: Mapping[bytes, bytes]) -> bytes:
    """The rows of some texts, one after the other, as one block of int8."""
    return b"".join(vectors[digest(text)] for text in texts)
