"""Fits the parameters of a memory model to a learner's answers: maximum a posteriori, and only where unseen answers agree.

The objective is the negative log likelihood of the answers plus a normal prior around the default weights, whose spread is that of real
learners. It is minimised by Fisher scoring with Levenberg's damping inside the bounds of the weights. Derivatives are differences: all
perturbed weights are computed side by side, so that one pass over the answers yields the gradient and the information matrix.

Whatever is fitted on the earlier four fifths of the answers has to predict the last fifth better than the defaults do; else the defaults stay.

The only module of the engine that needs numpy; import it where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.fsrs7 import FAST_SHARE
from engine.fsrs7 import MIN_STABILITY as MIN_STABILITY_7
from engine.histories import History
from engine.memory import MAX_DIFFICULTY, MAX_STABILITY, MIN_DIFFICULTY, MIN_STABILITY
from engine.models import Kind
from engine.tuning import FEWEST

Array = NDArray[np.float64]
Tick = Callable[[int, int], None]

SPLITS = (0.2, 0.4, 0.6, 0.8)
"""A trial is fitted to each of these shares of the answers, the oldest ones, and judged by what comes until the next."""

MANY = 5000
"""With more answers than that the last split alone decides: a fifth of them is enough."""

PRIOR = 2.0
"""How strongly the prior holds: 1 takes `SPREADS` for what they are, 2 is what fsrs-rs uses and what predicts best (`benchmarks/learners.py`)."""

SPREADS = {
    "fsrs6": (
        *(1.0, 1.0, 1.0, 1.0, 0.57, 0.28, 0.6, 0.12, 0.39, 0.18, 0.33),
        *(0.3, 0.09, 0.16, 0.57, 0.25, 1.03, 0.31, 0.32, 0.14, 0.27),
    ),
    "fsrs7": (
        *(1.0, 1.0, 1.0, 1.0, 0.523, 0.2528, 0.4329),
        *(0.2966, 0.2139, 0.2889, 0.1862, 0.175, 0.3812, 0.3013, 0.9104),
        *(0.3234, 0.2448, 0.3273, 0.1842, 0.1735, 0.4608, 0.311, 0.864),
        *(0.0418, 0.2596, 0.0798, 0.0682, 0.1282, 0.1397, 0.1407, 0.1489, 0.2, 0.15, 0.15),
    ),
}
"""Standard deviations of the weights between learners, as fsrs-rs and srs-benchmark publish them; of the logarithm for the first four."""

_LOGARITHMIC = 4
_STEP = 1e-5
_ENOUGH = 0.02
_ROUNDS = 12
_PASSES = 30
_BLOCK = 1024
_SURE = 1e-5
_LOW, _HIGH = log(MIN_STABILITY), log(MAX_STABILITY)
_LOW_7 = log(MIN_STABILITY_7)


@dataclass(frozen=True)
class Fit:
    """What came of a fit.

    Attributes:
        weights: the fitted weights; None where the defaults stay.
        reviews: how many answers could be predicted.
        before: mean log loss of the defaults on the newest answers, which the trial had not seen.
        after: the same of the weights that were tried; both are 0 where there are too few answers for a trial.
    """

    weights: tuple[float, ...] | None
    reviews: int
    before: float = 0.0
    after: float = 0.0

    @property
    def tried(self) -> bool:
        """Whether there were enough answers for a trial."""
        return self.before > 0

    @property
    def gain(self) -> float:
        """By how much log loss fell on the answers that the trial had not seen."""
        return self.before - self.after


class Kernel(Protocol):
    """A memory model computed for many cards (rows) under many sets of weights (columns) at once."""

    def begin(self, ratings: NDArray[np.intp]) -> tuple[Array, ...]:
        """The states after first reviews."""
        ...

    def review(
        self, state: tuple[Array, ...], ratings: NDArray[np.intp], elapsed: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """The probability of recall before a review, and the states after it."""
        ...


class Kernel6:
    """FSRS-6; see `engine.memory`. A state is the logarithm of stability, and difficulty.

    Args:
        weights: one row a set of weights.
    """

    def __init__(self, weights: Array) -> None:
        w = self._w = weights.T
        self._decay = -w[20]
        self._factor = 0.9 ** (-1 / w[20]) - 1
        self._first_difficulty = np.stack([w[4] - np.exp(w[5] * g) + 1 for g in range(4)])
        self._growth = np.exp(w[8])
        self._bonus = np.stack([np.ones_like(w[0]), w[15], np.ones_like(w[0]), w[16]])
        self._divisor = w[17] * w[18]
        self._same_day = np.stack([w[17] * (g - 2 + w[18]) for g in range(4)])

    def begin(self, ratings: NDArray[np.intp]) -> tuple[Array, ...]:
        """See `Kernel`."""
        return np.log(self._w[ratings - 1]), np.clip(
            self._first_difficulty[ratings - 1], MIN_DIFFICULTY, MAX_DIFFICULTY
        )

    def review(
        self, state: tuple[Array, ...], ratings: NDArray[np.intp], elapsed: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """See `Kernel`."""
        w = self._w
        s, d = state
        r = np.exp(self._decay * np.log1p(self._factor * elapsed[:, None] * np.exp(-s)))
        after = np.empty_like(s)
        same, again = elapsed < 1, ratings == 1
        kept, lost = np.flatnonzero(~same & ~again), np.flatnonzero(~same & again)
        near = np.flatnonzero(same)
        if kept.size:
            gain = self._growth * (11 - d[kept]) * np.exp(-w[9] * s[kept]) * np.expm1(w[10] * (1 - r[kept]))
            after[kept] = s[kept] + np.log1p(gain * self._bonus[ratings[kept] - 1])
        if lost.size:
            grown = np.expm1(w[13] * np.log1p(np.exp(s[lost])))
            relearnt = np.log(w[11] * grown) - w[12] * np.log(d[lost]) + (1 - r[lost]) * w[14]
            after[lost] = np.minimum(relearnt, s[lost] - self._divisor)
        if near.size:
            growth = self._same_day[ratings[near] - 1] - w[19] * s[near]
            after[near] = s[near] + np.where(again[near, None], growth, np.maximum(growth, 0))
        damped = d - w[6] * (ratings[:, None] - 3) * (10 - d) / 9
        difficulty = w[7] * self._first_difficulty[3] + (1 - w[7]) * damped
        return r, (np.clip(after, _LOW, _HIGH), np.clip(difficulty, MIN_DIFFICULTY, MAX_DIFFICULTY))


class Kernel7:
    """FSRS-7; see `engine.fsrs7`. A state is the logarithms of both stabilities, and difficulty.

    Args:
        weights: one row a set of weights.
    """

    def __init__(self, weights: Array) -> None:
        w = self._w = weights.T
        self._first_difficulty = np.stack([w[4] - np.exp(w[5] * g) + 1 for g in range(4)])
        self._decay = -np.clip(w[24], 0.01, 0.95)
        self._factor = w[26] ** (1 / self._decay) - 1
        one = np.ones_like(w[0])
        self._bonus = {k: np.stack([one, w[k + 6], one, w[k + 7]]) for k in (7, 15)}

    def begin(self, ratings: NDArray[np.intp]) -> tuple[Array, ...]:
        """See `Kernel`."""
        slow = np.log(self._w[ratings - 1])
        difficulty = np.clip(self._first_difficulty[ratings - 1], MIN_DIFFICULTY, MAX_DIFFICULTY)
        return slow, np.maximum(slow + log(FAST_SHARE), _LOW_7), difficulty

    def review(
        self, state: tuple[Array, ...], ratings: NDArray[np.intp], elapsed: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """See `Kernel`."""
        w = self._w
        s, f, d = state
        t, away = elapsed[:, None], d - 5
        decay = -np.clip(w[23] * np.exp(f * (w[33] - 0.3)), 0.01, 0.95)
        by_fast = np.exp(decay * np.log1p(np.expm1(np.minimum(np.log(w[25]) / decay, 60)) * t * np.exp(-f)))
        scale = self._factor * np.exp(away * (w[32] - 0.3) - s)
        by_slow = np.exp(self._decay * np.log1p(scale * t))
        share = 1 / (1 + w[28] / w[27] * np.exp(s * w[30] + away * (w[31] - 0.5) + f * w[29]))
        r = (share * by_fast + (1 - share) * by_slow) * (1 - 2e-5) + 1e-5
        slow, fast = self._updated(s, d, r, ratings, 7), self._updated(f, d, by_fast, ratings, 15)
        again = (ratings == 1)[:, None]
        fast = np.where(again, np.minimum(fast, slow + log(FAST_SHARE)), fast)
        change = -w[6] * (ratings[:, None] - 3) * np.where(again, r + 0.1, 1)
        difficulty = 0.01 * self._first_difficulty[3] + 0.99 * (d + (10 - d) / 9 * change)
        return r, (
            np.clip(slow, _LOW_7, _HIGH),
            np.clip(fast, _LOW_7, _HIGH),
            np.clip(difficulty, MIN_DIFFICULTY, MAX_DIFFICULTY),
        )

    def _updated(self, x: Array, d: Array, q: Array, ratings: NDArray[np.intp], k: int) -> Array:
        """The logarithm of one trace after a review; its weights begin at `k`."""
        w = self._w
        grown = np.maximum(np.expm1(w[k + 4] * np.log1p(np.exp(x))), 1e-300)
        lapse = np.minimum(x, np.log(w[k + 3] * grown) + (1 - q) * w[k + 5])
        gain = np.exp(w[k] - 1.5) * (11 - d) * np.exp(-w[k + 1] * x) * np.expm1((1 - q) * w[k + 2])
        success = x + np.log1p(gain * self._bonus[k][ratings - 1])
        after: Array = np.where((ratings == 1)[:, None], lapse, np.maximum(lapse, success))
        return after


KERNELS: dict[str, Callable[[Array], Kernel]] = {"fsrs6": Kernel6, "fsrs7": Kernel7}


@dataclass(frozen=True)
class _Block:
    """Some cards with about as many reviews each, the longest history first, so that those still running are always the first rows.

    Attributes:
        ratings: a row a card, a column a review; 0 where there is none.
        elapsed: days since the review before.
        places: the places of the reviews in the log.
        lengths: how many reviews each card has.
    """

    ratings: NDArray[np.int8]
    elapsed: NDArray[np.int32]
    places: NDArray[np.int32]
    lengths: NDArray[np.intp]

    def running(self, index: int) -> int:
        """How many cards have a review of this number."""
        return int(np.searchsorted(-self.lengths, -index, side="left"))


def _blocks(histories: Sequence[History]) -> list[_Block]:
    ordered = sorted((h for h in histories if len(h.days) > 1), key=lambda h: (-len(h.days), h.places[0]))
    found = []
    for start in range(0, len(ordered), _BLOCK):
        cards = ordered[start : start + _BLOCK]
        shape = (len(cards), len(cards[0].days))
        ratings, elapsed, places = np.zeros(shape, np.int8), np.zeros(shape, np.int32), np.zeros(shape, np.int32)
        for row, history in enumerate(cards):
            n = len(history.days)
            ratings[row, :n], places[row, :n] = history.ratings, history.places
            elapsed[row, 1:n] = np.diff(history.days)
        found.append(_Block(ratings, elapsed, places, np.array([len(h.days) for h in cards])))
    return found


class _Answers:
    """The answers of a learner, ready to be predicted under many sets of weights at once."""

    def __init__(self, histories: Sequence[History], kind: Kind, tick: Tick | None = None) -> None:
        self._blocks = _blocks(histories)
        self._kernel = KERNELS[kind.name]
        self._tick = tick or _silent
        self._done = 0
        places = [b.places[b.elapsed > 0] for b in self._blocks]
        self.places = np.sort(np.concatenate(places)) if places else np.zeros(0, np.int32)

    def predictions(self, weights: Array, before: float, after: float = -1) -> Iterator[tuple[Array, Array]]:
        """Recall as predicted and as it was, for answers on a later day than the one before.

        Args:
            weights: one row a set of weights.
            before: only answers before this place in the log.
            after: only answers from this place on.

        Yields:
            Probabilities, a row an answer and a column a set of weights; and 1 or 0 for each answer.
        """
        kernel = self._kernel(weights)
        for block in self._blocks:
            self._count()
            state = kernel.begin(block.ratings[:, 0].astype(np.intp))
            for index in range(1, block.ratings.shape[1]):
                rows = block.running(index)
                ratings = block.ratings[:rows, index].astype(np.intp)
                elapsed, places = block.elapsed[:rows, index], block.places[:rows, index]
                recall, state = kernel.review(tuple(part[:rows] for part in state), ratings, elapsed.astype(np.float64))
                scored = (elapsed > 0) & (places < before) & (places >= after)
                if scored.any():
                    yield np.clip(recall[scored], _SURE, 1 - _SURE), (ratings[scored] > 1).astype(np.float64)

    def _count(self) -> None:
        """Tells how much is done. How many passes there will be is not known; most fits take about so many."""
        self._done += 1
        share = min(self._done / (_PASSES * len(self._blocks)), 1.0)
        self._tick(int(share * len(self.places)), len(self.places))

    def loss(self, weights: Array, before: float, after: float = -1) -> tuple[float, int]:
        """The negative log likelihood of some answers, and how many they are; arguments as for `predictions`."""
        total, count = 0.0, 0
        for recall, right in self.predictions(weights[None], before, after):
            total -= float(np.sum(np.log(np.where(right > 0, recall[:, 0], 1 - recall[:, 0]))))
            count += len(right)
        return total, count


class _Problem:
    """The posterior of the weights: in coordinates in which the prior is the standard normal distribution."""

    def __init__(self, answers: _Answers, kind: Kind, before: float) -> None:
        self._answers, self._before = answers, before
        self._spread = np.array(SPREADS[kind.name])
        self._centre = self._bent(np.array(kind.defaults))
        low, high = np.array(kind.bounds).T
        self._bounds = low, high
        self._low, self._high = (self._coordinates(edge) for edge in (low, high))

    @staticmethod
    def _bent(weights: Array) -> Array:
        bent = weights.copy()
        bent[:_LOGARITHMIC] = np.log(bent[:_LOGARITHMIC])
        return bent

    def _coordinates(self, weights: Array) -> Array:
        coordinates: Array = (self._bent(weights) - self._centre) / self._spread
        return coordinates

    def weights(self, z: Array) -> Array:
        """Weights from coordinates; one row a set."""
        bent: Array = self._centre + z * self._spread
        bent[..., :_LOGARITHMIC] = np.exp(bent[..., :_LOGARITHMIC])
        return bent

    def clipped(self, z: Array) -> Array:
        """Weights inside their bounds, to the last digit, under which no better first grade puts a card off for a shorter time."""
        low, high = self._bounds
        weights = np.clip(self.weights(z), low, high)
        weights[:_LOGARITHMIC] = np.minimum(np.maximum.accumulate(weights[:_LOGARITHMIC]), high[:_LOGARITHMIC])
        return weights

    def at(self, z: Array) -> tuple[float, Array, Array]:
        """The negative log posterior, its gradient and its expected curvature."""
        steps = np.vstack([np.zeros_like(z), np.eye(len(z)) * _STEP])
        value, gradient = PRIOR / 2 * float(z @ z), PRIOR * z
        curvature = PRIOR * np.eye(len(z))
        for recall, right in self._answers.predictions(self.weights(z + steps), self._before):
            p = recall[:, 0]
            slopes = (recall[:, 1:] - p[:, None]) / _STEP
            value -= float(np.sum(np.log(np.where(right > 0, p, 1 - p))))
            variance = p * (1 - p)
            gradient = gradient + slopes.T @ ((p - right) / variance)
            curvature += slopes.T @ (slopes / variance[:, None])
        return value, gradient, curvature

    def solve(self, z: Array) -> Array:
        """The coordinates where the posterior is highest, from a start."""
        value, gradient, curvature = self.at(z)
        damping = 1e-2
        for _ in range(_ROUNDS):
            # A weight at its bound that wants to leave it stays where it is and takes no part.
            free = ~(((z <= self._low) & (gradient > 0)) | ((z >= self._high) & (gradient < 0)))
            part = curvature[np.ix_(free, free)]
            step = np.zeros_like(z)
            step[free] = -np.linalg.solve(part + damping * np.diag(np.diag(part)), gradient[free])
            tried = np.clip(z + step, self._low, self._high)
            promised = -float(gradient @ (tried - z)) / 2
            if promised < _ENOUGH:
                return tried
            outcome = self.at(tried)
            if outcome[0] < value:
                gained = value - outcome[0]
                z, (value, gradient, curvature) = tried, outcome
                damping /= 5
                if gained < _ENOUGH:
                    break
            else:
                damping = max(damping, 1e-3) * 10
        return z


def _silent(_done: int, _total: int) -> None:
    pass


def fit(histories: Sequence[History], kind: Kind, tick: Tick | None = None) -> Fit:
    """Fits a model to a learner's answers.

    Args:
        histories: of all cards; see `engine.histories`.
        kind: the memory model.
        tick: called with how many answers are done, and of how many; it may raise to stop.

    Returns:
        The fit; without weights where there are fewer than `FEWEST` answers that can be predicted, or where the newest of them speak against it.
    """
    answers = _Answers(histories, kind, tick)
    count = len(answers.places)
    if count < FEWEST:
        return Fit(None, count)
    defaults = np.array(kind.defaults)
    z = np.zeros(len(defaults))
    before, after, unseen = 0.0, 0.0, 0
    shares = SPLITS if count <= MANY else SPLITS[-1:]
    ends = [*(float(answers.places[int(count * share)]) for share in shares), np.inf]
    for cut, end in pairwise(ends):
        trial = _Problem(answers, kind, cut)
        z = trial.solve(z)
        loss, some = answers.loss(defaults, end, cut)
        before, unseen = before + loss, unseen + some
        after += answers.loss(trial.clipped(z), end, cut)[0]
    if after >= before:
        return Fit(None, count, before / unseen, after / unseen)
    whole = _Problem(answers, kind, np.inf)
    weights = whole.clipped(whole.solve(z))
    return Fit(tuple(float(w) for w in weights), count, before / unseen, after / unseen)
