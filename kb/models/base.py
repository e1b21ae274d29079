"""What every entry shares: ids, keys, citations, corrections and links."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"

EntryId = Annotated[str, StringConstraints(pattern=rf"^({SLUG}:)?{SLUG}$", max_length=80)]
"""An entry's id; `pack:entry` in a third-party pack."""

Key = Annotated[str, StringConstraints(pattern=rf"^{SLUG}$", max_length=40)]
"""The name of a list item from which a card is made; unique in its list and never reused."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
"""A sentence or two."""

Short = Annotated[str, StringConstraints(min_length=1, max_length=120)]
"""A title, a label, a unit."""

Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
"""Markdown of several paragraphs."""

Kind = Literal["concept", "tradeoff", "exercise", "step", "interview", "lab"]


class Model(BaseModel):
    """A frozen record that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class Citation(Model):
    """Where a statement comes from: an atom of the source documents, or a place in a reference."""

    atom: str | None = None
    ref: str | None = None
    at: str | None = Field(default=None, max_length=160, description="section, page or table of the reference")

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.atom is None) == (self.ref is None):
            raise ValueError("a citation names either an atom or a ref")
        if self.atom is not None and self.at is not None:
            raise ValueError("`at` belongs to a ref, an atom has its lines already")
        return self


class Correction(Model):
    """Something often said and wrong, with what is true and how one knows."""

    erratum: str | None = Field(default=None, pattern=r"^e\d{3}$", description="id in the list of known errors")
    says: Line = Field(description="the error, paraphrased in at most 12 words")
    truth: Line
    ref: str | None = None
    at: str | None = None
    derived: Line | None = Field(
        default=None, description="the arithmetic or the experiment, where no reference is needed"
    )

    @model_validator(mode="after")
    def _has_evidence(self) -> Self:
        if self.ref is None and self.derived is None:
            raise ValueError("a correction names its evidence: `ref` (with `at`) or `derived`")
        return self


class Keyed(Model):
    """A list item from which a card is made."""

    key: Key
    formerly: tuple[str, ...] = Field(default=(), description="keys that this item had before")


class KeyedText(Keyed):
    """One reason to use or to avoid something."""

    text: Line


class Diagram(Model):
    """A Mermaid diagram inside the subset that every renderer draws well."""

    alt: Line = Field(description="what the picture says, for those who cannot see it")
    mermaid: Prose


class Entry(Model):
    """What every entry file begins and ends with."""

    id: EntryId
    title: Short
    formerly: tuple[str, ...] = Field(default=(), description="ids that this entry had before")
    sources: tuple[Citation, ...] = ()
    corrections: tuple[Correction, ...] = ()
    reviewed: datetime.date

    def atoms(self) -> tuple[str, ...]:
        """The ids of the cited atoms, in the order of the entry."""
        return tuple(c.atom for c in self.sources if c.atom is not None)
