"""Misspelt words are mended, others are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.lexical import Known, terms
from kb.search.typos import mended

LIBRARY = {
    "cache": Known(90, naming=True),
    "herd": Known(1, naming=True),
    "hard": Known(20, naming=False),
    "eviction": Known(12, naming=True),
    "invalidation": Known(30, naming=True),
    "stampede": Known(9, naming=True),
    "replication": Known(4, naming=False),
    "replicate": Known(9, naming=False),
    "report": Known(40, naming=False),
    "removes": Known(8, naming=False),
    "trends": Known(3, naming=False),
    "came": Known(7, naming=False),
}


def mend(query: str) -> str:
    def between(shortest: int, longest: int) -> dict[str, Known]:
        return {word: known for word, known in LIBRARY.items() if shortest <= len(word) <= longest}

    return mended(query, terms(query), LIBRARY.__contains__, between)


@pytest.mark.parametrize(
    ("query", "searched_for"),
    [
        ("cache invaldation", "cache invalidation"),
        ("Cache INVALIDATOIN!", "Cache invalidation!"),
        ("thundering hurd", "thundering herd"),
        ("stampeed of readers", "stampede of readers"),
        ("evicton, evicton", "eviction, eviction"),
        ("replicaton", "replication"),
    ],
)
def test_a_misspelt_word_becomes_one_of_the_library(query: str, searched_for: str) -> None:
    assert mend(query) == searched_for


@pytest.mark.parametrize(
    "query",
    [
        "cache invalidation",
        "a promise never resolves",  # an inflection of a word that the model knows
        "ten trendy technologies",
        "mx and cname records",  # short: would become "came"
        "secrets in the git repo",  # shorter than "report" by two
        "sha256 of k8s",  # letters and digits
        "abc def",
        "кэш кеша",
        "",
    ],
)
def test_what_is_rare_but_right_stays(query: str) -> None:
    assert mend(query) == query


@given(st.text(max_size=200))
def test_any_text_can_be_mended_and_what_was_mended_stays(query: str) -> None:
    once = mend(query)
    assert mend(once) == once


def test_a_text_of_many_unknown_words_is_no_misspelt_query() -> None:
    query = " ".join(f"evicton{'abcdefghijklmnop'[i] * 2}n" for i in range(16)) + " evicton"
    assert mend(query) == query
