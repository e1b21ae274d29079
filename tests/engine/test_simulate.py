from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.cards import derive
from engine.events import Event, Review
from engine.memory import MemoryState
from engine.models import model_of
from engine.progress import CardProgress
from engine.schedule import CardState, Policy
from engine.simulate import (
    ENOUGH,
    RETENTIONS,
    USUAL,
    Begun,
    Plan,
    begun_cards,
    compare,
    habits_of,
    simulate,
    staircase_of,
)

POLICY = Policy()
TODAY = 20778


def seen(count: int, seed: int = 1) -> list[Begun]:
    rng = random.Random(seed)
    return [
        Begun(
            MemoryState(rng.uniform(2, 60), rng.uniform(2, 9)), TODAY - rng.randint(1, 20), TODAY + rng.randint(-3, 30)
        )
        for _ in range(count)
    ]


def test_the_same_seed_plays_the_same_days_and_another_one_others() -> None:
    plan = Plan(60, 200, 5)
    assert simulate(seen(100), plan, POLICY, TODAY) == simulate(seen(100), plan, POLICY, TODAY)
    assert simulate(seen(100), plan, POLICY, TODAY, seed=2) != simulate(seen(100), plan, POLICY, TODAY)


@pytest.mark.parametrize("desired", [0.8, 0.9, 0.95])
def test_right_answers_come_as_often_as_was_asked_for(desired: float) -> None:
    course = simulate([], Plan(250, 800, 10), Policy(desired_retention=desired))
    assert course.right == pytest.approx(desired, abs=0.03)


def test_whole_days_are_too_long_for_what_fsrs_7_would_ask_within_the_day() -> None:
    """One of the reasons why it is not the default: after a lapse it wants to ask within hours, and tomorrow is the soonest that we do."""
    course = simulate([], Plan(250, 800, 10), Policy(model=model_of("fsrs7")))
    assert course.right is not None
    assert 0.75 < course.right < 0.88


def test_more_retention_costs_more_reviews_and_keeps_more() -> None:
    courses = compare(seen(300), Plan(120, 600, 10), POLICY, TODAY)
    assert [c.desired_retention for c in courses] == list(RETENTIONS)
    assert courses[-1].mean_reviews > 1.5 * courses[0].mean_reviews
    assert courses[-1].known > courses[0].known
    assert [c.right for c in courses] == sorted(c.right or 0 for c in courses)


def test_new_cards_are_begun_at_the_pace_of_the_plan() -> None:
    course = simulate([], Plan(10, 32, 10), POLICY)
    assert course.new == (10, 10, 10, 2, 0, 0, 0, 0, 0, 0)
    assert course.begun_by == 4
    assert simulate([], Plan(3, 32, 10), POLICY).begun_by is None
    nothing = simulate([], Plan(5, 0, 10), POLICY)
    assert (nothing.begun_by, nothing.learned_by, nothing.right, nothing.known) == (0, 0, None, 0)
    assert nothing.reviews == (0,) * 5


def test_all_is_learned_some_days_after_the_last_card_was_begun() -> None:
    course = simulate([], Plan(120, 100, 10), POLICY)
    assert course.begun_by == 10
    assert course.learned_by is not None
    assert 11 <= course.learned_by <= 40


def test_no_day_has_more_reviews_than_the_limit_and_the_rest_waits() -> None:
    plan = Plan(30, 0, 0, reviews_per_day=10)
    course = simulate([replace(card, due_day=TODAY) for card in seen(100)], plan, POLICY, TODAY)
    # A forgotten card is asked once more on the same day.
    assert max(course.reviews) <= 20
    assert all(course.reviews[:9])


def test_overdue_cards_come_on_the_first_day_and_later_ones_on_theirs() -> None:
    cards = [Begun(MemoryState(1000, 5), TODAY - 5, TODAY - 3), Begun(MemoryState(1000, 5), TODAY - 5, TODAY + 4)]
    course = simulate(cards, Plan(6, 0, 0), POLICY, TODAY)
    assert course.reviews == (1, 0, 0, 0, 1, 0)


def test_minutes_are_those_of_the_habits() -> None:
    course = simulate([], Plan(1, 4, 4), POLICY, habits=replace(USUAL, first=(0, 0, 1, 0), new_seconds=60))
    assert course.minutes == (4.0,)


def reviewed(number: int, day: int, rating: int, seconds: float, card: str) -> Event:
    at = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(days=day, seconds=number)
    return Event(f"{number:05}", "me", "d", number, at, 0, day, "review", card, {}, Review(rating, int(seconds * 1000)))


def test_habits_are_the_learner_s_own_once_there_are_enough_answers() -> None:
    log = [reviewed(i, 1, 1 if i % 2 else 3, 40, f"c{i}") for i in range(ENOUGH)]
    log += [reviewed(1000 + i, 5, 2 if i % 5 == 0 else 3, 10, f"c{i}") for i in range(ENOUGH)]
    found = habits_of(log)
    assert found.first == (0.5, 0, 0.5, 0)
    assert found.right == (0.2, 0.8, 0)
    assert (found.new_seconds, found.right_seconds) == (40, 10)
    assert found.wrong_seconds == USUAL.wrong_seconds
    assert habits_of(log[: ENOUGH - 1]) == habits_of([]) == USUAL


def test_an_answer_left_open_over_lunch_counts_five_minutes() -> None:
    log = [reviewed(i, 1, 3, 3600, f"c{i}") for i in range(ENOUGH)]
    assert habits_of(log).new_seconds == 300


def test_cards_put_aside_do_not_come_back() -> None:
    state = CardState("a", MemoryState(5, 5), 2, 0, 1, 4, 9)
    cards = [
        CardProgress("a", state),
        CardProgress("b", state, suspended=True),
        CardProgress("c", state, known=True),
        CardProgress("d"),
    ]
    assert begun_cards(cards) == [Begun(state.memory, 4, 9, False)]


def test_the_staircase_counts_what_is_written_and_estimates_the_rest(small) -> None:
    library = small()
    deck = derive(library)
    found = staircase_of(library, deck)
    assert (found.concepts, found.steps) == (4, 2)
    concepts = [entry for entry in deck.by_entry if entry in library.concepts]
    assert found.per_concept == sum(len(deck.essential(e)) for e in concepts) / len(concepts)
    expected = found.concepts * found.per_concept + found.tradeoffs * found.per_tradeoff + found.steps * found.per_step
    assert found.cards == round(expected)
    assert 0 < found.written <= found.entries


def test_the_shipped_staircase_is_climbed_in_about_five_months_at_fifteen_cards_a_day(shipped) -> None:
    whole = staircase_of(shipped, derive(shipped))
    course = simulate([], Plan(240, whole.cards, 15), POLICY)
    assert course.begun_by is not None
    assert course.begun_by / 30.4 < 6
