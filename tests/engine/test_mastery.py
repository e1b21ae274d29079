from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cards import Card, Deck, concepts_of, derive
from engine.mastery import Mastery, Readiness, mastery_of, readiness, requirements, staircase_progress
from engine.memory import MemoryState, Rating
from engine.progress import CardProgress
from engine.schedule import CardState, review
from kb.content import Library
from kb.models import Concept

TODAY = 20778
FOUR = tuple(f"a#q.{i}" for i in range(4))


def deck_of(essential: int, more: int = 0) -> Deck:
    cards = {f"a#q.{i}": Card(f"a#q.{i}", "a", "q", "essential", "?", "!") for i in range(essential)}
    cards |= {f"a#use.{i}": Card(f"a#use.{i}", "a", "use", "more", "?", "!") for i in range(more)}
    return Deck(cards, {"a": tuple(cards)})


def seen(card: str, last: int = TODAY, **more: Any) -> CardProgress:
    marks = {name: more.pop(name) for name in ("suspended", "known") if name in more}
    fields = {
        "memory": MemoryState(10.0, 5.0),
        "reps": 2,
        "lapses": 0,
        "first_day": TODAY - 20,
        "due_day": TODAY,
        **more,
    }
    return CardProgress(card, CardState(card, last_day=last, **fields), **marks)


def mastery(essential: int, *progress: CardProgress, more: int = 0) -> Mastery:
    return mastery_of("a", deck_of(essential, more), {p.card: p for p in progress}, TODAY)


@pytest.mark.parametrize(
    ("essential", "progress", "share", "count"),
    [
        (0, (), 0.0, 0),
        (4, (), 0.0, 0),
        (4, (seen(FOUR[0]),), 0.25, 1),
        (4, tuple(map(seen, FOUR)), 1.0, 4),
        (4, (seen(FOUR[0], TODAY - 10),), 0.9 / 4, 1),
        (2, (seen(FOUR[0], TODAY - 10), seen(FOUR[1])), 0.95, 2),
        (2, (CardProgress(FOUR[0], known=True),), 0.5, 1),
        (2, (CardProgress(FOUR[0], flagged=True),), 0.0, 0),
        (2, (seen(FOUR[0], TODAY + 1),), 0.5, 1),
    ],
)
def test_the_share_is_the_mean_probability_of_recall_and_unseen_cards_count_zero(
    essential: int, progress: tuple[CardProgress, ...], share: float, count: int
) -> None:
    found = mastery(essential, *progress)
    assert found.share == pytest.approx(share)
    assert (found.seen, found.total, found.begun) == (count, essential, count > 0)


def test_cards_that_not_everybody_gets_do_not_count() -> None:
    assert mastery(1, seen("a#use.0", retained=True, longest=99), more=2) == Mastery("a", 0.0, 0, 1, False, 0)


KEPT, FRESH = seen(FOUR[0], retained=True), seen(FOUR[0])


@pytest.mark.parametrize(
    ("essential", "progress", "learned"),
    [
        (0, (), False),
        (1, (), False),
        (1, (FRESH,), False),
        (1, (KEPT,), True),
        (2, (KEPT,), False),
        (2, (KEPT, seen(FOUR[1], retained=True)), True),
        (2, (KEPT, CardProgress(FOUR[1], known=True)), True),
        (1, (CardProgress(FOUR[0], known=True),), True),
        (2, (KEPT, CardProgress(FOUR[1], suspended=True)), True),
        (2, (KEPT, seen(FOUR[1], suspended=True)), True),
        (3, (KEPT, CardProgress(FOUR[1], suspended=True)), False),
        (2, (FRESH, CardProgress(FOUR[1], suspended=True)), False),
        (1, (CardProgress(FOUR[0], suspended=True),), False),
        (1, (seen(FOUR[0], retained=True, suspended=True),), True),
    ],
)
def test_when_an_entry_is_learned(essential: int, progress: tuple[CardProgress, ...], learned: bool) -> None:
    assert mastery(essential, *progress).learned is learned


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(Rating)), max_size=25))
def test_what_was_learned_stays_learned_whatever_is_answered_later(answers: list[tuple[int, Rating]]) -> None:
    state, day, was_learned = None, TODAY, False
    for wait, rating in answers:
        day += wait
        state = review(state, FOUR[0], rating, day)
        learned = mastery_of("a", deck_of(1), {FOUR[0]: CardProgress(FOUR[0], state)}, day).learned
        assert learned >= was_learned
        assert learned or rating is Rating.AGAIN or day == state.first_day
        was_learned = learned


def test_demonstrated_retention_is_the_longest_gap_of_any_essential_card() -> None:
    assert mastery(3, seen(FOUR[0], longest=4), seen(FOUR[1], longest=31)).longest == 31
    assert mastery(2, CardProgress(FOUR[0], known=True)).longest == 0


