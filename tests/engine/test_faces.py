from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cards import Card, derive
from engine.faces import Face, drawn, face_of
from kb.content import Library
from kb.expression import evaluate
from kb.models import (
    Choice,
    Cloze,
    DiagnoseChoice,
    DiagnoseRecall,
    Estimate,
    Match,
    Multi,
    Order,
    Recall,
)
from kb.models.question import Input

Build = Callable[..., Library]


@pytest.fixture
def cards(small: Build) -> dict[str, Card]:
    return derive(small()).cards


def question(cards: dict[str, Card], name: str) -> Card:
    return cards[f"near-copy#q.{name}"]


def assert_right(card: Card, face: Face) -> None:
    """The solution of a face names exactly the texts that the card's author marked as right."""
    shown = [face.options[i] for i in face.right]
    match card.question:
        case Choice() | DiagnoseChoice() | Multi() as q:
            assert sorted(face.options) == sorted(o.text for o in q.options)
            assert sorted(shown) == sorted(o.text for o in q.options if o.why_not is None)
            assert dict(zip(face.options, face.why_not, strict=True)) == {o.text: o.why_not for o in q.options}
        case Order() as q:
            assert tuple(shown) == q.items
            assert face.because == q.because
        case Match() as q:
            right = dict(zip(face.left, shown, strict=True))
            assert right == {p.left: p.right for p in q.pairs}
        case Cloze() as q:
            assert face.spellings == q.gaps
            assert face.gaps == face.prompt.count("____") == len(q.gaps)
            assert all(spelling in face.answer for spelling, *_ in q.gaps)
            assert "{{" not in face.prompt + face.answer
        case Estimate() as q:
            assert face.value > 0
            assert len(face.givens) == len(q.inputs)
        case Recall() | DiagnoseRecall() as q:
            assert face.answer.splitlines() == [f"- {p.point}" for p in q.must]
        case None if card.choices:
            winner = next(name for name, why_not in card.choices if why_not is None)
            assert shown == [winner]
        case None:
            assert (face.kind, face.answer, face.options) == ("self", card.answer, ())


@pytest.mark.parametrize("repetition", [0, 1, 7])
def test_the_solution_of_every_shipped_card_names_the_right_texts(shipped: Library, repetition: int) -> None:
    for card in derive(shipped).cards.values():
        assert_right(card, face_of(card, repetition))


def test_every_kind_of_question_becomes_its_kind_of_face(cards: dict[str, Card]) -> None:
    kinds = {c.id.rpartition(".")[2]: face_of(c, 0).kind for c in cards.values() if c.kind == "q"}
    assert kinds == {
        "pick-one": "choice",
        "pick-some": "multi",
        "fill-gaps": "cloze",
        "put-in-order": "order",
        "bring-together": "match",
        "work-out": "estimate",
        "say-it": "recall",
        "find-out": "choice",
        "tell-why": "recall",
    }
    assert face_of(cards["near-or-aside#case.case-a"], 0).kind == "choice"
    assert face_of(cards["near-copy#symptom"], 0).kind == "self"


@given(st.integers(0, 10_000))
def test_the_same_card_and_repetition_always_look_the_same(repetition: int) -> None:
    card = Card("a#case.b", "a", "case", "essential", "Which?", "This.", choices=tuple((c, None) for c in "abcde"))
    assert face_of(card, repetition) == face_of(card, repetition)


@pytest.mark.parametrize("name", ["pick-one", "pick-some", "put-in-order", "bring-together"])
def test_the_order_of_the_options_differs_over_repetitions(cards: dict[str, Card], name: str) -> None:
    orders = {face_of(question(cards, name), repetition).options for repetition in range(30)}
    assert len(orders) >= 5  # of 3! or more


def test_the_right_option_stands_in_every_place_about_as_often(cards: dict[str, Card]) -> None:
    places = [face_of(question(cards, "pick-one"), repetition).right[0] for repetition in range(600)]
    assert all(150 <= places.count(place) <= 250 for place in range(3))


def test_two_cards_with_the_same_options_are_shuffled_apart(cards: dict[str, Card]) -> None:
    pair = [
        [face_of(question(cards, name), repetition).options for repetition in range(20)]
        for name in ("pick-one", "find-out")
    ]
    assert pair[0] != pair[1]


def test_fixed_options_keep_their_order(small: Build) -> None:
    def change(files: dict[str, dict[str, list[dict[str, object]]]]) -> None:
        files["quizzes/caching/near-copy.yaml"]["questions"][0]["fixed"] = True

    card = derive(small(change)).cards["near-copy#q.pick-one"]
    assert {face_of(card, repetition).options for repetition in range(10)} == {
        ("the right one", "a wrong one", "another wrong one")
    }


def test_an_estimate_is_worked_out_from_the_givens_that_are_shown(cards: dict[str, Card]) -> None:
    card = question(cards, "work-out")
    values = set()
    for repetition in range(20):
        face = face_of(card, repetition)
        assert face.givens[0] == "reads: 200 /s"
        share = float(face.givens[1].removeprefix("share of misses: "))
        assert 0.1 <= share <= 0.9
        assert face.value == pytest.approx(200 * share)
        values.add(face.value)
    assert len(values) > 5


def test_every_shipped_estimate_can_be_worked_out_from_what_is_shown(shipped: Library) -> None:
    estimates = [c for c in derive(shipped).cards.values() if isinstance(c.question, Estimate)]
    assert estimates
    for card in estimates:
        assert isinstance(card.question, Estimate)
        face = face_of(card, 0)
        givens = {}
        for (name, declared), line in zip(card.question.inputs.items(), face.givens, strict=True):
            number = line.removeprefix(f"{declared.label}: ").removesuffix(declared.unit).strip()
            givens[name] = float(number.replace(",", ""))
        assert evaluate(card.question.derive, givens) == pytest.approx(face.value, rel=1e-4), card.id


@given(low=st.floats(0.001, 1e6), width=st.floats(0, 1e6), seed=st.integers())
def test_a_drawn_value_has_two_digits_and_stays_near_its_range(low: float, width: float, seed: int) -> None:
    value = drawn(Input(label="x", unit="", low=low, high=low + width), Random(seed))
    assert float(f"{value:.2g}") == value
    assert low * 0.94 <= value <= (low + width) * 1.06


def test_the_solution_is_not_in_what_a_screen_prints_for_debugging(cards: dict[str, Card]) -> None:
    shown = repr(face_of(question(cards, "fill-gaps"), 0))
    assert "close" not in shown


def test_every_kind_of_face_says_how_it_is_answered(cards: dict[str, Card]) -> None:
    assert all(face_of(card, 0).instruction for card in cards.values())
