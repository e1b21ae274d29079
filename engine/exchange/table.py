"""Cards as CSV: one row a card, for spreadsheets and other programs. RFC 4180, UTF-8, a line of names first."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from engine.cards import Deck
from engine.events import Event
from engine.exchange.export import ExportSummary, Tick, need_cards, replacing
from engine.exchange.history import histories
from engine.exchange.records import NO_STANDING, record_of, standing_of
from engine.schedule import DEFAULT_POLICY, Policy
from kb.content import Library


def export_csv(
    deck: Deck,
    target: Path,
    *,
    library: Library,
    at: datetime,  # noqa: ARG001 - every format is called alike; the same cards give the same bytes at any time
    events: Sequence[Event] | None = None,
    policy: Policy = DEFAULT_POLICY,
    tick: Tick | None = None,
) -> ExportSummary:
    """Writes cards as a table; lists stand in one cell, an item a line. See `Exporter`.

    Raises:
        ExchangeError: there are no cards, or the file cannot be written.
    """
    need_cards(deck, target)
    known = histories(events, policy, deck.renamed, deck.cards) if events is not None else {}
    with replacing(target) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        for count, card in enumerate(deck.cards.values(), 1):
            row = record_of(card, library)
            if events is not None:
                row |= standing_of(known[card.id].progress) if card.id in known else NO_STANDING
            if count == 1:
                writer.writerow(row)
            writer.writerow("\n".join(cell) if isinstance(cell, list) else cell for cell in row.values())
            if tick is not None:
                tick(count, len(deck.cards))
    return ExportSummary(
        target=target,
        cards=len(deck.cards),
        decks=(),
        reviews=sum(row.ease > 0 for history in known.values() for row in history.rows),
        scheduled=sum(history.progress.state is not None for history in known.values()),
    )
