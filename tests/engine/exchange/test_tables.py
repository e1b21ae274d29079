"""CSV, JSON and DOT, read again by the standard library and by a small reader of Graphviz' language."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.cards import derive
from engine.events import Event, Review
from engine.exchange.document import events_of_document, export_json
from engine.exchange.dot import export_dot
from engine.exchange.export import part_of
from engine.exchange.formats import FORMATS, format_for
from engine.exchange.table import export_csv
from engine.faces import face_of
from kb.content import Library
from kb.errors import ExchangeError
from kb.links import links_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CARD = "near-copy#symptom"


def log() -> list[Event]:
    review = Review(3, 4000, 3, 1.0, "so; “so”", "fsrs6/1", "h")
    first = Event("e-1", "me", "d1", 1, NOON, 60, 20778, "review", CARD, {"due": 20781}, review)
    walked = Event("e-2", "me", "d1", 2, NOON, 60, 20778, "walked", "near-copy")
    flag = Event("e-3", "me", "d1", 3, NOON, 60, 20778, "flag", CARD, {"on": True})
    return [first, walked, flag]


# CSV


def test_a_table_has_a_row_a_card_with_what_it_asks_and_answers(shipped: Library, tmp_path: Path) -> None:
    deck = derive(shipped)
    summary = export_csv(deck, tmp_path / "cards.csv", library=shipped, at=NOON)
    assert summary.cards == len(deck.cards)
    with (tmp_path / "cards.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == list(deck.cards)
    for row, card in zip(rows, deck.cards.values(), strict=True):
        face = face_of(card, 0)
        assert (row["prompt"], row["answer"], row["options"]) == (face.prompt, face.answer, "\n".join(face.options))
        assert (row["step"], row["depth"]) == (shipped.step_of[card.entry], card.depth)


def test_a_table_with_history_says_where_the_learner_stands(small: Callable[..., Library], tmp_path: Path) -> None:
    library = small()
    summary = export_csv(derive(library), tmp_path / "cards.csv", library=library, at=NOON, events=log())
    assert (summary.reviews, summary.scheduled) == (1, 1)
    with (tmp_path / "cards.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    known = rows.pop(CARD)
    assert (known["due"], known["stability"], known["reviews"], known["flagged"]) == (
        "2026-11-24",
        "2.3065",
        "1",
        "True",
    )
    assert {row["due"] for row in rows.values()} == {""}


# JSON


def test_a_document_holds_the_cards_and_the_events_about_them(small: Callable[..., Library], tmp_path: Path) -> None:
    library = small()
    deck = derive(library)
    path = tmp_path / "cards.json"
    export_json(deck, path, library=library, at=NOON, events=log())
    found = json.loads(path.read_text(encoding="utf-8"))
    assert [card["id"] for card in found["cards"]] == list(deck.cards)
    assert next(c for c in found["cards"] if c["id"] == CARD)["standing"]["due"] == "2026-11-24"
    assert events_of_document(path.read_text(encoding="utf-8"), "me", lambda _: 0) == [log()[0], log()[2]]
    export_json(part_of(deck, lambda card: card != CARD), path, library=library, at=NOON, events=log())
    assert json.loads(path.read_text(encoding="utf-8"))["events"] == []
    export_json(deck, path, library=library, at=NOON)
    with pytest.raises(ExchangeError, match="without a history"):
        events_of_document(path.read_text(encoding="utf-8"), "me", lambda _: 0)


# DOT

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|(->)|([A-Za-z_][A-Za-z_0-9]*|-?\d+)|([{}\[\];=,])|\s+')


def tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None, text[place : place + 40]
        place = match.end()
        quoted, arrow, word, sign = match.groups()
        if quoted is not None:
            found.append(("id", re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], quoted)))
        elif word is not None:
            found.append(("id", word))
        elif arrow or sign:
            found.append(("sign", arrow or sign))
    return found


def graph_of(text: str) -> tuple[dict[str, dict[str, str]], list[tuple[str, str, dict[str, str]]]]:
    """Nodes and edges with their attributes; clusters are walked into."""
    nodes: dict[str, dict[str, str]] = {}
    edges: list[tuple[str, str, dict[str, str]]] = []
    rest = tokens(text)
    assert [value for _, value in rest[:3]] == ["digraph", "staircase", "{"]
    depth, i = 0, 2

    def attributes(at: int) -> tuple[dict[str, str], int]:
        found: dict[str, str] = {}
        if rest[at][1] != "[":
            return found, at
        at += 1
        while rest[at][1] != "]":
            assert rest[at + 1][1] == "="
            found[rest[at][1]] = rest[at + 2][1]
            at += 3
            if rest[at][1] == ",":
                at += 1
        return found, at + 1

    while i < len(rest):
        kind, value = rest[i]
        if value in "{}" and kind == "sign":
            depth += 1 if value == "{" else -1
            i += 1
        elif kind == "id" and value == "subgraph":
            i += 2
        elif kind == "id" and rest[i + 1] == ("sign", "="):
            assert rest[i + 3][1] == ";"
            i += 4
        elif kind == "id" and rest[i + 1] == ("sign", "->"):
            target = rest[i + 2][1]
            found, i = attributes(i + 3)
            edges.append((value, target, found))
            assert rest[i][1] == ";"
            i += 1
        else:
            assert kind == "id", value
            found, i = attributes(i + 1)
            if value != "node":
                assert value not in nodes
                nodes[value] = found
            assert rest[i][1] == ";"
            i += 1
    assert depth == 0
    return nodes, edges


def test_the_graph_has_every_entry_and_every_link_once(shipped: Library, tmp_path: Path) -> None:
    export_dot(derive(shipped), tmp_path / "graph.dot", library=shipped, at=NOON)
    nodes, edges = graph_of((tmp_path / "graph.dot").read_text(encoding="utf-8"))
    assert set(shipped.entries) <= set(nodes)
    assert {nodes[e]["label"] for e in shipped.entries} == {entry.title for entry in shipped.entries.values()}
    assert {name for name, found in nodes.items() if found.get("style") == "dashed"} == set(nodes) - set(
        shipped.entries
    )
    drawn = {(source, target, found["label"]) for source, target, found in edges}
    assert len(drawn) <= len(edges)
    for link in links_of(shipped):
        ends = (link.source, shipped.renamed.get(link.target, link.target))
        label = link.kind.replace("_", " ")
        assert (*ends, label) in drawn or (*reversed(ends), label) in drawn
    assert all(source in nodes and target in nodes for source, target, _ in edges)


def test_a_title_with_quotes_and_backslashes_stays_one_title(small: Callable[..., Library], tmp_path: Path) -> None:
    title = 'A "near" \\ copy; -> x [y]'

    def change(files: dict[str, Any]) -> None:
        files["concepts/caching/near-copy.yaml"]["title"] = title
        files["concepts/staircase.yaml"]["steps"][0]["concepts"][0]["title"] = title

    library = small(change)
    export_dot(derive(library), tmp_path / "graph.dot", library=library, at=NOON)
    nodes, edges = graph_of((tmp_path / "graph.dot").read_text(encoding="utf-8"))
    assert nodes["near-copy"]["label"] == title
    assert ("aside-copy", "near-copy", {"label": "requires", "style": "solid"}) in edges
    contrast = next(e for e in edges if e[2]["label"] == "contrasts with" and "near-copy" in e[:2])
    assert (contrast[2]["dir"], contrast[2]["tooltip"]) == ("none", "Who fills it.")


# All


@pytest.mark.parametrize("export", [export_csv, export_json, export_dot])
def test_the_same_cards_give_the_same_bytes_at_any_time(
    small: Callable[..., Library], tmp_path: Path, export: Callable[..., Any]
) -> None:
    library = small()
    deck = derive(library)
    seen = set()
    for at in (NOON, NOON.replace(year=2027)):
        export(deck, tmp_path / "file", library=library, at=at, events=log())
        seen.add((tmp_path / "file").read_bytes())
    assert len(seen) == 1
    with pytest.raises(ExchangeError, match="no card"):
        export(part_of(deck, lambda _: False), tmp_path / "file", library=library, at=NOON)
    assert {(tmp_path / "file").read_bytes()} == seen


@pytest.mark.parametrize("name", [form.name for form in FORMATS.values()])
def test_every_format_is_found_by_its_name_too(name: str) -> None:
    assert format_for(Path("anything"), name).name == name
    with pytest.raises(ExchangeError, match="no format"):
        format_for(Path("deck.apkg"), "nonsense")
