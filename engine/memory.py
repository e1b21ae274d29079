"""How memory fades and grows: FSRS-6 as pure functions of (state, rating, elapsed days).

The formulas are those of the FSRS-6 algorithm (open-spaced-repetition, "The Algorithm", version 6) in the form that Anki runs. What the
published text leaves open follows the crate `fsrs-rs`, found by experiment:

* stability is held in [0.001, 36500] days and difficulty in [1, 10], on entry and after every review;
* a lapse never leaves more than `S / e^(w17 w18)`, which is compared with the stability before the review;
* on the same day the growth factor of Hard, Good and Easy is at least 1, that of Again is not; the retrievability plays no part;
* difficulty changes on the same day as on any other, and reverts towards the unclamped first difficulty of Easy;
* the interval is not rounded and not bounded by the maximal stability here: `engine.schedule` turns it into days.

One difference is deliberate: weights out of bounds are refused, where the crate moves them silently to the nearest bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from math import exp
from typing import Protocol

from kb.errors import UsageError

MODEL_VERSION = "fsrs6/1"

MIN_STABILITY, MAX_STABILITY = 0.001, 36500.0
MIN_DIFFICULTY, MAX_DIFFICULTY = 1.0, 10.0

DEFAULT_WEIGHTS = (
    *(0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194),
    *(0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629),
    *(1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542),
)
"""The default weights w0 to w20 of FSRS-6, fitted by its authors to a large public collection of reviews."""

WEIGHT_BOUNDS = (
    *((0.001, 100.0), (0.001, 100.0), (0.001, 100.0), (0.001, 100.0), (1.0, 10.0), (0.001, 4.0), (0.001, 4.0)),
    *((0.001, 0.75), (0.0, 4.5), (0.0, 0.8), (0.001, 3.5), (0.001, 5.0), (0.001, 0.25), (0.001, 0.9)),
    *((0.0, 4.0), (0.0, 1.0), (1.0, 6.0), (0.0, 2.0), (0.0, 2.0), (0.0, 0.8), (0.1, 0.8)),
)
"""The lowest and highest value of each weight, as in the reference implementations."""


class Rating(IntEnum):
    """How well an answer came; the numbers are those of Anki and of the formulas."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class MemoryState:
    """What a model remembers of one card.

    Attributes:
        stability: days after which the probability of recall has fallen to 0.9; of the slow trace where a model has two.
        difficulty: how slowly stability grows, from 1 (easy) to 10.
        fast: the stability of the fast trace in days; None in models with one trace.
    """

    stability: float
    difficulty: float
    fast: float | None = None


def _clamp_stability(days: float) -> float:
    return MIN_STABILITY if days < MIN_STABILITY else min(days, MAX_STABILITY)


def _clamp_difficulty(difficulty: float) -> float:
    return MIN_DIFFICULTY if difficulty < MIN_DIFFICULTY else min(difficulty, MAX_DIFFICULTY)


class MemoryModel(Protocol):
    """A model of memory with its parameters inside; scheduling and replay know no more than this."""

    @property
    def version(self) -> str:
        """The name that is stored with every review, so that a log says which model made its dates."""
        ...

    @property
    def weights(self) -> tuple[float, ...]:
        """Its parameters."""
        ...

    def next_state(self, state: MemoryState | None, rating: Rating, elapsed_days: float) -> MemoryState:
        """The state after a review, `elapsed_days` after the last one (None: the first review)."""
        ...

    def retrievability(self, state: MemoryState, elapsed_days: float) -> float:
        """The probability of recall, `elapsed_days` after the last review."""
        ...

    def interval(self, state: MemoryState, desired_retention: float) -> float:
        """The days after which the probability of recall falls to `desired_retention`, not rounded."""
        ...


@dataclass(frozen=True, slots=True)
class Parameters:
    """The 21 weights of FSRS-6, checked, with what follows from them alone.

    Attributes:
        weights: w0 to w20, each inside `WEIGHT_BOUNDS`.
        decay: the exponent -w20 of the forgetting curve.
        factor: the factor that puts R = 0.9 at t = S.
        first: the states after a first Again, Hard, Good and Easy.
        target_difficulty: what difficulty reverts to: the unclamped first difficulty of Easy.
        growth: e^w8.
        lapse_divisor: e^(w17 w18), by which a lapse divides stability at least.
        same_day: e^(w17 (G - 3 + w18)) for the four ratings.

    Raises:
        UsageError: when there are not 21 weights, or one is out of bounds or not a number.
    """

    weights: tuple[float, ...] = DEFAULT_WEIGHTS
    decay: float = field(init=False, repr=False, compare=False)
    factor: float = field(init=False, repr=False, compare=False)
    first: tuple[MemoryState, ...] = field(init=False, repr=False, compare=False)
    target_difficulty: float = field(init=False, repr=False, compare=False)
    growth: float = field(init=False, repr=False, compare=False)
    lapse_divisor: float = field(init=False, repr=False, compare=False)
    same_day: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        w = self.weights
        if len(w) != len(DEFAULT_WEIGHTS):
            raise UsageError(
                f"The memory model takes {len(DEFAULT_WEIGHTS)} weights, not {len(w)}.",
                where="weights",
                hint="Reset the parameters, or fit them again from the log.",
            )
        for index, (weight, (low, high)) in enumerate(zip(w, WEIGHT_BOUNDS, strict=True)):
            if not low <= weight <= high:
                raise UsageError(
                    f"The weight {weight} lies outside {low} to {high}.",
                    where=f"weights[{index}]",
                    hint="Reset the parameters, or fit them again from the log.",
                )

        def first_difficulty(rating: int) -> float:
            return w[4] - exp(w[5] * (rating - 1)) + 1

        first = tuple(MemoryState(w[rating - 1], _clamp_difficulty(first_difficulty(rating))) for rating in Rating)
        derived = {
            "decay": -w[20],
            "factor": 0.9 ** (-1 / w[20]) - 1,
            "first": first,
            "target_difficulty": first_difficulty(Rating.EASY),
            "growth": exp(w[8]),
            "lapse_divisor": exp(w[17] * w[18]),
            "same_day": tuple(exp(w[17] * (rating - 3 + w[18])) for rating in Rating),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)


