"""What the progress screen shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.evaluation import Calibration
    from engine.events import Event
    from engine.mastery import StepProgress
    from engine.workspace import Workspace
    from tui.background import Desk

WEEKS = 12
"""How far back the screen looks: an old log must not make it slow, and what was long ago says little about today."""

AHEAD = 14
RETENTION_DAYS = 30
HARDEST = 20


@dataclass(frozen=True)
class Retention:
    """How much was still there when it was asked again.

    Attributes:
        days: for each day of the last `RETENTION_DAYS`, the oldest first: answers, and how many of them were right.
        goal: the probability of recall at which a card falls due.
    """

    days: tuple[tuple[int, int], ...]
    goal: float

    @property
    def answers(self) -> int:
        """Answers on all these days."""
        return sum(answers for answers, _ in self.days)

    @property
    def share(self) -> float | None:
        """The share of right ones; None without answers."""
        return sum(right for _, right in self.days) / self.answers if self.answers else None


@dataclass(frozen=True)
class Hard:
    """A card that was forgotten.

    Attributes:
        card: its id.
        entry: the entry it belongs to.
        kind: the kind of that entry.
        title: its title.
        prompt: what the card asks.
        lapses: how often it was forgotten.
    """

    card: str
    entry: str
    kind: str
    title: str
    prompt: str
    lapses: int


@dataclass(frozen=True)
class ProgressView:
    """How far a learner is, and how well it holds.

    Attributes:
        today: the learner's day, as days since 1970-01-01.
        steps: the steps that are written, the lowest first, each with its number in the staircase.
        planned: how many steps are not written yet.
        begun: cards that were answered at least once.
        learned: entries that are learned.
        answers: how many answers were given on each day of the last `WEEKS` weeks.
        load: cards due on each of the next `AHEAD` days, today first; what is overdue counts for today.
        retention: of the last days.
        calibration: of the last `WEEKS` weeks; None where no answer came with a confidence.
        hardest: the most often forgotten cards, the hardest first.
    """

    today: int
    steps: tuple[tuple[int, StepProgress], ...]
    planned: int
    begun: int
    learned: int
    answers: Mapping[int, int]
    load: tuple[int, ...]
    retention: Retention
    calibration: Calibration | None
    hardest: tuple[Hard, ...]


def progress(desk: Desk) -> ProgressView:
    """Gathers what the progress screen shows.

    Raises:
        KbError: library or database cannot be used.
    """
    from engine.evaluation import calibration
    from engine.histories import kept_reviews

    workspace = desk.workspace
    today = workspace.today
    steps = workspace.staircase()
    reviews = kept_reviews(
        workspace.store.events(kinds=["review", "undo"], since_day=first_day(today)),
    )
    return ProgressView(
        today=today,
        steps=tuple((number, step) for number, step in enumerate(steps, 1) if step.written),
        planned=sum(not step.written for step in steps),
        begun=sum(p.state is not None for p in workspace.cards.values()),
        learned=sum(m.learned for m in workspace.mastery().values()),
        answers=Counter(event.local_day for event in reviews),
        load=load_ahead(workspace.load(), today),
        retention=Retention(right_by_day(repeats(workspace, reviews), today), workspace.settings.desired_retention),
        calibration=calibration(reviews, workspace.deck.renamed),
        hardest=tuple(hardest(workspace)),
    )


def first_day(today: int) -> int:
    """The Monday with which the weeks that are looked at begin.

    Args:
        today: as days since 1970-01-01, which was a Thursday.
    """
    return today - (today + 3) % 7 - 7 * (WEEKS - 1)


def load_ahead(load: Mapping[int, int], today: int) -> tuple[int, ...]:
    """Cards due on each of the next days, today first.

    Args:
        load: cards due on each day; those of former days are due today.
        today: the learner's day.
    """
    overdue = sum(cards for day, cards in load.items() if day < today)
    return tuple(load.get(today + ahead, 0) + (overdue if not ahead else 0) for ahead in range(AHEAD))


def repeats(workspace: Workspace, reviews: Iterable[Event]) -> Iterator[tuple[int, bool]]:
    """Answers to cards that were first seen on an earlier day: the day, and whether it was right."""
    from engine.memory import Rating

    for event in reviews:
        found = workspace.cards.get(workspace.deck.renamed.get(event.subject, event.subject))
        if event.review and found and found.state and found.state.first_day < event.local_day:
            yield event.local_day, event.review.rating > Rating.AGAIN


def right_by_day(answers: Iterable[tuple[int, bool]], today: int) -> tuple[tuple[int, int], ...]:
    """Answers and right ones of each of the last `RETENTION_DAYS` days, the oldest first."""
    asked: Counter[int] = Counter()
    right: Counter[int] = Counter()
    for day, was_right in answers:
        asked[day] += 1
        right[day] += was_right
    return tuple((asked[day], right[day]) for day in range(today - RETENTION_DAYS + 1, today + 1))


def hardest(workspace: Workspace) -> Iterator[Hard]:
    """The most often forgotten cards that are still there, the hardest first."""
    library, cards = workspace.library, workspace.deck.cards
    forgotten = ((p.state.lapses, p.card) for p in workspace.cards.values() if p.state is not None and p.state.lapses)
    for lapses, card in sorted((f for f in forgotten if f[1] in cards), key=lambda f: (-f[0], f[1]))[:HARDEST]:
        entry = cards[card].entry
        yield Hard(card, entry, library.kind(entry), library.title(entry), cards[card].prompt, lapses)
