"""How well predictions came true: those of a memory model, and those of the learner about their own answers.

Pure functions over the log; nothing here is random and nothing reads the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log, sqrt

from engine.events import Event
from engine.histories import History
from engine.memory import MemoryModel, MemoryState, Rating

CONFIDENCE = {1: 0.25, 2: 0.5, 3: 0.8, 4: 0.95}
"""What the four words are taken to promise: guess, unsure, fairly sure, certain."""

SURE = 3
"""From this confidence on a wrong answer is confidently wrong."""

_EDGE = 1e-5
_NORMAL = 1.959964
"""The 97.5 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answer that was predicted.

    Attributes:
        recall: the predicted probability that it would be right.
        right: whether it was.
        elapsed: days since the review before.
        reviews: how many reviews the card had had.
        lapses: how often it had been forgotten on a day after the first.
        place: its place in the log.
    """

    recall: float
    right: bool
    elapsed: int
    reviews: int
    lapses: int
    place: int


def predictions(histories: Iterable[History], model: MemoryModel) -> list[Prediction]:
    """What a model says before each review, in the order of the log; only reviews on a later day than the one before.

    Args:
        histories: see `engine.histories`.
        model: the memory model.
    """
    found = []
    for history in histories:
        state: MemoryState | None = None
        lapses = 0
        for index, (rating, place) in enumerate(zip(history.ratings, history.places, strict=True)):
            elapsed = history.elapsed(index)
            right = rating > Rating.AGAIN
            if state is not None and elapsed:
                found.append(
                    Prediction(model.retrievability(state, elapsed), right, elapsed, index, lapses, place),
                )
                lapses += not right
            state = model.next_state(state, Rating(rating), elapsed)
    return sorted(found, key=lambda p: p.place)


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a series of predictions was.

    Attributes:
        log_loss: mean of -ln of the probability that was given to what happened; less is better.
        rmse_bins: root of the mean squared difference between predicted and true rate over groups of alike reviews; less is better.
        auc: the chance that of a right and a wrong answer the right one was thought the likelier; .5 knows nothing, 1 everything. None where
            all answers were right, or all wrong.
    """

    log_loss: float
    rmse_bins: float
    auc: float | None


def bin_of(elapsed: int, reviews: int, lapses: int) -> tuple[float, float, float]:
    """The group of alike reviews that one belongs to, as srs-benchmark and fsrs-rs make them.

    Args:
        elapsed: days since the review before, at least 1.
        reviews: reviews so far, this one included, at least 1.
        lapses: how often the card was forgotten before.
    """

    def step(value: int, factor: float, base: float, digits: int) -> float:
        return round(factor * base ** floor(log(value) / log(base)), digits)

    return (
        step(elapsed, 2.48, 3.62, 2),
        step(reviews, 1.99, 1.89, 0),
        step(lapses, 1.65, 1.73, 0) if lapses else 0.0,
    )


def quality(made: Sequence[Prediction], recalls: Sequence[float] | None = None) -> Quality | None:
    """How good predictions were.

    Args:
        made: the answers and what was predicted for them.
        recalls: other predictions for the same answers, to be judged instead.

    Returns:
        The measures; None where nothing was predicted.
    """
    if not made:
        return None
    chances = [p.recall for p in made] if recalls is None else list(recalls)
    clipped = [min(max(c, _EDGE), 1 - _EDGE) for c in chances]
    loss = -sum(log(c if p.right else 1 - c) for c, p in zip(clipped, made, strict=True)) / len(made)
    bins: dict[tuple[float, float, float], list[float]] = {}
    for chance, p in zip(chances, made, strict=True):
        total = bins.setdefault(bin_of(p.elapsed, p.reviews + 1, p.lapses), [0.0, 0.0])
        total[0] += chance - p.right
        total[1] += 1
    squared = sum((difference / count) ** 2 * count for difference, count in bins.values())
    return Quality(loss, sqrt(squared / len(made)), auc(chances, [p.right for p in made]))


def auc(chances: Sequence[float], right: Sequence[bool]) -> float | None:
    """The area under the curve of true against false positives: the share of pairs in the right order, ties counting half.

    Args:
        chances: predicted probabilities.
        right: what happened.

    Returns:
        0 to 1; None where there is no pair.
    """
    positive = sum(right)
    negative = len(right) - positive
    if not positive or not negative:
        return None
    ordered = sorted(zip(chances, right, strict=True))
    ranks, start = 0.0, 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end][0] == ordered[start][0]:
            end += 1
        ranks += (start + end + 1) / 2 * sum(was_right for _, was_right in ordered[start:end])
        start = end
    return (ranks - positive * (positive + 1) / 2) / (positive * negative)


