"""Cards as one JSON document: what they ask, and with the history the events behind them, which can be imported again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.cards import Deck
from engine.events import Event
from engine.exchange.export import ExportSummary, Tick, need_cards, replacing
from engine.exchange.history import histories
from engine.exchange.records import record_of, standing_of
from engine.progress import ABOUT_CARDS
from engine.rows import event_of, row_of
from engine.schedule import DEFAULT_POLICY, Policy
from kb.content import Library
from kb.errors import ExchangeError

FORMAT, VERSION = "design-staircase cards", 1


def export_json(
    deck: Deck,
    target: Path,
    *,
    library: Library,
    at: datetime,  # noqa: ARG001 - every format is called alike; the same cards give the same bytes at any time
    events: Sequence[Event] | None = None,
    policy: Policy = DEFAULT_POLICY,
    tick: Tick | None = None,
) -> ExportSummary:
    """Writes cards as `{"format", "version", "cards", "events"}`. See `Exporter`.

    With the history each card has a `standing`, null where the log does not know it, and `events` holds the rows about these cards, undo included,
    as `docs/events.md` describes them.

    Raises:
        ExchangeError: there are no cards, or the file cannot be written.
    """
    need_cards(deck, target)
    known = histories(events, policy, deck.renamed, deck.cards) if events is not None else {}
    cards = []
    for count, card in enumerate(deck.cards.values(), 1):
        record = record_of(card, library)
        if events is not None:
            record["standing"] = standing_of(known[card.id].progress) if card.id in known else None
        cards.append(record)
        if tick is not None:
            tick(count, len(deck.cards))
    document: dict[str, Any] = {"format": FORMAT, "version": VERSION, "cards": cards}
    if events is not None:
        document["events"] = [row_of(e) for e in events if _about(e, deck)]
    with replacing(target) as part:
        part.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return ExportSummary(
        target=target,
        cards=len(cards),
        decks=(),
        reviews=sum(row.ease > 0 for history in known.values() for row in history.rows),
        scheduled=sum(history.progress.state is not None for history in known.values()),
    )


def _about(event: Event, deck: Deck) -> bool:
    return event.kind in (*ABOUT_CARDS, "undo") and deck.renamed.get(event.subject, event.subject) in deck.cards


def events_of_document(text: str, learner: str, day_of: Callable[[datetime], int], where: str = "") -> list[Event]:
    """The events of a JSON document; its cards come from the content and are passed over.

    Args:
        text: the document.
        learner: whose events they become.
        day_of: the learner's day of an instant, for rows that name none.
        where: the name of the file, for messages.

    Raises:
        ExchangeError: it is no such document, a newer one, or holds no history.
    """
    hint = "`kb export --history FILE.json` writes such a file."
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExchangeError(f"the file is no JSON: {error}", where=where, hint=hint) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ExchangeError("the file holds no cards of this program", where=where, hint=hint)
    if found.get("version") != VERSION:
        raise ExchangeError(
            f"the file has the version {found.get('version')!r}, and this program reads {VERSION}",
            where=where,
            hint="Update the program: pipx upgrade design-staircase.",
        )
    rows = found.get("events")
    if not isinstance(rows, list):
        raise ExchangeError(
            "the file holds cards without a history: there is nothing to import", where=where, hint=hint
        )
    events = []
    for number, row in enumerate(rows, 1):
        try:
            if not isinstance(row, dict):
                raise ValueError("this is no JSON object")
            events.append(event_of(row, learner, day_of))
        except ValueError as error:
            raise ExchangeError(
                str(error),
                where=f"{where}, event {number}",
                hint="docs/events.md describes the rows. Nothing was imported.",
            ) from error
    return events
