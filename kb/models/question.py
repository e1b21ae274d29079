"""Authored questions: one model a kind, told apart by `kind`."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from kb.models.base import Citation, EntryId, Key, Line, Model, Short

Ask = Annotated[str, StringConstraints(min_length=10, max_length=600)]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=240)]
Variable = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]

GAP = re.compile(r"\{\{(.+?)\}\}")


class QuestionBase(Model):
    """What every question has."""

    id: Key = Field(description="unique in its file and never reused")
    formerly: tuple[str, ...] = ()
    ask: Ask
    why: str = Field(min_length=10, max_length=300, description="one or two sentences: what the right answer rests on")
    hint: Line | None = None
    difficulty: int = Field(ge=1, le=5)
    separates: EntryId | None = Field(default=None, description="the other concept that this question tells apart")
    essential: bool = False
    sources: tuple[Citation, ...] = ()


class Option(Model):
    """An answer to choose; one without `why_not` is right."""

    text: Phrase
    why_not: Line | None = Field(default=None, description="the misconception that this option catches")


def _right(options: tuple[Option, ...]) -> list[int]:
    return [i for i, option in enumerate(options) if option.why_not is None]


class ChoiceFields(Model):
    """Options of which exactly one is right."""

    options: tuple[Option, ...] = Field(min_length=3, max_length=5)
    fixed: bool = Field(default=False, description="keep the order of the options")

    @model_validator(mode="after")
    def _one_right(self) -> Self:
        if len(_right(self.options)) != 1:
            raise ValueError("a choice has exactly one option without `why_not`")
        return self

    @property
    def right(self) -> int:
        """The index of the right option."""
        return _right(self.options)[0]


class Choice(QuestionBase, ChoiceFields):
    """One of several."""

    kind: Literal["choice"]


class Multi(QuestionBase):
    """Several of several."""

    kind: Literal["multi"]
    options: tuple[Option, ...] = Field(min_length=3, max_length=6)
    fixed: bool = False

    @model_validator(mode="after")
    def _some_right(self) -> Self:
        right = len(_right(self.options))
        if right < 2 or right == len(self.options):
            raise ValueError("a multi has at least two right options and at least one wrong one")
        return self

    @property
    def right(self) -> frozenset[int]:
        """The indices of the right options."""
        return frozenset(_right(self.options))


class Cloze(QuestionBase):
    """A sentence with gaps."""

    kind: Literal["cloze"]
    text: Ask = Field(description="with {{answer|other spelling}}, at most three gaps")

    @model_validator(mode="after")
    def _gaps(self) -> Self:
        if not 1 <= len(self.gaps) <= 3:
            raise ValueError("a cloze has one to three gaps, written {{answer|other spelling}}")
        return self

    @property
    def gaps(self) -> tuple[tuple[str, ...], ...]:
        """The accepted spellings of each gap, the first one being shown."""
        return tuple(tuple(part.strip() for part in gap.split("|")) for gap in GAP.findall(self.text))


class Order(QuestionBase):
    """Things to bring into order."""

    kind: Literal["order"]
    items: tuple[Phrase, ...] = Field(min_length=3, max_length=7)
    because: tuple[Line, ...] = Field(description="why each item comes before the next")

    @model_validator(mode="after")
    def _reasons(self) -> Self:
        if len(self.because) != len(self.items) - 1:
            raise ValueError("`because` has one line for each neighbouring pair of `items`")
        return self


class Pair(Model):
    """Two things that belong together."""

    left: Phrase
    right: Phrase


class Match(QuestionBase):
    """Things to bring together."""

    kind: Literal["match"]
    pairs: tuple[Pair, ...] = Field(min_length=3, max_length=6)


class Input(Model):
    """A given of an estimate: a value, or a range from which a seeded value is drawn."""

    label: Short
    unit: str = Field(max_length=40)
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _value_or_range(self) -> Self:
        if (self.value is None) == (self.low is None or self.high is None):
            raise ValueError("an input has a `value`, or `low` and `high`")
        return self


class Estimate(QuestionBase):
    """A number to work out from given ones."""

    kind: Literal["estimate"]
    inputs: dict[Variable, Input] = Field(min_length=1)
    derive: str = Field(
        min_length=1, max_length=300, description="over the inputs, with + - * / ** ( ) min max ceil floor log2 sqrt"
    )
    unit: str = Field(max_length=40)
    tolerance: float = Field(default=2, gt=1, le=10, description="2: right between half and double")


class Point(Model):
    """Something that an answer must, or must not, say."""

    point: Line
    any: tuple[Phrase, ...] = Field(min_length=1, description="wordings that count as saying it")


class RecallFields(Model):
    """What a free answer is held to."""

    must: tuple[Point, ...] = Field(min_length=1, max_length=5)
    must_not: tuple[Point, ...] = ()
    direction: tuple[tuple[Phrase, Phrase], ...] = Field(default=(), description="[A, B]: A comes before or causes B")


class Recall(QuestionBase, RecallFields):
    """A free answer."""

    kind: Literal["recall"]


class DiagnoseBase(QuestionBase):
    """A symptom to explain."""

    kind: Literal["diagnose"]
    symptom: str = Field(min_length=20, max_length=600)


class DiagnoseChoice(DiagnoseBase, ChoiceFields):
    """A symptom to explain by choosing."""

    form: Literal["choice"]


class DiagnoseRecall(DiagnoseBase, RecallFields):
    """A symptom to explain in one's own words."""

    form: Literal["recall"]


Diagnose = Annotated[DiagnoseChoice | DiagnoseRecall, Field(discriminator="form")]
Question = Annotated[Choice | Multi | Cloze | Order | Match | Estimate | Recall | Diagnose, Field(discriminator="kind")]


class QuestionFile(Model):
    """All authored questions on one concept."""

    concept: EntryId
    questions: tuple[Question, ...] = Field(min_length=1)
