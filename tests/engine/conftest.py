"""A content folder small enough to know by heart: every kind of entry and of question once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.content import Library

Files = dict[str, Any]


def concept(name: str, title: str, **more: Any) -> Files:
    return {
        "id": name,
        "title": title,
        "level": "core",
        "summary": f"{title} is one of the few ideas of this small library.",
        "symptom": f"Somebody who needs {title} sees this before they know its name.",
        "mechanism": "How it works and why.",
        "guarantees": {"holds": ["This holds."], "does_not_hold": ["That does not."]},
        "use_when": [{"key": "many-reads", "text": "Reads outnumber writes."}],
        "avoid_when": [{"key": "few-reads", "text": "Hardly anybody reads."}],
        "pitfalls": [{"key": "no-bound", "trap": "It grows for ever.", "instead": "Bound it."}],
        "example": "A worked case.",
        "reviewed": "2026-11-21",
        **more,
    }


def question(name: str, kind: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": kind,
        "ask": f"What is asked in the question {name}?",
        "why": "Because the right answer rests on this.",
        "difficulty": 2,
        **fields,
    }


def phase(name: str) -> dict[str, Any]:
    return {"card": {"ask": f"What is to be kept of the {name}?", "answer": f"The gist of the {name}."}}


def part() -> dict[str, str]:
    return {"ask": "What do you expect?", "text": "This."}


def scale() -> dict[str, str]:
    return {"ask": "Who acts?", "actors": "Readers.", "mechanism": "They read.", "design_principle": "Be near."}


OPTIONS = [
    {"text": "the right one"},
    {"text": "a wrong one", "why_not": "It is slower."},
    {"text": "another wrong one", "why_not": "It is dearer."},
]
MUST = [{"point": "It must say this.", "any": ["this"]}]


def small_files() -> Files:
    """Paths and contents of a library of two steps."""
    return {
        "concepts/staircase.yaml": {
            "steps": [
                {
                    "id": "caching",
                    "title": "Caching",
                    "purpose": "Copies.",
                    "concepts": [
                        {"id": "near-copy", "title": "Near copy", "level": "core"},
                        {"id": "aside-copy", "title": "Aside copy", "level": "core"},
                        {"id": "tiny-copy", "title": "Tiny copy", "level": "core"},
                    ],
                },
                {
                    "id": "queues",
                    "title": "Queues",
                    "purpose": "Waiting.",
                    "concepts": [{"id": "work-queue", "title": "Work queue", "level": "core"}],
                },
            ]
        },
        "concepts/references.yaml": {
            "references": [
                {
                    "id": "paper-1999",
                    "kind": "paper",
                    "title": "On copies",
                    "authors": "A. Writer",
                    "year": 1999,
                    "url": "https://example.org/copies",
                    "checked": "opened",
                }
            ]
        },
        "concepts/caching/near-copy.yaml": concept(
            "near-copy",
            "Near copy",
            diagram={
                "alt": "A reader asks a copy.",
                "mermaid": 'flowchart LR\n  r["Reader"] -->|"asks"| c["Copy"]',
            },
            numbers=[
                {
                    "key": "local-read",
                    "claim": "A local read takes",
                    "low": 50,
                    "high": 100,
                    "unit": "ns",
                    "year": 2026,
                    "ref": "paper-1999",
                    "at": "table 1",
                }
            ],
            sources=[{"ref": "paper-1999", "at": "section 2"}],
        ),
        "concepts/caching/aside-copy.yaml": concept(
            "aside-copy",
            "Aside copy",
            links={"requires": ["near-copy"], "contrasts_with": [{"id": "near-copy", "difference": "Who fills it."}]},
        ),
        "concepts/caching/tiny-copy.yaml": concept(
            "tiny-copy", "Tiny copy", links={"contrasts_with": [{"id": "aside-copy", "difference": "Its size."}]}
        ),
        "concepts/queues/work-queue.yaml": concept("work-queue", "Work queue"),
        "concepts/caching/tradeoffs/near-or-aside.yaml": {
            "id": "near-or-aside",
            "title": "Near or aside",
            "question": "Which copy is it to be?",
            "sides": [
                {
                    "key": "near",
                    "concept": "near-copy",
                    "gains": ["Fast."],
                    "costs": ["Small."],
                    "wins_when": "time counts.",
                },
                {
                    "key": "none",
                    "phrase": "No copy at all",
                    "gains": ["True."],
                    "costs": ["Slow."],
                    "wins_when": "truth counts.",
                },
            ],
            "tipping_point": {"at": "Ten reads a write.", "derived": "By counting."},
            "cases": [
                {
                    "key": f"case-{letter}",
                    "situation": f"A situation that somebody describes as {letter}.",
                    "pick": pick,
                    "because": f"Because of {letter}.",
                }
                for letter, pick in (("a", "near"), ("b", "none"), ("c", "near"))
            ],
            "links": {"requires": ["near-copy"]},
            "reviewed": "2026-11-21",
        },
        "concepts/caching/step.yaml": {
            "id": "caching",
            "title": "Caching",
            "purpose": "Copies.",
            "after": "After storage.",
            "foundation": {
                **phase("foundation"),
                "quintessence": part(),
                "first_principles": [
                    {**part(), "title": "One", "law": "Light."},
                    {**part(), "title": "Two", "law": "Skew."},
                ],
            },
            "deconstruction": {
                **phase("deconstruction"),
                "entity": part(),
                "process": part(),
                "micro": scale(),
                "meso": scale(),
                "macro": scale(),
            },
            "synthesis": {
                **phase("synthesis"),
                "techno_economic": part(),
                "socio_political": part(),
                "intellectual_historical": part(),
                "interplay": part(),
            },
            "capstone": {
                **phase("capstone"),
                "tensions": [{**part(), "title": t, "tradeoff": "near-or-aside"} for t in ("One", "Two")],
                "second_order_effects": [{**part(), "title": t} for t in ("One", "Two")],
            },
            "reviewed": "2026-11-21",
        },
        "quizzes/caching/near-copy.yaml": {
            "concept": "near-copy",
            "questions": [
                question("pick-one", "choice", options=OPTIONS, essential=True),
                question("pick-some", "multi", options=[*OPTIONS, {"text": "a second right one"}]),
                question("fill-gaps", "cloze", text="A copy is {{near|close}} and {{small}}."),
                question("put-in-order", "order", items=["first", "second", "third"], because=["it is 1", "it is 2"]),
                question(
                    "bring-together",
                    "match",
                    pairs=[{"left": f"left {n}", "right": f"right {n}"} for n in (1, 2, 3)],
                ),
                question(
                    "work-out",
                    "estimate",
                    inputs={
                        "reads": {"value": 200, "unit": "/s", "label": "reads"},
                        "share": {"low": 0.1, "high": 0.9, "unit": "", "label": "share of misses"},
                    },
                    derive="reads * share",
                    unit="/s",
                ),
                question("say-it", "recall", must=MUST, must_not=[{"point": "It must not say that.", "any": ["that"]}]),
                question(
                    "find-out", "diagnose", form="choice", symptom="Every page waits for a second.", options=OPTIONS
                ),
                question("tell-why", "diagnose", form="recall", symptom="Every page shows old prices.", must=MUST),
            ],
        },
    }


Build = Callable[..., Library]


@pytest.fixture
def small(tmp_path: Path) -> Build:
    """Writes the small library to a folder of its own and reads it; `change` edits its files before."""
    made = 0

    def build(change: Callable[[Files], None] | None = None) -> Library:
        nonlocal made
        made += 1
        files: Files = json.loads(json.dumps(small_files()))  # nothing is shared between two places
        if change is not None:
            change(files)
        root = tmp_path / f"content-{made}"
        for name, data in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(data, indent=1), encoding="utf-8")  # JSON is YAML
        return Library.load(root)

    return build
