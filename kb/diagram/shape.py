"""Rules about how the edges of a diagram run: what the drawing would show wrongly or not at all.

They hold for every kind with boxes. The lines of a drawing are shared: edges that leave one box begin as one line, and
edges that enter one box end as one line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from kb.diagram.model import Diagram, Edge
from kb.diagram.ranks import last_in_row, ranks, side_edges

MAX_FAN_OUT: Final = 4


def fan_out_is_limited(diagram: Diagram) -> Iterator[str]:
    """A row of more than four boxes is wider than the terminal."""
    if diagram.kind == "sequenceDiagram":
        return
    for name, count in Counter(edge.source for edge in diagram.edges).items():
        if count > MAX_FAN_OUT:
            yield f"{count} edges leave `{name}`; at most {MAX_FAN_OUT}: group some of the targets in one box"


def edges_are_single(diagram: Diagram) -> Iterator[str]:
    """Of two edges from one box to the same other box the terminal draws one."""
    if diagram.kind == "sequenceDiagram":
        return
    for (source, target), count in Counter((edge.source, edge.target) for edge in diagram.edges).items():
        if count > 1:
            yield f"{count} edges from `{source}` to `{target}`; write one, with both texts"


def edges_join_neighbouring_rows(diagram: Diagram) -> Iterator[str]:
    """In a flowchart an edge leads to the next row or back; a jump over a row is a second story."""
    if diagram.kind not in ("flowchart", "graph"):
        return
    rank = ranks(diagram)
    for edge in side_edges(diagram, rank):
        rows = rank[edge.target] - rank[edge.source]
        if rows > 0:
            yield (
                f"line {edge.line}: the edge from `{edge.source}` to `{edge.target}` goes down {rows} rows; "
                "leave it out, or put a node between"
            )


def edges_pass_no_box(diagram: Diagram) -> Iterator[str]:
    """Edges that lead back are drawn along the right side; no box may stand in their way, nor two arrows at one point."""
    if diagram.kind == "sequenceDiagram":
        return
    rank = ranks(diagram)
    last = last_in_row(diagram, rank)
    around = [edge for edge in side_edges(diagram, rank) if _is_led_around(diagram, edge, rank)]
    for edge in around:
        for name in (edge.source, edge.target):
            if name not in last:
                yield (
                    f"line {edge.line}: the edge from `{edge.source}` to `{edge.target}` would be drawn through the boxes "
                    f"beside `{name}`; name `{name}` last in its row, and let no edges cross"
                )
    entered = {edge.target for edge in around}
    for name in dict.fromkeys(edge.source for edge in around):
        if name in entered:
            yield f"an edge leaves `{name}` on its outer side and another enters there; leave one of them out"


def joined_lines_are_true(diagram: Diagram) -> Iterator[str]:
    """Where lines are shared, every path along them is an edge that the source has."""
    if diagram.kind == "sequenceDiagram":
        return
    for band in _bands(diagram):
        for sources, targets, count in _bundles(band):
            if count < len(sources) * len(targets):
                yield (
                    f"the edges from {_listed(sources)} to {_listed(targets)} run together in the drawing, as if each led "
                    "to each; leave one out, or put a node between"
                )


def joined_texts_agree(diagram: Diagram) -> Iterator[str]:
    """Edges that end as one line have room for one text."""
    if diagram.kind == "sequenceDiagram":
        return
    for band in _bands(diagram):
        texts: dict[str, set[str]] = {}
        for edge in band:
            texts.setdefault(edge.target, set()).add(edge.label)
        for name, found in texts.items():
            if len(found) > 1:
                yield f"the edges into `{name}` run together in the drawing and have room for one text; give all the same or none, or turn one around"


def groups_are_independent(diagram: Diagram) -> Iterator[str]:
    """No edge leads from one subgraph to another, or out of it."""
    group_of = {node.id: node.group for node in diagram.nodes}
    names = {group.id for group in diagram.groups}
    for edge in diagram.edges if names else ():
        touched = next((name for name in (edge.source, edge.target) if name in names), None)
        if touched is not None:
            yield f"line {edge.line}: an edge ends at the group `{touched}`; join nodes of one group"
        elif group_of[edge.source] != group_of[edge.target]:
            yield (
                f"line {edge.line}: the edge from `{edge.source}` to `{edge.target}` leaves its group; "
                "groups are separate pictures, delete the edge or the groups"
            )


SHAPE_RULES: Final[tuple[tuple[str, Callable[[Diagram], Iterator[str]]], ...]] = (
    ("diagram-fan-out", fan_out_is_limited),
    ("diagram-parallel", edges_are_single),
    ("diagram-ranks", edges_join_neighbouring_rows),
    ("diagram-return", edges_pass_no_box),
    ("diagram-merge", joined_lines_are_true),
    ("diagram-merged-text", joined_texts_agree),
    ("diagram-groups", groups_are_independent),
)
"""Name and function of every rule about the course of edges."""


def _is_led_around(diagram: Diagram, edge: Edge, rank: dict[str, int]) -> bool:
    """Whether an edge along the side is allowed at all: a jump forward is another rule's matter in a flowchart."""
    return diagram.kind not in ("flowchart", "graph") or rank[edge.target] < rank[edge.source]


def _bands(diagram: Diagram) -> list[list[Edge]]:
    """The edges that may share lines: those between the same two rows, and those along the right side."""
    rank = ranks(diagram)
    group = {node.id: node.group for node in diagram.nodes}
    bands: dict[tuple[str, int], list[Edge]] = {}
    for edge in diagram.edges:
        if edge.source != edge.target:
            step = rank[edge.target] == rank[edge.source] + 1
            bands.setdefault((group[edge.source], rank[edge.source] if step else -1), []).append(edge)
    return list(bands.values())


def _bundles(edges: Iterable[Edge]) -> Iterator[tuple[list[str], list[str], int]]:
    """Yields sources, targets and number of pairs of every set of edges that hang together by a source or a target."""
    pairs = list(dict.fromkeys((edge.source, edge.target) for edge in edges))
    leader: dict[tuple[int, str], tuple[int, str]] = {}

    def find(end: tuple[int, str]) -> tuple[int, str]:
        while leader.setdefault(end, end) != end:
            leader[end] = leader[leader[end]]
            end = leader[end]
        return end

    for source, target in pairs:
        leader[find((0, source))] = find((1, target))
    bundles: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for source, target in pairs:
        bundles.setdefault(find((0, source)), []).append((source, target))
    for bundle in bundles.values():
        sources = list(dict.fromkeys(source for source, _ in bundle))
        targets = list(dict.fromkeys(target for _, target in bundle))
        yield sources, targets, len(bundle)


def _listed(names: list[str]) -> str:
    """Ids as a list in a sentence."""
    return ", ".join(f"`{name}`" for name in names)
