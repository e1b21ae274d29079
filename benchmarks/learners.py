"""Synthetic learners: how well a model with parameters of one's own predicts answers to come, beside the defaults and the crate fsrs-rs.

Each learner studies new cards every day under the default scheduler, with a memory of their own of which the scheduler knows nothing: a third
has one trace, a third two, and a third one trace with cards of unequal weight, slips and lucky guesses. Parameters are fitted on the first
answers of such a log and judged by the expected log loss on later answers of other cards, where the true probabilities are known.
"""

from __future__ import annotations

import math
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import fsrs_rs_python as crate

from benchmarks import SOAK, Figure, benchmark
from engine import fsrs7, memory
from engine.histories import History
from engine.memory import MemoryModel, MemoryState, Rating
from engine.models import KINDS, Kind
from engine.schedule import fuzzed

LEARNERS = 200 if SOAK else 24
SIZES = (200, 400, 1000, 5000)
JUDGED = 2000
A_DAY = 15
TOLERATED = 0.001
SPEED = ((10_000, 3.0), (100_000, 15.0)) if SOAK else ((10_000, 3.0),)
MEMORY = 200

_SPREAD_6 = (
    *(0.8, 0.8, 0.8, 0.8, 0.57, 0.28, 0.6, 0.05, 0.39, 0.1, 0.33),
    *(0.3, 0.05, 0.1, 0.4, 0.2, 0.6, 0.25, 0.15, 0.1, 0.12),
)
_SHARES = ((0.0, 0.1, 0.85, 0.05), (0.0, 0.25, 0.7, 0.05), (0.0, 0.05, 0.75, 0.2))


@dataclass(frozen=True)
class Answer:
    """A review of a synthetic learner.

    Attributes:
        card: the card's number.
        day: the day.
        rating: the grade.
        recall: the true probability that it was not Again.
    """

    card: int
    day: int
    rating: Rating
    recall: float


@dataclass(frozen=True)
class Learner:
    """Somebody with a memory of their own.

    Attributes:
        memory: how it works.
        uneven: standard deviation of the logarithm of the weight of a card.
        slip: how often something known is answered wrongly.
        luck: how often something forgotten is answered rightly.
        first: shares of the four grades at the first review.
        later: shares of Hard, Good and Easy among right answers.
    """

    memory: MemoryModel
    uneven: float
    slip: float
    luck: float
    first: tuple[float, ...]
    later: tuple[float, ...]


def _moved(rng: random.Random, kind: Kind, spread: Sequence[float]) -> tuple[float, ...]:
    moved = []
    for index, (weight, (low, high), sigma) in enumerate(zip(kind.defaults, kind.bounds, spread, strict=True)):
        value = weight * math.exp(rng.gauss(0, sigma)) if index < 4 else weight + rng.gauss(0, sigma)
        moved.append(min(max(value, low), high))
    moved[:4] = sorted(moved[:4])
    return tuple(moved)


