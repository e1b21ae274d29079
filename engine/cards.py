"""Cards derived from the library: one thing asked, one thing answered, an id that never changes.

The ids are those of `concepts/README.md`: `<entry>#symptom`, `<entry>#case.<key>`, `<entry>#q.<question id>`, `<a>#contrast.<b>` and so on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from kb.content import Library
from kb.diagram import blank_node, nodes_of
from kb.models import Concept, DiagnoseChoice, DiagnoseRecall, Question, Step, Tradeoff

CardKind = Literal[
    "meaning",
    "term",
    "symptom",
    "use",
    "avoid",
    "pitfall",
    "number",
    "case",
    "diagram",
    "phase",
    "q",
    "contrast",
    "own",
]
Depth = Literal["essential", "more", "off"]

DEPTHS: tuple[Depth, ...] = ("essential", "more", "off")
"""From what every learner gets to what is made only on request."""


@dataclass(frozen=True)
class Card:
    """One card.

    Attributes:
        id: stable over every edit of the text.
        entry: the entry that it belongs to; a contrast card belongs to the later concept of the pair.
        kind: what is asked.
        depth: who gets it: everybody, those who ask for more, or nobody by default.
        prompt: the front.
        answer: the back; for a question the reason behind the right answer.
        question: the authored question, graded by its kind.
        choices: for a trade-off case: a name for each side, and why it does not win here (None for the one that does).
        diagram: Mermaid source shown with the prompt, one label blanked.
        formerly: ids that this card had before, the oldest first.
    """

    id: str
    entry: str
    kind: CardKind
    depth: Depth
    prompt: str
    answer: str
    question: Question | None = None
    choices: tuple[tuple[str, str | None], ...] = ()
    diagram: str = ""
    formerly: tuple[str, ...] = ()

    @property
    def first_id(self) -> str:
        """The first id that this card ever had: it stays the same when an entry, a key or a question is renamed."""
        return self.formerly[0] if self.formerly else self.id

    @cached_property
    def text_hash(self) -> str:
        """Changes when what the card asks or answers changes; kept with each review."""
        asked = self.question.model_dump_json() if self.question else ""
        whole = "\x1f".join((self.prompt, self.answer, asked, *(f"{a}:{b}" for a, b in self.choices), self.diagram))
        return hashlib.blake2b(whole.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Deck:
    """All cards of a library, by id and by entry, with the retired ids that lead to them.

    Attributes:
        cards: by id, in study order.
        by_entry: ids of each entry's cards, in study order.
        renamed: former card ids, with the id of today.
    """

    cards: dict[str, Card]
    by_entry: dict[str, tuple[str, ...]] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    @cached_property
    def log_ids(self) -> dict[str, str]:
        """For each id that a renamed card has or had, the one id under which the log keeps it.

        That is the first it ever had: renaming it, or going back to older content, then moves no history.
        """
        found: dict[str, str] = {}
        for card in self.cards.values():
            own = [old for old in card.formerly if self.renamed.get(old) == card.id]
            found.update(dict.fromkeys([*own, card.id], own[0]) if own else {})
        return found

    def essential(self, entry: str) -> tuple[str, ...]:
        """Ids of the cards of an entry that every learner gets; own ones are not among them."""
        return self._essential.get(entry, ())

    @cached_property
    def _essential(self) -> dict[str, tuple[str, ...]]:
        return {
            entry: tuple(c for c in ids if self.cards[c].depth == "essential" and self.cards[c].kind != "own")
            for entry, ids in self.by_entry.items()
        }


def derive(library: Library) -> Deck:
    """Every card of a library.

    Args:
        library: entries and questions.

    Returns:
        The deck, in study order: concepts by their place in the staircase, each followed by the trade-offs that it completes; a
        step's phases after its concepts.
    """
    cards: dict[str, Card] = {}
    for entry_id in study_order(library):
        for card in _of_entry(library, entry_id):
            cards[card.id] = card
    by_entry: dict[str, list[str]] = {}
    for card in cards.values():
        by_entry.setdefault(card.entry, []).append(card.id)
    renamed = {old: card.id for card in cards.values() for old in card.formerly if old not in cards}
    return Deck(cards, {entry: tuple(ids) for entry, ids in by_entry.items()}, renamed)


def study_order(library: Library) -> list[str]:
    """Ids of all entries that have cards, in the order in which they are first met."""

    def place(entry_id: str) -> tuple[int, int, str]:
        entry = library.entries[entry_id]
        last = len(library.rank)
        if isinstance(entry, Concept):
            return (library.rank.get(entry_id, last), 0, entry_id)
        if isinstance(entry, Tradeoff):
            return (max((library.rank.get(c, -1) for c in concepts_of(entry)), default=last), 1, entry_id)
        stairs = {s.id: s for s in library.staircase.steps}
        concepts = stairs[entry_id].concepts if entry_id in stairs else ()
        return (max((library.rank[c.id] for c in concepts), default=last), 2, entry_id)

    return sorted((i for i, e in library.entries.items() if isinstance(e, Concept | Tradeoff | Step)), key=place)


def concepts_of(tradeoff: Tradeoff) -> tuple[str, ...]:
    """The concepts that a trade-off weighs or names as required."""
    sides = (side.concept for side in tradeoff.sides if side.concept is not None)
    return tuple(dict.fromkeys((*sides, *tradeoff.links.requires)))


def _of_entry(library: Library, entry_id: str) -> Iterator[Card]:
    entry = library.entries[entry_id]
    if isinstance(entry, Concept):
        yield from _of_concept(library, entry)
    elif isinstance(entry, Tradeoff):
        yield from _of_tradeoff(library, entry)
    elif isinstance(entry, Step):
        yield from _of_step(entry)


def _formerly(entry: Concept | Tradeoff | Step, part: str, old_parts: tuple[str, ...] = ()) -> tuple[str, ...]:
    # `formerly` grows at its end, so the first combination is the first id whatever was renamed first.
    today = f"{entry.id}#{part}"
    ids = (f"{name}#{p}" for name in (*entry.formerly, entry.id) for p in (*old_parts, part))
    return tuple(i for i in ids if i != today)


def _of_concept(library: Library, concept: Concept) -> Iterator[Card]:
    def card(
        part: str, kind: CardKind, depth: Depth, prompt: str, answer: str, old: tuple[str, ...] = (), **more: str
    ) -> Card:
        former = _formerly(concept, part, tuple(f"{kind}.{key}" for key in old))
        return Card(f"{concept.id}#{part}", concept.id, kind, depth, prompt, answer, formerly=former, **more)  # type: ignore[arg-type]

    title = concept.title
    yield card(
        "symptom",
        "symptom",
        "essential",
        f"What is going on here, and what is it called?\n\n{concept.symptom}",
        f"{title}. {concept.summary}",
    )
    for question in library.questions.get(concept.id, ()):
        yield _of_question(concept, question)
    for contrast in concept.links.contrasts_with:
        first, second = sorted((concept.id, contrast.id))
        ids = tuple(
            f"{min(a, b)}#contrast.{max(a, b)}"
            for a in (*concept.formerly, concept.id)
            for b in (*_former_ids(library, contrast.id), contrast.id)
        )
        today = f"{first}#contrast.{second}"
        yield Card(
            today,
            concept.id,
            "contrast",
            "essential",
            f"{title} and {library.title(contrast.id)}: what tells them apart?",
            contrast.difference,
            formerly=tuple(i for i in ids if i != today),
        )
    for use in concept.use_when:
        cue = use.key.replace("-", " ")
        yield card(f"use.{use.key}", "use", "more", f"{title}: why does it fit “{cue}”?", use.text, use.formerly)
    for avoid in concept.avoid_when:
        cue = avoid.key.replace("-", " ")
        yield card(
            f"avoid.{avoid.key}",
            "avoid",
            "more",
            f"{title}: why not where it says “{cue}”?",
            avoid.text,
            avoid.formerly,
        )
    for pitfall in concept.pitfalls:
        yield card(
            f"pitfall.{pitfall.key}",
            "pitfall",
            "more",
            f"{title}. A trap: {pitfall.trap}\n\nWhat instead?",
            pitfall.instead,
            pitfall.formerly,
        )
    for number in concept.numbers:
        low, high = f"{number.low:g}", f"{number.high:g}"
        span = low if low == high else f"{low} to {high}"
        prompt = f"{title}. In numbers: {number.claim}. How much?"
        yield card(
            f"number.{number.key}", "number", "more", prompt, f"{span} {number.unit} ({number.year})", number.formerly
        )
    if concept.diagram is not None:
        source = concept.diagram.mermaid
        for node in nodes_of(source):
            blanked = blank_node(source, node.id)
            yield card(
                f"diagram.{node.id}",
                "diagram",
                "more",
                f"{title}: what belongs at the “?”",
                node.label,
                diagram=blanked,
            )
    yield card("meaning", "meaning", "off", f"What is meant by: {title}?", concept.summary)
    yield card("term", "term", "off", f"What is this called?\n\n{concept.summary}", title)


def _former_ids(library: Library, entry_id: str) -> tuple[str, ...]:
    entry = library.entries.get(entry_id)
    return entry.formerly if entry else ()


def _of_question(concept: Concept, question: Question) -> Card:
    part = f"q.{question.id}"
    prompt = (
        f"{question.symptom}\n\n{question.ask}"
        if isinstance(question, DiagnoseChoice | DiagnoseRecall)
        else question.ask
    )
    depth: Depth = "essential" if question.essential else "more"
    former = _formerly(concept, part, tuple(f"q.{old}" for old in question.formerly))
    return Card(
        f"{concept.id}#{part}", concept.id, "q", depth, prompt, question.why, question=question, formerly=former
    )


def _of_tradeoff(library: Library, tradeoff: Tradeoff) -> Iterator[Card]:
    names = {side.key: library.title(side.concept) if side.concept else str(side.phrase) for side in tradeoff.sides}
    for case in tradeoff.cases:
        part = f"case.{case.key}"
        choices = tuple(
            (names[side.key], None if side.key == case.pick else f"It would win where: {side.wins_when}")
            for side in tradeoff.sides
        )
        yield Card(
            f"{tradeoff.id}#{part}",
            tradeoff.id,
            "case",
            "essential",
            f"{case.situation}\n\n{tradeoff.question}",
            case.because,
            choices=choices,
            formerly=_formerly(tradeoff, part, tuple(f"case.{old}" for old in case.formerly)),
        )


def _of_step(step: Step) -> Iterator[Card]:
    for name in ("foundation", "deconstruction", "synthesis", "capstone"):
        phase = getattr(step, name)
        part = f"phase.{name}"
        yield Card(
            f"{step.id}#{part}",
            step.id,
            "phase",
            "essential",
            phase.card.ask,
            phase.card.answer,
            formerly=_formerly(step, part),
        )
