"""Anki decks: a zip with an SQLite collection, which Anki merges into a learner's own.

A note keeps its identity by its GUID, which follows from the first id that the card ever had, so that importing a newer export updates notes and
never duplicates them. Note type and decks have numbers that follow from fixed names.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import genanki

from engine.cards import Card, Deck
from engine.events import Event
from engine.exchange.export import ExportSummary, Tick, need_cards, replacing
from engine.exchange.history import CREATED, CardHistory, histories, scheduling
from engine.exchange.notes import FIELDS, fields_of
from engine.schedule import DEFAULT_POLICY, Policy
from kb.content import Library
from kb.errors import ExchangeError
from kb.text import plain

SUFFIX = ".apkg"
ROOT_DECK = "System design"

_TEMPLATES_CHANGED = 1_790_000_000
"""When the templates below were last changed, in seconds since 1970: Anki replaces a learner's own styling only by something newer."""

# MathJax looks for formulas in shown text, where no entity can hide them; these two classes tell it to look elsewhere.
_INERT = '<div class="card-text mathjax_ignore tex2jax_ignore">'

# The front never names the entry: for a symptom that is the answer.
_FRONT = f"""{_INERT}
{{{{#Front}}}}{{{{Front}}}}{{{{Options}}}}{{{{Diagram}}}}{{{{/Front}}}}
{{{{#Hint}}}}<div class="hint">{{{{hint:Hint}}}}</div>{{{{/Hint}}}}
</div>"""

_BACK = f"""{{{{FrontSide}}}}
<hr id="answer">
{_INERT}
{{{{Back}}}}
{{{{#Why}}}}<div class="why">{{{{Why}}}}</div>{{{{/Why}}}}
{{{{#Source}}}}<div class="source">{{{{Source}}}}</div>{{{{/Source}}}}
<div class="source">{{{{Entry}}}} ({{{{CardId}}}})</div>
</div>"""

_CSS = """.card { font-family: sans-serif; font-size: 18px; line-height: 1.45; text-align: left; }
.card-text { max-width: 44em; margin: 0 auto; }
.hint, .source { font-size: 13px; opacity: 0.7; }
.why { margin-top: 0.8em; }
.source { margin-top: 0.8em; overflow-wrap: anywhere; }
pre { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 13px; line-height: 1.15; overflow-x: auto; }
li { margin: 0.2em 0; }
"""


class _NoteType(genanki.Model):  # type: ignore[misc]
    """The one note type, with the time of its templates instead of the time of the export."""

    def to_json(self, _timestamp: float, deck_id: int) -> dict[str, Any]:
        """See genanki."""
        made: dict[str, Any] = super().to_json(_TEMPLATES_CHANGED, deck_id)
        return made


def export_apkg(
    deck: Deck,
    target: Path,
    *,
    library: Library,
    at: datetime,
    events: Sequence[Event] | None = None,
    policy: Policy = DEFAULT_POLICY,
    tick: Tick | None = None,
) -> ExportSummary:
    """Writes an Anki deck, one subdeck a step.

    Args:
        deck: the cards to write, in study order.
        target: a file that ends in `.apkg`, replaced as a whole.
        library: for the titles, steps and sources of the entries.
        at: the instant of the export, with a time zone. Anki updates a note only by an export that is later than the last one.
        events: the learner's log, where reviews and memory states are to travel too.
        policy: the memory model and the desired retention that the log is replayed with.
        tick: is told of the progress.

    Returns:
        What was written. The same deck, log and instant give the same notes, cards and reviews.

    Raises:
        ExchangeError: the suffix is wrong, there are no cards, or the file cannot be written.
    """
    if target.suffix.lower() != SUFFIX:
        raise ExchangeError("an Anki deck ends in .apkg", where=str(target), hint=f"Name it {target.stem}{SUFFIX}.")
    need_cards(deck, target)
    decks = _decks(deck, library, tick)
    known = histories(events, policy, deck.renamed, deck.cards) if events is not None else {}
    with replacing(target) as part, TemporaryDirectory(prefix="kb-apkg-") as folder:
        collection = Path(folder) / "collection.anki2"
        with closing(sqlite3.connect(collection)) as connection:
            package = genanki.Package(decks)
            package.write_to_db(connection.cursor(), at.timestamp(), itertools.count(int(at.timestamp() * 1000)))
            _set_clock(connection)
            _write_histories(connection, deck.cards, known, policy)
            connection.commit()
        _zip(collection, part)
    return ExportSummary(
        target=target,
        cards=len(deck.cards),
        decks=tuple(d.name for d in decks),
        reviews=sum(row.ease > 0 for history in known.values() for row in history.rows),
        scheduled=sum(history.progress.state is not None for history in known.values()),
    )