def of(entry: str, learned: bool = False, seen: int = 0, total: int = 2) -> Mastery:
    return Mastery(entry, 0.0, seen, total, learned, 0)


@pytest.mark.parametrize(
    ("mastery", "overrides", "expected"),
    [
        ([of("x"), of("y")], (), Readiness("a", False, ("x", "y"))),
        ([of("x", True), of("y")], (), Readiness("a", False, ("y",))),
        ([of("x", True), of("y", True)], (), Readiness("a", True, ())),
        ([of("x", True)], (), Readiness("a", True, ())),
        ([of("x", True), of("y", total=0)], (), Readiness("a", True, ())),
        ([of("x"), of("y"), of("a", seen=1)], (), Readiness("a", True, ("x", "y"))),
        ([of("x"), of("y")], ("a",), Readiness("a", True, ("x", "y"))),
        ([of("x"), of("y")], ("x",), Readiness("a", False, ("x", "y"))),
    ],
)
def test_when_an_entry_is_open(mastery: list[Mastery], overrides: tuple[str, ...], expected: Readiness) -> None:
    assert readiness("a", {"a": ("x", "y")}, {m.entry: m for m in mastery}, frozenset(overrides)) == expected


def test_what_needs_nothing_is_open() -> None:
    assert readiness("a", {}, {}) == Readiness("a", True, ())


def test_requirements_name_written_concepts_only(caching: Library) -> None:
    found = requirements(caching)
    assert set(found) == set(caching.entries)
    assert all(need in caching.concepts for needs in found.values() for need in needs)
    for tradeoff in caching.tradeoffs.values():
        assert set(found[tradeoff.id]) == {c for c in concepts_of(tradeoff) if c in caching.concepts}
    for step in caching.steps:
        assert found[step] == tuple(c.id for c in caching.stair(step).concepts if c.id in caching.concepts)


def progress_of(library: Library, cards: dict[str, CardProgress]) -> Any:
    deck = derive(library)
    mastery = {entry: mastery_of(entry, deck, cards, TODAY) for entry in deck.by_entry}
    found = staircase_progress(library, deck, cards, mastery, TODAY)
    assert [s.step for s in found] == [s.id for s in library.staircase.steps]
    return next(s for s in found if s.step == "caching")


def retained(library: Library, *levels: str) -> dict[str, CardProgress]:
    deck = derive(library)
    concepts = [c for c in library.of_step("caching", Concept) if c.level in levels]
    return {card: seen(card, retained=True, due_day=TODAY + 9) for c in concepts for card in deck.essential(c.id)}


def test_an_untouched_step_shows_what_is_there_to_learn(caching: Library) -> None:
    step = progress_of(caching, {})
    deck = derive(caching)
    here = [c for c in deck.cards.values() if caching.step_of[c.entry] == "caching"]
    assert (step.learned, step.begun, step.mastery, step.due, step.solid) == (0, 0, 0.0, 0, False)
    assert step.new == sum(c.depth == "essential" for c in here)
    assert step.concepts == len(caching.stair("caching").concepts)
    assert step.written == sum(c.id in caching.concepts for c in caching.stair("caching").concepts)


def test_a_step_is_solid_when_its_core_concepts_are_learned(caching: Library) -> None:
    core = retained(caching, "core")
    step = progress_of(caching, core)
    assert step.solid
    assert step.learned == step.begun < step.written
    assert 0 < step.mastery < 1
    one_short = dict(list(core.items())[:-1])
    assert not progress_of(caching, one_short).solid


def test_a_step_whose_written_concepts_are_all_learned_is_mastered_in_full(caching: Library) -> None:
    step = progress_of(caching, retained(caching, "core", "advanced"))
    assert step.learned == step.written
    assert step.mastery == pytest.approx(1.0)


def test_due_and_new_leave_out_what_was_put_aside(caching: Library) -> None:
    cards = list(retained(caching, "core"))[:4]
    before = progress_of(caching, {}).new
    step = progress_of(
        caching,
        {
            cards[0]: seen(cards[0]),
            cards[1]: seen(cards[1], suspended=True),
            cards[2]: CardProgress(cards[2], buried_day=TODAY),
            cards[3]: CardProgress(cards[3], known=True),
        },
    )
    assert step.due == 1
    assert step.new == before - 4


def test_a_step_without_content_is_shown_empty_and_never_solid(caching: Library) -> None:
    deck = derive(caching)
    mastery = {entry: mastery_of(entry, deck, {}, TODAY) for entry in deck.by_entry}
    empty = [s for s in staircase_progress(caching, deck, {}, mastery, TODAY) if not s.written]
    assert empty
    assert all(not s.solid and s.concepts > 0 and s.mastery == s.due == s.new == 0 for s in empty)
