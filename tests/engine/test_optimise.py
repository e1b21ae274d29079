"""The optimiser: the same numbers as the scalar models, the top of the posterior, and no fit that unseen answers speak against."""

from __future__ import annotations

import math
import random
from itertools import accumulate

import numpy as np
import pytest

from engine.evaluation import predictions
from engine.histories import History
from engine.memory import Fsrs6, MemoryModel, Parameters, Rating
from engine.models import KINDS, Kind
from engine.optimise import KERNELS, SPREADS, Fit, _Answers, _Problem, fit
from engine.schedule import fuzzed
from engine.tuning import FEWEST

SIX = KINDS["fsrs6"]
EVER = float("inf")


def moved(rng: random.Random, kind: Kind, how_far: float) -> tuple[float, ...]:
    """Weights away from the defaults, inside their bounds."""
    return tuple(
        min(max(w * math.exp(rng.gauss(0, how_far)), low), high)
        for w, (low, high) in zip(kind.defaults, kind.bounds, strict=True)
    )


def studied(mind: MemoryModel, seed: int, days: int) -> list[History]:
    """The histories of somebody with such a memory who begins ten cards a day under the default scheduler."""
    rng = random.Random(seed)
    scheduler = Fsrs6()
    log: list[tuple[int, int, int]] = []
    due: dict[int, list[int]] = {}
    truth, planned, last, reps = {}, {}, {}, {}
    for day in range(days):
        for card in [*due.pop(day, []), *range(day * 10, day * 10 + 10)]:
            gap = day - last.get(card, day)
            chance = 0.8 if card not in truth else mind.retrievability(truth[card], gap)
            grades = [rng.choices((2, 3, 4), (1, 8, 1))[0]] if rng.random() < chance else [1, 3]
            for number, grade in enumerate(grades):
                rating, elapsed = Rating(grade), 0 if number else gap
                truth[card] = mind.next_state(truth.get(card), rating, elapsed)
                planned[card] = scheduler.next_state(planned.get(card), rating, elapsed)
                log.append((card, day, grade))
            last[card], reps[card] = day, reps.get(card, 0) + 1
            due.setdefault(day + fuzzed(scheduler.interval(planned[card], 0.9), str(card), reps[card]), []).append(card)
    found: dict[int, History] = {}
    for place, (card, day, grade) in enumerate(log):
        history = found.setdefault(card, History(str(card)))
        history.days.append(day)
        history.ratings.append(grade)
        history.places.append(place)
    return list(found.values())


QUICK_TO_FORGET = Fsrs6(Parameters((0.1, 0.4, 0.8, 3.0, *SIX.defaults[4:8], 1.2, *SIX.defaults[9:20], 0.4)))


def loss(histories: list[History], model: MemoryModel) -> float:
    return -sum(math.log(p.recall if p.right else 1 - p.recall) for p in predictions(histories, model))


@pytest.mark.parametrize("name", KINDS)
def test_many_cards_at_once_are_predicted_as_each_by_itself(name: str) -> None:
    kind = KINDS[name]
    rng = random.Random(5)
    histories = []
    for card in range(60):
        gaps = [0, *(rng.choice((0, 0, 1, 2, 7, 30, 400)) for _ in range(rng.randint(1, 12)))]
        days = list(accumulate(gaps))
        histories.append(
            History(str(card), days, [rng.randint(1, 4) for _ in days], [card * 100 + i for i in range(len(days))])
        )
    answers = _Answers(histories, kind)
    sets = np.array([kind.defaults, *(moved(rng, kind, 0.2) for _ in range(5))])
    found = [0.0] * len(sets)
    for recall, right in answers.predictions(sets, EVER):
        for column in range(len(sets)):
            p = recall[:, column]
            found[column] -= float(np.sum(np.log(np.where(right > 0, p, 1 - p))))
    expected = [
        -sum(
            math.log(min(max(p.recall if p.right else 1 - p.recall, 1e-5), 1 - 1e-5))
            for p in predictions(histories, kind.build(tuple(weights)))
        )
        for weights in sets
    ]
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", KINDS)
def test_the_gradient_is_that_of_the_posterior(name: str) -> None:
    kind = KINDS[name]
    problem = _Problem(_Answers(studied(Fsrs6(), 3, 12), kind), kind, EVER)
    z = np.full(len(kind.defaults), 0.1)
    _, gradient, _ = problem.at(z)
    for index in range(len(z)):
        step = np.zeros_like(z)
        step[index] = 1e-4
        slope = (problem.at(z + step)[0] - problem.at(z - step)[0]) / 2e-4
        assert gradient[index] == pytest.approx(slope, rel=2e-3, abs=2e-3)


