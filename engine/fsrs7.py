"""How memory fades and grows with two traces: FSRS-7 as pure functions of (state, rating, elapsed days).

The formulas are those of FSRS-7 (open-spaced-repetition, September 2026) as the documentation of ts-fsrs states them. A card has a slow
and a fast stability; recall is a mixture of two forgetting curves, and the same formulas hold for a minute and for a year. Values that the
reference implementations print for the default weights are compared in `tests/engine/test_fsrs7.py`.

Two things are our own:

* the first interval of a card is capped by `FIRST_INTERVALS`: with the default weights a first Easy would put a card off for 54 days;
* weights out of bounds are refused, as in `engine.memory`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log

from engine.memory import MAX_DIFFICULTY, MAX_STABILITY, MIN_DIFFICULTY, MemoryState, Rating
from kb.errors import UsageError

MODEL_VERSION = "fsrs7/1"

MIN_STABILITY = 1e-4
FAST_SHARE = 0.8
"""The fast stability of a new card, and at most of a forgotten one, as a share of the slow one."""

FIRST_INTERVALS = (1.0, 3.0, 7.0, 14.0)
"""The longest interval in days after a first Again, Hard, Good and Easy. A card that was seen once is seen again within two weeks."""

DEFAULT_WEIGHTS = (
    *(0.1104, 2.2395, 3.9221, 11.7841, 6.1686, 0.6457, 3.6807),
    *(1.9795, 0.0, 1.3826, 0.7024, 0.5999, 0.8146, 0.6398, 1.0),
    *(1.3207, 0.6707, 3.8668, 0.4416, 0.0934, 1.8631, 0.6162, 1.0869),
    *(0.1567, 0.0801, 0.2421, 0.9464, 0.1433, 0.7145, 0.0, 0.5667, 0.3734, 0.5333, 0.3048),
)
"""The default weights w0 to w33: first stabilities, difficulty, the slow trace (7), the fast trace (15), the forgetting curves (23)."""

_TRACE = ((0.0, 4.0), (0.0, 1.2), (0.3, 3.0), (0.01, 1.5), (0.1, 1.0), (0.0, 3.5), (0.0, 1.0), (1.0, 7.0))
_FAST_TRACE = ((0.0, 4.0), (0.0, 2.0), (0.5, 6.0), (0.001, 1.5), (0.001, 1.0), (0.0, 5.0), (0.0, 1.0), (1.0, 7.0))
WEIGHT_BOUNDS = (
    *((MIN_STABILITY, 50.0), (MIN_STABILITY, 100.0), (MIN_STABILITY, 100.0), (MIN_STABILITY, 100.0)),
    *((1.0, 10.0), (0.001, 4.0), (0.1, 4.0)),
    *_TRACE,
    *_FAST_TRACE,
    *((0.01, 0.25), (0.01, 0.95), (0.2, 0.85), (0.5, 0.99), (0.01, 1.0), (0.1, 1.0)),
    *((0.0, 0.9), (0.1, 1.1), (0.0, 1.0), (0.0, 0.6), (0.0, 0.6)),
)
"""The lowest and highest value of each weight, as in the reference implementations."""

_SLOW, _FAST = 7, 15
_REVERSION = 0.01
_SOONEST, _LATEST = log(1e-10), log(MAX_STABILITY)
_STRIDE = 2.0
_PRECISION = 1e-9


def _clamp(value: float, low: float, high: float) -> float:
    return low if value < low else min(value, high)


def _clamp_stability(days: float) -> float:
    return _clamp(days, MIN_STABILITY, MAX_STABILITY)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The 34 weights of FSRS-7, checked, with what follows from them alone.

    Attributes:
        weights: w0 to w33, each inside `WEIGHT_BOUNDS`.
        first: the states after a first Again, Hard, Good and Easy.
        target_difficulty: what difficulty reverts to: the unclamped first difficulty of Easy.
        slow_decay: the exponent of the slow forgetting curve.
        slow_factor: the factor of its time, before the difficulty is taken into account.
        growth: e^(w7 - 1.5) and e^(w15 - 1.5), the growth of the slow and of the fast trace.

    Raises:
        UsageError: when there are not 34 weights, or one is out of bounds or not a number.
    """

    weights: tuple[float, ...] = DEFAULT_WEIGHTS
    first: tuple[MemoryState, ...] = field(init=False, repr=False, compare=False)
    target_difficulty: float = field(init=False, repr=False, compare=False)
    slow_decay: float = field(init=False, repr=False, compare=False)
    slow_factor: float = field(init=False, repr=False, compare=False)
    growth: tuple[float, float] = field(init=False, repr=False, compare=False)

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

        slow_decay = -_clamp(w[24], 0.01, 0.95)
        derived = {
            "first": tuple(
                MemoryState(
                    w[rating - 1],
                    _clamp(first_difficulty(rating), MIN_DIFFICULTY, MAX_DIFFICULTY),
                    _clamp_stability(FAST_SHARE * w[rating - 1]),
                )
                for rating in Rating
            ),
            "target_difficulty": first_difficulty(Rating.EASY),
            "slow_decay": slow_decay,
            "slow_factor": w[26] ** (1 / slow_decay) - 1,
            "growth": (exp(w[_SLOW] - 1.5), exp(w[_FAST] - 1.5)),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)