DEFAULT_PARAMETERS = Parameters()


def initial(rating: Rating, w: Parameters = DEFAULT_PARAMETERS) -> MemoryState:
    """The state after the very first review.

    Args:
        rating: the grade of that review.
        w: the weights.

    Returns:
        `S = w[G-1]`, `D = w4 - e^(w5 (G-1)) + 1`, both clamped.
    """
    return w.first[rating - 1]


def retrievability(state: MemoryState, elapsed_days: float, w: Parameters = DEFAULT_PARAMETERS) -> float:
    """The probability of recall: `R = (1 + F t/S)^(-w20)`.

    Args:
        state: the state after the last review.
        elapsed_days: days since then; a negative number (a clock set back) counts as 0.
        w: the weights.

    Returns:
        A probability in (0, 1]; 1 at t = 0 and 0.9 at t = S.
    """
    days = elapsed_days if elapsed_days > 0 else 0.0
    return float((1 + w.factor * days / _clamp_stability(state.stability)) ** w.decay)


def next_state(
    state: MemoryState | None, rating: Rating, elapsed_days: float, w: Parameters = DEFAULT_PARAMETERS
) -> MemoryState:
    """The state after a review.

    Args:
        state: the state before it, or None for a card that was never reviewed.
        rating: the grade.
        elapsed_days: days of the learner's calendar since the last review. Less than one is the same day; FSRS-6 is fitted to whole days.
        w: the weights.

    Returns:
        The new state, clamped.
    """
    if state is None:
        return initial(rating, w)
    weights = w.weights
    s, d = _clamp_stability(state.stability), _clamp_difficulty(state.difficulty)
    if elapsed_days < 1:
        growth = w.same_day[rating - 1] * s ** -weights[19]
        stability = s * (growth if rating == 1 else max(growth, 1.0))
    else:
        forgotten = 1 - (1 + w.factor * elapsed_days / s) ** w.decay
        if rating == 1:
            relearnt = weights[11] * d ** -weights[12] * ((s + 1) ** weights[13] - 1) * exp(forgotten * weights[14])
            stability = min(relearnt, s / w.lapse_divisor)
        else:
            gain = w.growth * (11 - d) * s ** -weights[9] * (exp(forgotten * weights[10]) - 1)
            if rating == 2:
                gain *= weights[15]
            elif rating == 4:
                gain *= weights[16]
            stability = s * (1 + gain)
    damped = d - weights[6] * (rating - 3) * (10 - d) / 9
    difficulty = weights[7] * w.target_difficulty + (1 - weights[7]) * damped
    return MemoryState(_clamp_stability(stability), _clamp_difficulty(difficulty))


def interval(stability: float, desired_retention: float, w: Parameters = DEFAULT_PARAMETERS) -> float:
    """The days until the probability of recall has fallen to the desired retention.

    Args:
        stability: in days.
        desired_retention: a probability, above 0 and below 1.
        w: the weights.

    Returns:
        `I = S/F (DR^(-1/w20) - 1)` in days, neither rounded nor bounded.

    Raises:
        UsageError: when the desired retention is not between 0 and 1.
    """
    if not 0 < desired_retention < 1:
        raise UsageError(
            f"A desired retention of {desired_retention} cannot be scheduled.",
            where="desired retention",
            hint="Choose a value between 0.70 and 0.97; 0.90 is usual.",
        )
    return float(stability / w.factor * (desired_retention ** (1 / w.decay) - 1))


@dataclass(frozen=True, slots=True)
class Fsrs6:
    """FSRS-6 with a learner's parameters, behind the protocol `MemoryModel`.

    Attributes:
        parameters: the weights.
    """

    parameters: Parameters = DEFAULT_PARAMETERS

    @property
    def version(self) -> str:
        """`MODEL_VERSION`."""
        return MODEL_VERSION

    @property
    def weights(self) -> tuple[float, ...]:
        """w0 to w20."""
        return self.parameters.weights

    def next_state(self, state: MemoryState | None, rating: Rating, elapsed_days: float) -> MemoryState:
        """See `next_state` of this module."""
        return next_state(state, rating, elapsed_days, self.parameters)

    def retrievability(self, state: MemoryState, elapsed_days: float) -> float:
        """See `retrievability` of this module."""
        return retrievability(state, elapsed_days, self.parameters)

    def interval(self, state: MemoryState, desired_retention: float) -> float:
        """See `interval` of this module."""
        return interval(state.stability, desired_retention, self.parameters)