def test_nothing_near_the_fit_is_more_probable() -> None:
    histories = studied(QUICK_TO_FORGET, 4, 40)
    problem = _Problem(_Answers(histories, SIX), SIX, EVER)
    z = problem.solve(np.zeros(len(SIX.defaults)))
    best = problem.at(z)[0]
    rng = np.random.default_rng(1)
    for _ in range(40):
        other = np.clip(z + rng.normal(0, 0.2, len(z)), problem._low, problem._high)
        assert problem.at(other)[0] > best - 0.1


def test_a_learner_unlike_the_defaults_gets_parameters_that_predict_better() -> None:
    histories = studied(QUICK_TO_FORGET, 1, 60)
    found = fit(histories, SIX)
    assert found.weights is not None
    assert found.gain > 0.01
    assert found.weights[2] < SIX.defaults[2]
    fresh = studied(QUICK_TO_FORGET, 2, 60)
    defaults, own, truth = (loss(fresh, m) for m in (Fsrs6(), SIX.build(found.weights), QUICK_TO_FORGET))
    assert truth < own < defaults
    # Nine tenths of what can be gained at all.
    assert (defaults - own) / (defaults - truth) > 0.9


@pytest.mark.parametrize("seed", range(4))
def test_a_learner_like_the_defaults_is_not_made_worse(seed: int) -> None:
    histories, fresh = studied(Fsrs6(), seed, 25), studied(Fsrs6(), seed + 100, 40)
    found = fit(histories, SIX)
    count = len(predictions(fresh, Fsrs6()))
    if found.weights is not None:
        assert (loss(fresh, SIX.build(found.weights)) - loss(fresh, Fsrs6())) / count < 0.002


def test_a_fit_that_later_answers_contradict_is_not_accepted() -> None:
    # Long ago everything was forgotten; lately nothing is.
    histories, place = [], 0
    for block, rating in ((0, 1), (1, 3), (2, 3), (3, 3), (4, 3)):
        for card in range(60):
            days = [block * 100, block * 100 + 5]
            histories.append(History(f"{block}.{card}", days, [3, rating], [place, place + 60]))
            place += 1
        place += 60
    found = fit(histories, SIX)
    assert found.tried
    assert found.weights is None
    assert found.gain < 0


@pytest.mark.parametrize("count", [0, 1, FEWEST - 1])
def test_too_few_answers_are_not_fitted(count: int) -> None:
    histories = [History(str(i), [1, 4], [3, 3], [i, i + 1000]) for i in range(count)]
    assert fit(histories, SIX) == Fit(None, count)
    assert not fit(histories, SIX).tried


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("rating", [1, 3, 4])
def test_a_learner_who_always_gives_one_grade_gets_weights_inside_their_bounds(name: str, rating: int) -> None:
    histories = [History(str(i), [1, 3, 9, 30, 90], [rating] * 5, [j * 1000 + i for j in range(5)]) for i in range(100)]
    found = fit(histories, KINDS[name])
    assert found.weights is not None
    assert KINDS[name].build(found.weights).weights == found.weights


def test_a_better_first_grade_never_puts_a_card_off_for_a_shorter_time() -> None:
    # After 60 days all cards that began with Hard are remembered, and two of three that began with Good.
    histories = []
    for card in range(300):
        first = 2 if card % 2 else 3
        second = 1 if first == 3 and card % 3 == 0 else 3
        histories.append(History(str(card), [1, 61], [first, second], [card, card + 1000]))
    found = fit(histories, SIX)
    assert found.weights is not None
    assert list(found.weights[:4]) == sorted(found.weights[:4])


def test_the_same_answers_give_the_same_weights() -> None:
    histories = studied(QUICK_TO_FORGET, 7, 30)
    assert fit(histories, SIX) == fit(list(reversed(histories)), SIX) == fit(histories, SIX)


def test_progress_never_goes_back_and_an_exception_stops_the_work() -> None:
    seen: list[tuple[int, int]] = []
    histories = studied(QUICK_TO_FORGET, 7, 20)
    fit(histories, SIX, lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert len({total for _, total in seen}) == 1
    assert seen[-1][0] <= seen[-1][1]

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(histories, SIX, stop)


def test_every_model_can_be_fitted() -> None:
    assert set(KERNELS) == set(SPREADS) == set(KINDS)
    assert all(len(SPREADS[name]) == len(kind.defaults) for name, kind in KINDS.items())