DEFAULT_PARAMETERS = Parameters()


def _traces(state: MemoryState) -> tuple[float, float, float]:
    """Slow stability, fast stability and difficulty, inside their bounds; a state of another model gets the fast trace of a new card."""
    slow = _clamp_stability(state.stability)
    fast = FAST_SHARE * slow if state.fast is None else state.fast
    return slow, _clamp_stability(fast), _clamp(state.difficulty, MIN_DIFFICULTY, MAX_DIFFICULTY)


def _recall(slow: float, fast: float, difficulty: float, days: float, p: Parameters) -> tuple[float, float]:
    """The probability of recall, and that of the fast trace alone."""
    w = p.weights
    decay = -_clamp(w[23] * fast ** (w[33] - 0.3), 0.01, 0.95)
    factor = exp(min(log(w[25]) / decay, 60.0)) - 1
    by_fast = (1 + factor * days / fast) ** decay
    away = difficulty - 5
    by_slow = (1 + p.slow_factor * exp(away * (w[32] - 0.3)) * days / slow) ** p.slow_decay
    of_fast = w[27] * fast ** -w[29]
    of_slow = w[28] * slow ** w[30] * exp(away * (w[31] - 0.5))
    mixed = (of_fast * by_fast + of_slow * by_slow) / (of_fast + of_slow)
    return mixed * (1 - 2e-5) + 1e-5, by_fast


def retrievability(state: MemoryState, elapsed_days: float, p: Parameters = DEFAULT_PARAMETERS) -> float:
    """The probability of recall: a mixture of the curves of both traces.

    Args:
        state: the state after the last review.
        elapsed_days: days since then, fractions included; a negative number (a clock set back) counts as 0.
        p: the weights.

    Returns:
        A probability from 0.00001 to 0.99999; the highest at t = 0.
    """
    return _recall(*_traces(state), max(elapsed_days, 0.0), p)[0]


def _updated(trace: float, difficulty: float, recall: float, rating: Rating, start: int, p: Parameters) -> float:
    """The stability of one trace after a review, not clamped; its weights begin at `start`."""
    w = p.weights
    forgotten = 1 - recall
    kept: float = min(trace, w[start + 3] * ((trace + 1) ** w[start + 4] - 1) * exp(forgotten * w[start + 5]))
    if rating is Rating.AGAIN:
        return kept
    slowed: float = trace ** -w[start + 1]
    gain = p.growth[start != _SLOW] * (11 - difficulty) * slowed * (exp(forgotten * w[start + 2]) - 1)
    if rating is Rating.HARD:
        gain *= w[start + 6]
    elif rating is Rating.EASY:
        gain *= w[start + 7]
    return max(kept, trace * (1 + gain))


