"""A step of the staircase: the walk through its four phases."""

from __future__ import annotations

from pydantic import Field

from kb.models.base import Entry, EntryId, Line, Model, Prose, Short


class PhaseCard(Model):
    """The one thing to keep of a phase; becomes the card `<step>#phase.<name>`."""

    ask: Line
    answer: Line


class Part(Model):
    """Something to predict, then to read."""

    ask: Line = Field(description="what the reader is to predict before reading on")
    text: Prose


class Principle(Part):
    """A first principle with the law or limit behind it."""

    title: Short
    law: Line


class Scale(Model):
    """The journey at one scale: who acts, how, and by which principle."""

    ask: Line
    actors: Line
    mechanism: Prose
    design_principle: Line


class Tension(Part):
    """Two goods that cannot both be had in full."""

    title: Short
    tradeoff: EntryId


class Effect(Part):
    """What follows from what follows."""

    title: Short


class Foundation(Model):
    """Phase 1: what it is and which laws bound it."""

    card: PhaseCard
    quintessence: Part
    first_principles: tuple[Principle, ...] = Field(min_length=2, max_length=4)


class Deconstruction(Model):
    """Phase 2: one thing followed through the system at three scales."""

    card: PhaseCard
    entity: Part
    process: Part
    micro: Scale
    meso: Scale
    macro: Scale


class Synthesis(Model):
    """Phase 3: the forces around the technique, and how they act on each other."""

    card: PhaseCard
    techno_economic: Part
    socio_political: Part
    intellectual_historical: Part
    interplay: Part


class Capstone(Model):
    """Phase 4: the tensions to hold, and what follows from what follows."""

    card: PhaseCard
    tensions: tuple[Tension, ...] = Field(min_length=2, max_length=4)
    second_order_effects: tuple[Effect, ...] = Field(min_length=2)


class Step(Entry):
    """A step of the staircase."""

    purpose: Line
    after: Line = Field(description="why it comes after the step below")
    foundation: Foundation
    deconstruction: Deconstruction
    synthesis: Synthesis
    capstone: Capstone
