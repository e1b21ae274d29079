"""The typed links that entries write, read off one by one; `kb.graph` follows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kb.content import Library
from kb.models import Concept, Exercise, Failure, Step, Tradeoff

LinkKind = Literal[
    "requires", "part_of", "contrasts_with", "mitigates", "fails_with", "related", "decides", "practises", "weighs"
]

SYMMETRIC: frozenset[LinkKind] = frozenset({"contrasts_with", "related"})


@dataclass(frozen=True, order=True)
class Link:
    """One typed link.

    Attributes:
        source: the entry that has it.
        target: the entry that it leads to.
        kind: what it means.
        note: words of its own, such as the difference between two that contrast.
    """

    source: str
    target: str
    kind: LinkKind
    note: str = ""


def links_of(library: Library) -> Iterator[Link]:
    """Every link that the entries write, each once."""
    for entry in library.entries.values():
        if isinstance(entry, Concept):
            links = entry.links
            yield from (Link(entry.id, target, "requires") for target in links.requires)
            yield from (Link(entry.id, target, "part_of") for target in links.part_of)
            yield from (Link(entry.id, c.id, "contrasts_with", c.difference) for c in links.contrasts_with)
            yield from (Link(entry.id, t, "mitigates") for t in links.mitigates if not isinstance(t, Failure))
            yield from (Link(entry.id, t, "fails_with") for t in links.fails_with if not isinstance(t, Failure))
            yield from (Link(entry.id, target, "related") for target in links.related)
        elif isinstance(entry, Tradeoff):
            yield from (Link(entry.id, side.concept, "decides", side.wins_when) for side in entry.sides if side.concept)
            yield from (Link(entry.id, target, "requires") for target in entry.links.requires)
            yield from (Link(entry.id, target, "related") for target in entry.links.related)
        elif isinstance(entry, Exercise):
            yield from (Link(entry.id, target, "practises") for target in entry.concepts)
        elif isinstance(entry, Step):
            yield from (
                Link(entry.id, tension.tradeoff, "weighs", tension.title) for tension in entry.capstone.tensions
            )


def contrast_pairs(library: Library) -> tuple[tuple[str, str], ...]:
    """All pairs of concepts that are easily confused, each once, in alphabetical order."""
    ids = (
        (link.source, library.renamed.get(link.target, link.target))
        for link in links_of(library)
        if link.kind == "contrasts_with"
    )
    return tuple(sorted({(min(pair), max(pair)) for pair in ids}))
