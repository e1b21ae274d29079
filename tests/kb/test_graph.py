"""The graph between entries: known answers on a small library, and laws that hold on any."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.content import Library
from kb.errors import ContentError
from kb.graph import Graph
from kb.links import Link, contrast_pairs
from kb.models import Concept, Staircase
from kb.roots import Roots
from kb.yamlfile import YamlFile

if TYPE_CHECKING:
    from tests.kb.conftest import Small


@pytest.fixture
def graph(small: Small) -> Graph:
    return Graph(Library.load(small.root))


def test_prerequisites_are_all_that_an_entry_builds_on(graph: Graph) -> None:
    assert graph.prerequisites("message-queue") == frozenset()
    assert graph.prerequisites("circuit-breaker") == {"message-queue", "dead-letter-queue", "competing-consumers"}
    assert graph.prerequisites("park-or-retry") == {"message-queue"}


def test_what_an_entry_unlocks_needs_it_directly(graph: Graph) -> None:
    assert graph.unlocks("message-queue") == ("dead-letter-queue", "competing-consumers", "park-or-retry")
    assert graph.unlocks("circuit-breaker") == ()
    assert graph.unlocks("bulkhead") == ()


def test_the_path_to_an_entry_is_in_study_order(graph: Graph) -> None:
    assert graph.path_to("circuit-breaker") == (
        "message-queue",
        "dead-letter-queue",
        "competing-consumers",
        "circuit-breaker",
    )
    assert graph.path_to("message-queue") == ("message-queue",)
    assert graph.path_to("bulkhead") == ("bulkhead",)


def test_what_is_known_is_left_out_of_the_path_with_what_only_it_needs(graph: Graph) -> None:
    known = {"dead-letter-queue", "competing-consumers"}
    assert graph.path_to("circuit-breaker", known) == ("circuit-breaker",)
    assert graph.path_to("circuit-breaker", {"message-queue"})[0] == "dead-letter-queue"
    assert graph.path_to("circuit-breaker", {"circuit-breaker"})[-1] == "circuit-breaker"


def test_levels_are_the_longest_chains_below(graph: Graph) -> None:
    levels = graph.levels()
    assert levels["message-queue"] == levels["bulkhead"] == levels["drain-a-queue"] == 0
    assert levels["dead-letter-queue"] == levels["competing-consumers"] == levels["park-or-retry"] == 1
    assert levels["circuit-breaker"] == 2


def test_what_stands_around_a_concept(graph: Graph) -> None:
    near = graph.neighbours("message-queue")
    assert near.needs == ()
    assert near.leads_to == ("dead-letter-queue", "competing-consumers")
    assert near.contrasts == ("dead-letter-queue",)
    assert near.decided_by == ("park-or-retry",)
    assert near.practised_by == ("drain-a-queue",)
    assert near.other == ("circuit-breaker",)


def test_what_stands_around_a_tradeoff_an_exercise_and_a_step(graph: Graph) -> None:
    near = graph.neighbours("park-or-retry")
    assert near.needs == ("message-queue", "dead-letter-queue")
    assert near.other == ("competing-consumers", "messaging")
    assert graph.neighbours("drain-a-queue").needs == ("message-queue", "dead-letter-queue")
    assert graph.neighbours("messaging").other == ("park-or-retry",)


def test_around_an_entry_are_nodes_and_all_links_between_them(graph: Graph) -> None:
    nodes, links = graph.around("competing-consumers")
    assert nodes == ("message-queue", "competing-consumers", "circuit-breaker", "park-or-retry")
    assert Link("competing-consumers", "message-queue", "requires") in links
    assert Link("circuit-breaker", "message-queue", "related") in links
    assert links == tuple(sorted(links))
    assert all({link.source, link.target} <= set(nodes) for link in links)


def test_farther_around_holds_what_is_nearer(graph: Graph) -> None:
    near, near_links = graph.around("drain-a-queue", 1)
    far, far_links = graph.around("drain-a-queue", 2)
    assert set(near) < set(far)
    assert set(near_links) < set(far_links)
    assert graph.around("bulkhead", 3) == (("bulkhead",), ())


def test_a_note_goes_with_its_link(graph: Graph) -> None:
    _, links = graph.around("dead-letter-queue")
    notes = {link.kind: link.note for link in links if link.source == "dead-letter-queue"}
    assert notes["contrasts_with"].startswith("The one holds work")
    assert notes["requires"] == ""


def test_a_contrast_holds_in_both_directions_and_is_listed_once(graph: Graph, small: Small) -> None:
    assert contrast_pairs(Library.load(small.root)) == (("dead-letter-queue", "message-queue"),)
    assert graph.neighbours("dead-letter-queue").contrasts == ("message-queue",)


def test_a_link_by_a_former_id_leads_to_the_entry_of_today(small: Small) -> None:
    small.edit("messaging/message-queue", ("level: core", "formerly: [queue]\nlevel: core"))
    small.edit("messaging/competing-consumers", ("requires: [message-queue]", "requires: [queue]"))
    graph = Graph(Library.load(small.root))
    assert graph.path_to("competing-consumers") == ("message-queue", "competing-consumers")
    assert graph.unlocks("queue") == graph.unlocks("message-queue")
    assert "queue" not in graph


def test_an_unknown_entry_is_answered_with_near_ones(graph: Graph) -> None:
    for ask in (graph.prerequisites, graph.unlocks, graph.path_to, graph.neighbours, graph.around):
        with pytest.raises(ContentError) as caught:
            ask("mesage-queue")
        assert "message-queue" in caught.value.hint


def test_a_circle_is_found_and_stops_what_needs_an_order(small: Small) -> None:
    small.edit("messaging/message-queue", ("requires: []", "requires: [circuit-breaker]"))
    graph = Graph(Library.load(small.root))
    assert graph.cycles() == (("circuit-breaker", "competing-consumers", "message-queue"),)
    with pytest.raises(ContentError, match="circle"):
        graph.path_to("circuit-breaker")
    with pytest.raises(ContentError, match="circle"):
        graph.levels()
    assert graph.prerequisites("bulkhead") == frozenset()


BASE: dict[str, object] = {
    "level": "advanced",
    "summary": "x" * 20,
    "symptom": "x" * 40,
    "mechanism": "x",
    "guarantees": {"holds": ["x"], "does_not_hold": ["x"]},
    "use_when": [{"key": "a", "text": "x"}],
    "avoid_when": [{"key": "a", "text": "x"}],
    "pitfalls": [{"key": "a", "trap": "x", "instead": "x"}],
    "example": "x",
    "reviewed": "2026-11-21",
}


def library_of(requires: dict[int, set[int]]) -> Library:
    """A library of concepts c0, c1 ... that require each other as told."""
    planned = [{"id": f"c{i}", "title": f"C{i}", "level": "advanced"} for i in requires]
    staircase = {"steps": [{"id": "all", "title": "All", "purpose": "All.", "concepts": planned}]}
    library = Library(Roots(Path("concepts"), Path("quizzes")), Staircase.model_validate(staircase))
    for i, needs in requires.items():
        data = {**BASE, "id": f"c{i}", "title": f"C{i}", "links": {"requires": [f"c{n}" for n in sorted(needs)]}}
        library.entries[f"c{i}"] = Concept.model_validate(data)
        library.files[f"c{i}"] = YamlFile(Path(f"concepts/all/c{i}.yaml"), "", data)
    return library


@st.composite
def relations(draw: st.DrawFn, *, circles: bool) -> dict[int, set[int]]:
    """Up to twelve concepts with up to four prerequisites each, listed in an order of chance."""
    size = draw(st.integers(1, 12))
    found = {}
    for i in range(size):
        below = range(size) if circles else range(i)
        found[i] = draw(st.sets(st.sampled_from(below), max_size=4)) if below else set()
    order = draw(st.permutations(range(size)))
    return {i: found[i] for i in order}


@given(relations(circles=False), st.data())
def test_every_prerequisite_comes_before_what_needs_it(requires: dict[int, set[int]], data: st.DataObject) -> None:
    graph = Graph(library_of(requires))
    goal = data.draw(st.sampled_from(sorted(requires)))
    path = graph.path_to(f"c{goal}")
    assert path[-1] == f"c{goal}"
    assert set(path) == graph.prerequisites(f"c{goal}") | {f"c{goal}"}
    assert len(set(path)) == len(path)
    for position, concept in enumerate(path):
        assert {f"c{n}" for n in requires[int(concept[1:])]} <= set(path[:position])


@given(relations(circles=False), st.data())
def test_what_is_known_shortens_the_path_and_leaves_no_gap(requires: dict[int, set[int]], data: st.DataObject) -> None:
    graph = Graph(library_of(requires))
    goal = data.draw(st.sampled_from(sorted(requires)))
    known = {f"c{i}" for i in data.draw(st.sets(st.sampled_from(sorted(requires))))} - {f"c{goal}"}
    path = graph.path_to(f"c{goal}", known)
    assert set(path) <= set(graph.path_to(f"c{goal}")) - known
    for position, concept in enumerate(path):
        assert {f"c{n}" for n in requires[int(concept[1:])]} <= {*path[:position], *known}
    for concept in path[:-1]:
        assert set(graph.unlocks(concept)) & set(path), "nothing stands in the path that the goal does not need"


@given(relations(circles=False))
def test_levels_rise_by_one_over_the_highest_prerequisite(requires: dict[int, set[int]]) -> None:
    levels = Graph(library_of(requires)).levels()
    for i, needs in requires.items():
        assert levels[f"c{i}"] == (max(levels[f"c{n}"] for n in needs) + 1 if needs else 0)


@given(relations(circles=True))
def test_circles_are_found_if_and_only_if_there_is_one(requires: dict[int, set[int]]) -> None:
    library = library_of(requires)
    plain = nx.DiGraph([(i, n) for i, needs in requires.items() for n in needs])
    circles = Graph(library).cycles()
    assert bool(circles) == (not nx.is_directed_acyclic_graph(plain))
    for circle in circles:
        for entry, need in pairwise((*circle, circle[0])):
            assert int(need[1:]) in requires[int(entry[1:])]


@given(relations(circles=True))
def test_unlocks_is_requires_read_backwards(requires: dict[int, set[int]]) -> None:
    graph = Graph(library_of(requires))
    for i in requires:
        assert set(graph.unlocks(f"c{i}")) == {f"c{j}" for j, needs in requires.items() if i in needs}
