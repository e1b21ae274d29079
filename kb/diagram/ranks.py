"""In which row of the drawing a box stands, and which edges the drawing has to lead around the rows."""

from __future__ import annotations

from kb.diagram.model import Diagram, Edge


def _forward_edges(diagram: Diagram) -> tuple[list[str], dict[str, list[str]]]:
    """Drops the edges that close a cycle, by depth-first search from the boxes that nothing enters.

    Returns:
        The ids in the order in which the search left them, and the kept edges by their source.
    """
    ids = [node.id for node in diagram.nodes]
    leaving: dict[str, list[str]] = {name: [] for name in ids}
    entered: set[str] = set()
    for edge in diagram.edges:
        if edge.source != edge.target:
            leaving[edge.source].append(edge.target)
            entered.add(edge.target)
    kept: dict[str, list[str]] = {name: [] for name in ids}
    open_: set[str] = set()
    left: dict[str, None] = {}
    for root in [name for name in ids if name not in entered] + ids:
        if root in left:
            continue
        open_.add(root)
        path = [(root, iter(leaving[root]))]
        while path:
            name, rest = path[-1]
            for target in rest:
                if target in open_:
                    continue
                kept[name].append(target)
                if target not in left:
                    open_.add(target)
                    path.append((target, iter(leaving[target])))
                    break
            else:
                path.pop()
                open_.discard(name)
                left[name] = None
    return list(left), kept


def ranks(diagram: Diagram) -> dict[str, int]:
    """The row of every box in a layered drawing: one below the lowest box that points at it.

    This is the layering of mermaid-term 0.1.0 (longest path after the removal of back edges), recomputed so that a check
    needs neither that package nor a drawing.

    Args:
        diagram: any diagram but a sequence.

    Returns:
        Rank by node id; the first row is 0.
    """
    order, kept = _forward_edges(diagram)
    rank = dict.fromkeys(order, 0)
    for name in reversed(order):
        for target in kept[name]:
            rank[target] = max(rank[target], rank[name] + 1)
    return rank


def side_edges(diagram: Diagram, rank: dict[str, int]) -> list[Edge]:
    """The edges that do not step to the next row; they are drawn along the right side of the drawing.

    Args:
        diagram: any diagram but a sequence.
        rank: what `ranks` returned for it.

    Returns:
        Edges in the order of the source; an edge from a box to itself is none of them.
    """
    return [e for e in diagram.edges if e.source != e.target and rank[e.target] != rank[e.source] + 1]


def last_in_row(diagram: Diagram, rank: dict[str, int]) -> set[str]:
    """The boxes that stand at the right end of their row for certain.

    A row is drawn in the order of the source as long as no two edges between neighbouring rows cross. Where they do,
    mermaid-term sorts the rows anew, and only a box that is alone in its row is known to be the last.

    Args:
        diagram: any diagram but a sequence.
        rank: what `ranks` returned for it.

    Returns:
        Node ids, at most one for every row of every group.
    """
    rows: dict[tuple[str, int], list[str]] = {}
    for node in diagram.nodes:
        rows.setdefault((node.group, rank[node.id]), []).append(node.id)
    crossed = edges_cross(diagram, rank)
    return {row[-1] for row in rows.values() if len(row) == 1 or not crossed}


def edges_cross(diagram: Diagram, rank: dict[str, int]) -> bool:
    """Whether two edges between neighbouring rows cross when the rows keep the order of the source.

    Args:
        diagram: any diagram but a sequence.
        rank: what `ranks` returned for it.
    """
    place = {node.id: number for number, node in enumerate(diagram.nodes)}
    group = {node.id: node.group for node in diagram.nodes}
    bands: dict[tuple[str, int], dict[int, list[int]]] = {}
    for edge in diagram.edges:
        if rank[edge.target] == rank[edge.source] + 1:
            band = bands.setdefault((group[edge.source], rank[edge.source]), {})
            band.setdefault(place[edge.source], []).append(place[edge.target])
    for band in bands.values():
        rightmost = -1
        for _, targets in sorted(band.items()):
            if min(targets) < rightmost:
                return True
            rightmost = max(rightmost, *targets)
    return False
