"""What of an entry is searched: its words, field by field, and the windows of text whose meaning is compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.content import Library
from kb.models import Concept, DiagnoseChoice, DiagnoseRecall, Entry, Exercise, Question, Step, Tradeoff
from kb.models.exercise import ExerciseStep

WINDOW = 110
"""Words of a window: with its title it stays within the 256 word pieces that the model reads."""

STRIDE = 85
"""Words from the start of a window to the start of the next."""

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_LINE_MARKS = re.compile(r"^\s*(?:#{1,6}|[-*+>])\s+", re.MULTILINE)
_MARKS = re.compile(r"`+|(?<!\w)(?:\*{1,3}|_{1,3})(?=\S)|(?<=\S)(?:\*{1,3}|_{1,3})(?!\w)")


@dataclass(frozen=True)
class Document:
    """An entry as it is searched.

    Attributes:
        id: the entry's id.
        kind: concept, tradeoff, exercise or step.
        title: as shown.
        step: the step it belongs to.
        level: core or advanced; empty where the kind has no level.
        summary: one line for a list of hits.
        sources: ids of the atoms that its `sources` cite; those of corrections are left out.
        names: what it is called: title, aliases, id.
        sides: of a trade-off, the names of each side; empty for other kinds.
        aliases: other names, as searched.
        symptom: what somebody sees who does not know the name.
        gist: the quintessence.
        body: everything else.
        windows: the texts whose vectors stand for it.
    """

    id: str
    kind: str
    title: str
    step: str
    level: str
    summary: str
    sources: tuple[str, ...]
    names: tuple[str, ...]
    sides: tuple[tuple[str, ...], ...]
    aliases: str
    symptom: str
    gist: str
    body: str
    windows: tuple[str, ...]


@dataclass(frozen=True)
class _Text:
    """The searched text of an entry: symptom, gist, and the rest in parts that each speak of one thing."""

    summary: str
    symptom: str
    gist: str
    parts: tuple[str, ...]


def documents(library: Library) -> Iterator[Document]:
    """Every entry of a library as it is searched, concepts in study order first, then the others by id."""
    concepts: list[Entry] = list(library.concepts.values())
    others = sorted((e for e in library.entries.values() if not isinstance(e, Concept)), key=lambda e: e.id)
    for entry in concepts + others:
        text = _text(entry, library.questions.get(entry.id, ()))
        aliases = entry.aliases if isinstance(entry, Concept) else ()
        yield Document(
            id=entry.id,
            kind=library.kind(entry.id),
            title=entry.title,
            step=library.step_of[entry.id],
            level=entry.level if isinstance(entry, Concept) else "",
            summary=readable(text.summary),
            sources=entry.atoms(),
            names=_names(entry),
            sides=tuple(_sides(entry, library)) if isinstance(entry, Tradeoff) else (),
            aliases=", ".join(aliases),
            symptom=readable(text.symptom),
            gist=readable(text.gist),
            body="\n".join(readable(part) for part in text.parts),
            windows=tuple(_windows(entry.title, ", ".join(aliases), text)),
        )


def _names(entry: Entry) -> tuple[str, ...]:
    aliases = entry.aliases if isinstance(entry, Concept) else ()
    return (entry.title, *aliases, _spoken(entry.id.rpartition(":")[2]))


def _spoken(slug: str) -> str:
    return slug.replace("-", " ")


def _sides(tradeoff: Tradeoff, library: Library) -> Iterator[tuple[str, ...]]:
    """The names of each side: its key, its phrase, those of its concept, and its part of an id such as `a-vs-b`."""
    parts = tradeoff.id.split("-vs-")
    for number, side in enumerate(tradeoff.sides):
        concept = library.concepts.get(side.concept or "")
        yield (
            _spoken(side.key),
            *((side.phrase,) if side.phrase else ()),
            *(_names(concept) if concept else ()),
            *((_spoken(parts[number]),) if len(parts) == len(tradeoff.sides) else ()),
        )


def readable(markdown: str) -> str:
    """Markdown as running text: without code blocks, marks and link targets, on one line."""
    text = _LINK.sub(r"\1", _FENCE.sub(" ", markdown))
    return " ".join(_MARKS.sub("", _LINE_MARKS.sub("", text)).split())


def windows(title: str, text: str) -> Iterator[str]:
    """Cuts a text into overlapping windows of `WINDOW` words, each with the title in front.

    Args:
        title: what the text is about.
        text: running text; nothing comes of an empty one.
    """
    words = text.split()
    for start in range(0, max(len(words) - (WINDOW - STRIDE), 1), STRIDE):
        part = words[start : start + WINDOW]
        if part:
            yield f"{title}. {' '.join(part)}"


def _windows(title: str, aliases: str, text: _Text) -> Iterator[str]:
    # A window that holds two things is near to neither, so each part begins one of its own.
    named = f"{title} ({aliases})" if aliases else title
    yield from windows(named, readable(text.gist))
    for part in (text.symptom, *text.parts):
        yield from windows(title, readable(part))


def _text(entry: Entry, questions: tuple[Question, ...]) -> _Text:
    if isinstance(entry, Concept):
        return _concept(entry, questions)
    if isinstance(entry, Tradeoff):
        return _tradeoff(entry)
    if isinstance(entry, Exercise):
        return _exercise(entry)
    if isinstance(entry, Step):
        return _step(entry)
    return _Text(entry.title, "", entry.title, ())


def _concept(concept: Concept, questions: tuple[Question, ...]) -> _Text:
    guarantees = (*concept.guarantees.holds, *concept.guarantees.does_not_hold)
    advice = (
        *(item.text for item in concept.use_when),
        *(item.text for item in concept.avoid_when),
        *(f"{pitfall.trap} {pitfall.instead}" for pitfall in concept.pitfalls),
    )
    parts = (concept.mechanism, " ".join(guarantees), " ".join(advice), " ".join(_asked(q) for q in questions))
    return _Text(concept.summary, concept.symptom, concept.summary, parts)


def _asked(question: Question) -> str:
    # Options and answers stay out: wrong ones would be found as if they were true.
    symptom = f"{question.symptom} " if isinstance(question, DiagnoseChoice | DiagnoseRecall) else ""
    return f"{symptom}{question.ask}"


def _tradeoff(tradeoff: Tradeoff) -> _Text:
    sides = (" ".join((side.wins_when, *side.gains, *side.costs)) for side in tradeoff.sides)
    cases = " ".join(case.situation for case in tradeoff.cases)
    parts = (" ".join(sides), tradeoff.tipping_point.at, cases)
    return _Text(tradeoff.question, "", tradeoff.question, parts)


def _exercise(exercise: Exercise) -> _Text:
    steps = " ".join(_done(step) for step in exercise.steps)
    return _Text(exercise.goal, "", exercise.goal, (f"{exercise.predict.ask} {exercise.learned}", steps))


def _done(step: ExerciseStep) -> str:
    return f"{step.do} {step.expect}"


def _step(step: Step) -> _Text:
    first, second, third, fourth = step.foundation, step.deconstruction, step.synthesis, step.capstone
    scales = (second.micro, second.meso, second.macro)
    told = (
        first.quintessence,
        *first.first_principles,
        second.entity,
        second.process,
        third.techno_economic,
        third.socio_political,
        third.intellectual_historical,
        third.interplay,
        *fourth.tensions,
        *fourth.second_order_effects,
    )
    parts = (*(part.text for part in told), *(f"{scale.mechanism} {scale.design_principle}" for scale in scales))
    return _Text(step.purpose, "", f"{step.purpose} {step.after}", parts)
