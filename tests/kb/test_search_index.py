"""Searching a real index: of the step Caching, and of a small library."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import UsageError
from kb.search import Index, Result, open_index

HERE = Path(__file__).parent
OTHER_THINGS = (HERE / "out_of_domain.txt").read_text(encoding="utf-8").splitlines()
OWN_WORDS = [
    line.split("\t") for line in (HERE / "own_words.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"
]


@pytest.fixture(scope="module")
def index(caching_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_HOME", str(tmp_path_factory.mktemp("home")))
        with open_index(caching_root) as found:
            yield found


def ids(result: Result) -> list[str]:
    return [hit.id for hit in result.hits]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("cdn", "cdn"),
        ("CDNs", "cdn"),
        ("What is a CDN?", "cdn"),
        ("Content Delivery Network", "cdn"),
        ("thundering herd", "cache-stampede"),
        ("thundering hurd", "cache-stampede"),
        ("  the  Thundering-Herd… ", "cache-stampede"),
        ("ttl-vs-active-invalidation", "ttl-vs-active-invalidation"),
        ("Caching", "caching"),
    ],
)
def test_a_title_alias_acronym_or_id_comes_first(index: Index, query: str, first: str) -> None:
    result = index.search(query)
    assert ids(result)[0] == first
    assert result.match == "good"
    assert result.hits[0].score == 1


def test_every_title_and_alias_of_the_library_comes_first(index: Index, caching) -> None:
    names = [(name, entry.id) for entry in caching.entries.values() for name in (entry.title, *getattr(entry, "aliases", ()))]  # fmt: skip
    wrong = [(name, wanted) for name, wanted in names if wanted not in ids(index.search(name, limit=2))]
    assert not wrong


def test_a_symptom_is_found_in_words_that_the_entry_does_not_use(index: Index) -> None:
    found = [wanted in ids(index.search(query))[:5] for query, wanted in OWN_WORDS]
    assert sum(found) >= 0.7 * len(found)


def test_queries_about_other_things_are_told_so(index: Index) -> None:
    verdicts = Counter(index.search(query).match for query in OTHER_THINGS)
    assert verdicts["none"] >= 0.6 * len(OTHER_THINGS)
    assert verdicts["good"] <= 0.1 * len(OTHER_THINGS)


def test_queries_that_can_be_answered_are_rarely_called_weak(index: Index) -> None:
    verdicts = Counter(index.search(query).match for query, _ in OWN_WORDS)
    assert verdicts["none"] <= 1
    assert verdicts["weak"] <= 0.25 * len(OWN_WORDS)


def test_no_match_has_no_hits_and_a_match_has_some(index: Index) -> None:
    for query in (*OTHER_THINGS, *(query for query, _ in OWN_WORDS)):
        result = index.search(query)
        assert (result.match == "none") == (result.hits == ())


def test_a_mended_typo_is_said(index: Index) -> None:
    result = index.search("cache invaldation")
    assert (result.query, result.searched_for) == ("cache invaldation", "cache invalidation")
    assert index.search("cache invalidation").searched_for == "cache invalidation"


def test_scores_fall_and_stay_within_0_and_1(index: Index) -> None:
    for query, _ in OWN_WORDS:
        scores = [hit.score for hit in index.search(query, limit=50).hits]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_a_hit_says_why_it_was_found(index: Index, caching) -> None:
    hit = next(
        h for h in index.search("which entry is evicted when the memory is full").hits if h.id == "cache-eviction"
    )
    assert {"evicted", "full"} <= set(hit.why.words)
    assert hit.why.quote.startswith(f"{hit.title}")
    entry = caching.find("cache-eviction")
    assert (hit.title, hit.kind, hit.step, hit.level) == (entry.title, "concept", "caching", entry.level)
    assert hit.summary == entry.summary
    assert hit.sources == entry.atoms()


@pytest.mark.parametrize(("name", "value"), [("kind", "tradeoff"), ("kind", "exercise"), ("step", "caching"), ("level", "advanced")])  # fmt: skip
def test_filters_leave_out_the_others(index: Index, name: str, value: str) -> None:
    hits = index.search("when should I expire a key in redis", limit=50, **{name: value}).hits
    assert hits
    assert {getattr(hit, name) for hit in hits} == {value}


def test_filters_hold_for_names_too(index: Index) -> None:
    assert "cdn" not in ids(index.search("cdn", kind="tradeoff"))
    assert index.search("cdn", kind="lab").match == "none"
    planned = next(step for step in index.steps if step != "caching")
    assert index.search("cdn", step=planned).match == "none"


def test_filters_agree_with_the_unfiltered_cosines(index: Index) -> None:
    query = "copies expire all at once"
    every = {hit.id: hit.cosine for hit in index.search(query, limit=100).hits}
    for hit in index.search(query, kind="concept", limit=100).hits:
        assert every.get(hit.id, hit.cosine) == hit.cosine


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_no_more_hits_than_asked_for(index: Index, limit: int) -> None:
    whole = ids(index.search("cache", limit=1000))
    assert ids(index.search("cache", limit=limit)) == whole[:limit]


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [({"kind": "book"}, "concept"), ({"step": "nowhere"}, "caching"), ({"level": "hard"}, "core"), ({"limit": 0}, "1")],
)
def test_an_unknown_filter_names_the_known_ones(index: Index, wrong: dict[str, str], hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        index.search("cache", **wrong)
    assert hint in caught.value.hint
    assert f"--{next(iter(wrong))}" == caught.value.where


HOSTILE = [
    'a" OR "b',
    '"',
    "'; drop table words; --",
    "cache NEAR(key, 3)",
    "title : cache",
    "cache*",
    "^cache",
    "-cache",
    "cache AND",
    "(cache",
    "{title body}: cache",
    "NOT cache",
    "cache\0key",
    "\0",
    "\ud800 cache",
    "🔥🔥🔥",
    "cache 🔥",
    "\u202ecache",
    "ذاكرة التخزين المؤقت",
    "キャッシュの無効化",
    "[CLS] [SEP] cache [MASK]",
    "\x1b[31mcache",
    "a" * 100_000,
    "cache " * 20_000,
    "x1y2z3 " * 15_000,
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_read_as_syntax_or_breaks_the_search(index: Index, query: str) -> None:
    result = index.search(query)
    assert result.match in ("good", "weak", "none")
    result.query.encode("utf-8")
    assert index.search("cdn").hits[0].id == "cdn"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120) | st.lists(st.sampled_from(['"', "cache", "OR", "NEAR", "(", ")", "*", ":", "title", "-", "\0", "'", ";"])).map(" ".join))  # fmt: skip
def test_any_text_is_answered_the_same_way_twice(index: Index, query: str) -> None:
    assert index.search(query) == index.search(query)


@pytest.mark.parametrize("query", ["", " ", "\n\t", "?!", "🔥", "\0"])
def test_a_query_without_a_word_finds_nothing(index: Index, query: str) -> None:
    result = index.search(query)
    assert (result.match, result.hits, result.searched_for) == ("none", (), query)


def test_threads_may_share_an_index(index: Index) -> None:
    queries = [query for query, _ in OWN_WORDS[:6]]
    alone = {query: index.search(query) for query in queries}
    together: list[Result] = []
    threads = [
        threading.Thread(target=lambda q=query: together.extend(index.search(q) for _ in range(5))) for query in queries
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(together) == 5 * len(queries)
    assert all(result == alone[result.query] for result in together)