def learner(seed: int) -> Learner:
    """A learner, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    mind: MemoryModel
    if seed % 3 == 1:
        spread = [0.8] * 4 + [0.05 * max(w, 0.5) for w in fsrs7.DEFAULT_WEIGHTS[4:]]
        mind = fsrs7.Fsrs7(fsrs7.Parameters(_moved(rng, KINDS["fsrs7"], spread)))
    else:
        mind = memory.Fsrs6(memory.Parameters(_moved(rng, KINDS["fsrs6"], _SPREAD_6)))
    noisy = seed % 3 == 2
    again = rng.uniform(0.1, 0.4)
    return Learner(
        mind,
        rng.uniform(0.3, 0.8) if noisy else 0.0,
        rng.uniform(0.01, 0.04) if noisy else 0.0,
        rng.uniform(0.02, 0.1) if noisy else 0.0,
        (again, 0.1, 0.85 - again, 0.05),
        rng.choice(_SHARES),
    )


def study(who: Learner, seed: int, answers: int, first_card: int = 0) -> list[Answer]:
    """A log of so many reviews, made with the default scheduler at a desired retention of 0.9.

    Args:
        who: the learner.
        seed: of everything that is left to chance.
        answers: how many reviews on a later day than the one before.
        first_card: the number of the first card.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    scheduler = memory.Fsrs6()
    truth: dict[int, MemoryState] = {}
    planned: dict[int, MemoryState] = {}
    due: dict[int, list[int]] = {}
    weight: dict[int, float] = {}
    last: dict[int, int] = {}
    reps: dict[int, int] = {}
    log: list[Answer] = []
    fresh, day, scored = first_card, 0, 0

    def review(card: int, rating: Rating, recall: float) -> None:
        gap = day - last.get(card, day)
        log.append(Answer(card, day, rating, recall))
        truth[card] = who.memory.next_state(truth.get(card), rating, gap * weight[card])
        planned[card] = scheduler.next_state(planned.get(card), rating, gap)
        last[card], reps[card] = day, reps.get(card, 0) + 1

    while scored < answers:
        for card in due.pop(day, []):
            known = who.memory.retrievability(truth[card], (day - last[card]) * weight[card])
            recall = known * (1 - who.slip) + (1 - known) * who.luck
            right = rng.random() < recall
            review(card, _graded(rng, who, right), recall)
            scored += 1
            if not right:
                review(card, Rating.GOOD, 1.0)
            _put_off(due, card, day, scheduler.interval(planned[card], 0.9), reps[card])
        for card in range(fresh, fresh + A_DAY):
            weight[card] = math.exp(rng.gauss(0, who.uneven))
            rating = Rating(rng.choices((1, 2, 3, 4), who.first)[0])
            review(card, rating, 1.0)
            if rating is Rating.AGAIN:
                review(card, Rating.GOOD, 1.0)
            _put_off(due, card, day, scheduler.interval(planned[card], 0.9), reps[card])
        fresh, day = fresh + A_DAY, day + 1
    return log


def _graded(rng: random.Random, who: Learner, right: bool) -> Rating:
    return Rating(rng.choices((1, 2, 3, 4), who.later)[0]) if right else Rating.AGAIN


def _put_off(due: dict[int, list[int]], card: int, day: int, interval: float, repetition: int) -> None:
    due.setdefault(day + fuzzed(interval, str(card), repetition), []).append(card)


def as_histories(log: Sequence[Answer]) -> list[History]:
    """A log as the optimiser takes it."""
    found: dict[int, History] = {}
    for place, answer in enumerate(log):
        history = found.setdefault(answer.card, History(str(answer.card)))
        history.days.append(answer.day)
        history.ratings.append(int(answer.rating))
        history.places.append(place)
    return list(found.values())


def first_of(log: Sequence[Answer], answers: int) -> list[Answer]:
    """The log up to so many reviews on a later day than the one before."""
    last: dict[int, int] = {}
    for index, answer in enumerate(log):
        answers -= last.get(answer.card, answer.day) < answer.day
        last[answer.card] = answer.day
        if not answers:
            return list(log[: index + 1])
    return list(log)


def by_crate(log: Sequence[Answer]) -> tuple[float, ...]:
    """Parameters as the crate fits them."""
    reviews: dict[int, list[crate.FSRSReview]] = {}
    last: dict[int, int] = {}
    items = []
    for answer in log:
        gap = answer.day - last.get(answer.card, answer.day)
        last[answer.card] = answer.day
        history = reviews.setdefault(answer.card, [])
        history.append(crate.FSRSReview(int(answer.rating), gap))
        if gap:
            items.append(crate.FSRSItem(list(history)))
    return tuple(crate.FSRS(list(memory.DEFAULT_WEIGHTS)).compute_parameters(items))


def log_loss(model: MemoryModel, log: Sequence[Answer]) -> float:
    """The expected log loss of a model, over reviews on a later day than the one before."""
    states: dict[int, MemoryState] = {}
    last: dict[int, int] = {}
    losses = []
    for answer in log:
        gap = answer.day - last.get(answer.card, answer.day)
        state = states.get(answer.card)
        if state is not None and gap:
            p = min(max(model.retrievability(state, gap), 1e-5), 1 - 1e-5)
            losses.append(-answer.recall * math.log(p) - (1 - answer.recall) * math.log(1 - p))
        states[answer.card] = model.next_state(state, answer.rating, gap)
        last[answer.card] = answer.day
    return statistics.fmean(losses)


