"""An entry as sections to be read one at a time; every front end and export draws from these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.content import Library
from kb.models import Concept, Correction, Entry, Exercise, ExerciseStep, Failure, Number, Step, Tradeoff
from kb.models.base import Citation


@dataclass(frozen=True)
class Section:
    """One part of an entry.

    Attributes:
        key: stable name, such as `mechanism`; a phase of a step is named after the phase.
        title: as shown.
        markdown: the text; empty where there is only a diagram.
        ask: what the reader is to predict before the text is shown; empty where there is nothing to predict.
        diagram: Mermaid source to draw below the text.
        alt: what the diagram shows, in words.
    """

    key: str
    title: str
    markdown: str
    ask: str = ""
    diagram: str = ""
    alt: str = ""


def sections_of(library: Library, entry: Entry) -> tuple[Section, ...]:
    """The sections of an entry, in reading order.

    Args:
        library: for the titles of linked entries and references.
        entry: any kind of entry.
    """
    if isinstance(entry, Concept):
        found = _concept(library, entry)
    elif isinstance(entry, Tradeoff):
        found = _tradeoff(library, entry)
    elif isinstance(entry, Exercise):
        found = _exercise(library, entry)
    elif isinstance(entry, Step):
        found = _step(library, entry)
    else:
        found = iter(())
    return (*found, *_corrections(library, entry), *_sources(library, entry))


def _bullets(lines: Iterator[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _concept(library: Library, concept: Concept) -> Iterator[Section]:
    yield Section("symptom", "What you see", concept.symptom)
    yield Section("summary", "In one sentence", concept.summary)
    diagram = concept.diagram
    yield Section(
        "mechanism",
        "How it works",
        concept.mechanism,
        diagram=diagram.mermaid if diagram else "",
        alt=diagram.alt if diagram else "",
    )
    holds = _bullets(iter(concept.guarantees.holds))
    fails = _bullets(iter(concept.guarantees.does_not_hold))
    yield Section("guarantees", "What you may rely on", f"**Holds**\n\n{holds}\n\n**Does not hold**\n\n{fails}")
    use = _bullets(item.text for item in concept.use_when)
    avoid = _bullets(item.text for item in concept.avoid_when)
    yield Section("when", "When to use it", f"**Use it when**\n\n{use}\n\n**Leave it when**\n\n{avoid}")
    yield Section("pitfalls", "Traps", _bullets(f"**{p.trap}** {p.instead}" for p in concept.pitfalls))
    if concept.numbers:
        yield Section("numbers", "In numbers", _bullets(number_line(library, n) for n in concept.numbers))
    yield Section("example", "An example", concept.example)
    links = "\n\n".join(f"**{title}**\n\n{_bullets(iter(lines))}" for title, lines in _links(library, concept) if lines)
    if links:
        yield Section("links", "How it hangs together", links)


def number_line(library: Library, number: Number) -> str:
    """A number with its range, unit, year and source in one line."""
    low, high = f"{number.low:,g}", f"{number.high:,g}"
    span = low if low == high else f"{low} to {high}"
    source = reference_line(library, number.ref, number.at) if number.ref else f"derived: {number.derived}"
    return f"{number.claim}: **{span} {number.unit}** ({number.year}; {source})"


def _links(library: Library, concept: Concept) -> Iterator[tuple[str, list[str]]]:
    links = concept.links

    def named(target: str | Failure) -> str:
        return target.failure if isinstance(target, Failure) else library.title(target)

    yield "Understand first", [named(t) for t in links.requires]
    yield "Easily taken for", [f"{named(c.id)}: {c.difference}" for c in links.contrasts_with]
    yield "Part of", [named(t) for t in links.part_of]
    yield "Helps against", [named(t) for t in links.mitigates]
    yield "Breaks with", [named(t) for t in links.fails_with]
    yield "Related", [named(t) for t in links.related]


def _tradeoff(library: Library, tradeoff: Tradeoff) -> Iterator[Section]:
    names = {side.key: library.title(side.concept) if side.concept else str(side.phrase) for side in tradeoff.sides}
    yield Section("question", "The question that decides", tradeoff.question)
    for case in tradeoff.cases:
        close = " This one is close." if case.close else ""
        yield Section(
            f"case.{case.key}",
            "A case",
            f"Pick: **{names.get(case.pick, case.pick)}**. {case.because}{close}",
            ask=f"{case.situation} What would you pick?",
        )
    for side in tradeoff.sides:
        gains = _bullets(iter(side.gains))
        costs = _bullets(iter(side.costs))
        body = f"**Wins when** {side.wins_when}\n\n**Gains**\n\n{gains}\n\n**Costs**\n\n{costs}"
        yield Section(f"side.{side.key}", names[side.key], body)
    yield Section(
        "tipping-point",
        "Where the answer flips",
        f"**{tradeoff.tipping_point.at}**\n\n{tradeoff.tipping_point.derived}",
    )


def _exercise(library: Library, exercise: Exercise) -> Iterator[Section]:
    concepts = ", ".join(library.title(c) for c in exercise.concepts)
    needs = ", ".join(exercise.needs)
    yield Section(
        "goal", "Goal", f"{exercise.goal}\n\nAbout {exercise.minutes} minutes. Needs: {needs}. Practises: {concepts}."
    )
    yield Section("predict", "Predict first", exercise.predict.answer, ask=exercise.predict.ask)
    yield Section("steps", "Steps", _steps(exercise.setup, exercise.steps, exercise.check))
    if exercise.offline is not None:
        yield Section(
            "offline",
            "The same on one machine",
            _steps(exercise.offline.setup, exercise.offline.steps, exercise.offline.check),
        )
    yield Section("learned", "What it shows", exercise.learned)


def _steps(setup: str | None, steps: tuple[ExerciseStep, ...], check: str) -> str:
    parts = [setup] if setup else []
    for number, step in enumerate(steps, 1):
        parts.append(f"**{number}.** {step.do}")
        if step.run:
            parts.append(f"```{step.language}\n{step.run.rstrip()}\n```")
        if step.prints:
            parts.append(f"It prints:\n\n```text\n{step.prints.rstrip()}\n```")
        parts.append(f"Expect: {step.expect}")
    parts.append(f"**It worked if** {check}")
    return "\n\n".join(parts)


def _step(library: Library, step: Step) -> Iterator[Section]:
    yield Section("purpose", "Purpose", f"{step.purpose}\n\n{step.after}")
    first = step.foundation
    yield Section("foundation", "Foundation: the quintessence", first.quintessence.text, ask=first.quintessence.ask)
    for principle in first.first_principles:
        yield Section(
            "foundation",
            f"Foundation: {principle.title}",
            f"{principle.text}\n\n**The law behind it:** {principle.law}",
            ask=principle.ask,
        )
    second = step.deconstruction
    yield Section("deconstruction", "Deconstruction: what is followed", second.entity.text, ask=second.entity.ask)
    yield Section("deconstruction", "Deconstruction: its way", second.process.text, ask=second.process.ask)
    for name in ("micro", "meso", "macro"):
        scale = getattr(second, name)
        text = f"**Who acts:** {scale.actors}\n\n{scale.mechanism}\n\n**Design principle:** {scale.design_principle}"
        yield Section("deconstruction", f"Deconstruction: {name} scale", text, ask=scale.ask)
    third = step.synthesis
    for title, part in (
        ("techno-economic forces", third.techno_economic),
        ("socio-political forces", third.socio_political),
        ("intellectual and historical forces", third.intellectual_historical),
        ("how they act on each other", third.interplay),
    ):
        yield Section("synthesis", f"Synthesis: {title}", part.text, ask=part.ask)
    for tension in step.capstone.tensions:
        text = f"{tension.text}\n\nThe trade-off: {library.title(tension.tradeoff)} (`{tension.tradeoff}`)."
        yield Section("capstone", f"Capstone: {tension.title}", text, ask=tension.ask)
    for effect in step.capstone.second_order_effects:
        yield Section("capstone", f"Capstone: {effect.title}", effect.text, ask=effect.ask)


def _corrections(library: Library, entry: Entry) -> Iterator[Section]:
    if entry.corrections:
        lines = (f"Often said: {c.says}\n  In fact: {c.truth} ({_evidence(library, c)})" for c in entry.corrections)
        yield Section("corrections", "Often said, and wrong", _bullets(lines))


def _evidence(library: Library, correction: Correction) -> str:
    return (
        reference_line(library, correction.ref, correction.at) if correction.ref else f"derived: {correction.derived}"
    )


def _sources(library: Library, entry: Entry) -> Iterator[Section]:
    if entry.sources:
        yield Section("sources", "Sources", _bullets(_citation(library, c) for c in entry.sources))


def _citation(library: Library, citation: Citation) -> str:
    if citation.ref is not None:
        return reference_line(library, citation.ref, citation.at)
    atom = library.atoms.get(citation.atom or "")
    if atom is None:
        return str(citation.atom)
    return f"Document {atom.document}, lines {atom.lines[0]}-{atom.lines[1]}: {atom.gist}"


def reference_line(library: Library, ref: str, at: str | None) -> str:
    """An outside source in one line: authors, title, year and the place in it; its id where it is not registered."""
    reference = library.references.get(ref)
    name = ref if reference is None else f"{reference.authors}, {reference.title} ({reference.year})"
    return f"{name}, {at}" if at else name
