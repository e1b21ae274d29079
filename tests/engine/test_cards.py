from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.cards import Card, Deck, derive
from kb.content import Library

Files = dict[str, Any]
Build = Callable[..., Library]

NEAR = "concepts/caching/near-copy.yaml"
QUIZ = "quizzes/caching/near-copy.yaml"


def of_concept(name: str) -> list[tuple[str, str, str]]:
    """What every concept of the small library has after its symptom, questions and contrasts."""
    return [
        (f"{name}#use.many-reads", "use", "more"),
        (f"{name}#avoid.few-reads", "avoid", "more"),
        (f"{name}#pitfall.no-bound", "pitfall", "more"),
    ]


def off(name: str) -> list[tuple[str, str, str]]:
    return [(f"{name}#meaning", "meaning", "off"), (f"{name}#term", "term", "off")]


TABLE = [
    ("near-copy#symptom", "symptom", "essential"),
    ("near-copy#q.pick-one", "q", "essential"),
    ("near-copy#q.pick-some", "q", "more"),
    ("near-copy#q.fill-gaps", "q", "more"),
    ("near-copy#q.put-in-order", "q", "more"),
    ("near-copy#q.bring-together", "q", "more"),
    ("near-copy#q.work-out", "q", "more"),
    ("near-copy#q.say-it", "q", "more"),
    ("near-copy#q.find-out", "q", "more"),
    ("near-copy#q.tell-why", "q", "more"),
    *of_concept("near-copy"),
    ("near-copy#number.local-read", "number", "more"),
    ("near-copy#diagram.r", "diagram", "more"),
    ("near-copy#diagram.c", "diagram", "more"),
    *off("near-copy"),
    ("near-or-aside#case.case-a", "case", "essential"),
    ("near-or-aside#case.case-b", "case", "essential"),
    ("near-or-aside#case.case-c", "case", "essential"),
    ("aside-copy#symptom", "symptom", "essential"),
    ("aside-copy#contrast.near-copy", "contrast", "essential"),
    *of_concept("aside-copy"),
    *off("aside-copy"),
    ("tiny-copy#symptom", "symptom", "essential"),
    ("aside-copy#contrast.tiny-copy", "contrast", "essential"),
    *of_concept("tiny-copy"),
    *off("tiny-copy"),
    ("caching#phase.foundation", "phase", "essential"),
    ("caching#phase.deconstruction", "phase", "essential"),
    ("caching#phase.synthesis", "phase", "essential"),
    ("caching#phase.capstone", "phase", "essential"),
    ("work-queue#symptom", "symptom", "essential"),
    *of_concept("work-queue"),
    *off("work-queue"),
]


def test_every_card_has_the_id_kind_and_depth_of_the_specification_in_study_order(small: Build) -> None:
    deck = derive(small())
    assert [(c.id, c.kind, c.depth) for c in deck.cards.values()] == TABLE
    assert all(card_id == card.id for card_id, card in deck.cards.items())


def test_a_contrast_names_both_in_the_order_of_the_alphabet_and_belongs_to_the_later_concept(small: Build) -> None:
    cards = derive(small()).cards
    assert cards["aside-copy#contrast.near-copy"].entry == "aside-copy"
    assert cards["aside-copy#contrast.tiny-copy"].entry == "tiny-copy"


def test_the_deck_knows_the_cards_of_an_entry_and_those_that_everybody_gets(small: Build) -> None:
    deck = derive(small())
    assert [c for ids in deck.by_entry.values() for c in ids] == [row[0] for row in TABLE]
    assert deck.essential("near-copy") == ("near-copy#symptom", "near-copy#q.pick-one")
    assert deck.essential("tiny-copy") == ("tiny-copy#symptom", "aside-copy#contrast.tiny-copy")
    assert deck.essential("near-or-aside") == tuple(f"near-or-aside#case.case-{letter}" for letter in "abc")
    assert deck.essential("nothing-of-that-name") == ()


def test_nothing_was_renamed_in_a_library_without_former_ids(small: Build) -> None:
    assert derive(small()).renamed == {}


def rename_entry(files: Files) -> None:
    entry = files.pop(NEAR) | {"id": "close-copy", "formerly": ["near-copy"]}
    files["concepts/caching/close-copy.yaml"] = entry
    files["concepts/staircase.yaml"]["steps"][0]["concepts"][0]["id"] = "close-copy"
    quiz = files.pop(QUIZ)
    files["quizzes/caching/close-copy.yaml"] = quiz | {"concept": "close-copy"}
    files["concepts/caching/aside-copy.yaml"]["links"] = {
        "requires": ["close-copy"],
        "contrasts_with": [{"id": "close-copy", "difference": "Who fills it."}],
    }
    tradeoff = files["concepts/caching/tradeoffs/near-or-aside.yaml"]
    tradeoff["sides"][0]["concept"] = "close-copy"
    tradeoff["links"] = {"requires": ["close-copy"]}