def clipped(weights: Sequence[float]) -> MemoryModel:
    """FSRS-6 with weights of the crate, whose single precision may lie a little outside the bounds."""
    inside = (min(max(w, low), high) for w, (low, high) in zip(weights, memory.WEIGHT_BOUNDS, strict=True))
    return memory.Fsrs6(memory.Parameters(tuple(inside)))


@dataclass(frozen=True)
class Row:
    """Expected log losses of one learner at one size.

    Attributes:
        size: answers that were fitted to.
        defaults: of FSRS-6 with its defaults.
        ours: of FSRS-6 with our fit, or the defaults where it was not accepted.
        crate: of FSRS-6 with the crate's fit.
        defaults7: of FSRS-7 with its defaults.
        ours7: of FSRS-7 with our fit.
    """

    size: int
    defaults: float
    ours: float
    crate: float
    defaults7: float
    ours7: float


def measured(seed: int) -> list[Row]:
    """The losses of one learner at all sizes."""
    from engine.optimise import fit

    who = learner(seed)
    log = study(who, seed, max(SIZES))
    later = study(who, seed + 1_000_000, JUDGED, first_card=10_000_000)
    six, seven = KINDS["fsrs6"], KINDS["fsrs7"]
    defaults, defaults7 = (log_loss(kind.build(kind.defaults), later) for kind in (six, seven))
    rows = []
    for size in SIZES:
        part = first_of(log, size)
        histories = as_histories(part)
        ours, ours7 = fit(histories, six).weights, fit(histories, seven).weights
        rows.append(
            Row(
                size,
                defaults,
                defaults if ours is None else log_loss(six.build(ours), later),
                log_loss(clipped(by_crate(part)), later),
                defaults7,
                defaults7 if ours7 is None else log_loss(seven.build(ours7), later),
            )
        )
    return rows


@benchmark
def learners() -> Iterator[Figure]:
    """Fits to synthetic learners, judged on answers to come."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        rows = [row for found in pool.map(measured, range(LEARNERS)) for row in found]
    for size in SIZES:
        of = [row for row in rows if row.size == size]
        means = {name: statistics.fmean(getattr(row, name) for row in of) for name in Row.__dataclass_fields__}
        worse = sum(row.ours > row.defaults + TOLERATED for row in of) / len(of)
        worse_crate = sum(row.crate > row.defaults + TOLERATED for row in of) / len(of)
        what = f"{size} answers, {len(of)} learners"
        yield Figure(f"log loss after {what}", means["ours"], "", "defaults", means["defaults"], limit_ratio=1)
        limit = 1 if size <= JUDGED else None
        yield Figure(f"log loss after {what}", means["ours"], "", "fsrs-rs", means["crate"], limit_ratio=limit)
        yield Figure(f"worse than defaults, {what}", worse * 100, "%", "fsrs-rs", worse_crate * 100, limit=10)
        yield Figure(f"FSRS-7 defaults, {what}", means["defaults7"], "", "FSRS-6 defaults", means["defaults"])
        yield Figure(f"FSRS-7 fitted, {what}", means["ours7"], "", "FSRS-6 fitted", means["ours"])


@benchmark
def optimising() -> Iterator[Figure]:
    """Time and memory of one fit, in a process of its own."""
    for answers, limit in SPEED:
        outcome = subprocess.run(
            [sys.executable, "-m", "benchmarks.learners", str(answers)], capture_output=True, text=True, check=True
        )
        took, peak, by_package = map(float, outcome.stdout.split())
        yield Figure(f"fit to {answers:,} answers", took, "s", "fsrs-rs", by_package, limit=limit)
        yield Figure(f"memory of it, {answers:,} answers", peak, "MB", limit=MEMORY)


def main() -> None:
    """Fits once, and prints seconds, peak memory in MB, and the seconds of the crate."""
    log = study(learner(0), 0, int(sys.argv[1]))
    histories = as_histories(log)
    from engine.optimise import fit

    start = time.perf_counter()
    fit(histories, KINDS["fsrs6"])
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    by_crate(log)
    print(took, peak, time.perf_counter() - start)


if __name__ == "__main__":
    main()
