"""Trying answers on questions: one by hand, many through a pipe."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "kb", "grade", "--stdin", "--json"]
OPTIONS = [{"text": "a lock"}, {"text": "a queue", "why_not": "It waits."}, {"text": "a hash", "why_not": "It maps."}]
RECALL = {
    "kind": "recall",
    "must": [
        {"point": "Retries multiply the load", "any": ["retries multiply the load", "each retry adds load"]},
        {"point": "The service cannot recover", "any": ["service does not recover", "it stays down"]},
    ],
    "must_not": [{"point": "Retries reduce load", "any": ["retries reduce the load"]}],
}


def piped(*lines: Any) -> tuple[int, list[dict[str, Any]]]:
    """What a line of JSON each brings back, and the exit code; texts are sent as they are."""
    sent = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    done = subprocess.run(COMMAND, input=sent, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def line(answer: object, **question: object) -> dict[str, object]:
    return {"question": question, "answer": answer}


def verdicts(outcome: dict[str, Any]) -> list[str]:
    return [found["verdict"] for found in outcome["evidence"]]


def test_a_free_answer_brings_a_suggestion_and_the_evidence_point_by_point(home: Path) -> None:
    code, (good, half, wrong) = piped(
        {"question": RECALL, "answer": "Each retry adds load, therefore it stays down."},
        {"question": RECALL, "answer": "Retries multiply the load."},
        {"question": RECALL, "answer": "Retries reduce the load and the service recovers."},
    )
    assert code == 0
    assert good["suggested"] == "good"
    assert [found["point"] for found in good["evidence"]] == [point["point"] for point in RECALL["must"]]
    assert good["evidence"][0] == {
        "part": "must",
        "point": "Retries multiply the load",
        "verdict": "said",
        "quote": "Each retry adds load, therefore it stays down.",
        "wording": "each retry adds load",
        "by": "words",
    }
    assert (half["suggested"], verdicts(half)) == ("hard", ["said", "missing"])
    assert wrong["suggested"] == "again"
    assert [(found["part"], found["verdict"]) for found in wrong["evidence"]] == [
        ("must", "denied"),
        ("must", "denied"),
        ("must_not", "said"),
    ]
    assert not home.exists() or not list(home.rglob("*.db")), "nothing is logged"


@pytest.mark.parametrize(
    ("question", "answer", "suggested", "found"),
    [
        ({"kind": "choice", "options": OPTIONS}, "1", "good", ["right"]),
        ({"kind": "choice", "options": OPTIONS}, 2, "again", ["wrong"]),
        ({"kind": "choice", "options": OPTIONS}, "A lock", "good", ["right"]),
        ({"kind": "diagnose", "form": "choice", "options": OPTIONS}, "a", "good", ["right"]),
        ({"kind": "multi", "options": [*OPTIONS, {"text": "a lease"}]}, [1, "a lease"], "good", ["right"] * 4),
        ({"kind": "multi", "options": [*OPTIONS, {"text": "a lease"}]}, [], "again", ["missing", "right", "right", "missing"]),
        ({"kind": "cloze", "text": "After the {{sleep window}} a {{probe|trial}}."}, "sleep window; trial", "good", ["right"] * 2),
        ({"kind": "cloze", "text": "After the {{sleep window}} a {{probe|trial}}."}, ["x", "probe"], "again", ["wrong", "right"]),
        ({"kind": "order", "items": ["one", "two", "three"], "because": ["it is", "so too"]}, "1 2 3", "good", ["right"] * 2),
        ({"kind": "order", "items": ["one", "two", "three"], "because": ["it is", "so too"]}, ["two", "one", "three"], "again", ["wrong", "right"]),
        ({"kind": "estimate", "inputs": {"n": {"label": "n", "unit": "s", "low": 1, "high": 3}}, "derive": "n * 2", "unit": "s"}, "5 s", "good", ["right"]),
        ({"kind": "estimate", "inputs": {"n": {"label": "n", "unit": "s", "value": 2}}, "derive": "n * 2", "unit": "s"}, 9, "hard", ["wrong"]),
    ],
)  # fmt: skip
def test_every_kind_of_question_is_graded(
    question: dict[str, Any], answer: object, suggested: str, found: Sequence[str]
) -> None:
    from engine.grading.question import grade_question
    from kb.cli.grade import question_from

    graded = grade_question(question_from(question), answer)  # type: ignore[arg-type]
    assert graded.suggested is not None
    assert graded.suggested.name.lower() == suggested
    assert [evidence.verdict.value for evidence in graded.evidence] == list(found)


def test_pairs_are_taken_as_numbers_and_by_name() -> None:
    pairs = [{"left": side, "right": side.upper()} for side in ("a1", "b1", "c1")]
    code, (numbers, names, open_line) = piped(
        line("1 2 3", kind="match", pairs=pairs),
        line({"c1": "C1", "a1": "B1", "b1": "A1"}, kind="match", pairs=pairs),
        line([1, None, 3], kind="match", pairs=pairs),
    )
    assert code == 0
    assert numbers["suggested"] == "good"
    assert verdicts(names) == ["wrong", "wrong", "right"]
    assert verdicts(open_line) == ["right", "missing", "right"]
    assert names["evidence"][0]["point"] == "a1: A1"


def test_a_line_that_cannot_be_graded_is_an_error_line_and_the_others_are_answered() -> None:
    code, found = piped(
        "no json",
        "[]",
        line("x", kind="recall"),
        line("x", kind="riddle"),
        line("9", kind="choice", options=OPTIONS),
        line({"a": "b"}, **RECALL),
        line("x", concept="cache-aside", id="no-such-question"),
        line("x", concept="no-such-entry", id="q"),
        line(True, **RECALL),
        "",
        line("1", kind="choice", options=OPTIONS),
    )
    assert code == 1
    assert [sorted(outcome) for outcome in found[:-1]] == [["error", "line"]] * 9
    assert found[4]["error"].startswith("answer: '9' is not shown.")
    assert "why-delete-not-store" in found[6]["error"]
    assert [outcome["line"] for outcome in found[:-1]] == list(range(1, 10))
    assert found[-1]["suggested"] == "good"


def test_each_line_is_answered_before_the_next_one_is_read() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for answer, suggested in (("1", "good"), ("3", "again")):
            process.stdin.write(json.dumps(line(answer, kind="choice", options=OPTIONS)) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["suggested"] == suggested
        process.stdin.close()
    assert process.returncode == 0


def test_an_author_tries_an_answer_on_a_shipped_question(kb) -> None:
    answer = "Two stores may arrive in the wrong order, and the next reader loads the current row anyway."
    outcome = kb("grade", "cache-aside", "why-delete-not-store", answer)
    assert outcome.code == 0
    assert outcome.out.startswith("suggested: good")
    assert "near in words to: next reader loads the current row" in outcome.out
    assert kb("grade", "Cache-aside", "why-delete-not-store", answer, "--json").data["suggested"] == "good"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("cache-aside",),
        ("cache-aside", "nothing", "an answer"),
        ("nothing", "nothing", "x"),
        ("cache-aside", "--stdin"),
    ],
)
def test_what_cannot_be_graded_by_hand_says_what_is_missing(kb, arguments: tuple[str, ...]) -> None:
    outcome = kb("grade", *arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