def rename_items(files: Files) -> None:
    files[NEAR]["pitfalls"][0].update(key="unbounded", formerly=["no-bound"])
    files[NEAR]["use_when"][0].update(key="read-mostly", formerly=["many-reads"])
    files["concepts/caching/tradeoffs/near-or-aside.yaml"]["cases"][0].update(key="case-z", formerly=["case-a"])


def rename_question(files: Files) -> None:
    files[QUIZ]["questions"][0].update(id="choose", formerly=["pick-one"])


@pytest.mark.parametrize(
    ("change", "renamed"),
    [
        (rename_question, {"near-copy#q.pick-one": "near-copy#q.choose"}),
        (
            rename_items,
            {
                "near-copy#pitfall.no-bound": "near-copy#pitfall.unbounded",
                "near-copy#use.many-reads": "near-copy#use.read-mostly",
                "near-or-aside#case.case-a": "near-or-aside#case.case-z",
            },
        ),
        (
            rename_entry,
            {row[0]: row[0].replace("near-copy", "close-copy") for row in TABLE if "near-copy" in row[0]},
        ),
    ],
    ids=["question", "item", "entry"],
)
def test_former_ids_of_entries_items_and_questions_lead_to_the_card_of_today(
    small: Build, change: Callable[[Files], None], renamed: dict[str, str]
) -> None:
    before, after = derive(small()), derive(small(change))
    assert after.renamed == renamed
    assert set(after.renamed) == set(before.cards) - set(after.cards)


def test_an_id_that_was_given_to_another_card_is_not_taken_from_it(small: Build) -> None:
    def change(files: Files) -> None:
        files[NEAR]["pitfalls"][0].update(key="unbounded", formerly=["no-bound"])
        files[NEAR]["pitfalls"].append({"key": "no-bound", "trap": "A new trap.", "instead": "Avoid it."})

    deck = derive(small(change))
    assert "near-copy#pitfall.no-bound" not in deck.renamed


def test_the_first_id_outlives_every_renaming_in_any_order(small: Build) -> None:
    def entry_then_item(files: Files) -> None:
        rename_entry(files)
        files["concepts/caching/close-copy.yaml"]["pitfalls"][0].update(key="unbounded", formerly=["no-bound"])

    def twice(files: Files) -> None:
        entry_then_item(files)
        files["concepts/caching/close-copy.yaml"]["pitfalls"][0].update(
            key="endless", formerly=["no-bound", "unbounded"]
        )

    def first_ids(deck: Deck) -> set[str]:
        return {card.first_id for card in deck.cards.values()}

    original = first_ids(derive(small()))
    for change in (rename_question, rename_items, rename_entry, entry_then_item, twice):
        renamed = first_ids(derive(small(change)))
        assert renamed == original, change.__name__


def hashes(library: Library) -> dict[str, str]:
    return {card.id: card.text_hash for card in derive(library).cards.values()}


def test_the_hash_of_a_card_changes_with_its_own_text_only(small: Build) -> None:
    def change(files: Files) -> None:
        files[NEAR]["pitfalls"][0]["instead"] = "Bound it by entries."
        files[NEAR]["mechanism"] = "Told in other words."
        files[QUIZ]["questions"][0]["options"] = [
            {"text": "the right one"},
            {"text": "a wrong one", "why_not": "It is slower."},
            {"text": "a new wrong one", "why_not": "It is dearer."},
        ]

    before, after = hashes(small()), hashes(small(change))
    assert {i for i in before if before[i] != after[i]} == {"near-copy#pitfall.no-bound", "near-copy#q.pick-one"}


def test_the_hash_of_a_card_does_not_change_with_its_id_or_its_depth(small: Build) -> None:
    def change(files: Files) -> None:
        rename_items(files)
        files[NEAR]["level"] = "advanced"

    before, after = derive(small()), derive(small(change))
    for old, today in after.renamed.items():
        if ".case" not in old and "#use" not in old:  # the key of a use is the cue that its card shows
            assert before.cards[old].text_hash == after.cards[today].text_hash


def test_no_shipped_answer_is_longer_than_300_characters(shipped: Library) -> None:
    def answered(card: Card) -> str:
        return "" if card.question else card.answer

    assert [card.id for card in derive(shipped).cards.values() if len(answered(card)) > 300] == []


def test_shipped_essential_cards_are_few(shipped: Library) -> None:
    deck = derive(shipped)
    for concept in shipped.concepts:
        assert 2 <= len(deck.essential(concept)) <= 8, concept
