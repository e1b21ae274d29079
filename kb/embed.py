"""Turns text into vectors: all-MiniLM-L6-v2 in numpy, with the weights that are shipped as int8 beside this file.

The model is a BERT encoder of six layers (Devlin et al., 2019, https://arxiv.org/abs/1810.04805) distilled by MiniLM (Wang
et al., 2020, https://arxiv.org/abs/2002.10957) and trained for sentence similarity by sentence-transformers (Reimers and
Gurevych, 2019, https://arxiv.org/abs/1908.10084). Numpy alone runs it because a search has to answer before torch has
been imported. The vectors agree with those of sentence-transformers to a cosine of .999 (`tests/kb/test_embed.py`).

    text ──clean, strip accents, lower, cut──▶ words ──WordPiece──▶ ids ──six layers──▶ mean ──▶ vector of length 1
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import mmap
import os
import re
import struct
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

# OpenBLAS reads this once, when numpy is imported. A query is so small that handing parts of it to a second thread costs
# more than it saves: the slowest twentieth of the queries took 41 ms with two threads and 15 ms with one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from kb.errors import SearchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MODEL = "all-MiniLM-L6-v2-int8-05466a5e47db"
"""Name and revision of the weights. Vectors of two revisions must not be compared, so indexes carry it in their name."""

DIMENSION = 384
"""Length of a vector."""

MAX_PIECES = 256
"""Word pieces of a text that count, with the two that mark start and end; the rest is cut off."""

_LAYERS = 6
_HEADS = 12
_NORM_EPSILON = np.float32(1e-12)
_DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "I8": np.dtype("i1")}
_HINT = "Reinstall the package, or make the files again with scripts/make_weights.py."

# Texts are computed together until they reach this many word pieces: enough to keep the multiplications efficient, and
# few enough that what lies between two layers stays in the processor's cache.
_PACK_PIECES = 512

_VOCABULARY_BYTES = 231508
_SPECIAL = re.compile(r"(\[(?:PAD|UNK|CLS|SEP|MASK)\])")
_MAX_WORD = 100
# The ideographs that BERT sets apart. The last block but one starts 256 characters late, as in Hugging Face's tokenizers.
_CJK = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)


def tokenize(text: str) -> list[int]:
    """Cuts a text into the ids of its word pieces, as BERT's uncased tokenizer does.

    Source: Devlin et al. (2019), and `BertNormalizer`, `BertPreTokenizer` and `WordPiece` of Hugging Face's tokenizers,
    whose tables are those of Unicode 8. This takes the tables of the running Python: with 3.11, 508 characters in rare scripts
    are cut differently.

    Args:
        text: any text.

    Returns:
        At least 2 and at most `MAX_PIECES` ids, from `[CLS]` to `[SEP]`.

    Raises:
        SearchError: the vocabulary is missing or damaged.
    """
    vocabulary = _vocabulary()
    ids = [vocabulary["[CLS]"]]
    for position, part in enumerate(_SPECIAL.split(text)):
        if position % 2:
            ids.append(vocabulary[part])
            continue
        for word in _words(part):
            ids.extend(_pieces(word, vocabulary))
            if len(ids) >= MAX_PIECES:
                break
    return [*ids[: MAX_PIECES - 1], vocabulary["[SEP]"]]


def knows_word(word: str) -> bool:
    """Whether the model has a word as a whole, which tells a rare word from a misspelt one. Loads no weights.

    Args:
        word: one word in any case; of a compound such as `write-ahead`, every part has to be known.

    Returns:
        False also for text without any word.

    Raises:
        SearchError: the vocabulary is missing or damaged.
    """
    vocabulary = _vocabulary()
    parts = _words(word)
    return bool(parts) and all(part in vocabulary for part in parts)


class Encoder:
    """The model with its weights mapped into memory. Stateless after loading: threads can share one."""

    def __init__(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        self._embeddings = tensors["words.weight"]
        self._embedding_scales = tensors["words.scale"]
        self._positions = tensors["positions"]
        self._norm = tensors["norm"]
        self._layers = [_layer(tensors, index) for index in range(_LAYERS)]

    @classmethod
    def load(cls) -> Self:
        """Opens the shipped weights.

        Returns:
            An encoder whose weights the operating system reads when they are first needed.

        Raises:
            SearchError: the weights are missing, damaged, or of another revision than `MODEL`.
        """
        return cls(_read_weights(_folder() / "model.safetensors"))

    def encode(self, texts: Sequence[str]) -> Floats:
        """Turns texts into vectors whose dot product is their cosine similarity.

        Args:
            texts: any texts; what goes beyond `MAX_PIECES` word pieces is ignored.

        Returns:
            One row for each text, in their order: shape (texts, `DIMENSION`), each row of length 1. A row does not depend
            on the other texts, up to rounding (1e-6).

        Raises:
            SearchError: the vocabulary is missing or damaged.
        """
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        done = 0
        for pack in _packs(texts):
            vectors[done : done + len(pack)] = self._forward(pack)
            done += len(pack)
        return vectors

    def _forward(self, pack: list[list[int]]) -> Floats:
        """Runs texts through the layers one below the other, without padding; only attention looks at where they end."""
        bounds = itertools.accumulate((len(ids) for ids in pack), initial=0)
        spans = [slice(start, end) for start, end in itertools.pairwise(bounds)]
        ids = np.array(list(itertools.chain.from_iterable(pack)))

        scales: Floats = self._embedding_scales[ids].astype(np.float32)
        hidden = (self._embeddings[ids] * scales).reshape(-1, DIMENSION)
        for span in spans:
            hidden[span] += self._positions[: span.stop - span.start]
        _normalise(hidden, self._norm)

        # One buffer takes the floats of one matrix after the other and so stays in the processor's cache. Filling it takes
        # 3 ms for the whole model; making floats of all matrices once, to keep them, takes at least 8 ms and 42 MB.
        buffer = np.empty(max(layer.largest for layer in self._layers), np.float32)
        for layer in self._layers:
            hidden += layer.mix.apply(_attend(layer.qkv.apply(hidden, buffer), spans), buffer)
            _normalise(hidden, layer.mix_norm)
            inner = layer.up.apply(hidden, buffer)
            _gelu(inner)
            hidden += layer.down.apply(inner, buffer)
            _normalise(hidden, layer.down_norm)

        vectors = np.array([hidden[span].mean(axis=0) for span in spans], np.float32)
        lengths: Floats = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        vectors /= lengths[:, np.newaxis]
        return vectors


class _Linear(NamedTuple):
    """A matrix as int8 (blocks of inputs, inputs of a block, outputs), with a scale for each block, and an offset."""

    weight: NDArray[np.int8]
    scale: Floats
    bias: Floats

    def apply(self, rows: Floats, buffer: Floats) -> Floats:
        """Multiplies rows of inputs with the matrix; `buffer` holds it as floats meanwhile."""
        matrix = buffer[: self.weight.size].reshape(self.weight.shape)
        np.copyto(matrix, self.weight)
        matrix *= self.scale
        result: Floats = np.matmul(rows, matrix.reshape(-1, len(self.bias)))
        result += self.bias
        return result


class _Layer(NamedTuple):
    """A layer of the encoder: attention and its mixing matrix, then two matrices with GELU between them."""

    qkv: _Linear
    mix: _Linear
    mix_norm: Floats
    up: _Linear
    down: _Linear
    down_norm: Floats

    @property
    def largest(self) -> int:
        """Number of values in the layer's largest matrix."""
        return max(linear.weight.size for linear in (self.qkv, self.mix, self.up, self.down))


