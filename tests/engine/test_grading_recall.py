"""Free answers: what counts as saying a point, what as its contrary, and how adversarial answers fare."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.grading import RubricPoint, Verdict, grade_recall
from engine.grading.direction import Direction, direction_of
from engine.grading.lexicon import OPPOSITE, SAME
from engine.grading.reading import sentences, stem, wording
from engine.grading.wording import Polarity, find
from engine.memory import Rating
from kb.content import Library
from kb.models import DiagnoseRecall, Recall

TRIPLES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "recall_triples.yaml").read_text(encoding="utf-8")
)
KINDS = ("right", "inverted", "partial")


OWN = [triple for triple in TRIPLES if "must" in triple]
"""Those that bring their own rubric; the others name a question of the content."""

SOME = OWN[::3]


@dataclass(frozen=True)
class Point:
    point: str
    any: tuple[str, ...]


@cache
def library() -> Library:
    return Library.load()


def written(triple: dict[str, Any]) -> bool:
    """Whether its rubric is there; a question of a concept that is only planned is left out until the concept is written."""
    return "must" in triple or triple["of"].partition("#")[0] in library().entries


def rubric(triple: dict[str, Any]) -> tuple[Sequence[RubricPoint], Sequence[RubricPoint], Sequence[tuple[str, str]]]:
    if "of" in triple:
        concept, _, name = triple["of"].partition("#")
        question = next(q for q in library().questions[concept] if name in (q.id, *q.formerly))
        assert isinstance(question, Recall | DiagnoseRecall)
        return question.must, question.must_not, question.direction

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
        ("service recovers", "Instead, the service recovers.", "says"),
        ("service recovers", "Not true: the service recovers.", "says"),
        ("service recovers", "That the service recovers is not true.", "denies"),
        ("service recovers", "I don't think that the service recovers.", "denies"),
        ("service recovers", "Don't believe the client: the service recovers.", "says"),
        ("service recovers", "The service recovers rather than dying.", "says"),
        ("service recovers", "The service no longer recovers.", "denies"),
        ("few rows", "There are many queries, since a row is wide.", "silent"),
        ("few rows", "There are many rows.", "denies"),
        ("one query", "All readers wait for the query.", "silent"),
        ("leader comes first", "The leader comes last.", "denies"),
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


@pytest.mark.parametrize(
    "answer",
    [
        "Retries multiply the load, so the service can't recover. If retries reduced the load, it would recover.",
        "No: retries multiply the load. Instead of coming back, the service stays down.",
        "Each caller tries again and thereby multiplies the load, hence it stays down.",
    ],
)
def test_what_would_be_and_what_is_refused_counts_neither_as_a_mistake_nor_as_a_denial(answer: str) -> None:
    verdicts = {line.verdict for line in grade_recall(MUST, MUST_NOT, [], answer).evidence}
    assert not verdicts & {Verdict.CONTRADICTED, Verdict.FORBIDDEN}, verdicts


def test_a_point_in_other_words_is_found_by_meaning_and_the_evidence_says_so() -> None:
    slow = [Point("Writes are slower", ("writes are slower", "higher write latency"))]
    evidence = grade_recall(slow, [], [], "Saving a change takes noticeably more time.").evidence[0]
    assert evidence.verdict is Verdict.RIGHT
    assert evidence.by_meaning
    assert not grade_recall(slow, [], [], "A write is slower.").evidence[0].by_meaning


def test_meaning_never_outweighs_a_denial_in_words() -> None:
    point = [Point("Retries multiply the load", ("retries multiply the load",))]
    for answer in ("Retries do not multiply the load.", "It's wrong to say that retries multiply the load."):
        assert grade_recall(point, [], [], answer).evidence[0].verdict is Verdict.CONTRADICTED


def test_two_things_that_change_places_are_not_good_even_without_a_listed_mistake() -> None:
    must = [
        Point("LFU counts how often an entry is used", ("lfu counts uses", "lfu goes by frequency")),
        Point("LRU looks at the time of the last use", ("lru looks at the time", "lru goes by recency")),
    ]
    assert grade_recall(must, [], [], "LFU counts uses, LRU goes by recency.").suggested is Rating.GOOD
    assert grade_recall(must, [], [], "LRU counts uses, LFU goes by recency.").suggested is not Rating.GOOD


def test_one_clause_does_not_make_two_points() -> None:
    must = [
        Point("The application reads the database on a miss", ("on a miss read the database",)),
        Point("It then fills the cache", ("store the result in the cache", "fill the cache")),
    ]
    half = grade_recall(must, [], [], "On a miss the app gets the row from the database.")
    assert half.suggested is Rating.HARD


def test_the_same_answer_always_gets_the_same_grade() -> None:
    triple = OWN[0]
    grades = [grade_recall(*rubric(triple), triple["right"]) for _ in range(2)]
    grade_recall(*rubric(OWN[1]), OWN[1]["right"])
    assert grade_recall(*rubric(triple), triple["right"]) == grades[0] == grades[1]


def test_a_pasted_page_is_graded_as_far_as_it_is_looked_at() -> None:
    page = "The client waits for an answer of the other side. " * 400
    assert (
        grade_recall(MUST, MUST_NOT, [], f"{page} Retries multiply the load. It stays down.").suggested is Rating.GOOD
    )


def test_the_grader_is_imported_without_numpy_and_without_the_model() -> None:
    loaded = "import sys, engine.grading; print([m for m in ('numpy', 'kb.embed', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


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


@pytest.mark.parametrize("split", ["tune", "held"])
def test_adversarial_answers_are_not_called_good_and_most_paraphrases_are(split: str) -> None:
    triples = [triple for triple in TRIPLES if triple["split"] == split and written(triple)]
    good = {}
    for kind in KINDS:
        counts = Counter(grade_recall(*rubric(triple), triple[kind]).suggested for triple in triples)
        good[kind] = counts[Rating.GOOD] / len(triples)
        named = ", ".join(f"{rating.name} {counts[rating]}" for rating in (Rating.GOOD, Rating.HARD, Rating.AGAIN))
        print(f"{split} {kind:9} of {len(triples)}: {named}; Good {good[kind]:.1%}")
    assert good["inverted"] <= 0.05
    assert good["right"] >= 0.60
    assert good["partial"] <= 0.10


def test_half_of_at_least_160_triples_are_held_out_and_each_is_complete() -> None:
    assert len(TRIPLES) >= 160
    assert sum(triple["split"] == "held" for triple in TRIPLES) * 2 >= len(TRIPLES) - 1
    assert len({triple["id"] for triple in TRIPLES}) == len(TRIPLES)
    assert len([t for t in OWN if t["split"] == "held"]) >= 40
    for triple in TRIPLES:
        assert all(triple[kind].strip() for kind in KINDS)
        assert ("must" in triple) != ("of" in triple)


def test_no_right_answer_copies_its_rubric() -> None:
    for triple in filter(written, TRIPLES):
        if triple["split"] == "held":
            must, _, _ = rubric(triple)
            long = [text for point in must for text in point.any if len(text.split()) >= 4]
            copied = [text for text in long if text.casefold() in triple["right"].casefold()]
            assert copied == [], triple["id"]


@pytest.mark.parametrize("triple", SOME, ids=lambda triple: triple["id"])
def test_every_wording_of_a_rubric_makes_its_own_point(triple: dict[str, Any]) -> None:
    must, must_not, _ = rubric(triple)
    for point in must:
        for text in point.any[:2]:
            assert grade_recall([point], [], [], text.capitalize() + ".").suggested is Rating.GOOD, text
    for mistake in must_not:
        for text in mistake.any[:2]:
            assert grade_recall(must, [mistake], [], text).suggested is Rating.AGAIN, text


@pytest.mark.parametrize("triple", SOME, ids=lambda triple: triple["id"])
@pytest.mark.parametrize("denial", ["It is not true that", "It is wrong to say that", "That doesn't mean that"])
def test_denying_every_point_is_never_good(triple: dict[str, Any], denial: str) -> None:
    must, must_not, direction = rubric(triple)
    answer = " ".join(f"{denial} {point.any[0]}." for point in must)
    assert grade_recall(must, must_not, direction, answer).suggested is Rating.AGAIN


@settings(deadline=None)  # the first answer loads the model
@given(st.text(max_size=300))
def test_any_text_is_an_answer(text: str) -> None:
    grade = grade_recall(*rubric(OWN[0]), text)
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
