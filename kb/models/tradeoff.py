"""A trade-off: the question that decides between two or more ways, and where the answer flips."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from kb.models.base import Entry, EntryId, Key, Keyed, Line, Model


class Side(Model):
    """One way to go: a concept, or a phrase where no entry names it."""

    key: Key = Field(description="what `pick` of a case refers to")
    concept: EntryId | None = None
    phrase: Line | None = None
    gains: tuple[Line, ...] = Field(min_length=1)
    costs: tuple[Line, ...] = Field(min_length=1)
    wins_when: Line

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.concept is None and self.phrase is None:
            raise ValueError("a side names a `concept` or a `phrase`")
        return self


class TippingPoint(Model):
    """The number or the condition at which the answer flips."""

    at: Line
    derived: str = Field(min_length=1, max_length=800, description="how it was computed or observed")


class Case(Keyed):
    """A situation in which one side wins."""

    situation: str = Field(min_length=20, max_length=500)
    pick: Key = Field(description="the `key` of the side that wins")
    because: Line
    close: bool = Field(default=False, description="a case that could nearly go the other way")


class TradeoffLinks(Model):
    """The concepts that a trade-off stands on and leads to."""

    requires: tuple[EntryId, ...] = ()
    related: tuple[EntryId, ...] = ()


class Tradeoff(Entry):
    """The question that decides between two or more ways."""

    question: Line
    sides: tuple[Side, ...] = Field(min_length=2)
    tipping_point: TippingPoint
    cases: tuple[Case, ...] = Field(min_length=3)
    links: TradeoffLinks = TradeoffLinks()
