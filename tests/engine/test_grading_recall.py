"""Free answers: what counts as saying a point, what as its contrary, and how adversarial answers fare."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.grading import Verdict, grade_recall
from engine.grading.direction import Direction, direction_of
from engine.grading.lexicon import OPPOSITE, SAME
from engine.grading.reading import sentences, stem, wording
from engine.grading.wording import Polarity, find
from engine.memory import Rating

TRIPLES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "recall_triples.yaml").read_text(encoding="utf-8")
)
KINDS = ("right", "inverted", "partial")


@dataclass(frozen=True)
class Point:
    point: str
    any: tuple[str, ...]


def rubric(triple: dict[str, Any]) -> tuple[list[Point], list[Point], list[tuple[str, str]]]:
    def points(name: str) -> list[Point]:
        return [Point(item["point"], tuple(item["any"])) for item in triple.get(name, [])]

    return points("must"), points("must_not"), [(a, b) for a, b in triple.get("direction", [])]


def says(text: str, answer: str) -> str:
    """How an answer stands to a wording: "says", "denies" or "silent"."""
    matches = [m for sentence in sentences(answer) if (m := find(wording(text), sentence, {}))]
    for polarity in Polarity:
        if any(m.polarity is polarity for m in matches):
            return polarity.value
    return "silent"


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("service recovers", "The service recovers after a minute.", "says"),
        ("service recovers", "The service does not recover.", "denies"),
        ("service recovers", "The service can't recover by itself.", "denies"),
        ("service recovers", "The service never recovers.", "denies"),
        ("service does not recover", "The service recovers.", "denies"),
        ("service does not recover", "The service won't recover.", "says"),
        ("service recovers", "It isn't true that the service recovers.", "denies"),
        ("service does not recover", "It is wrong to say that the service does not recover.", "denies"),
        ("service does not recover", "It is not true that the service recovers.", "says"),
        ("service recovers", "It is not true that the client waits, but the service recovers.", "says"),
        ("service recovers", "The client waits.", "silent"),
        ("service recovers", "", "silent"),
        ("load increases", "The load goes up: it increases a lot.", "says"),
        ("load increases", "The load decreases.", "denies"),
        ("load increases", "The load on it does not increase.", "denies"),
        ("load increases", "The load grew.", "says"),
        ("no user waits", "Users do not wait.", "says"),
        ("no user waits", "Users wait.", "denies"),
        ("nobody waits", "nobody has to wait", "says"),
        ("key is absent", "The key does not exist.", "says"),
        ("key is absent", "The key exists.", "denies"),
        ("old value stays", "While the load is not high, the old value stays.", "says"),
        ("requests queue up", "Not only the database is slow, requests queue up too.", "says"),
        ("all requests reach the database", "Instead of all requests reaching the database, one does.", "denies"),
        ("retries multiply the load", "Without a breaker, retries multiply the load.", "says"),
        ("acknowledgement is sent", "The acknowlegdement is sent.", "says"),
        ("writes are asynchronous", "Writes are synchronous.", "denies"),
        ("leader is elected", "A leader is elected but followers vote.", "says"),
        ("lru counts uses", "LRU looks at the time while LFU counts uses.", "silent"),
    ],
)
def test_a_sentence_says_or_denies_a_wording(text: str, answer: str, expected: str) -> None:
    assert says(text, answer) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Commit before you delete.", Direction.FORWARD),
        ("First commit, then delete.", Direction.FORWARD),
        ("After the commit, delete.", Direction.FORWARD),
        ("Delete after the commit.", Direction.FORWARD),
        ("Delete once it is committed.", Direction.FORWARD),
        ("Before you delete, commit.", Direction.FORWARD),
        ("You commit. You delete.", Direction.FORWARD),
        ("The commit causes the delete.", Direction.FORWARD),
        ("The delete is caused by the commit.", Direction.FORWARD),
        ("Delete, because there was a commit.", Direction.FORWARD),
        ("Delete before you commit.", Direction.REVERSED),
        ("First delete, then commit.", Direction.REVERSED),
        ("Commit after the delete.", Direction.REVERSED),
        ("Before the commit, delete.", Direction.REVERSED),
        ("The delete leads to the commit.", Direction.REVERSED),
        ("The commit is caused by the delete.", Direction.REVERSED),
        ("You delete. You commit.", Direction.UNCLEAR),
        ("Delete and commit.", Direction.UNCLEAR),
        ("Delete it.", Direction.UNCLEAR),
        ("", Direction.UNCLEAR),
    ],
)
def test_the_order_of_two_things_is_read_from_the_words_between_them(answer: str, expected: Direction) -> None:
    assert direction_of("commit", "delete", sentences(answer))[0] is expected


MUST = [
    Point("The load is multiplied", ("retries multiply the load", "each retry adds load")),
    Point("The service cannot recover", ("service does not recover", "it stays down")),
]
MUST_NOT = [Point("Retries reduce load", ("retries reduce the load",))]


@pytest.mark.parametrize(
    ("answer", "suggested", "verdicts"),
    [
        ("Retries multiply the load, so the service can't recover.", Rating.GOOD, "right right"),
        ("Retries multiply the load.", Rating.HARD, "right missing"),
        ("Retries multiply the load but the service recovers.", Rating.AGAIN, "right contradicted"),
        ("Retries reduce the load, the service does not recover.", Rating.AGAIN, "contradicted right forbidden"),
        ("No idea.", Rating.AGAIN, "missing missing"),
        ("", Rating.AGAIN, "missing missing"),
    ],
)
def test_a_free_answer_is_held_to_its_rubric(answer: str, suggested: Rating, verdicts: str) -> None:
    grade = grade_recall(MUST, MUST_NOT, [], answer)
    assert grade.suggested is suggested
    assert [line.verdict.value for line in grade.evidence] == verdicts.split()


def test_evidence_quotes_the_learners_own_sentence_and_the_wording_that_it_met() -> None:
    grade = grade_recall(
        MUST, MUST_NOT, [], "I think this: Every Retry adds load!  The service, of course, can't recover."
    )
    first, second = grade.evidence
    assert first.quote == "I think this: Every Retry adds load!"
    assert first.wording == "each retry adds load"
    assert second.quote == "The service, of course, can't recover."
    assert (first.index, second.index) == (0, 1)


@pytest.mark.parametrize(
    ("answer", "suggested", "verdict"),
    [
        ("Commit the row, then delete the key.", Rating.GOOD, Verdict.RIGHT),
        ("Delete the key, then commit the row.", Rating.AGAIN, Verdict.REVERSED),
        ("Delete the key and commit the row.", Rating.HARD, Verdict.UNCLEAR),
    ],
)
def test_the_wrong_order_is_never_good(answer: str, suggested: Rating, verdict: Verdict) -> None:
    must = [Point("commit", ("commit the row",)), Point("delete", ("delete the key",))]
    grade = grade_recall(must, [], [("commit", "delete")], answer)
    assert grade.suggested is suggested
    assert grade.evidence[-1].verdict is verdict


def test_a_direction_that_is_not_spoken_of_leaves_no_evidence() -> None:
    assert len(grade_recall(MUST, [], [("commit", "delete")], "Each retry adds load; it stays down.").evidence) == 2


def outcomes() -> dict[tuple[str, str], Counter[Rating]]:
    table: dict[tuple[str, str], Counter[Rating]] = {}
    for triple in TRIPLES:
        for kind in KINDS:
            suggested = grade_recall(*rubric(triple), triple[kind]).suggested
            assert suggested is not None
            table.setdefault((triple["split"], kind), Counter())[suggested] += 1
    return table


def test_adversarial_answers_are_not_called_good_and_most_paraphrases_are() -> None:
    table = outcomes()
    for kind in KINDS:
        for split in ("tune", "held"):
            counts = table[split, kind]
            print(f"{split} {kind:9}", {rating.name: counts[rating] for rating in Rating}, "of", counts.total())
    for split in ("tune", "held"):
        good = {kind: table[split, kind][Rating.GOOD] / table[split, kind].total() for kind in KINDS}
        assert good["inverted"] <= 0.05
        assert good["right"] >= 0.60
        assert good["partial"] <= 0.10


def test_there_are_enough_triples_and_each_is_complete() -> None:
    assert len(TRIPLES) >= 30
    assert len({triple["id"] for triple in TRIPLES}) == len(TRIPLES)
    for triple in TRIPLES:
        assert all(triple[kind].strip() for kind in KINDS)
        assert triple["must"]


@pytest.mark.parametrize("triple", TRIPLES, ids=lambda triple: triple["id"])
def test_every_wording_of_a_rubric_makes_its_own_point(triple: dict[str, Any]) -> None:
    must, must_not, _ = rubric(triple)
    for point in must:
        for text in point.any:
            assert grade_recall([point], [], [], text.capitalize() + ".").suggested is Rating.GOOD, text
    for mistake in must_not:
        for text in mistake.any:
            assert grade_recall(must, [mistake], [], text).suggested is Rating.AGAIN, text


@pytest.mark.parametrize("triple", TRIPLES, ids=lambda triple: triple["id"])
@pytest.mark.parametrize("denial", ["It is not true that", "It is wrong to say that", "That doesn't mean that"])
def test_denying_every_point_is_never_good(triple: dict[str, Any], denial: str) -> None:
    must, must_not, direction = rubric(triple)
    answer = " ".join(f"{denial} {point.any[0]}." for point in must)
    assert grade_recall(must, must_not, direction, answer).suggested is Rating.AGAIN


@given(st.text(max_size=300))
def test_any_text_is_an_answer(text: str) -> None:
    grade = grade_recall(*rubric(TRIPLES[0]), text)
    assert 0 <= grade.score <= 1
    assert grade.suggested is not Rating.EASY
    assert all(line.quote in text for line in grade.evidence)


@pytest.mark.parametrize(
    "forms",
    [
        "expire expires expired expiring expiration expirations expiry",
        "query queries queried",
        "evict evicts evicted evicting eviction",
        "write writes writing",
        "stop stops stopped stopping",
        "miss misses missed missing",
        "replicate replicates replicated replication replicating",
        "copy copies copied",
        "lag lags lagged lagging",
        "certain certainly",
        "commit commits committed",
        "cache caches cached caching",
    ],
)
def test_inflected_forms_share_a_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("user", "use"), ("status", "state"), ("process", "proceed"), ("bus", "bu")]
)
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_no_word_is_its_own_opposite() -> None:
    for one, other in OPPOSITE:
        assert not set(SAME[one].split()) & set(SAME[other].split()), (one, other)
