from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ONE = "\n\n\n3\n"


@pytest.fixture
def studied(kb: Any) -> Any:
    """Three answers, the newest taken back."""
    assert kb("study", "--plain", "--limit", "3", stdin=ONE * 4).code == 0
    assert kb("undo").code == 0
    return kb


def test_a_log_travels_to_another_home_and_back_without_a_change(
    studied: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    log, again = tmp_path / "log.jsonl", tmp_path / "again.jsonl"
    assert studied("export", "--format", "jsonl", str(log)).code == 0
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [r["kind"] for r in rows].count("review") == 3
    states = studied("db", "states", "--json").data
    monkeypatch.setenv("KB_HOME", str(tmp_path / "other"))
    assert studied("import", str(log), "--json").data["new"] == len(rows)
    assert studied("import", str(log), "--json").data | {"file": ""} == {
        "file": "",
        "new": 0,
        "known": len(rows),
        "unreadable": [],
        "copied_devices": [],
    }
    assert studied("db", "states", "--json").data == states
    assert studied("db", "check").code == 0
    studied("db", "export", str(again))
    assert again.read_bytes() == log.read_bytes()
    assert studied("cards", "suspend", states[0]["card"]).code == 0
    other = tmp_path / "other" / "data" / "progress.db"
    monkeypatch.setenv("KB_HOME", str(home))
    merged = studied("db", "merge", str(other), "--json").data
    assert (merged["new"] >= 1, merged["known"]) == (True, len(rows))
    assert studied("db", "merge", str(other)).out.startswith(f"{other}: 0 new events, ")
    assert studied("db", "check").code == 0


def test_states_name_card_model_stability_difficulty_and_due_day(studied: Any) -> None:
    rows = studied("db", "states", "--json").data
    assert len(rows) == 2
    assert {"card", "model", "stability", "difficulty", "due_day", "due"} <= set(rows[0])
    assert rows[0]["model"] == "fsrs6/1"
    assert rows[0]["due_day"] >= rows[0]["last_day"]
    table = studied("db", "states").out
    assert rows[0]["card"] in table
    assert rows[0]["due"] in table


def test_check_says_what_is_wrong_and_what_is_only_worth_knowing(studied: Any, home: Path) -> None:
    import sqlite3

    assert studied("db", "check", "--json").data["problems"] == []
    connection = sqlite3.connect(home / "data" / "progress.db")
    connection.executescript("DROP TRIGGER event_no_update; UPDATE event SET payload = 'x' WHERE seq = 2;")
    connection.close()
    outcome = studied("db", "check")
    assert outcome.code == 1
    assert "cannot be read: event" in outcome.out
    assert "kb db restore" in outcome.out
    assert "kb db rebuild" in outcome.out
    assert [set(p) for p in studied("db", "check", "--json").data["problems"]] == [{"what", "hint"}] * 2


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("export", "--format", "jsonl", "--step", "caching", "x.jsonl"), 2, "whole"),
        (("export", "deck.xyz"), 6, "obsidian"),
        (("export", "deck", "--format", "xyz"), 6, "no format"),
        (("export", "no/such/folder/log.jsonl"), 6, "does not exist"),
        (("import", "no-such.jsonl"), 6, "cannot be read"),
        (("import", "progress.db"), 6, "kb db merge"),
        (("db", "merge", "no-such.db"), 4, "no such file"),
    ],
)
def test_what_cannot_be_done_is_explained(kb: Any, words: tuple[str, ...], code: int, what: str) -> None:
    outcome = kb(*words)
    assert outcome.code == code
    assert what in outcome.err
    assert "Traceback" not in outcome.err


def test_a_bad_line_imports_nothing(kb: Any, tmp_path: Path) -> None:
    good = '{"kind": "known", "subject": "a", "at": "2026-11-21T12:00:00Z"}\n'
    (tmp_path / "log.jsonl").write_text(good + '{"kind": "known", "mood": "fine"}\n')
    outcome = kb("import", str(tmp_path / "log.jsonl"))
    assert (outcome.code, "log.jsonl:2" in outcome.err, "mood" in outcome.err) == (6, True, True)
    assert kb("db", "check").out.endswith("sound, 0 events\n")


@pytest.mark.parametrize("target", ["cards.csv", "cards.json", "graph.dot", "vault"])
def test_exporting_twice_writes_the_same_bytes(studied: Any, tmp_path: Path, target: str) -> None:
    form = ("--format", "obsidian") if target == "vault" else ()

    def bytes_of(path: Path) -> dict[str, bytes]:
        files = sorted(path.rglob("*.md")) if path.is_dir() else [path]
        return {file.name: file.read_bytes() for file in files}

    path = tmp_path / target
    assert studied("export", str(path), "--depth", "more", "--history", *form).code == 0
    first = bytes_of(path)
    assert studied("cards", "export", "--to", str(path), "--depth", "more", "--history", *form).code == 0
    assert bytes_of(path) == first != {}


def test_a_document_with_history_is_imported_and_only_once(
    studied: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cards.json"
    studied("export", str(path), "--history", "--depth", "off")
    states = studied("db", "states", "--json").data
    monkeypatch.setenv("KB_HOME", str(tmp_path / "other"))
    assert studied("import", str(path), "--json").data["new"] == 4
    assert studied("import", str(path), "--json").data["new"] == 0
    assert studied("db", "states", "--json").data == states
    # What was read, but is about no card, did not travel: the check names the numbers that are not there.
    assert " missing: number 1" in studied("db", "check").out


def test_the_log_goes_through_a_pipe(studied: Any, tmp_path: Path, home: Path, caching_root: Path) -> None:
    command = [sys.executable, "-m", "kb", "--content", str(caching_root)]
    sent = subprocess.run([*command, "export", "-"], capture_output=True, check=True)
    assert sent.stdout.count(b"\n") >= 4
    took = subprocess.run([*command, "import", "-", "--json"], input=sent.stdout, capture_output=True, check=True)
    assert json.loads(took.stdout)["new"] == 0
    shutil.rmtree(home)
    took = subprocess.run([*command, "import", "-", "--json"], input=sent.stdout, capture_output=True, check=True)
    assert json.loads(took.stdout)["new"] == sent.stdout.count(b"\n")
