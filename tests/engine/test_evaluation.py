from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from itertools import product

import fsrs_rs_python
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation import (
    CONFIDENCE,
    Prediction,
    auc,
    bin_of,
    calibration,
    constant,
    predictions,
    quality,
    running_average,
    wilson,
)
from engine.events import Event, Review
from engine.histories import History
from engine.memory import DEFAULT_WEIGHTS, Fsrs6, Rating

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


def made(*pairs: tuple[float, bool]) -> list[Prediction]:
    return [Prediction(recall, right, 3, 2, 0, place) for place, (recall, right) in enumerate(pairs)]


def test_log_loss_and_auc_of_four_answers_worked_out_by_hand() -> None:
    found = quality(made((0.9, True), (0.8, True), (0.6, False), (0.3, False)))
    assert found is not None
    assert found.log_loss == pytest.approx(-(math.log(0.9) + math.log(0.8) + math.log(0.4) + math.log(0.7)) / 4)
    assert found.auc == 1
    # All four fall into one group: .65 was predicted, .5 came.
    assert found.rmse_bins == pytest.approx(0.15)


def test_certain_predictions_that_fail_cost_much_and_not_infinitely_much() -> None:
    found = quality(made((1.0, False), (0.0, True)))
    assert found is not None
    assert found.log_loss == pytest.approx(-math.log(1e-5))


def test_nothing_predicted_is_nothing_to_judge() -> None:
    assert quality([]) is None
    assert constant([]) == running_average([]) == []
    assert auc([0.5, 0.7], [True, True]) is None


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.3001, 0.5, 0.9]), st.booleans()), min_size=2, max_size=30))
def test_auc_is_the_share_of_pairs_in_the_right_order(pairs: list[tuple[float, bool]]) -> None:
    positive, negative = [c for c, right in pairs if right], [c for c, right in pairs if not right]
    scores = [1.0 if p > n else 0.5 if p == n else 0.0 for p, n in product(positive, negative)]
    expected = sum(scores) / len(scores) if scores else None
    assert auc([c for c, _ in pairs], [right for _, right in pairs]) == pytest.approx(expected)


def test_the_constant_is_the_best_number_and_the_average_knows_only_the_past() -> None:
    answers = made((0.9, True), (0.9, False), (0.9, True), (0.9, True))
    assert constant(answers) == [0.75] * 4
    assert running_average(answers) == pytest.approx([1 / 2, 2 / 3, 2 / 4, 3 / 5])


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.floats(0.05, 0.95))
def test_no_other_constant_has_less_log_loss(outcomes: list[bool], other: float) -> None:
    answers = made(*((0.5, right) for right in outcomes))
    best, tried = quality(answers, constant(answers)), quality(answers, [other] * len(answers))
    assert best is not None
    assert tried is not None
    assert best.log_loss <= tried.log_loss + 1e-9


@pytest.mark.parametrize(
    ("place", "group"),
    [((1, 1, 0), (2.48, 2.0, 0.0)), ((4, 2, 1), (8.98, 4.0, 2.0)), ((30, 9, 4), (32.5, 13.0, 5.0))],
)
def test_the_groups_are_those_of_the_benchmark(place: tuple[int, int, int], group: tuple[float, float, float]) -> None:
    assert bin_of(*place) == group


def random_histories(seed: int, cards: int) -> list[History]:
    rng = random.Random(seed)
    found, place = [], 0
    for card in range(cards):
        history, day = History(f"c{card}"), 100
        for _ in range(rng.randint(2, 8)):
            history.days.append(day)
            history.ratings.append(rng.choices((1, 2, 3, 4), (2, 1, 6, 1))[0])
            history.places.append(place)
            day += rng.choice((0, 1, 3, 9, 40))
            place += 1
        found.append(history)
    return found


