"""A concept: one idea of system design, from its symptom to its pitfalls."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from kb.models.base import Diagram, Entry, EntryId, Keyed, KeyedText, Line, Model, Prose, Short

Level = Literal["core", "advanced"]


class Guarantees(Model):
    """What one may rely on, and what one may not."""

    holds: tuple[Line, ...] = Field(min_length=1)
    does_not_hold: tuple[Line, ...] = Field(min_length=1)


class Pitfall(Keyed):
    """A mistake that happens, and what to do instead."""

    trap: Line
    instead: Line


class Number(Keyed):
    """A figure with its range, unit, year and source."""

    claim: Line
    low: float
    high: float
    unit: Short
    year: int = Field(ge=1950, le=2100)
    ref: str | None = None
    at: str | None = None
    derived: Line | None = Field(default=None, description="the arithmetic, for a figure that follows from others")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.low > self.high:
            raise ValueError("`low` is above `high`")
        if self.ref is None and self.derived is None:
            raise ValueError("a number names its source: `ref` (with `at`) or `derived`")
        return self


class Contrast(Model):
    """A concept that is easily taken for this one."""

    id: EntryId
    difference: Line = Field(description="the honest answer of the pair card")


class Failure(Model):
    """A failure in words, where no concept names it."""

    failure: Line


def _id_or_words(value: object) -> str:
    return "id" if isinstance(value, str) else "words"


IdOrFailure = Annotated[
    Annotated[EntryId, Tag("id")] | Annotated[Failure, Tag("words")],
    Discriminator(_id_or_words),
]
"""Text is an id, a mapping is words: so an error is reported for the one that was meant, not for both."""


class ConceptLinks(Model):
    """How a concept hangs together with others."""

    requires: tuple[EntryId, ...] = Field(
        default=(), max_length=4, description="understood first; earlier in the staircase"
    )
    part_of: tuple[EntryId, ...] = ()
    contrasts_with: tuple[Contrast, ...] = ()
    mitigates: tuple[IdOrFailure, ...] = ()
    fails_with: tuple[IdOrFailure, ...] = ()
    related: tuple[EntryId, ...] = ()


class Concept(Entry):
    """One idea of system design."""

    aliases: tuple[Short, ...] = ()
    level: Level
    summary: str = Field(min_length=20, max_length=200, description="the quintessence in one sentence")
    symptom: str = Field(min_length=40, max_length=600, description="what somebody sees before they know the name")
    mechanism: Prose = Field(
        description="Markdown, 80-250 words: how it works and why, in the order in which it happens"
    )
    guarantees: Guarantees
    diagram: Diagram | None = None
    use_when: tuple[KeyedText, ...] = Field(min_length=1)
    avoid_when: tuple[KeyedText, ...] = Field(min_length=1)
    pitfalls: tuple[Pitfall, ...] = Field(min_length=1)
    numbers: tuple[Number, ...] = ()
    example: Prose
    links: ConceptLinks = ConceptLinks()
