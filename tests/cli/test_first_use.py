"""What a new user met on the way: each fault here was seen once in a real terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb.cli import output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["study", "--plain"], 0), (["study"], 0), ([], 0), (["search", "--stdin", "--json"], 0), (["db", "restore"], 4)],
)
@pytest.mark.parametrize("stream", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_is_no_reason_to_break(
    home: Path, caching_root: Path, arguments: list[str], code: int, stream: str
) -> None:
    if os.name == "nt":
        pytest.skip("closes streams with a POSIX shell")
    command = [sys.executable, "-m", "kb", *arguments]
    done = subprocess.run(
        ["sh", "-c", f'"$@" {stream}', "sh", *command],
        env={**os.environ, "KB_CONTENT": str(caching_root)},
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == code


@pytest.mark.parametrize("name", ["networking-http", "Networking & HTTP"])
@pytest.mark.parametrize("command", [["show"], ["path"], ["graph", "--around"]])
def test_a_planned_step_is_named_as_such(kb, command: list[str], name: str) -> None:
    outcome = kb(*command, name)
    assert outcome.code == 3
    assert "the step `networking-http` is planned and not written yet" in outcome.err
    assert "kb list --planned --step networking-http" in outcome.err


def test_an_answer_that_cannot_be_taken_is_refused_before_the_question_how_sure(kb) -> None:
    outcome = kb("study", "--plain", "hot-key-expiry", stdin="\n9\n1\n\n3\n:q\n")
    refused = outcome.out.index("is not shown")
    assert "How sure?" not in outcome.out[:refused]
    assert outcome.out.count("How sure?") >= 1


def test_the_unit_is_a_sentence_of_its_own(kb) -> None:
    outcome = kb("study", "--plain", "memory-hierarchy", stdin="\n\n\n3\n:q\n")
    assert "1.5e6. Unit: " in outcome.out


def test_one_of_a_thing_is_not_called_many(kb) -> None:
    kb("study", "--plain", "--limit", "1", stdin="\n\n\n3\n")
    assert kb("stats").out.startswith("1 review on 1 day, 1 card begun, 0 entries learned")
    assert "1 events" not in kb("db", "check").out
    assert output.counted(0, "card") == "0 cards"


def test_planned_steps_are_counted_not_listed(kb) -> None:
    assert "steps are planned and not written yet; `kb list --planned` shows them." in kb("stats").err


def test_due_says_that_the_rest_waits_when_nothing_new_is_open(kb) -> None:
    assert "wait for what they build on" not in kb("due").err
    kb("config", "confidence", "false")
    kb("study", "--plain", "--due", stdin="")
    kb("study", "--plain", stdin="\n" + "1\n3\n" * 3 + "n\n")
    assert kb("due", "--json").data["new"] == 0
    assert "wait for what they build on" in kb("due").err


def test_the_doctor_finds_that_the_data_folder_is_a_file(kb, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("KB_HOME", str(tmp_path / "file"))
    rows = {row["what"]: row for row in kb("doctor", "--json").data}
    assert not rows["data folder"]["ok"]
    assert str(tmp_path / "file") in rows["data folder"]["found"]


@pytest.mark.parametrize("group", [[], ["cards"], ["db"]])
def test_the_list_of_commands_cuts_no_sentence_off(kb, group: list[str]) -> None:
    assert "..." not in kb(*group, "--help").out.partition("Commands:")[2]


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a POSIX matter")
def test_a_table_wraps_its_last_column_at_words_on_a_terminal(kb, home: Path) -> None:
    import pexpect

    plain = kb("config").out
    only_results = ["-c", '"$0" -m kb config 2>/dev/null', sys.executable]
    command = pexpect.spawn("/bin/sh", only_results, timeout=30, encoding="utf-8", dimensions=(24, 80))
    command.expect(pexpect.EOF)
    shown = (command.before or "").splitlines()
    assert max(map(len, plain.splitlines())) > 80
    assert all(len(text) <= 80 for text in shown)
    assert " ".join("\n".join(shown).split()) == " ".join(plain.split())
