"""An exercise: something to do with one's own hands, predicted before it is done."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kb.models.base import Entry, EntryId, Line, Model, Prose, Short

Need = Literal["offline", "network", "redis", "docker", "browser"]
Language = Literal["shell", "python", "sql"]


class Predict(Model):
    """A question to answer before acting."""

    ask: Line
    answer: Prose


class ExerciseStep(Model):
    """One thing to do, and what should be seen."""

    do: Prose
    run: str | None = Field(default=None, max_length=6000, description="what to type or to save and run")
    language: Language = "shell"
    prints: str | None = Field(
        default=None,
        max_length=4000,
        description="recorded output of `run`; `...` stands for what differs from run to run",
    )
    expect: Prose


class Variant(Model):
    """The same exercise on one machine, without network, Docker or accounts."""

    tools: tuple[Short, ...] = ()
    setup: Prose | None = None
    steps: tuple[ExerciseStep, ...] = Field(min_length=1)
    check: Prose


class Exercise(Entry):
    """Something to do with one's own hands."""

    goal: Line
    concepts: tuple[EntryId, ...] = Field(min_length=1)
    minutes: int = Field(ge=1, le=180)
    tools: tuple[Short, ...] = ()
    needs: tuple[Need, ...] = Field(min_length=1)
    predict: Predict
    setup: Prose | None = None
    steps: tuple[ExerciseStep, ...] = Field(min_length=1)
    learned: Prose
    check: Prose = Field(description="how the machine or the learner can tell that it worked")
    offline: Variant | None = Field(default=None, description="required where `needs` is more than offline")
    lab: EntryId | None = None
