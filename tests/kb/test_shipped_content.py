"""The content that is shipped: it keeps every rule, and its cards and texts stay short."""

from __future__ import annotations

from itertools import chain
from statistics import median

import pytest

from engine.cards import Deck, derive
from kb.content import Library
from kb.coverage import coverage
from kb.links import contrast_pairs
from kb.lint import lint_library
from kb.lint.texts import citations, prose, sentences, words
from kb.problems import Problem
from kb.roots import Roots

FINISHED = [
    "networking-http",
    "databases-storage",
    "caching",
    "load-balancing",
    "apis-communication",
    "scalability-patterns",
    "asynchronous-communication",
]
"""Steps that are written in full, and stay so."""


@pytest.fixture(scope="module")
def deck(shipped: Library) -> Deck:
    return derive(shipped)


@pytest.fixture(scope="module")
def problems(shipped: Library) -> list[Problem]:
    return lint_library(shipped)


def test_no_rule_is_broken(problems: list[Problem]) -> None:
    assert [str(p) for p in problems if p.severity == "error"] == []


def test_only_links_to_what_is_planned_are_warned_of(problems: list[Problem]) -> None:
    assert [str(p) for p in problems if p.rule != "broken-link"] == []


def test_no_answer_of_a_card_is_longer_than_300_characters(deck: Deck) -> None:
    assert {card.id: len(card.answer) for card in deck.cards.values() if len(card.answer) > 300} == {}


def test_answers_of_generated_cards_aim_at_120_characters(deck: Deck) -> None:
    lengths = [len(c.answer) for c in deck.cards.values() if c.depth == "essential" and c.kind in ("case", "contrast")]
    assert median(lengths) <= 140


def test_every_card_asks_and_answers_something(deck: Deck) -> None:
    assert [card.id for card in deck.cards.values() if not (card.prompt.strip() and card.answer.strip())] == []


def test_ids_of_cards_name_their_entries_and_no_former_id_is_in_use(shipped: Library, deck: Deck) -> None:
    for card in deck.cards.values():
        pair = card.id.replace("#contrast.", "#").split("#")
        assert card.entry in (pair if card.kind == "contrast" else pair[:1])
        assert card.entry in shipped.entries
    assert not set(deck.renamed) & set(deck.cards)


def test_two_entries_never_make_the_same_card(deck: Deck) -> None:
    assert sum(map(len, deck.by_entry.values())) == len(deck.cards)


def test_a_concept_has_about_four_to_six_essential_cards(shipped: Library, deck: Deck) -> None:
    counts = {concept: len(deck.essential(concept)) for concept in shipped.concepts}
    assert {c: n for c, n in counts.items() if not 2 <= n <= 8} == {}
    assert 2.5 <= sum(counts.values()) / len(counts) <= 6.5


def test_ids_are_unique_over_all_kinds_of_entries(shipped: Library) -> None:
    listed = [entry.id for entry in shipped.entries.values()]
    planned = [t.id for step in shipped.staircase.steps for t in step.tradeoffs]
    concepts = [c.id for step in shipped.staircase.steps for c in step.concepts]
    steps = [step.id for step in shipped.staircase.steps]
    assert len(set(listed)) == len(listed)
    assert len({*planned, *concepts, *steps}) == len(planned) + len(concepts) + len(steps)


def test_the_staircase_lists_the_whole_curriculum(shipped: Library) -> None:
    assert len(shipped.staircase.steps) == 21
    assert len(shipped.planned) == 442


def test_finished_steps_miss_nothing(shipped: Library) -> None:
    for step in coverage(shipped, FINISHED):
        assert step.walk
        assert (step.missing_concepts, step.missing_tradeoffs, step.uncited) == ((), (), ()), step.step


def test_sentences_are_short(shipped: Library) -> None:
    lengths: dict[str, list[int]] = {}
    for file, _, text in prose(shipped):
        lengths.setdefault(file, []).extend(n for s in sentences(text) if (n := len(words(s))))
    assert median(chain.from_iterable(lengths.values())) <= 18
    assert {file: median(found) for file, found in lengths.items() if median(found) > 18} == {}


def test_every_reference_is_cited(shipped: Library) -> None:
    cited = {c.ref for _, _, c in citations(shipped)} | {n.ref for n in shipped.numbers.values()}
    assert set(shipped.references) - cited == set()


def test_every_pair_that_is_easily_confused_has_a_question(shipped: Library) -> None:
    asked = {frozenset((c, q.separates)) for c, qs in shipped.questions.items() for q in qs if q.separates}
    assert {frozenset(pair) for pair in contrast_pairs(shipped)} - asked == set()


def test_titles_of_steps_and_questions_are_as_planned(shipped: Library) -> None:
    for step in shipped.steps.values():
        assert step.title == shipped.stair(step.id).title
    assert set(shipped.questions) == set(shipped.concepts)


def test_nothing_else_lies_in_the_shipped_folders() -> None:
    roots = Roots.find()
    for folder in (roots.concepts, roots.quizzes):
        found = {p.suffix for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
        assert found <= {".yaml", ".py", ".md"}