def test_the_crate_that_anki_uses_finds_the_same_quality() -> None:
    histories = random_histories(1, 400)
    predicted = predictions(histories, Fsrs6())
    # The crate weighs each review by its age within its list. One by one, in a list of one, the weights fall out.
    items = []
    for history in histories:
        reviews = [fsrs_rs_python.FSRSReview(rating, history.elapsed(i)) for i, rating in enumerate(history.ratings)]
        items += [fsrs_rs_python.FSRSItem(reviews[: i + 1]) for i in range(1, len(reviews)) if history.elapsed(i)]
    crate = fsrs_rs_python.FSRS(list(DEFAULT_WEIGHTS))
    assert len(items) == len(predicted)
    expected = sum(crate.evaluate([item]).log_loss for item in items) / len(items)
    found = quality(predicted)
    assert found is not None
    assert found.log_loss == pytest.approx(expected, rel=1e-4)


def test_predictions_come_in_the_order_of_the_log_with_what_was_known_then() -> None:
    history = History("a", [1, 1, 4, 9, 20], [3, 3, 1, 3, 3], [0, 5, 6, 8, 9])
    other = History("b", [2, 5], [1, 3], [1, 7])
    found = predictions([history, other], Fsrs6())
    assert [p.place for p in found] == [6, 7, 8, 9]
    assert [(p.elapsed, p.reviews, p.lapses, p.right) for p in found] == [
        (3, 2, 0, False),
        (3, 1, 0, True),
        (5, 3, 1, True),
        (11, 4, 1, True),
    ]
    model = Fsrs6()
    assert found[1].recall == model.retrievability(model.next_state(None, Rating.AGAIN, 0), 3)


def answered(number: int, day: int, confidence: int | None, rating: int, card: str = "a#x") -> Event:
    review = Review(rating, confidence=confidence)
    return Event(f"{number:04}", "me", "d", number, START + timedelta(days=day), 0, day, "review", card, {}, review)


def test_calibration_of_a_few_answers_worked_out_by_hand() -> None:
    log = [
        answered(1, 1, 4, 3),
        answered(2, 2, 4, 1, "b#x"),
        answered(3, 3, 1, 1),
        answered(4, 4, 3, 1),
        answered(5, 5, 2, 2),
        answered(6, 6, None, 1),
        answered(7, 9, None, 3, "b#x"),
    ]
    found = calibration(log)
    assert found is not None
    assert found.answers == 5
    promised = [(0.95, 1), (0.95, 0), (0.25, 0), (0.8, 0), (0.5, 1)]
    assert found.brier == pytest.approx(sum((p - right) ** 2 for p, right in promised) / 5)
    assert [(level.answers, level.right) for level in found.levels] == [(1, 0), (1, 1), (1, 0), (2, 1)]
    assert [(m.card, m.confidence, m.day, m.mended) for m in found.misjudged] == [
        ("a#x", 3, 4, True),
        ("b#x", 4, 2, True),
    ]


def test_a_wrong_answer_is_mended_only_on_a_later_day() -> None:
    found = calibration([answered(1, 1, 4, 1), answered(2, 1, 4, 3)])
    assert found is not None
    assert [m.mended for m in found.misjudged] == [False]


def test_without_confidence_there_is_no_calibration() -> None:
    assert calibration([answered(1, 1, None, 3)]) is None
    assert calibration([]) is None


@given(st.lists(st.tuples(st.sampled_from(list(CONFIDENCE)), st.sampled_from([1, 2, 3, 4])), min_size=1, max_size=60))
def test_the_brier_score_is_the_sum_of_its_parts(answers: list[tuple[int, int]]) -> None:
    found = calibration([answered(i, i, confidence, rating) for i, (confidence, rating) in enumerate(answers)])
    assert found is not None
    direct = sum((CONFIDENCE[c] - (rating > 1)) ** 2 for c, rating in answers) / len(answers)
    assert found.brier == pytest.approx(direct)
    assert 0 <= found.brier <= 1
    for level in found.levels:
        assert level.low - 1e-9 <= level.share <= level.high + 1e-9 or not level.answers


@pytest.mark.parametrize(
    ("right", "answers", "low", "high"), [(0, 10, 0.0, 0.2775), (8, 10, 0.4902, 0.9433), (81, 263, 0.2553, 0.3662)]
)
def test_wilson_intervals_are_the_published_ones(right: int, answers: int, low: float, high: float) -> None:
    assert wilson(right, answers) == pytest.approx((low, high), abs=1e-4)
    assert wilson(0, 0) == (0, 1)
