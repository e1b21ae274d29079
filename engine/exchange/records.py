"""A card as plain values, for formats that programs read: what it asks, what is right, and where the learner stands with it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from engine.cards import Card
from engine.faces import face_of
from engine.progress import CardProgress
from kb.content import Library
from kb.text import plain

_EPOCH = date(1970, 1, 1)


def record_of(card: Card, library: Library) -> dict[str, Any]:
    """What a card asks and what is right. Options stand in the order of the first repetition, always the same one.

    Args:
        card: the card.
        library: for titles and steps.
    """
    face = face_of(card, 0)
    return {
        "id": card.id,
        "entry": card.entry,
        "title": plain(library.title(card.entry)),
        "step": library.step_of[card.entry],
        "kind": card.question.kind if card.question else card.kind,
        "depth": card.depth,
        "prompt": plain(face.prompt),
        "left": [plain(text) for text in face.left],
        "options": [plain(text) for text in face.options],
        "givens": [plain(text) for text in face.givens],
        "answer": plain(face.answer),
        "why": plain(face.why),
        "formerly": list(card.formerly),
    }


def standing_of(progress: CardProgress) -> dict[str, Any]:
    """Where the learner stands with a card: due day as a date, stability in days, difficulty from 1 to 10.

    Args:
        progress: what the log says about it.
    """
    state = progress.state
    return {
        "due": None if state is None else (_EPOCH + timedelta(days=state.due_day)).isoformat(),
        "stability": None if state is None else state.memory.stability,
        "difficulty": None if state is None else state.memory.difficulty,
        "reviews": 0 if state is None else state.reps,
        "lapses": 0 if state is None else state.lapses,
        "suspended": progress.suspended,
        "known": progress.known,
        "flagged": progress.flagged,
    }


NO_STANDING = dict.fromkeys(standing_of(CardProgress("")))
"""The same keys for a card that the log does not know."""