def constant(made: Sequence[Prediction]) -> list[float]:
    """The share of right answers over all of them, for each: the best that one number can do, and known only afterwards."""
    share = sum(p.right for p in made) / len(made) if made else 0.0
    return [share] * len(made)


def running_average(made: Sequence[Prediction]) -> list[float]:
    """The share of right answers so far, with one right and one wrong answer in advance (Laplace's rule of succession)."""
    found = []
    right = 0
    for count, p in enumerate(made):
        found.append((right + 1) / (count + 2))
        right += p.right
    return found


@dataclass(frozen=True, slots=True)
class Level:
    """Answers that were given with one confidence.

    Attributes:
        confidence: 1 guess, 2 unsure, 3 fairly sure, 4 certain.
        promised: the probability that the word is taken to promise.
        answers: how many there were.
        right: how many of them were right.
        low: the lower end of where the true share lies with 95 % confidence (Wilson's interval).
        high: the upper end.
    """

    confidence: int
    promised: float
    answers: int
    right: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """How often it was right."""
        return self.right / self.answers if self.answers else 0.0


def wilson(right: int, answers: int) -> tuple[float, float]:
    """Where a share lies with 95 % confidence (E. B. Wilson, 1927); from 0 to 1 where there are no answers."""
    if not answers:
        return 0.0, 1.0
    share, z2 = right / answers, _NORMAL**2
    middle = (share + z2 / (2 * answers)) / (1 + z2 / answers)
    width = _NORMAL / (1 + z2 / answers) * sqrt(share * (1 - share) / answers + z2 / (4 * answers**2))
    return max(0.0, middle - width), min(1.0, middle + width)


@dataclass(frozen=True, slots=True)
class Misjudged:
    """A confident answer that was wrong.

    Attributes:
        card: its id of today.
        confidence: 3 fairly sure, 4 certain.
        day: the learner's day.
        mended: it was answered right on a later day.
    """

    card: str
    confidence: int
    day: int
    mended: bool


@dataclass(frozen=True)
class Calibration:
    """How well a learner knows what they know.

    Attributes:
        answers: how many answers came with a confidence.
        brier: mean squared difference between what was promised and what came; 0 is perfect, .25 is what "50 %" for everything gets.
        reliability: the part of it that comes from promising too much or too little.
        resolution: how far the levels tell right from wrong; it is taken off.
        uncertainty: what anybody would get who only knew the share of right answers.
        levels: one for each confidence, the lowest first.
        misjudged: the confidently wrong answers, the newest first.
    """

    answers: int
    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    levels: tuple[Level, ...]
    misjudged: tuple[Misjudged, ...]


def calibration(events: Iterable[Event], renamed: Mapping[str, str] | None = None) -> Calibration | None:
    """How well confidence and outcome agree; an answer counts as right when it was not graded Again.

    The Brier score is split after A. H. Murphy (1973): reliability - resolution + uncertainty.

    Args:
        events: reviews in the order of the log, undone ones left out.
        renamed: former card ids, with the id of today.

    Returns:
        None where no answer came with a confidence.
    """
    ids = renamed or {}
    counts = {level: [0, 0] for level in CONFIDENCE}
    wrong: list[tuple[str, int, int]] = []
    kept: dict[str, int] = {}
    for event in events:
        review = event.review
        if review is None:
            continue
        card, right = ids.get(event.subject, event.subject), review.rating > Rating.AGAIN
        if right:
            kept[card] = event.local_day
        if review.confidence in counts:
            counts[review.confidence][0] += 1
            counts[review.confidence][1] += right
            if not right and review.confidence >= SURE:
                wrong.append((card, review.confidence, event.local_day))
    levels = tuple(Level(c, CONFIDENCE[c], n, right, *wilson(right, n)) for c, (n, right) in counts.items())
    total = sum(level.answers for level in levels)
    if not total:
        return None
    overall = sum(level.right for level in levels) / total
    reliability = sum(level.answers * (level.promised - level.share) ** 2 for level in levels) / total
    resolution = sum(level.answers * (level.share - overall) ** 2 for level in levels) / total
    uncertainty = overall * (1 - overall)
    return Calibration(
        total,
        reliability - resolution + uncertainty,
        reliability,
        resolution,
        uncertainty,
        levels,
        tuple(Misjudged(card, sure, day, kept.get(card, day) > day) for card, sure, day in reversed(wrong)),
    )
