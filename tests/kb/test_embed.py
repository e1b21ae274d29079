"""The encoder against vectors and ids that sentence-transformers made (scripts/make_golden_vectors.py)."""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import embed
from kb.errors import SearchError

HERE = Path(__file__).parent
WEIGHTS = Path(embed.__file__).with_name("weights")
GOLDEN = json.loads((HERE / "golden_vectors.json").read_text(encoding="utf-8"))
TEXTS = [golden["text"] for golden in GOLDEN]
CLS, SEP, UNK = 101, 102, 100

# Any text that a Python string can hold, also halves of surrogate pairs.
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)


@pytest.fixture(scope="module")
def encoder():
    return embed.Encoder.load()


@pytest.fixture(scope="module")
def golden_vectors():
    vectors = np.load(HERE / "golden_vectors.npy").astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def vectors(encoder):
    return encoder.encode(TEXTS)


@pytest.fixture
def copied_weights(tmp_path, monkeypatch):
    """A folder with the model's files that a test may damage."""
    for name in ("model.safetensors", "vocab.txt"):
        (tmp_path / name).write_bytes((WEIGHTS / name).read_bytes())
    monkeypatch.setattr(embed, "_folder", lambda: tmp_path)
    embed._vocabulary.cache_clear()
    yield tmp_path
    embed._vocabulary.cache_clear()


def test_there_are_enough_and_varied_golden_texts():
    assert len(set(TEXTS)) >= 100
    assert sum(len(golden["ids"]) == embed.MAX_PIECES for golden in GOLDEN) >= 5
    assert "" in TEXTS


def test_ids_equal_those_of_the_real_tokenizer():
    wrong = [golden["text"] for golden in GOLDEN if embed.tokenize(golden["text"]) != golden["ids"]]
    assert wrong == []


def test_vectors_agree_with_the_fp32_model(vectors, golden_vectors):
    cosines = np.sum(vectors * golden_vectors, axis=1)
    assert {text: float(cosine) for text, cosine in zip(TEXTS, cosines, strict=True) if cosine < 0.9990} == {}
    assert cosines.mean() > 0.9997


def test_the_nearest_neighbour_is_the_one_of_the_fp32_model(vectors, golden_vectors):
    def nearest(rows):
        cosines = rows @ rows.T
        np.fill_diagonal(cosines, -1)
        return cosines.argmax(axis=1), np.sort(cosines, axis=1)

    expected, ranked = nearest(golden_vectors)
    found, _ = nearest(vectors)
    clear = ranked[:, -1] - ranked[:, -2] > 0.01
    assert clear.sum() >= 80
    assert (found == expected)[clear].all()


def test_a_symptom_finds_its_explanation(encoder):
    explanations = [
        "Replication lag: a replica has not yet received the newest write, so a read from it returns the old value.",
        "Consistent hashing moves only a small share of the keys when a server joins or leaves.",
        "A circuit breaker stops calling a service that keeps failing.",
    ]
    query, *candidates = encoder.encode(["users see old data right after they save", *explanations])
    assert int(np.argmax(np.stack(candidates) @ query)) == 0


def test_no_texts_give_no_rows(encoder):
    assert encoder.encode([]).shape == (0, embed.DIMENSION)


def test_rows_are_float32(vectors):
    assert vectors.shape == (len(TEXTS), embed.DIMENSION)
    assert vectors.dtype == np.float32


@given(ANY_TEXT)
def test_every_text_has_ids_between_start_and_end(text):
    ids = embed.tokenize(text)
    assert ids[0] == CLS
    assert ids[-1] == SEP
    assert 2 <= len(ids) <= embed.MAX_PIECES
    assert all(0 <= piece < 30522 for piece in ids)


@settings(max_examples=25, deadline=None)
@given(ANY_TEXT)
def test_every_text_has_a_vector_of_length_one(encoder, text):
    (vector,) = encoder.encode([text])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(ANY_TEXT, st.sampled_from(TEXTS)), min_size=2, max_size=5))
def test_a_vector_does_not_depend_on_its_neighbours(encoder, texts):
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(encoder.encode(texts), alone, atol=1e-5)
    np.testing.assert_allclose(encoder.encode(texts[::-1]), alone[::-1], atol=1e-5)


def test_threads_can_share_an_encoder(encoder, vectors):
    with ThreadPoolExecutor(4) as threads:
        rows = list(threads.map(lambda text: encoder.encode([text])[0], TEXTS[:40]))
    np.testing.assert_allclose(np.stack(rows), vectors[:40], atol=1e-5)


