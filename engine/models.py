"""The memory models that there are, by the names under which settings choose them and the log mentions them.

A further model is a module of its own and one line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine import fsrs7, memory
from engine.memory import MemoryModel
from kb.errors import UsageError


@dataclass(frozen=True, slots=True)
class Kind:
    """One memory model, whatever its parameters are.

    Attributes:
        name: how a setting names it, as `fsrs6`.
        version: how a review in the log names it, as `fsrs6/1`.
        defaults: its default weights.
        bounds: the lowest and highest value of each weight.
        build: makes the model from weights; raises UsageError where they are none.
    """

    name: str
    version: str
    defaults: tuple[float, ...]
    bounds: tuple[tuple[float, float], ...]
    build: Callable[[tuple[float, ...]], MemoryModel]


def _fsrs6(weights: tuple[float, ...]) -> MemoryModel:
    return memory.Fsrs6(memory.Parameters(weights))


def _fsrs7(weights: tuple[float, ...]) -> MemoryModel:
    return fsrs7.Fsrs7(fsrs7.Parameters(weights))


KINDS: Mapping[str, Kind] = {
    "fsrs6": Kind("fsrs6", memory.MODEL_VERSION, memory.DEFAULT_WEIGHTS, memory.WEIGHT_BOUNDS, _fsrs6),
    "fsrs7": Kind("fsrs7", fsrs7.MODEL_VERSION, fsrs7.DEFAULT_WEIGHTS, fsrs7.WEIGHT_BOUNDS, _fsrs7),
}
"""By the name that a setting uses."""

DEFAULT_KIND = "fsrs6"


def kind_of(name: str) -> Kind:
    """A model by its name, or by its version as the log has it.

    Raises:
        UsageError: there is no such model.
    """
    found = KINDS.get(name) or next((kind for kind in KINDS.values() if kind.version == name), None)
    if found is None:
        raise UsageError(
            f"there is no memory model `{name}`", where="memory_model", hint=f"There are {', '.join(KINDS)}."
        )
    return found


def model_of(name: str, weights: Sequence[float] | None = None) -> MemoryModel:
    """A model with parameters.

    Args:
        name: as for `kind_of`.
        weights: the learner's own; None for the defaults.

    Raises:
        UsageError: there is no such model, or it does not take these weights.
    """
    return _built(name, None if weights is None else tuple(weights))


@lru_cache(maxsize=8)
def _built(name: str, weights: tuple[float, ...] | None) -> MemoryModel:
    kind = kind_of(name)
    return kind.build(kind.defaults if weights is None else weights)
