"""Reviews and memory states as Anki keeps them: rows of its table `revlog` and the scheduling columns of its table `cards`.

Anki's own table definitions are the reference (rslib, `storage/schema11.sql` and `storage/card/data.rs`): `revlog` has the instant in ms as id, a
positive interval in days or a negative one in seconds, and with FSRS the difficulty in the place of the ease. A card's due day counts from the
collection's creation; its memory state is JSON in the column `data`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from engine.events import Event
from engine.memory import Fsrs6, MemoryState, Rating
from engine.progress import ABOUT_CARDS, CardProgress, changed_by, undone_ids
from engine.schedule import CardState, Policy

CREATED = datetime(2020, 1, 1, 12, tzinfo=UTC)
"""When the exported collection claims to be made. Noon in UTC names the same day whatever the reader's zone is."""

_CREATED_DAY = (CREATED - datetime(1970, 1, 1, 12, tzinfo=UTC)).days
_AGAIN_AFTER = 600
_LEARN, _REVIEW, _RELEARN, _MANUAL = 0, 1, 2, 4
_INITIAL_EASE = 2500


@dataclass(frozen=True)
class RevlogRow:
    """A row of `revlog`, without the card's number.

    Attributes:
        id: the instant in ms since 1970, unique in the file.
        ease: 1 again to 4 easy; 0 for a reset.
        interval: days until the card comes back; negative: seconds.
        last_interval: the interval before.
        factor: the difficulty, from 100 to 1100; 0 for a reset.
        duration_ms: time spent.
        kind: 0 learning, 1 review, 2 relearning, 4 reset by hand.
    """

    id: int
    ease: int
    interval: int
    last_interval: int
    factor: int
    duration_ms: int
    kind: int


@dataclass
class CardHistory:
    """What travels with one card.

    Attributes:
        progress: what the log says about it.
        rows: its reviews and resets, in order.
        graduated: it was once sent to another day after an answer that was not Again.
        seen: the instant of its newest review.
    """

    progress: CardProgress
    rows: list[RevlogRow] = field(default_factory=list)
    graduated: bool = False
    seen: datetime | None = None


def histories(
    events: Iterable[Event], policy: Policy, renamed: Mapping[str, str], cards: Iterable[str]
) -> dict[str, CardHistory]:
    """What the log says about each of some cards.

    Args:
        events: the log, in any order.
        policy: the memory model.
        renamed: former card ids, with the id of today.
        cards: the ids that are wanted.

    Returns:
        By card id; only cards that the log knows. Undone events are left out.
    """
    ordered = sorted(events, key=lambda e: e.order)
    cancelled = undone_ids(ordered)
    wanted = set(cards)
    found: dict[str, CardHistory] = {}
    last_id = 0
    for event in ordered:
        if event.kind not in ABOUT_CARDS or event.id in cancelled:
            continue
        card = renamed.get(event.subject, event.subject)
        if event.kind in ("review", "reset"):
            # Counted for every card, so that a row keeps its id whatever part of the deck is exported.
            last_id = max(int(event.at.timestamp() * 1000), last_id + 1)
        if card in wanted:
            history = found.setdefault(card, CardHistory(CardProgress(card)))
            _take(history, replace(event, subject=card), last_id, policy)
    return found


def _take(history: CardHistory, event: Event, row_id: int, policy: Policy) -> None:
    before = history.progress.state
    history.progress = changed_by(history.progress, event, policy)
    after = history.progress.state
    last_interval = _interval(before) if before else 0
    if event.kind == "reset" and before is not None:
        history.rows.append(RevlogRow(row_id, 0, 0, last_interval, 0, 0, _MANUAL))
        history.graduated, history.seen = False, None
    elif event.review is not None and after is not None:
        history.rows.append(
            RevlogRow(
                row_id,
                event.review.rating,
                _interval(after),
                last_interval,
                _factor(after.memory),
                event.review.duration_ms,
                _kind(history, before),
            )
        )
        history.graduated = history.graduated or (
            event.review.rating != Rating.AGAIN and after.due_day > after.last_day
        )
        history.seen = event.at


def _interval(state: CardState) -> int:
    days = state.due_day - state.last_day
    return days if days > 0 else -_AGAIN_AFTER


def _factor(memory: MemoryState) -> int:
    """The difficulty as `revlog` has it (rslib, `difficulty_shifted`): 1 becomes 100, 10 becomes 1100."""
    return round(((memory.difficulty - 1) / 9 + 0.1) * 1000)


def _kind(history: CardHistory, before: CardState | None) -> int:
    """Anki's FSRS starts a card's history at the first of its learning rows, so these have to be contiguous from the start."""
    if before is None or not history.graduated:
        return _LEARN
    return _RELEARN if before.due_day == before.last_day else _REVIEW


def scheduling(history: CardHistory, policy: Policy) -> dict[str, int | str]:
    """The columns of Anki's table `cards` that carry the schedule.

    Args:
        history: of the card.
        policy: for the desired retention and the forgetting curve.

    Returns:
        Values by column name; a card that was never reviewed keeps its place among the new ones.
    """
    progress, state = history.progress, history.progress.state
    columns: dict[str, int | str] = {"flags": int(progress.flagged)}
    aside = progress.suspended or progress.known
    if state is None:
        return {**columns, "queue": -1} if aside else columns
    again_today = state.due_day <= state.last_day
    card_type = (3 if history.graduated else 1) if again_today else 2
    seen = int(history.seen.timestamp()) if history.seen else 0
    return {
        **columns,
        "type": card_type,
        "queue": -1 if aside else 1 if again_today else 2,
        "due": seen + _AGAIN_AFTER if again_today else state.due_day - _CREATED_DAY,
        "ivl": max(state.due_day - state.last_day, int(history.graduated)),
        "factor": _INITIAL_EASE,
        "reps": state.reps,
        "lapses": state.lapses,
        "left": 1001 if again_today else 0,
        "data": _data(state.memory, seen, policy),
    }


def _data(memory: MemoryState, seen: int, policy: Policy) -> str:
    """The memory state, with as many digits as Anki itself keeps."""
    data: dict[str, float] = {
        "s": round(memory.stability, 4),
        "d": round(memory.difficulty, 3),
        "dr": policy.desired_retention,
        "lrt": seen,
    }
    if isinstance(policy.model, Fsrs6):
        data["decay"] = -policy.model.parameters.decay
    return json.dumps(data, separators=(",", ":"))
