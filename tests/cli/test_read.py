from __future__ import annotations

import pytest


def test_show_prints_every_section_and_the_diagram(kb) -> None:
    shown = kb("show", "cache-stampede")
    assert shown.code == 0
    for heading in ("What you see", "How it works", "What you may rely on", "Traps", "Sources"):
        assert f"## {heading}" in shown.out
    assert "│" in shown.out


@pytest.mark.parametrize("name", ["dogpile", "Cache Stampede", "THUNDERING HERD"])
def test_show_finds_an_entry_by_title_or_alias(kb, name: str) -> None:
    assert "# Cache stampede" in kb("show", name).out


def test_show_as_json_holds_the_entry(kb) -> None:
    data = kb("show", "ttl-expiration", "--json").data
    assert (data["id"], data["kind"], data["step"]) == ("ttl-expiration", "concept", "caching")
    assert data["links"]["requires"]


def test_a_misspelt_id_is_answered_with_a_suggestion(kb) -> None:
    outcome = kb("show", "cache-stampeed")
    assert outcome.code == 3
    assert outcome.out == ""
    assert "Did you mean cache-stampede" in outcome.err


def test_a_planned_concept_is_named_as_such(kb) -> None:
    outcome = kb("show", "latency")
    assert outcome.code == 3
    assert "planned for the step networking-http" in outcome.err


def test_an_unknown_section_lists_those_that_exist(kb) -> None:
    outcome = kb("show", "cdn", "--section", "jokes")
    assert outcome.code == 2
    assert "mechanism" in outcome.err


def test_list_filters_by_kind_step_and_level(kb) -> None:
    rows = kb("list", "--kind", "concept", "--step", "caching", "--level", "core", "--json").data
    assert len(rows) >= 15
    assert {(r["kind"], r["step"], r["level"]) for r in rows} == {("concept", "caching", "core")}


def test_list_with_planned_counts_the_whole_staircase(kb) -> None:
    assert len([r for r in kb("list", "--planned", "--json").data if r["kind"] in ("concept", "planned")]) == 442


@pytest.mark.parametrize("arguments", [("--kind", "poem"), ("--step", "cooking")])
def test_list_refuses_what_does_not_exist(kb, arguments: tuple[str, str]) -> None:
    outcome = kb("list", *arguments)
    assert outcome.code in (2, 3)
    assert "caching" in outcome.err or "concept" in outcome.err


def test_path_leads_from_the_ground_to_the_goal(kb) -> None:
    rows = [r["id"] for r in kb("path", "cache-tags", "--json").data]
    assert rows[-1] == "cache-tags"
    order = ["memory-hierarchy", "caching-fundamentals", "cache-aside", "cache-invalidation"]
    assert [r for r in rows if r in order] == order
    assert "latency" in rows


def test_graph_in_every_format(kb) -> None:
    assert "needs" in kb("graph", "--around", "cdn").out
    assert kb("graph", "--around", "cdn", "--format", "mermaid").out.startswith("flowchart LR")
    data = kb("graph", "--around", "cdn", "--format", "json").data
    ids = {n["id"] for n in data["nodes"]}
    assert "cdn" in ids
    assert all(link["source"] in ids and link["target"] in ids for link in data["links"])
    assert kb("graph", "--around", "cdn", "--format", "png").code == 2