def _layer(tensors: Mapping[str, NDArray[Any]], index: int) -> _Layer:
    def linear(name: str) -> _Linear:
        weight, scale, bias = (tensors[f"{index}.{name}.{part}"] for part in _Linear._fields)
        return _Linear(weight, scale.astype(np.float32), bias)

    return _Layer(
        qkv=linear("qkv"),
        mix=linear("mix"),
        mix_norm=tensors[f"{index}.mix_norm"],
        up=linear("up"),
        down=linear("down"),
        down_norm=tensors[f"{index}.down_norm"],
    )


def _packs(texts: Sequence[str]) -> Iterator[list[list[int]]]:
    """The texts' ids, in order, in groups that are computed together."""
    pack: list[list[int]] = []
    pieces = 0
    for text in texts:
        ids = tokenize(text)
        if pack and pieces + len(ids) > _PACK_PIECES:
            yield pack
            pack, pieces = [], 0
        pack.append(ids)
        pieces += len(ids)
    if pack:
        yield pack


def _attend(qkv: Floats, spans: Sequence[slice]) -> Floats:
    """Scaled dot-product attention within each text (Vaswani et al., 2017, section 3.2, https://arxiv.org/abs/1706.03762)."""
    size = DIMENSION // _HEADS
    result = np.empty((len(qkv), DIMENSION), np.float32)
    for span in spans:
        query, key, value = qkv[span].reshape(-1, 3, _HEADS, size).transpose(1, 2, 0, 3)
        weights: Floats = query @ key.transpose(0, 2, 1)
        weights -= weights.max(axis=-1, keepdims=True)
        weights *= np.float32(1 / math.sqrt(size))
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        result[span] = (weights @ value).transpose(1, 0, 2).reshape(-1, DIMENSION)
    return result


def _normalise(rows: Floats, weight_and_bias: Floats) -> None:
    """Layer normalisation of each row in place (Ba et al., 2016, https://arxiv.org/abs/1607.06450)."""
    rows -= rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / np.float32(rows.shape[1])
    rows /= np.sqrt(variance + _NORM_EPSILON)[:, np.newaxis]
    rows *= weight_and_bias[0]
    rows += weight_and_bias[1]


# Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: for z >= 0 and t = 1 / (1 + .3275911 z),
# erfc(z) = (a1 t + ... + a5 t^5) exp(-z^2) with an error of at most 1.5e-7. Half of each coefficient, as used below.
_ERFC_P = np.float32(0.3275911 / math.sqrt(2))
_HALF_ERFC = tuple(np.float32(a / 2) for a in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592))
_GELU_ROWS = 16


def _gelu(rows: Floats) -> None:
    """The Gaussian error linear unit in place, in its exact form x * P(X <= x) for a standard normal X.

    Written as max(x, 0) - |x| erfc(|x| / sqrt 2) / 2, which loses no digits for negative x. The result is off by at most
    5e-7 for |x| <= 8. Source: Hendrycks and Gimpel, 2016, https://arxiv.org/abs/1606.08415.
    """
    for start in range(0, len(rows), _GELU_ROWS):
        x = rows[start : start + _GELU_ROWS]
        size = np.abs(x)
        t = 1 / (1 + _ERFC_P * size)
        tail = _HALF_ERFC[0] * t
        for coefficient in _HALF_ERFC[1:]:
            tail += coefficient
            tail *= t
        np.multiply(size, size, out=t)
        t *= np.float32(-0.5)
        np.exp(t, out=t)
        tail *= t
        tail *= size
        np.maximum(x, 0, out=x)
        x -= tail


def _folder() -> Path:
    return Path(__file__).with_name("weights")


def _read_weights(path: Path) -> dict[str, NDArray[Any]]:
    """Maps a safetensors file into memory (https://github.com/huggingface/safetensors#format).

    Only the header and the length of the file are checked: a hash over all of it would take longer than a search.
    """
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        (length,) = struct.unpack_from("<Q", data)
        header = json.loads(data[8 : 8 + length])
        model = header.pop("__metadata__")["model"]
        size = 8 + length + max(entry["data_offsets"][1] for entry in header.values())
    except FileNotFoundError as error:
        raise SearchError("the weights of the language model are missing", where=str(path), hint=_HINT) from error
    except (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error) as error:
        raise SearchError("the weights of the language model cannot be read", where=str(path), hint=_HINT) from error
    if model != MODEL:
        raise SearchError(f"the weights are those of {model}, expected {MODEL}", where=str(path), hint=_HINT)
    if len(data) != size:
        what = f"the weights of the language model have {len(data)} bytes, expected {size}"
        raise SearchError(what, where=str(path), hint=_HINT)
    tensors: dict[str, NDArray[Any]] = {}
    for name, entry in header.items():
        dtype = _DTYPES[entry["dtype"]]
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data, dtype, (end - begin) // dtype.itemsize, 8 + length + begin)
        tensors[name] = values.reshape(entry["shape"])
    return tensors


@functools.cache
def _vocabulary() -> dict[str, int]:
    path = _folder() / "vocab.txt"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SearchError("the vocabulary of the language model cannot be read", where=str(path), hint=_HINT) from error
    if len(data) != _VOCABULARY_BYTES:
        what = f"the vocabulary of the language model has {len(data)} bytes, expected {_VOCABULARY_BYTES}"
        raise SearchError(what, where=str(path), hint=_HINT)
    words = data.decode().splitlines()
    return dict(zip(words, range(len(words)), strict=True))


class _Cleaned(dict[int, str]):
    """What each character becomes before accents are split off: control characters go, ideographs stand alone."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if character in "\t\n\r" or category in {"Zs", "Zl", "Zp"}:
            cleaned = " "
        elif category in {"Cc", "Cf", "Co", "Cs"} or code == 0xFFFD:
            cleaned = ""
        elif any(first <= code <= last for first, last in _CJK):
            cleaned = f" {character} "
        else:
            cleaned = character
        self[code] = cleaned
        return cleaned


class _Folded(dict[int, str]):
    """What each character becomes afterwards: accents go, capitals turn small, punctuation stands alone.

    Characters turn small one by one, because Python's `str.lower` writes a Greek sigma at the end of a word differently.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Mn":
            folded = ""
        elif category.startswith("P") or (code < 128 and not character.isalnum() and character > " "):
            folded = f" {character} "
        else:
            folded = character.lower()
        self[code] = folded
        return folded


_CLEANED = _Cleaned()
_FOLDED = _Folded()


def _words(text: str) -> list[str]:
    """The words and punctuation marks of a text, in small letters and without accents."""
    return unicodedata.normalize("NFD", text.translate(_CLEANED)).translate(_FOLDED).split()


def _pieces(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    """Cuts a word into the longest pieces that the vocabulary has, from the left; all or nothing."""
    if word in vocabulary:
        return [vocabulary[word]]
    unknown = [vocabulary["[UNK]"]]
    if len(word) > _MAX_WORD:
        return unknown
    ids: list[int] = []
    start = 0
    while start < len(word):
        prefix = "##" if start else ""
        for end in range(len(word), start, -1):
            piece = vocabulary.get(prefix + word[start:end])
            if piece is not None:
                ids.append(piece)
                start = end
                break
        else:
            return unknown
    return ids
