"""Vectors on disk, and whether those that are shipped are fresh."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kb.embed import DIMENSION, MODEL, Encoder
from kb.errors import SearchError
from kb.search import vectors
from kb.search.vectors import digest, encode_missing, quantised, read_shard, replacing, write_shard

ROOT = Path(__file__).parent.parent.parent
ROW = bytes(range(128)) * 3


def make_vectors(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/make_vectors.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_committed_vectors_are_fresh() -> None:
    outcome = make_vectors("--check")
    assert outcome.returncode == 0, f"{outcome.stdout}{outcome.stderr}"


def test_only_what_changed_is_encoded_and_what_is_gone_is_dropped(small, tmp_path: Path) -> None:
    folder = tmp_path / "shards"
    options = ("--content", str(small.root), "--folder", str(folder))
    for name in ("competing-consumers", "message-queue", "tradeoffs/park-or-retry", "exercises/drain-a-queue"):
        small.path(f"messaging/{name}").unlink()
    for name in ("message-queue", "competing-consumers"):
        small.path(f"quizzes/messaging/{name}.yaml").unlink()
    assert "resilience" in make_vectors("--check", *options).stdout
    assert make_vectors(*options).returncode == 0
    first = {path.stem: path.read_bytes() for path in folder.iterdir()}
    assert sorted(first) == ["messaging", "resilience"]
    assert make_vectors(*options).returncode == 0
    assert {path.stem: path.read_bytes() for path in folder.iterdir()} == first

    small.edit("messaging/dead-letter-queue", ("Nobody looks at the depth", "Nobody sees the depth"))
    small.path("resilience/circuit-breaker").unlink()
    small.path("quizzes/resilience/circuit-breaker.yaml").unlink()
    check = make_vectors("--check", *options)
    assert check.returncode == 1
    assert "messaging: 1 passages are new or changed, 1 are gone" in check.stdout
    outcome = make_vectors(*options)
    assert "1 of 1 passages" in outcome.stderr
    assert [path.stem for path in folder.iterdir()] == ["messaging"]
    assert make_vectors("--check", *options).returncode == 0


def test_int8_keeps_the_direction() -> None:
    rows = Encoder.load().encode(["a cache forgets", "x", "who deletes the copy when the price changes?"])
    back = quantised(rows).astype(np.float32)
    back /= np.linalg.norm(back, axis=1, keepdims=True)
    assert (rows * back).sum(axis=1).min() > 0.9995


def test_a_shard_gives_back_what_was_written_whatever_the_order(tmp_path: Path) -> None:
    texts = {digest(str(i)): bytes([i]) * DIMENSION for i in range(20)}
    write_shard(tmp_path / "new" / "a.bin", texts)
    write_shard(tmp_path / "b.bin", dict(reversed(texts.items())))
    assert read_shard(tmp_path / "b.bin") == texts
    assert (tmp_path / "new" / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


def test_a_shard_that_is_missing_or_of_another_model_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    assert read_shard(path) == {}
    write_shard(path, {digest("a"): ROW})
    path.write_bytes(path.read_bytes().replace(MODEL.encode(), b"another-model"))
    assert read_shard(path) == {}


@pytest.mark.parametrize("spoil", [lambda data: data[:-1], lambda _: b"", lambda data: data + b"x", lambda data: b"PK" + data])  # fmt: skip
def test_a_damaged_shard_is_an_error_that_names_it(tmp_path: Path, spoil) -> None:
    path = tmp_path / "a.bin"
    write_shard(path, {digest("a"): ROW})
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(SearchError) as caught:
        read_shard(path)
    assert caught.value.where == str(path)
    assert "make_vectors" in caught.value.hint


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_text("old")

    def fill_the_disk() -> None:
        with replacing(path) as draft:
            draft.write_text("half of the ne")
            raise OSError("disk is full")

    with pytest.raises(OSError, match="full"):
        fill_the_disk()
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]
    assert path.read_text() == "old"


def test_a_text_is_encoded_once_and_a_known_one_never() -> None:
    said: list[str] = []
    known = {digest("known"): ROW}
    fresh = encode_missing(["new", "known", "new"], known, progress=said.append)
    assert set(fresh) == {digest("new")}
    assert said[-1] == "Reading for meaning: 1 of 1 passages"


def test_an_interruption_loses_only_the_last_passages(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[bytes, bytes] = {}

    def stop(sentence: str) -> None:
        if ": 2 of 3" in sentence:
            raise KeyboardInterrupt

    monkeypatch.setattr(vectors, "_BATCH", 1)
    monkeypatch.setattr(vectors, "_KEEP_EVERY", 1)
    with pytest.raises(KeyboardInterrupt):
        encode_missing(["a", "b", "c"], {}, progress=stop, keep=kept.update)
    assert set(kept) == {digest("a"), digest("b")}