def next_state(
    state: MemoryState | None, rating: Rating, elapsed_days: float, p: Parameters = DEFAULT_PARAMETERS
) -> MemoryState:
    """The state after a review.

    Args:
        state: the state before it, or None for a card that was never reviewed.
        rating: the grade.
        elapsed_days: days since the last review, whole or not; 0 leaves the traces of a remembered card nearly as they are.
        p: the weights.

    Returns:
        The new state, clamped.
    """
    if state is None:
        return p.first[rating - 1]
    w = p.weights
    slow, fast, difficulty = _traces(state)
    recall, by_fast = _recall(slow, fast, difficulty, max(elapsed_days, 0.0), p)
    new_slow = _updated(slow, difficulty, recall, rating, _SLOW, p)
    new_fast = _updated(fast, difficulty, by_fast, rating, _FAST, p)
    change = -w[6] * (rating - 3)
    if rating is Rating.AGAIN:
        new_fast = min(new_fast, FAST_SHARE * new_slow)
        change *= recall + 0.1
    damped = difficulty + (10 - difficulty) / 9 * change
    return MemoryState(
        _clamp_stability(new_slow),
        _clamp(_REVERSION * p.target_difficulty + (1 - _REVERSION) * damped, MIN_DIFFICULTY, MAX_DIFFICULTY),
        _clamp_stability(new_fast),
    )


def uncapped_interval(state: MemoryState, desired_retention: float, p: Parameters = DEFAULT_PARAMETERS) -> float:
    """The days until the probability of recall has fallen to the desired retention, by the Illinois method on their logarithm.

    Args:
        state: the state after the last review.
        desired_retention: a probability, above 0 and below 1.
        p: the weights.

    Returns:
        Days, at most 36500; 0 where recall is below it at once.

    Raises:
        UsageError: when the desired retention is not between 0 and 1.
    """
    if not 0 < desired_retention < 1:
        raise UsageError(
            f"A desired retention of {desired_retention} cannot be scheduled.",
            where="desired retention",
            hint="Choose a value between 0.70 and 0.97; 0.90 is usual.",
        )
    slow, fast, difficulty = _traces(state)

    def above(days: float) -> float:
        return _recall(slow, fast, difficulty, days, p)[0] - desired_retention

    low = high = log(slow)
    at_low = at_high = above(slow)
    while at_high > 0:
        if high >= _LATEST:
            return MAX_STABILITY
        low, at_low = high, at_high
        high = min(high + _STRIDE, _LATEST)
        at_high = above(exp(high))
    while at_low < 0:
        if low <= _SOONEST:
            return 0.0
        high, at_high = low, at_low
        low = max(low - _STRIDE, _SOONEST)
        at_low = above(exp(low))
    kept = 0
    while high - low > _PRECISION:
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        at = above(exp(middle))
        if abs(at) < _PRECISION:
            return exp(middle)
        # An end that was kept twice gets half its weight, else the secant would creep towards the root from one side.
        if at > 0:
            low, at_low = middle, at
            at_high /= 2 if kept > 0 else 1
            kept = 1
        else:
            high, at_high = middle, at
            at_low /= 2 if kept < 0 else 1
            kept = -1
    return exp(low)


@dataclass(frozen=True, slots=True)
class Fsrs7:
    """FSRS-7 with a learner's parameters, behind the protocol `engine.memory.MemoryModel`.

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
        """w0 to w33."""
        return self.parameters.weights

    def next_state(self, state: MemoryState | None, rating: Rating, elapsed_days: float) -> MemoryState:
        """See `next_state` of this module."""
        return next_state(state, rating, elapsed_days, self.parameters)

    def retrievability(self, state: MemoryState, elapsed_days: float) -> float:
        """See `retrievability` of this module."""
        return retrievability(state, elapsed_days, self.parameters)

    def interval(self, state: MemoryState, desired_retention: float) -> float:
        """See `uncapped_interval` of this module; after a first review at most what `FIRST_INTERVALS` allows."""
        days = uncapped_interval(state, desired_retention, self.parameters)
        first = self.parameters.first
        return min(days, FIRST_INTERVALS[first.index(state)]) if state in first else days