def test_a_long_text_counts_up_to_the_limit(encoder):
    start = "word " * (embed.MAX_PIECES - 2)
    assert embed.tokenize(start + "a thousand other words") == embed.tokenize(start)
    long = "payment " + "x" * 200_000 + " gateway " * 50_000
    assert len(embed.tokenize(long)) == embed.MAX_PIECES


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("CAFÉ", "cafe"),
        ("  two\twords\n", "two words"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
        ("zero\u200bwidth", "zerowidth"),
        ("bell\x07s", "bells"),
        ("half\ud83d pair", "half pair"),
        ("a-b", "a - b"),
        ("数据", "数 据"),
    ],
)
def test_spellings_of_the_same_words_have_the_same_ids(text, same_as):
    assert embed.tokenize(text) == embed.tokenize(same_as)


def test_a_word_of_more_than_a_hundred_letters_is_unknown():
    assert embed.tokenize("x" * 101) == [CLS, UNK, SEP]
    assert UNK not in embed.tokenize("x" * 100)


@pytest.mark.parametrize(
    "word", ["cache", "Cache", "CACHE", "café", "write-ahead", "replication", "don't", "99.9", "queue"]
)
def test_whole_words_are_known(word):
    assert embed.knows_word(word)


@pytest.mark.parametrize(
    "word", ["", " ", "shrading", "databse", "lagg", "write-ahaed", "latencyy", "[CLS]", "[unused1]", "x" * 200]
)
def test_other_words_are_not_known(word):
    assert not embed.knows_word(word)


def test_gelu_is_as_exact_as_stated():
    x = np.linspace(-8, 8, 160_001, dtype=np.float32)
    result = x.reshape(-1, 1).copy()
    embed._gelu(result)
    exact = [value * math.erfc(-value / math.sqrt(2)) / 2 for value in x.tolist()]
    np.testing.assert_allclose(result[:, 0], exact, rtol=0, atol=5e-7)


def test_shipped_files_are_those_that_the_card_describes():
    card = json.loads((WEIGHTS / "model.json").read_text(encoding="utf-8"))
    assert card["model"] == embed.MODEL
    assert card["dimension"] == embed.DIMENSION
    assert card["source"]["sha256"] == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    for name, shipped in card["shipped"].items():
        data = (WEIGHTS / name).read_bytes()
        assert len(data) == shipped["bytes"]
        assert hashlib.sha256(data).hexdigest() == shipped["sha256"]


def test_weights_are_small_and_carry_their_licence():
    assert (WEIGHTS / "model.safetensors").stat().st_size <= 26e6
    assert "Apache License" in (WEIGHTS / "LICENSE").read_text(encoding="utf-8")
    assert "make_weights.py" in (WEIGHTS / "NOTICE").read_text(encoding="utf-8")


def test_words_are_looked_up_without_weights(copied_weights):
    (copied_weights / "model.safetensors").unlink()
    assert embed.knows_word("cache")
    assert embed.tokenize("cache") == [CLS, 17053, SEP]


def _remove(path):
    path.unlink()


def _truncate(path):
    path.write_bytes(path.read_bytes()[:-1])


def _lengthen(path):
    path.write_bytes(path.read_bytes() + b"\0")


def _empty(path):
    path.write_bytes(b"")


def _replace_by_pointer(path):
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 24256624\n", encoding="utf-8")


def _replace_by_json(path):
    path.write_bytes((2).to_bytes(8, "little") + b"[]")


def _rename_revision(path):
    path.write_bytes(path.read_bytes().replace(embed.MODEL.encode(), embed.MODEL[::-1].encode()))


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (_remove, "missing"),
        (_truncate, "bytes, expected"),
        (_lengthen, "bytes, expected"),
        (_empty, "cannot be read"),
        (_replace_by_pointer, "cannot be read"),
        (_replace_by_json, "cannot be read"),
        (_rename_revision, f"expected {embed.MODEL}"),
    ],
)
def test_unusable_weights_are_explained(copied_weights, damage, what):
    path = copied_weights / "model.safetensors"
    damage(path)
    with pytest.raises(SearchError, match=what) as caught:
        embed.Encoder.load()
    assert caught.value.where == str(path)
    assert caught.value.hint


@pytest.mark.parametrize("damage", [_remove, _truncate, _empty])
def test_an_unusable_vocabulary_is_explained(copied_weights, damage):
    path = copied_weights / "vocab.txt"
    damage(path)
    with pytest.raises(SearchError, match="vocabulary") as caught:
        embed.tokenize("cache")
    assert caught.value.where == str(path)


@pytest.mark.parametrize(("before", "after"), [(None, "1"), ("2", "2")])
def test_one_thread_is_the_default_that_a_user_can_change(before, after):
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    if before is not None:
        environment["OPENBLAS_NUM_THREADS"] = before
    program = "import os, kb.embed; print(os.environ['OPENBLAS_NUM_THREADS'])"
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == after
