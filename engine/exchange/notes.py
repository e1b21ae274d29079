"""A card as the fields of an Anki note: a little HTML of our own around text in which nothing is obeyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from string import ascii_uppercase

from engine.cards import Card
from engine.faces import Face, face_of
from kb.content import Library
from kb.diagram import render_diagram
from kb.models import Cloze, Concept, DiagnoseRecall, Entry, Estimate, Recall
from kb.models.base import Citation
from kb.sections import reference_line
from kb.text import plain

FIELDS = ("Front", "Options", "Diagram", "Hint", "Back", "Why", "Entry", "Source", "CardId")
"""The fields of the note type. Never reordered or removed: a learner's own templates name them."""

_DRAWING_WIDTH = 72
_LETTERED, _NUMBERED, _PLAIN = '<ol type="A">', "<ol>", "<ul>"


def fields_of(card: Card, library: Library) -> tuple[str, ...]:
    """The contents of `FIELDS` for one card.

    Options stand in the order of the first repetition, always the same one: a note is a fixed text.

    Args:
        card: the card.
        library: for titles and sources.

    Returns:
        HTML, one text a field.
    """
    face = face_of(card, 0)
    return (
        html(face.prompt),
        _options(face),
        f"<pre>{_safe(_drawing(face.diagram))}</pre>" if face.diagram else "",
        html(face.hint),
        _back(card, face),
        html(face.why),
        html(library.title(card.entry)),
        "<br>".join(html(line) for line in _sources(library, card)),
        html(card.id),
    )


def html(text: str) -> str:
    """Text as HTML that shows exactly this text.

    Besides markup, Anki obeys `[sound:...]`, `[anki:...]` and `[latex]`; a bracket written as an entity is shown and not obeyed. Control
    characters, among them the one that separates fields, become visible signs.

    Args:
        text: from content files.
    """
    return _safe(text).replace("\n", "<br>")


def _safe(text: str) -> str:
    return escape(plain(text), quote=False).replace("[", "&#91;")


def _list(opening: str, lines: Iterable[str]) -> str:
    """A list; the lines are HTML already."""
    return opening + "".join(f"<li>{line}</li>" for line in lines) + f"</{opening[1:3]}>"


def _drawing(source: str) -> str:
    return "\n".join(render_diagram(source, _DRAWING_WIDTH).lines)


def _options(face: Face) -> str:
    shown = _list(_LETTERED, map(html, face.options)) if face.options else ""
    if face.left:
        return _list(_NUMBERED, map(html, face.left)) + shown
    return _list(_PLAIN, map(html, face.givens)) if face.givens else shown


def _back(card: Card, face: Face) -> str:
    match face.kind:
        case "choice" | "multi":
            return _list(_PLAIN, (f"<b>{_lettered(face, i)}</b>" for i in face.right)) + _wrong_options(face)
        case "order":
            reasons = (f"<br><i>{html(reason)}</i>" for reason in (*face.because, ""))
            items = (html(face.options[i]) for i in face.right)
            return _list(_NUMBERED, (i + r.removesuffix("<br><i></i>") for i, r in zip(items, reasons, strict=True)))
        case "match":
            pairs = zip(face.left, face.right, strict=True)
            return _list(_PLAIN, (f"{html(left)} → <b>{_lettered(face, i)}</b>" for left, i in pairs))
    match card.question:
        case Cloze() as question:
            others = ("; ".join(gap[1:]) for gap in question.gaps)
            also = ", ".join(other for other in others if other)
            return html(face.answer) + (f"<br><i>Also right: {html(also)}</i>" if also else "")
        case Estimate() as question:
            low, high = face.value / question.tolerance, face.value * question.tolerance
            bounds = f"Right from {low:,.4g} to {high:,.4g} {question.unit}".rstrip()
            return f"{html(face.answer)}<br><i>{html(bounds)}</i>"
        case Recall() | DiagnoseRecall() as question:
            wrong = _list(_PLAIN, (html(p.point) for p in question.must_not))
            said = f"<i>Wrong would be:</i>{wrong}" if question.must_not else ""
            return _list(_PLAIN, (html(p.point) for p in question.must)) + said
    return html(face.answer)


def _lettered(face: Face, index: int) -> str:
    return f"{ascii_uppercase[index]}. {html(face.options[index])}"


def _wrong_options(face: Face) -> str:
    wrong = [f"{ascii_uppercase[i]}: {html(reason)}" for i, reason in enumerate(face.why_not) if reason is not None]
    return f"<i>Why not the others:</i>{_list(_PLAIN, wrong)}" if wrong else ""


def _sources(library: Library, card: Card) -> Iterator[str]:
    """Where the answer can be checked: the places that the question names, else those of the entry."""
    entry = library.entries[card.entry]
    cited = card.question.sources if card.question and card.question.sources else _cited(entry, card)
    for citation in cited:
        reference = library.references.get(citation.ref or "")
        if reference is not None:
            address = f" {reference.url}" if reference.url else ""
            yield f"{reference_line(library, reference.id, citation.at)}.{address}"


def _cited(entry: Entry, card: Card) -> tuple[Citation, ...]:
    if card.kind == "number" and isinstance(entry, Concept):
        number = next(n for n in entry.numbers if card.id.endswith(f"#number.{n.key}"))
        return (Citation(ref=number.ref, at=number.at),) if number.ref else ()
    return entry.sources
