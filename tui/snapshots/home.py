"""What the home screen shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.mastery import StepProgress
    from tui.background import Desk


@dataclass(frozen=True)
class Home:
    """The staircase, and what to do next.

    Attributes:
        steps: from the lowest step up.
        stands: the index of the step on which the learner stands.
        due: cards that are due in today's session.
        new: new cards in today's session.
        later: days until the next cards fall due, and how many they are; None where nothing is scheduled.
        held_back: new cards that wait for a prerequisite or for tomorrow.
    """

    steps: tuple[StepProgress, ...]
    stands: int
    due: int
    new: int
    later: tuple[int, int] | None
    held_back: int


def home(desk: Desk) -> Home:
    """Gathers what the home screen shows.

    Raises:
        KbError: library or database cannot be used.
    """
    workspace = desk.workspace
    queue = workspace.queue()
    steps = tuple(workspace.staircase())
    return Home(
        steps=steps,
        stands=standing(steps),
        due=len(queue.due),
        new=len(queue.new),
        later=next_load(workspace.load(), workspace.today),
        held_back=queue.held_back,
    )


def standing(steps: Sequence[StepProgress]) -> int:
    """The index of the lowest written step that is not solid yet; of the highest written one where all are solid; else 0."""
    written = [i for i, step in enumerate(steps) if step.written]
    return next((i for i in written if not steps[i].solid), written[-1] if written else 0)


def next_load(load: Mapping[int, int], today: int) -> tuple[int, int] | None:
    """When the next cards after today fall due.

    Args:
        load: cards due on each day.
        today: the learner's day.

    Returns:
        Days from today, and how many cards; None where nothing is scheduled.
    """
    day = min((d for d, cards in load.items() if d > today and cards), default=None)
    return None if day is None else (day - today, load[day])
