"""What a learner sees of a card: one shape for both front ends, options shuffled, the solution kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from random import Random
from typing import Literal, TypeVar

from engine.cards import Card
from kb.expression import evaluate
from kb.models import Choice, Cloze, DiagnoseChoice, DiagnoseRecall, Estimate, Match, Multi, Order, Recall
from kb.models.question import GAP, Input

T = TypeVar("T")

FaceKind = Literal["self", "choice", "multi", "cloze", "order", "match", "estimate", "recall"]

INSTRUCTIONS: dict[FaceKind, str] = {
    "self": "Answer in mind or in writing, then look.",
    "choice": "One is right. Type its number.",
    "multi": "Several are right. Type their numbers, as in: 1 3",
    "cloze": "Fill the gaps, separated by ;",
    "order": "Type the numbers in the right order, as in: 3 1 2",
    "match": "For each line on the left type the number on the right, in order, as in: 2 3 1",
    "estimate": "Type a number, with a unit if you like, as in: 3k or 1.5e6",
    "recall": "Answer in a sentence or two.",
}


@dataclass(frozen=True)
class Face:
    """A card as it is shown, and the solution in the same order.

    Attributes:
        kind: the interaction.
        prompt: the question.
        options: choice and multi: the options; order: the items; match: the right-hand sides; all as shown.
        left: match: the left-hand sides.
        gaps: cloze: how many there are.
        givens: estimate: one line each.
        unit: estimate: of the answer.
        hint: an optional hint.
        diagram: Mermaid source to draw.
        right: indices into `options`: the right ones; for order in the right order; for match one for each of `left`.
        why_not: for each option, why it is wrong, or None.
        because: order: why each item comes before the next.
        spellings: cloze: the accepted spellings of each gap.
        value: estimate: the expected number.
        answer: the text of the right answer.
        why: what the right answer rests on.
    """

    kind: FaceKind
    prompt: str
    options: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    gaps: int = 0
    givens: tuple[str, ...] = ()
    unit: str = ""
    hint: str = ""
    diagram: str = ""
    right: tuple[int, ...] = field(default=(), repr=False)
    why_not: tuple[str | None, ...] = field(default=(), repr=False)
    because: tuple[str, ...] = field(default=(), repr=False)
    spellings: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    value: float = field(default=0.0, repr=False)
    answer: str = field(default="", repr=False)
    why: str = field(default="", repr=False)

    @property
    def instruction(self) -> str:
        """How to answer it on a keyboard."""
        return INSTRUCTIONS[self.kind]


def face_of(card: Card, repetition: int) -> Face:
    """A card as it is shown.

    Args:
        card: the card.
        repetition: how often it was reviewed before; with the id it decides the shuffle and the drawn inputs, so that a session that
            was quit shows the same again, and the next repetition another order.
    """
    random = Random(int.from_bytes(blake2b(f"{card.id}:{repetition}".encode(), digest_size=8).digest(), "big"))  # noqa: S311 - no secret
    match card.question:
        case Choice() | DiagnoseChoice() as question:
            return _choice(card, [(o.text, o.why_not) for o in question.options], question.fixed, random, question.hint)
        case Multi() as question:
            return _choice(
                card, [(o.text, o.why_not) for o in question.options], question.fixed, random, question.hint, "multi"
            )
        case Cloze() as question:
            shown = GAP.sub("____", question.text)
            filled = GAP.sub(lambda m: m.group(1).split("|")[0].strip(), question.text)
            return Face(
                "cloze",
                f"{card.prompt}\n\n{shown}",
                gaps=len(question.gaps),
                hint=question.hint or "",
                spellings=question.gaps,
                answer=filled,
                why=question.why,
            )
        case Order() as question:
            order = _shuffled(range(len(question.items)), random)
            return Face(
                "order",
                card.prompt,
                options=tuple(question.items[i] for i in order),
                hint=question.hint or "",
                right=tuple(order.index(i) for i in range(len(order))),
                because=question.because,
                answer="\n".join(f"{n}. {item}" for n, item in enumerate(question.items, 1)),
                why=question.why,
            )
        case Match() as question:
            order = _shuffled(range(len(question.pairs)), random)
            return Face(
                "match",
                card.prompt,
                options=tuple(question.pairs[i].right for i in order),
                left=tuple(p.left for p in question.pairs),
                hint=question.hint or "",
                right=tuple(order.index(i) for i in range(len(order))),
                answer="\n".join(f"{p.left}: {p.right}" for p in question.pairs),
                why=question.why,
            )
        case Estimate() as question:
            values = {name: drawn(given, random) for name, given in question.inputs.items()}
            value = evaluate(question.derive, values)
            return Face(
                "estimate",
                card.prompt,
                givens=tuple(
                    f"{given.label}: {values[name]:,g} {given.unit}".rstrip() for name, given in question.inputs.items()
                ),
                unit=question.unit,
                hint=question.hint or "",
                value=value,
                answer=f"{value:,.4g} {question.unit}\n{question.derive}",
                why=question.why,
            )
        case Recall() | DiagnoseRecall() as question:
            points = "\n".join(f"- {p.point}" for p in question.must)
            return Face("recall", card.prompt, hint=question.hint or "", answer=points, why=question.why)
    if card.choices:
        return _choice(card, list(card.choices), False, random)
    return Face("self", card.prompt, diagram=card.diagram, answer=card.answer)


def _choice(
    card: Card,
    options: list[tuple[str, str | None]],
    fixed: bool,
    random: Random,
    hint: str | None = None,
    kind: FaceKind = "choice",
) -> Face:
    order = list(range(len(options))) if fixed else _shuffled(range(len(options)), random)
    shown = [options[i] for i in order]
    right = tuple(i for i, (_, why_not) in enumerate(shown) if why_not is None)
    return Face(
        kind,
        card.prompt,
        options=tuple(text for text, _ in shown),
        hint=hint or "",
        right=right,
        why_not=tuple(why for _, why in shown),
        answer="\n".join(shown[i][0] for i in right),
        why=card.answer,
    )


def _shuffled(items: Sequence[T], random: Random) -> list[T]:
    order = list(items)
    random.shuffle(order)
    return order


def drawn(given: Input, random: Random) -> float:
    """The value of an estimate's input: the given one, or one drawn from its range to two significant digits."""
    if given.value is not None:
        return given.value
    low, high = given.low or 0.0, given.high or 0.0
    return float(f"{random.uniform(low, high):.2g}")
