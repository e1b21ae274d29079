"""The typed graph between entries. The only module that knows networkx."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import networkx as nx

from kb.content import Library
from kb.errors import ContentError
from kb.links import Link, LinkKind, links_of


@dataclass(frozen=True)
class Neighbourhood:
    """What stands around an entry; ids in study order.

    Attributes:
        entry: the entry in the middle.
        needs: its direct prerequisites.
        leads_to: what directly requires it.
        contrasts: what is easily taken for it.
        decided_by: trade-offs in which it is a side.
        practised_by: exercises.
        other: related, part of, mitigates and fails with, in both directions.
    """

    entry: str
    needs: tuple[str, ...]
    leads_to: tuple[str, ...]
    contrasts: tuple[str, ...]
    decided_by: tuple[str, ...]
    practised_by: tuple[str, ...]
    other: tuple[str, ...]


class Graph:
    """The links of a library, planned concepts included as places without an entry.

    Args:
        library: the entries.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        self._graph.add_nodes_from(library.planned)
        self._graph.add_nodes_from(library.entries)
        for link in links_of(library):
            self._graph.add_edge(link.source, library.renamed.get(link.target, link.target), link.kind, note=link.note)
        edges = [(s, t) for s, t, kind in self._graph.edges(keys=True) if kind == "requires"]
        self._requires = nx.DiGraph(edges)
        self._requires.add_nodes_from(self._graph)

    def __contains__(self, entry: str) -> bool:
        return entry in self._graph

    def _known(self, entry: str) -> str:
        entry = self._library.renamed.get(entry, entry)
        if entry not in self._graph:
            near = self._library.suggest(entry)
            hint = f"Did you mean {' or '.join(near)}?" if near else "`kb list` shows all entries."
            raise ContentError(f"there is no entry `{entry}`", hint=hint)
        return entry

    def _sorted(self, ids: Collection[str]) -> tuple[str, ...]:
        rank = self._library.rank
        return tuple(sorted(ids, key=lambda i: (rank.get(i, len(rank)), i)))

    def prerequisites(self, entry: str) -> frozenset[str]:
        """Everything that an entry builds on, directly or not.

        Raises:
            ContentError: no such entry.
        """
        return frozenset(nx.descendants(self._requires, self._known(entry)))

    def unlocks(self, entry: str) -> tuple[str, ...]:
        """What directly requires an entry, in study order.

        Raises:
            ContentError: no such entry.
        """
        return self._sorted(set(self._requires.predecessors(self._known(entry))))

    def path_to(self, entry: str, known: Collection[str] = ()) -> tuple[str, ...]:
        """What to learn, in order, to be ready for an entry; the entry itself comes last.

        Args:
            entry: the goal.
            known: what is learned already, which is left out with all that only it needs.

        Raises:
            ContentError: no such entry, or its prerequisites run in a circle.
        """
        goal = self._known(entry)
        needed: set[str] = {goal}
        waiting = [goal]
        while waiting:
            for need in self._requires.successors(waiting.pop()):
                if need not in needed and need not in known:
                    needed.add(need)
                    waiting.append(need)
        below = self._requires.subgraph(needed).reverse(copy=False)
        rank = self._library.rank
        try:
            return tuple(nx.lexicographical_topological_sort(below, key=lambda i: (rank.get(i, len(rank)), i)))
        except nx.NetworkXUnfeasible as error:
            raise ContentError(
                "its prerequisites run in a circle", where=goal, hint="`kb check` names the circle."
            ) from error

    def levels(self) -> dict[str, int]:
        """For each entry the length of the longest chain of prerequisites below it; 0 where it needs nothing.

        Raises:
            ContentError: prerequisites run in a circle.
        """
        found: dict[str, int] = {}
        try:
            order = list(nx.topological_sort(self._requires.reverse(copy=False)))
        except nx.NetworkXUnfeasible as error:
            raise ContentError("prerequisites run in a circle", hint="`kb check` names the circle.") from error
        for entry in order:
            found[entry] = max((found[n] + 1 for n in self._requires.successors(entry)), default=0)
        return found

    def neighbours(self, entry: str) -> Neighbourhood:
        """What stands around an entry.

        Raises:
            ContentError: no such entry.
        """
        middle = self._known(entry)
        out: dict[str, set[str]] = {}
        into: dict[str, set[str]] = {}
        for _, target, kind in self._graph.out_edges(middle, keys=True):
            out.setdefault(kind, set()).add(target)
        for source, _, kind in self._graph.in_edges(middle, keys=True):
            into.setdefault(kind, set()).add(source)

        def both(kind: LinkKind) -> set[str]:
            return out.get(kind, set()) | into.get(kind, set())

        named = (
            out.get("requires", set())
            | into.get("requires", set())
            | both("contrasts_with")
            | both("decides")
            | both("practises")
        )
        other = (
            set().union(*(both(kind) for kind in ("part_of", "mitigates", "fails_with", "related", "weighs")))
            - named
            - {middle}
        )
        leads_to = {e for e in into.get("requires", set()) if e not in self._library.tradeoffs}
        weighing = into.get("decides", set()) | {e for e in into.get("requires", set()) if e in self._library.tradeoffs}
        return Neighbourhood(
            entry=middle,
            needs=self._sorted(out.get("requires", set()) | out.get("decides", set()) | out.get("practises", set())),
            leads_to=self._sorted(leads_to),
            contrasts=self._sorted(both("contrasts_with")),
            decided_by=self._sorted(weighing),
            practised_by=self._sorted(into.get("practises", set())),
            other=self._sorted(other),
        )

    def around(self, entry: str, distance: int = 1) -> tuple[tuple[str, ...], tuple[Link, ...]]:
        """The entries within some links of an entry, and all links between them.

        Args:
            entry: the entry in the middle.
            distance: how many links away, at least 1.

        Returns:
            The ids in study order, and the links.

        Raises:
            ContentError: no such entry.
        """
        nodes = set(nx.ego_graph(self._graph.to_undirected(as_view=True), self._known(entry), radius=distance))
        edges: Iterable[tuple[str, str, LinkKind, str | None]] = self._graph.subgraph(nodes).edges(
            keys=True, data="note"
        )
        return self._sorted(nodes), tuple(sorted(Link(s, t, kind, note or "") for s, t, kind, note in edges))

    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """Circles of prerequisites, one for each knot of entries that need each other; each begins with its first id."""
        knots = (k for k in nx.strongly_connected_components(self._requires) if len(k) > 1)
        # In sorted order: a subgraph lists its nodes in another order in every process.
        graphs = (nx.DiGraph(sorted(e for e in self._requires.subgraph(k).edges if e[0] != e[1])) for k in knots)
        found = [_first_in_front([s for s, _ in nx.find_cycle(graph)]) for graph in graphs]
        loops = [(n,) for n in nx.nodes_with_selfloops(self._requires)]
        return tuple(sorted([*found, *loops]))


def _first_in_front(circle: list[str]) -> tuple[str, ...]:
    start = circle.index(min(circle))
    return (*circle[start:], *circle[:start])
