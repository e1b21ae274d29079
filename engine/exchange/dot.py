"""The graph between entries in the language of Graphviz (DOT): a node an entry, an edge a typed link, a cluster a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from engine.cards import Deck
from engine.events import Event
from engine.exchange.export import ExportSummary, Tick, entries_of, need_cards, replacing
from engine.schedule import DEFAULT_POLICY, Policy
from kb.content import Library
from kb.links import SYMMETRIC, Link, LinkKind, links_of
from kb.text import plain

_SHAPES = {"concept": "box", "tradeoff": "diamond", "exercise": "note", "step": "folder"}
_STYLES: dict[LinkKind, str] = {
    "requires": "solid",
    "part_of": "solid",
    "contrasts_with": "dashed",
    "mitigates": "bold",
    "fails_with": "bold",
    "related": "dotted",
    "decides": "dashed",
    "practises": "dotted",
    "weighs": "dotted",
}


def export_dot(
    deck: Deck,
    target: Path,
    *,
    library: Library,
    at: datetime,  # noqa: ARG001 - every format is called alike; a graph has no time
    events: Sequence[Event] | None = None,  # noqa: ARG001 - a graph has no history
    policy: Policy = DEFAULT_POLICY,  # noqa: ARG001 - as above
    tick: Tick | None = None,
) -> ExportSummary:
    """Writes the entries of a deck with the links that leave them. See `Exporter`.

    Raises:
        ExchangeError: there are no cards, or the file cannot be written.
    """
    need_cards(deck, target)
    entries = entries_of(deck, library)
    with replacing(target) as part:
        part.write_text("".join(f"{line}\n" for line in _lines(entries, library)), encoding="utf-8")
    if tick is not None:
        tick(len(deck.cards), len(deck.cards))
    return ExportSummary(target=target, cards=len(deck.cards), decks=())


def _lines(entries: Sequence[str], library: Library) -> Iterator[str]:
    links = sorted({_normal(link, library) for link in links_of(library) if link.source in set(entries)})
    yield "digraph staircase {"
    yield "  rankdir=LR;"
    yield "  node [shape=box];"
    steps = list(dict.fromkeys(library.step_of[entry] for entry in entries))
    for number, step in enumerate(steps):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={_quoted(library.title(step))};"
        for entry in entries:
            if library.step_of[entry] == step:
                shape = _SHAPES.get(library.kind(entry), "box")
                yield f"    {_quoted(entry)} [label={_quoted(library.title(entry))}, shape={shape}];"
        yield "  }"
    outside = sorted({name for link in links for name in (link.source, link.target)} - set(entries))
    for name in outside:
        style = "" if name in library.entries else ", style=dashed"
        yield f"  {_quoted(name)} [label={_quoted(library.title(name))}{style}];"
    for link in links:
        both = ", dir=none" if link.kind in SYMMETRIC else ""
        note = f", tooltip={_quoted(link.note)}" if link.note else ""
        yield (
            f"  {_quoted(link.source)} -> {_quoted(link.target)} "
            f"[label={_quoted(link.kind.replace('_', ' '))}, style={_STYLES[link.kind]}{both}{note}];"
        )
    yield "}"


def _normal(link: Link, library: Library) -> Link:
    """The link under the ids of today; one that both ends may write runs from the first to the second in the alphabet."""
    ends = (link.source, library.renamed.get(link.target, link.target))
    source, target = sorted(ends) if link.kind in SYMMETRIC else ends
    return Link(source, target, link.kind, link.note)


def _quoted(text: str) -> str:
    """Text as a quoted string, in which Graphviz knows only escaped quotes, backslashes and line breaks."""
    escaped = plain(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
