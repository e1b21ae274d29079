"""A learner's own parameters of the memory model: what the log says about them, and when it is worth fitting them anew.

Parameters are events of kind `setting`, one subject for each model version, so that card states stay a function of the log and travel with it.
Fitting itself stands in `engine.optimise`, which needs numpy.

A front end fits in three steps, so that only the middle one takes time and it touches nothing that is shared: `prepare` where the workspace
lives, `compute` in any thread or process, `adopt` where the workspace lives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.events import Event
from engine.histories import History, histories, predictable
from engine.models import kind_of

if TYPE_CHECKING:
    from engine.optimise import Fit
    from engine.workspace import Workspace

FEWEST = 200
"""So many answers that can be predicted are needed before parameters of one's own are tried."""

GROWTH = 1.2
"""Fitting again is worth while when there are so many times as many answers as at the last try."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Parameters in force, and how they came about.

    Attributes:
        weights: the learner's own; None for the defaults of the model.
        reviews: how many answers that can be predicted there were at the last try; 0 where nothing was tried.
        gain: by how much log loss fell against the defaults on answers that the fit had not seen; None where it was not measured.
    """

    weights: tuple[float, ...] | None = None
    reviews: int = 0
    gain: float | None = None

    def as_data(self) -> dict[str, Any]:
        """The value of the event, as plain JSON."""
        return {
            "weights": None if self.weights is None else list(self.weights),
            "reviews": self.reviews,
            "gain": self.gain,
        }

    def due(self, reviews: int) -> bool:
        """Whether fitting is worth while.

        Args:
            reviews: how many answers that can be predicted there are now.
        """
        return reviews >= FEWEST and reviews >= GROWTH * self.reviews


def tuning_subject(model: str) -> str:
    """The subject of the events that hold parameters of a model, as `weights fsrs6/1`.

    Args:
        model: its name or version.

    Raises:
        UsageError: there is no such model.
    """
    return f"weights {kind_of(model).version}"


def tuning_of(event: Event | None) -> Tuning:
    """What an event says; the defaults where there is none.

    Parameters that this program's model does not take, from a damaged or foreign log, count as none: a learner must always be able to study.
    """
    value = event.payload.get("value") if event is not None else None
    if event is None or not isinstance(value, Mapping):
        return Tuning()
    weights, reviews, gain = value.get("weights"), value.get("reviews"), value.get("gain")
    return Tuning(
        _usable(event.subject.removeprefix("weights "), weights) if isinstance(weights, Sequence) else None,
        reviews if isinstance(reviews, int) else 0,
        float(gain) if isinstance(gain, int | float) else None,
    )


def _usable(version: str, weights: Sequence[Any]) -> tuple[float, ...] | None:
    kind = kind_of(version)
    if len(weights) != len(kind.bounds):
        return None
    inside = (
        isinstance(weight, int | float) and low <= weight <= high
        for weight, (low, high) in zip(weights, kind.bounds, strict=True)
    )
    return tuple(float(weight) for weight in weights) if all(inside) else None


def worth_trying(workspace: Workspace) -> bool:
    """Whether there may be enough new answers for a fit, from what is known without reading the log; `prepare` knows it exactly."""
    if not workspace.settings.optimise:
        return False
    repeated = sum(p.state.reps - 1 for p in workspace.cards.values() if p.state is not None)
    return workspace.tuning.due(repeated)


def prepare(workspace: Workspace, only_if_due: bool = True) -> list[History] | None:
    """Reads what a fit needs.

    Args:
        workspace: the learner's.
        only_if_due: the learner did not ask for it: nothing is done where the settings or the number of new answers speak against it.

    Returns:
        The histories of all cards; None where nothing is to be done.
    """
    if only_if_due and not worth_trying(workspace):
        return None
    read = histories(workspace.store.events(kinds=["review", "reset", "undo"]), workspace.deck.renamed)
    if only_if_due and not workspace.tuning.due(predictable(read)):
        return None
    return read


def compute(read: Sequence[History], model: str, tick: Callable[[int, int], None] | None = None) -> Fit:
    """Fits a memory model: some seconds of work for 100,000 answers.

    Args:
        read: what `prepare` returned.
        model: the name of the model, as in the settings.
        tick: called with how many answers are done, and of how many; it may raise to stop.
    """
    from engine.optimise import fit

    return fit(read, kind_of(model), tick)


def adopt(workspace: Workspace, fit: Fit) -> Tuning:
    """Schedules with the outcome of a fit from now on: the learner's own parameters, or the defaults where these predict better.

    Raises:
        StoreError: nothing was changed.
    """
    tuning = Tuning(fit.weights, fit.reviews, fit.gain if fit.tried else None)
    workspace.tune(tuning)
    return tuning


def put_back(workspace: Workspace) -> Tuning | None:
    """Schedules with the parameters again that were in force before the present ones.

    Returns:
        These parameters; None where there were no others.
    """
    now = workspace.tuning
    earlier = [tuning_of(event) for event in workspace.tunings()]
    if not earlier:
        return None
    before = next((tuning for tuning in [*earlier, Tuning()] if tuning.weights != now.weights), None)
    if before is not None:
        before = Tuning(before.weights, now.reviews, before.gain)
        workspace.tune(before)
    return before
