"""What the screen of a step shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.snapshots.states import state_of

if TYPE_CHECKING:
    from tui.background import Desk, Job
    from tui.views.states import State

PHASES = ("foundation", "deconstruction", "synthesis", "capstone")


@dataclass(frozen=True)
class Part:
    """One line of a step.

    Attributes:
        id: of the entry; for a phase the id of its card.
        kind: `phase`, or the kind of the entry; `planned` where it is not written yet.
        title: as shown.
        state: how far the learner is with it.
        note: more about it.
        page: for a phase, the page of the step's walk on which it begins.
    """

    id: str
    kind: str
    title: str
    state: State
    note: str
    page: int = 0


@dataclass(frozen=True)
class StepView:
    """A step.

    Attributes:
        step: its id.
        number: its place in the staircase, from 1.
        title: its title.
        purpose: what it is for.
        groups: its parts under headings; groups without parts are left out.
    """

    step: str
    number: int
    title: str
    purpose: str
    groups: tuple[tuple[str, tuple[Part, ...]], ...]

    def part(self, part_id: str | None) -> Part | None:
        """The part with this id."""
        return next((p for _, parts in self.groups for p in parts if p.id == part_id), None)


def step(step_id: str) -> Job[StepView]:
    """Gathers what the screen of a step shows.

    Args:
        step_id: the step.

    Returns:
        A job; it raises KbError where library or database cannot be used, or the step does not exist.
    """

    def job(desk: Desk) -> StepView:
        library = desk.workspace.library
        stair = library.stair(step_id)
        groups = (
            ("The walk: four phases", tuple(_phases(desk, step_id))),
            ("Concepts", tuple(_concepts(desk, step_id))),
            ("Trade-offs", tuple(_tradeoffs(desk, step_id))),
            ("Exercises", tuple(_exercises(desk, step_id))),
        )
        return StepView(
            step=step_id,
            number=library.staircase.steps.index(stair) + 1,
            title=stair.title,
            purpose=stair.purpose,
            groups=tuple((heading, parts) for heading, parts in groups if parts),
        )

    return job


def _phases(desk: Desk, step_id: str) -> Iterator[Part]:
    from kb.sections import sections_of

    workspace = desk.workspace
    written = workspace.library.steps.get(step_id)
    if written is None:
        return
    keys = [section.key for section in sections_of(workspace.library, written)]
    for phase in PHASES:
        card = f"{step_id}#phase.{phase}"
        state: State = "done" if card in workspace.walked else "new"
        note = f"{keys.count(phase)} parts; each asks before it tells."
        yield Part(card, "phase", phase.capitalize(), state, note, keys.index(phase))


def _concepts(desk: Desk, step_id: str) -> Iterator[Part]:
    workspace, library = desk.workspace, desk.workspace.library
    mastery = workspace.mastery()
    for planned in library.stair(step_id).concepts:
        state = state_of(workspace, planned.id, mastery)
        concept = library.concepts.get(planned.id)
        kind, note = ("concept", concept.summary) if concept else ("planned", "Planned, not written yet.")
        level = " (advanced)" if planned.level == "advanced" else ""
        yield Part(planned.id, kind, f"{library.title(planned.id)}{level}", state, note)


def _tradeoffs(desk: Desk, step_id: str) -> Iterator[Part]:
    from kb.models import Tradeoff

    workspace, library = desk.workspace, desk.workspace.library
    mastery = workspace.mastery()
    for tradeoff in library.of_step(step_id, Tradeoff):
        yield Part(
            tradeoff.id, "tradeoff", tradeoff.title, state_of(workspace, tradeoff.id, mastery), tradeoff.question
        )
    for planned in library.stair(step_id).tradeoffs:
        if planned.id not in library.entries:
            yield Part(planned.id, "planned", planned.question, "planned", "Planned, not written yet.")


def _exercises(desk: Desk, step_id: str) -> Iterator[Part]:
    from kb.models import Exercise

    for exercise in desk.workspace.library.of_step(step_id, Exercise):
        note = f"{exercise.goal} About {exercise.minutes} minutes; needs: {', '.join(exercise.needs)}."
        yield Part(exercise.id, "exercise", exercise.title, state_of(desk.workspace, exercise.id, {}), note)
