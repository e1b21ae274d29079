"""What the placement shows: the question in hand, and what is noted at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.cards import Card
    from engine.faces import Face
    from engine.placement import Placement
    from engine.workspace import Workspace
    from tui.background import Desk, Job

BY = {"by": "placement"}
"""What tells cards that a placement marked as known from those that the learner marked one by one."""


@dataclass(frozen=True)
class Round:
    """Where a placement is.

    Attributes:
        placement: what is concluded so far.
        concept: the concept that is asked; empty at the end.
        face: the question; None at the end.
        steps: at the end, for each step with concepts taken to be known: its title, how many these are, and of how many.
    """

    placement: Placement
    concept: str
    face: Face | None
    steps: tuple[tuple[str, int, int], ...] = ()


def begin_placement(desk: Desk) -> Round:
    """Begins a placement; what was learned by answering counts as known, what an earlier placement concluded does not.

    Raises:
        KbError: library or database cannot be used.
    """
    from engine.placement import placement

    workspace = desk.workspace
    placed = marked_before(workspace)
    learned = {
        entry
        for entry, mastery in workspace.mastery().items()
        if mastery.learned and not placed.intersection(workspace.deck.essential(entry))
    }
    concepts = [e for e in workspace.deck.by_entry if e in workspace.library.concepts]
    askable = {concept for concept in concepts if question_of(workspace, concept) is not None}
    return ask(desk, placement(concepts, workspace.requires, askable, learned))


def answering(found: Placement, concept: str, right: bool) -> Job[Round]:
    """Takes an answer and finds the next question."""
    return lambda desk: ask(desk, found.answered(concept, right))


def ask(desk: Desk, found: Placement) -> Round:
    """The next question of a placement, or what it came to."""
    from engine.faces import face_of

    concept = found.next()
    card = question_of(desk.workspace, concept) if concept is not None else None
    if concept is None or card is None:
        return Round(found, "", None, by_step(desk.workspace, found))
    return Round(found, concept, face_of(card, 0))


def question_of(workspace: Workspace, concept: str) -> Card | None:
    """The card that tells best whether a concept is known: a choice, an essential one before others; None where there is none."""
    cards = [workspace.deck.cards[card] for card in workspace.deck.by_entry.get(concept, ())]
    choices = [card for card in cards if card.question is not None and card.question.kind == "choice"]
    return min(choices, key=lambda card: card.depth != "essential", default=None)


def by_step(workspace: Workspace, found: Placement) -> tuple[tuple[str, int, int], ...]:
    """For each step with concepts that are taken to be known: its title, how many these are, and of how many."""
    library = workspace.library
    rows = []
    for stair in library.staircase.steps:
        of = [concept for concept in found.below if library.step_of[concept] == stair.id]
        known = sum(concept in found.known for concept in of)
        if known:
            rows.append((stair.title, known, len(of)))
    return tuple(rows)


def marked_before(workspace: Workspace) -> frozenset[str]:
    """Cards that an earlier placement marked as known and that still are."""
    renamed, cards = workspace.deck.renamed, workspace.cards
    subjects = {renamed.get(e.subject, e.subject) for e in workspace.store.events(kinds=["known"]) if e.payload == BY}
    return frozenset(card for card in subjects if card in cards and cards[card].known)


def noting(found: Placement) -> Job[tuple[int, int]]:
    """Notes what a placement concluded: essential cards of known concepts are known, those that an earlier one took for known wrongly are not.

    A card that was ever answered keeps what the answers say.

    Args:
        found: the placement.

    Returns:
        A job; it hands back how many cards were marked as known, and how many are asked again.
    """

    def job(desk: Desk) -> tuple[int, int]:
        workspace = desk.workspace
        before = marked_before(workspace)
        marked = again = 0
        for concept in found.below:
            for card in workspace.deck.essential(concept):
                progress = workspace.cards.get(card)
                untouched = progress is None or not (progress.state or progress.known or progress.suspended)
                if concept in found.known and untouched:
                    workspace.record("known", card, BY)
                    marked += 1
                elif concept in found.unknown and card in before:
                    workspace.record("resume", card)
                    again += 1
        return marked, again

    return job
