"""Large indexes: the ranking without shortcuts gives the same order, and candidates of faiss find what comparing all finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.search import Index, approximate, lexical, open_index, ranking, semantic
from kb.search.approximate import Approximate, beside
from kb.search.fields import FIELDS
from kb.search.semantic import Cosines, query_vector

HERE = Path(__file__).parent
OWN_WORDS = [
    line.split("\t")[0] for line in (HERE / "own_words.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"
]
MISSING = "needs faiss, the extra `scale` (make test-scale)"


@pytest.fixture(scope="module")
def index(caching_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_HOME", str(tmp_path_factory.mktemp("home")))
        with open_index(caching_root) as found:
            yield found


def plainly(index: Index, query: str) -> list[str]:
    """The order by the definition of each feature, entry by entry."""
    connection = index._connection
    meta = dict(connection.execute("select key, value from meta").fetchall())
    rows = np.frombuffer(meta["vectors"], np.int8).reshape(index.passages, -1).astype(np.float64)
    starts = [*np.frombuffer(meta["starts"], "<i4").tolist(), index.passages]
    fields = [FIELDS[code] for code in meta["fields"]]
    cosines = rows @ query_vector(index._model, query) / np.linalg.norm(rows, axis=1)
    counts = index._words.counts(lexical.terms(query))
    heard = index._words.scores(counts, {})
    rarity = {word: index._words.rarity(count) for word, count in counts.items()}
    found = []
    for entry, name in connection.execute("select number, id from entry order by number").fetchall():
        own = range(starts[entry], starts[entry + 1])
        kinds = {
            kind: max([0.0, *(cosines[p] for p in own if fields[p] == kind)]) for kind in ("bare", "asked", "name")
        }
        held = [word for word in counts if index._words.holding(word, [entry])]
        values = {
            "pooled": max(np.mean(sorted((cosines[p] for p in own), reverse=True)[: ranking.POOLED]), 0),
            "spoken": heard.get(entry, 0) / max([*heard.values(), 1e-9]),
            "covered": sum(rarity[word] for word in held) / sum(rarity.values()),
            **kinds,
        }
        score = sum(values[f] * w for f, w in zip(ranking.FEATURES, ranking.learned().weights.tolist(), strict=True))
        if max(cosines[p] for p in own) >= 0.2 or values["spoken"] > 0:
            found.append((-score, name))
    return [name for _, name in sorted(found)]


def test_the_order_is_that_of_the_features_as_they_are_defined(index: Index) -> None:
    for query in OWN_WORDS[::3]:
        result = index.search(query, limit=1000)
        assert result.searched_for == query
        if result.hits and result.hits[0].score < 1:
            assert [hit.id for hit in result.hits] == plainly(index, query)


def test_some_entries_are_ranked_as_among_all(index: Index) -> None:
    meanings = index._meanings
    rng = np.random.default_rng(3)
    for query in OWN_WORDS[:6]:
        every = meanings.cosines(query)
        among = np.sort(rng.permutation(index.entries)[:9])
        some = meanings.cosines(query, among)
        assert some.best() == pytest.approx(every.best()[among])
        assert some.pooled(4) == pytest.approx(every.pooled(4)[among])
        for field in FIELDS:
            assert some.best_of(field) == pytest.approx(every.best_of(field)[among])
        for place, entry in enumerate(among):
            assert some.nearest(place) == every.nearest(entry)
        numbers = rng.permutation(index.entries)
        assert [n if n in among else -1 for n in numbers] == [among[p] if p >= 0 else -1 for p in some.places(numbers)]


def test_among_no_entries_nothing_is_found() -> None:
    nobody, nothing = np.empty(0, np.intp), np.empty(0, np.float32)
    none = Cosines(nobody, nobody, nobody, nothing, np.empty(0, np.uint8))
    assert [len(found) for found in (none.best(), none.pooled(4), none.best_of("bare"), none.places(nobody))] == [0] * 4


def test_a_small_index_needs_no_candidates() -> None:
    said: list[str] = []
    assert beside(None, np.ones((100, 8), np.int8), said.append) is None
    assert said == []


def test_a_large_index_without_the_extra_says_what_would_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    monkeypatch.setattr(approximate, "EXACT", 50)
    said: list[str] = []
    assert beside(None, np.ones((100, 8), np.int8), said.append) is None
    assert "compares all 100 passages" in said[-1]
    assert "design-staircase[scale]" in said[-1]


def cloud(count: int, dimension: int = 64) -> np.ndarray:
    """Vectors around centres."""
    rng = np.random.default_rng(5)
    centres = rng.standard_normal((count // 50, dimension), np.float32)
    rows = centres[rng.integers(len(centres), size=count)] + rng.standard_normal((count, dimension), np.float32) * 0.8
    return np.rint(rows * (127 / np.abs(rows).max(axis=1, keepdims=True))).astype(np.int8)


@pytest.mark.scale
class TestWithFaiss:
    @pytest.fixture(autouse=True)
    def faiss(self) -> None:
        pytest.importorskip("faiss", reason=MISSING)

    def test_candidates_hold_nearly_all_that_is_nearest(self) -> None:
        rows = cloud(20_000)
        found = Approximate.build(rows)
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        hit = []
        for query in unit[:: len(rows) // 50].astype(np.float32):
            wanted = np.argsort(-(unit @ query))[:10]
            hit.append(np.isin(wanted, found.near(query, None)).mean())
        assert np.mean(hit) >= 0.95

    def test_only_what_is_allowed_is_found(self) -> None:
        rows = cloud(5_000)
        allowed = np.arange(len(rows)) % 7 == 3
        near = Approximate.build(rows).near((rows[0] / np.linalg.norm(rows[0])).astype(np.float32), allowed)
        assert len(near)
        assert allowed[near].all()

    def test_the_file_is_read_again_and_made_anew_when_it_does_not_fit(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(approximate, "EXACT", 1000)
        rows, path, said = cloud(3_000), tmp_path / "index.db", list[str]()
        query = (rows[7] / np.linalg.norm(rows[7])).astype(np.float32)
        first = beside(path, rows, said.append)
        assert first is not None
        assert len(said) == 1
        again = beside(path, rows, said.append)
        assert again is not None
        assert len(said) == 1
        assert again.near(query, None).tolist() == first.near(query, None).tolist()
        for spoilt in (b"", b"rubbish", path.with_suffix(".ivf").read_bytes()[:5000]):
            path.with_suffix(".ivf").write_bytes(spoilt)
            mended = beside(path, rows, said.append)
            assert mended is not None
            assert mended.near(query, None).tolist() == first.near(query, None).tolist()
        shorter = beside(path, rows[:2000], said.append)
        assert shorter is not None
        assert shorter.near(query, None).max() < 2000

    def test_a_search_through_candidates_gives_the_hits_of_the_exact_one(
        self, index: Index, caching_root: Path, monkeypatch: pytest.MonkeyPatch, home: Path
    ) -> None:
        monkeypatch.setattr(approximate, "EXACT", 300)
        monkeypatch.setattr(semantic, "_FEW", 100)
        said: list[str] = []
        with open_index(caching_root, said.append) as large:
            assert any("into cells" in sentence for sentence in said)
            assert list((home / "cache").glob("*.ivf"))
            for query in (*OWN_WORDS, "cdn", "thundering hurd", "ttl vs active invalidation"):
                assert large.search(query, limit=5) == index.search(query, limit=5)
                for kind in ("concept", "exercise"):
                    assert large.search(query, kind=kind, limit=3) == index.search(query, kind=kind, limit=3)
