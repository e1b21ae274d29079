"""What entries refer to: references, numbers, atoms of the source documents, and the staircase."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kb.models.base import EntryId, Line, Model, Short
from kb.models.concept import Level


class Reference(Model):
    """An outside source, listed once."""

    id: EntryId
    kind: Literal["rfc", "paper", "book", "vendor", "standard"]
    title: str = Field(min_length=1, max_length=240)
    authors: str = Field(min_length=1, max_length=240)
    year: int = Field(ge=1930, le=2100)
    version: str | None = None
    url: str | None = Field(default=None, pattern=r"^https?://")
    checked: Literal["opened", "from-memory"]


class References(Model):
    """`concepts/references.yaml`."""

    references: tuple[Reference, ...]


class KnownNumber(Model):
    """A number worth knowing by heart."""

    id: EntryId
    name: Short
    low: float
    high: float
    typical: float
    unit: Short
    year: int = Field(ge=1950, le=2100)
    conditions: Line | None = None
    ref: str | None = None
    at: str | None = None
    derived: Line | None = None
    concepts: tuple[EntryId, ...] = ()


class Numbers(Model):
    """`concepts/numbers.yaml`."""

    numbers: tuple[KnownNumber, ...]


class Atom(Model):
    """A teachable piece of a source document."""

    id: str
    document: str = Field(pattern=r"^\d{3}$")
    lines: tuple[int, int]
    heading: str
    gist: str
    kind: str
    step: EntryId = Field(description="the step that teaches it")
    topic_step: EntryId | None = Field(default=None, description="the step in whose walk it stands, where that differs")
    parent: str | None = None


class Atoms(Model):
    """`concepts/sources.yaml`."""

    atoms: tuple[Atom, ...]


class Planned(Model):
    """A concept's place in the staircase, written or not."""

    id: EntryId
    title: Short
    level: Level


class PlannedTradeoff(Model):
    """A trade-off that the curriculum asks for."""

    id: EntryId
    question: Line
    priority: Literal["core", "advanced", "minor"]


class StaircaseStep(Model):
    """One step with its concepts in study order."""

    id: EntryId
    title: Short
    purpose: Line
    concepts: tuple[Planned, ...]
    tradeoffs: tuple[PlannedTradeoff, ...] = ()


class Staircase(Model):
    """`concepts/staircase.yaml`: the only place of order."""

    steps: tuple[StaircaseStep, ...] = Field(min_length=1)
