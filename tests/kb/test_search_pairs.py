"""Queries for two things: which two they name, and the trade-off that comes first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search import Index, open_index
from kb.search.pairs import two_things


@pytest.fixture(scope="module")
def index(caching_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_HOME", str(tmp_path_factory.mktemp("home")))
        with open_index(caching_root) as found:
            yield found


@pytest.mark.parametrize(
    ("query", "things"),
    [
        ("kafka vs rabbitmq", ("kafka", "rabbitmq")),
        ("Kafka VS. RabbitMQ?", ("Kafka", "RabbitMQ")),
        ("write through versus write behind", ("write through", "write behind")),
        ("polling or push", ("polling", "push")),
        ("should I use sql or nosql?", ("sql", "nosql")),
        ("difference between PUT and POST", ("PUT", "POST")),
        ("what is the difference between a queue and a topic", ("a queue", "a topic")),
        ("compare rest and graphql", ("rest", "graphql")),
        ("rest compared to graphql", ("rest", "graphql")),
        ("push instead of pull", ("push", "pull")),
        ("read / write", ("read", "write")),
        ("publish and subscribe", None),
        ("load balancer vs reverse proxy vs gateway", None),
        ("vs", None),
        ("kafka vs", None),
        ("", None),
        ("a or b " * 100, None),
    ],
)
def test_two_things_are_told_from_a_query(query: str, things: tuple[str, str] | None) -> None:
    assert two_things(query) == things


@pytest.mark.parametrize("form", ["{} vs {}", "{} or {}", "difference between {} and {}", "{} versus {}?"])  # fmt: skip
def test_the_trade_off_of_two_things_comes_first_in_either_order(index: Index, form: str) -> None:
    for one, other in permutations(("write through", "write-behind caching")):
        result = index.search(form.format(one, other), limit=1)
        assert [hit.id for hit in result.hits] == ["write-through-vs-behind"], form
        assert result.match == "good"


def test_every_trade_off_is_found_by_the_titles_of_its_concepts(index: Index, caching) -> None:
    missed = []
    for tradeoff in caching.tradeoffs.values():
        concepts = [side.concept for side in tradeoff.sides if side.concept in caching.concepts]
        for one, other in permutations(concepts, 2):
            query = f"{caching.title(one)} vs {caching.title(other)}"
            if tradeoff.id not in [hit.id for hit in index.search(query, limit=3).hits]:
                missed.append((query, tradeoff.id))
    assert not missed


def test_two_named_things_without_a_trade_off_come_first_themselves(index: Index) -> None:
    result = index.search("CDN vs cache stampede", limit=2)
    assert [hit.id for hit in result.hits] == ["cdn", "cache-stampede"]


def test_only_the_entries_asked_for_are_found(index: Index) -> None:
    result = index.search("thundering herd", only={"cdn", "http-caching"})
    assert {hit.id for hit in result.hits} <= {"cdn", "http-caching"}
    assert index.search("thundering herd", only=()).hits == ()


@given(st.text(max_size=80), st.sampled_from(["vs", "or", "versus", "compared to"]), st.text(max_size=80))
def test_any_text_is_harmless(one: str, word: str, other: str) -> None:
    found = two_things(f"{one} {word} {other}")
    assert found is None or all(part.strip() for part in found)
