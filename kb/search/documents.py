"""What of an entry is searched: its words, field by field, and the windows of text whose meaning is compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.content import Library
from kb.models import Concept, DiagnoseChoice, DiagnoseRecall, Entry, Exercise, Question, Step, Tradeoff
from kb.search.fields import Field

WINDOW = 110
"""Words of a window: with its title it stays within the 256 word pieces that the model reads."""

STRIDE = 85
"""Words from the start of a window to the start of the next."""

_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_LINE_MARKS = re.compile(r"^\s*(?:#{1,6}|[-*+>])\s+", re.MULTILINE)
_MARKS = re.compile(r"`+|(?<!\w)(?:\*{1,3}|_{1,3})(?=\S)|(?<=\S)(?:\*{1,3}|_{1,3})(?!\w)")


@dataclass(frozen=True)
class Passage:
    """A text whose vector stands for a part of an entry."""

    field: Field
    text: str


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
        passages: the texts whose vectors stand for it; never none.
        origin: of an own note, where it stands, as JSON; empty for an entry of the library.
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
    passages: tuple[Passage, ...]
    origin: str = ""


@dataclass(frozen=True)
class _Text:
    """The searched text of an entry: symptom, gist, and the rest in parts that each speak of one thing."""

    summary: str
    symptom: str
    gist: str
    parts: tuple[tuple[Field, str], ...]


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
            body="\n".join(readable(part) for _, part in text.parts),
            passages=tuple(_passages(entry.title, aliases, text)),
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


def _passages(title: str, aliases: tuple[str, ...], text: _Text) -> Iterator[Passage]:
    # A window that holds two things is near to neither, so each part has its own.
    named = f"{title} ({', '.join(aliases)})" if aliases else title
    gist, symptom = readable(text.gist), readable(text.symptom)
    yield from (Passage("name", name) for name in (title, *aliases))
    yield from (Passage("gist", window) for window in windows(named, gist))
    if aliases:
        yield Passage("gist", gist)
    yield from (Passage("symptom", window) for window in windows(title, symptom))
    if symptom:
        yield Passage("bare", symptom)
        yield from (Passage("bare", sentence) for sentence in _SENTENCE.split(symptom))
    for field, part in text.parts:
        yield from (Passage(field, window) for window in windows(title, readable(part)))


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
    parts: tuple[tuple[Field, str], ...] = (
        ("how", concept.mechanism),
        ("how", " ".join(guarantees)),
        ("how", concept.example),
        *(("advice", piece) for piece in advice),
        *(("asked", _asked(question)) for question in questions),
    )
    return _Text(concept.summary, concept.symptom, concept.summary, parts)


def _asked(question: Question) -> str:
    # Options and answers stay out: wrong ones would be found as if they were true.
    symptom = f"{question.symptom} " if isinstance(question, DiagnoseChoice | DiagnoseRecall) else ""
    return f"{symptom}{question.ask}"


def _tradeoff(tradeoff: Tradeoff) -> _Text:
    parts: tuple[tuple[Field, str], ...] = (
        *(("case", " ".join((side.wins_when, *side.gains, *side.costs))) for side in tradeoff.sides),
        ("case", tradeoff.tipping_point.at),
        *(("case", case.situation) for case in tradeoff.cases),
    )
    return _Text(tradeoff.question, "", tradeoff.question, parts)


def _exercise(exercise: Exercise) -> _Text:
    steps = " ".join(f"{step.do} {step.expect}" for step in exercise.steps)
    parts: tuple[tuple[Field, str], ...] = (("how", f"{exercise.predict.ask} {exercise.learned}"), ("how", steps))
    return _Text(exercise.goal, "", exercise.goal, parts)


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
    return _Text(step.purpose, "", f"{step.purpose} {step.after}", tuple(("how", part) for part in parts))