def guid_of(card: Card) -> str:
    """The identity of a card's note in every collection, for good."""
    return str(genanki.guid_for("design-staircase", card.first_id))


def _number_of(name: str) -> int:
    """A number for a fixed name, in the range that genanki recommends for ids: 2^30 to 2^31."""
    digest = blake2b(f"design-staircase:{name}".encode(), digest_size=8).digest()
    return 2**30 + int.from_bytes(digest, "big") % 2**30


def _note_type() -> genanki.Model:
    return _NoteType(
        _number_of("note type"),
        "System design",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Card", "qfmt": _FRONT, "afmt": _BACK}],
        css=_CSS,
    )


def _decks(deck: Deck, library: Library, tick: Tick | None) -> list[genanki.Deck]:
    """One deck a step, in study order, filled."""
    note_type = _note_type()
    made: dict[str, genanki.Deck] = {}
    for count, card in enumerate(deck.cards.values(), 1):
        step = library.step_of[card.entry]
        if step not in made:
            made[step] = genanki.Deck(_number_of(f"deck {step}"), f"{ROOT_DECK}::{_deck_name(library, step)}")
        made[step].add_note(
            genanki.Note(
                model=note_type,
                fields=list(fields_of(card, library)),
                guid=guid_of(card),
                tags=tags_of(card, library),
                due=count,
            )
        )
        if tick is not None:
            tick(count, len(deck.cards))
    order = {stair.id: place for place, stair in enumerate(library.staircase.steps)}
    return [made[step] for step in sorted(made, key=lambda s: (order.get(s, len(order)), s))]


def _deck_name(library: Library, step: str) -> str:
    title = next((stair.title for stair in library.staircase.steps if stair.id == step), library.title(step))
    return plain(title).replace("\n", " ").replace("::", ":").replace('"', "'")


def tags_of(card: Card, library: Library) -> list[str]:
    """The tags of a card's note: step, kind, depth, and the entry by its kind. Anki shows `::` as a tree."""
    kind = card.question.kind if card.question else card.kind
    return [
        f"step::{library.step_of[card.entry]}",
        f"kind::{kind}",
        f"depth::{card.depth}",
        f"{library.kind(card.entry)}::{card.entry}",
    ]


def _set_clock(connection: sqlite3.Connection) -> None:
    """Makes the collection say when it was made and how it counts days: due days are relative to that."""
    (conf,) = connection.execute("SELECT conf FROM col").fetchone()
    settings = {**json.loads(conf), "schedVer": 2, "creationOffset": 0}
    connection.execute("UPDATE col SET crt = ?, conf = ?", (int(CREATED.timestamp()), json.dumps(settings)))


def _write_histories(
    connection: sqlite3.Connection, cards: Mapping[str, Card], known: Mapping[str, CardHistory], policy: Policy
) -> None:
    numbers = dict(connection.execute("SELECT n.guid, c.id FROM cards c JOIN notes n ON n.id = c.nid"))
    for card_id, history in known.items():
        number = numbers[guid_of(cards[card_id])]
        columns = scheduling(history, policy)
        assignments = ", ".join(f"{column} = ?" for column in columns)
        connection.execute(f"UPDATE cards SET {assignments} WHERE id = ?", (*columns.values(), number))  # noqa: S608 - names of ours
        connection.executemany(
            "INSERT INTO revlog (id, cid, usn, ease, ivl, lastIvl, factor, time, type) VALUES (?, ?, -1, ?, ?, ?, ?, ?, ?)",
            [
                (r.id, number, r.ease, r.interval, r.last_interval, r.factor, r.duration_ms, r.kind)
                for r in history.rows
            ],
        )


def _zip(collection: Path, target: Path) -> None:
    """Packs the collection; the same bytes at any time of day."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("collection.anki2", collection.read_bytes()), ("media", b"{}")):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
