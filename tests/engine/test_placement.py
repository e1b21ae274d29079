from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.mastery import requirements
from engine.placement import QUESTIONS, Placement, placement
from kb.content import Library

CHAIN = {"a": (), "b": ("a",), "c": ("b",), "d": ("c",), "e": ("d",), "f": ("e",), "g": ("f",)}


def played(begun: Placement, knows: set[str]) -> Placement:
    while (concept := begun.next()) is not None:
        begun = begun.answered(concept, concept in knows)
    return begun


def test_a_right_answer_marks_what_it_builds_on_and_a_wrong_one_what_builds_on_it() -> None:
    begun = placement(CHAIN, CHAIN, CHAIN)
    assert begun.answered("c", right=True).known == {"a", "b", "c"}
    assert begun.answered("c", right=False).unknown == {"c", "d", "e", "f", "g"}
    assert begun.answered("c", right=True).open == {"d", "e", "f", "g"}


def test_the_middle_of_a_chain_is_asked_first() -> None:
    assert placement(CHAIN, CHAIN, CHAIN).next() == "d"


@pytest.mark.parametrize("reached", range(8))
def test_a_chain_of_seven_is_settled_by_three_questions(reached: int) -> None:
    knows = set(list(CHAIN)[:reached])
    done = played(placement(CHAIN, CHAIN, CHAIN), knows)
    assert done.known == knows
    assert not done.open
    assert len(done.asked) == 3


def test_what_is_learned_already_is_not_asked() -> None:
    begun = placement(CHAIN, CHAIN, CHAIN, known={"d", "gone"})
    assert begun.known == {"a", "b", "c", "d"}
    assert begun.next() == "f"


def test_a_concept_without_a_question_is_only_concluded() -> None:
    done = played(placement(CHAIN, CHAIN, askable={"b", "f"}), set("abcdef"))
    assert set(done.asked) <= {"b", "f"}
    assert done.known == set("abcdef")
    assert done.open == {"g"}


def test_without_concepts_nothing_is_asked() -> None:
    assert placement((), {}, ()).next() is None


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Graphs without circles: each concept builds on earlier ones."""
    names = [f"c{i}" for i in range(draw(st.integers(1, 25)))]
    return {
        name: tuple(sorted(draw(st.sets(st.sampled_from(names[:i]), max_size=3)))) if i else ()
        for i, name in enumerate(names)
    }


@given(graphs(), st.data())
def test_what_is_concluded_agrees_with_any_learner_who_knows_what_they_build_on(requires, data) -> None:
    begun = placement(requires, requires, requires, most=100)
    knows: set[str] = set()
    for top in data.draw(st.sets(st.sampled_from(sorted(requires)))):
        knows |= begun.below[top] | {top}
    done = played(begun, knows)
    assert done.known == knows
    assert done.unknown == set(requires) - knows
    assert len(done.asked) == len(set(done.asked))


@given(graphs(), st.lists(st.booleans(), min_size=30, max_size=30), st.integers(0, 6))
def test_no_answer_is_taken_back_and_no_more_is_asked_than_wanted(requires, answers, most) -> None:
    begun = placement(requires, requires, requires, most=most)
    for right in answers:
        concept = begun.next()
        if concept is None:
            break
        after = begun.answered(concept, right)
        assert begun.known <= after.known
        assert begun.unknown <= after.unknown
        assert not after.known & after.unknown
        assert len(after.open) < len(begun.open)
        begun = after
    assert len(begun.asked) <= most


def test_a_chain_deeper_than_the_stack_is_no_trouble() -> None:
    deep = {f"c{i}": (f"c{i - 1}",) if i else () for i in range(3000)}
    assert len(placement(reversed(deep), deep, deep).below["c2999"]) == 2999


def test_a_dozen_questions_settle_much_of_what_is_shipped(shipped: Library) -> None:
    requires, order = requirements(shipped), [e for e in shipped.entries if e in shipped.concepts]
    begun = placement(order, requires, order)
    everything, nothing = played(begun, set(order)), played(begun, set())
    assert len(everything.known) > len(order) / 3
    assert len(nothing.unknown) > len(order) / 3
    assert max(len(everything.asked), len(nothing.asked)) <= QUESTIONS
