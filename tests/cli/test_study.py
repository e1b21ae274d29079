from __future__ import annotations

import re
import sqlite3
import sys
from pathlib import Path

import pytest


def test_a_plain_session_line_by_line(kb) -> None:
    outcome = kb("study", "--plain", "--limit", "1", stdin="\n\n\n3\n")
    lines = outcome.out.splitlines()
    assert "New: Memory hierarchy and locality" in lines
    assert any(line.startswith("[3 left, new]") for line in lines)
    assert "1 answer, 1 of them a new card, 0 minutes." in lines
    assert kb("stats", "--json").data["reviews"] == 1


def test_the_end_of_input_ends_the_session_and_keeps_what_was_graded(kb) -> None:
    outcome = kb("study", "--plain", stdin="\n\n\n3\n")
    assert outcome.code == 0
    assert "Traceback" not in outcome.err
    assert kb("stats", "--json").data["reviews"] == 1


def test_an_answer_without_a_grade_is_not_saved(kb) -> None:
    kb("study", "--plain", stdin="\n\n\n:q\n")
    assert kb("stats", "--json").data["reviews"] == 0


def test_undo_from_another_process(kb) -> None:
    kb("study", "--plain", "--limit", "1", stdin="\n\n\n3\n")
    assert kb("undo").out.startswith("undone: review of memory-hierarchy#")
    assert kb("stats", "--json").data["reviews"] == 0
    assert kb("undo").out == "nothing to undo\n"


def test_commands_inside_a_session(kb) -> None:
    outcome = kb("study", "--plain", stdin="\n:?\n:h\n:f\n:f\n:o\n:x\n:s\n:u\n:b\n:q\n")
    for text in (
        "Flagged.",
        "No longer flagged.",
        "Suspended.",
        "Taken back:",
        "Not today.",
        "No such command",
        "## How it works",
    ):
        assert text in outcome.out


def test_learning_ahead_is_offered_when_the_fringe_is_done(kb) -> None:
    kb("config", "confidence", "false")
    outcome = kb("study", "--plain", "--limit", "5", stdin="\n" + "1\n3\n" * 3 + "y\n" + "\n" + "1\n3\n" * 2)
    assert "Learn ahead?" in outcome.out
    assert kb("stats", "--json").data["cards"] >= 4


def test_a_named_entry_is_studied_whatever_it_builds_on(kb) -> None:
    assert "New: Content delivery network" in kb("study", "--plain", "cdn", stdin=":q\n").out


def test_an_unknown_entry_is_refused(kb) -> None:
    outcome = kb("study", "--plain", "no-such-entry")
    assert outcome.code == 3
    assert "no-such-entry" in outcome.err


def test_due_looks_ahead(kb) -> None:
    kb("study", "--plain", "--limit", "1", stdin="\n\n\n4\n")
    data = kb("due", "--days", "30", "--json").data
    assert len(data["days"]) == 30
    assert sum(day["due"] for day in data["days"]) == 1


def test_config_sets_refuses_and_resets(kb) -> None:
    assert kb("config", "new_per_day", "7", "--json").data == {"new_per_day": 7}
    for bad in (("new_per_day", "many"), ("desired_retention", "0.5"), ("colour", "red"), ("time_zone", "Mars/Base")):
        outcome = kb("config", *bad)
        assert outcome.code == 2
        assert outcome.out == ""
        assert bad[0] in outcome.err
    assert kb("config", "new_per_day", "--reset", "--json").data == {"new_per_day": 15}


def test_db_check_backup_restore_rebuild(kb, home: Path, tmp_path: Path) -> None:
    kb("study", "--plain", "--limit", "1", stdin="\n\n\n3\n")
    assert "sound" in kb("db", "check").out
    copy = tmp_path / "copy.db"
    assert kb("db", "backup", str(copy)).out.strip() == str(copy)
    kb("undo")
    assert kb("db", "restore", str(copy), "--yes").code == 0
    assert kb("stats", "--json").data["reviews"] == 1
    assert kb("db", "rebuild").out == "1 cards rebuilt from the log\n"
    assert list((home / "data" / "backups").glob("*before-restore.db"))


def test_states_that_differ_from_the_log_are_found_and_rebuilt(kb, home: Path) -> None:
    kb("study", "--plain", "--limit", "1", stdin="\n\n\n3\n")
    connection = sqlite3.connect(home / "data" / "progress.db")
    connection.execute("UPDATE state SET stability = 99")
    connection.commit()
    connection.close()
    assert kb("db", "check").code == 1
    kb("db", "rebuild")
    assert kb("db", "check").code == 0


def test_a_damaged_database_is_explained_and_never_overwritten(kb, home: Path) -> None:
    path = home / "data" / "progress.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"garbage" * 1000)
    for command in (("due",), ("study", "--plain"), ("stats",), ("db", "check")):
        outcome = kb(*command)
        assert outcome.code == 4
        assert "kb db restore" in outcome.err
        assert "Traceback" not in outcome.err
    assert path.read_bytes() == b"garbage" * 1000


def test_doctor_finds_what_is_wrong(kb, home: Path) -> None:
    assert kb("doctor").code == 0
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text("new_per_day = 'lots'\n")
    rows = {r["what"]: r for r in kb("doctor", "--json").data}
    assert rows["settings"]["ok"] is False
    assert rows["content"]["ok"] is True


def test_without_a_terminal_the_bare_command_prints_help(kb) -> None:
    outcome = kb()
    assert outcome.code == 0
    assert "study" in outcome.out
    assert "Usage" in outcome.out


@pytest.mark.parametrize("arguments", [("serch", "x"), ("show",), ("list", "--colour")])
def test_a_wrong_command_line_is_a_usage_error(kb, arguments: tuple[str, ...]) -> None:
    outcome = kb(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""


def test_control_sequences_of_content_are_shown_not_obeyed(kb, content: Path) -> None:
    path = content / "concepts/caching/cdn.yaml"
    path.write_text(re.sub(r"title: .*", 'title: "\\\\e[31mred\\\\a[bold]x[/bold]"', path.read_text(), count=1))
    outcome = kb("--content", str(content), "show", "cdn")
    assert "\x1b" not in outcome.out
    assert "\x07" not in outcome.out
    assert "␛[31mred" in outcome.out
    assert "[bold]" in outcome.out


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a POSIX matter")
def test_ctrl_c_in_the_middle_of_an_answer_loses_nothing_that_was_saved(kb, home: Path) -> None:
    import pexpect

    child = pexpect.spawn(sys.executable, ["-m", "kb", "study", "--plain"], timeout=30, encoding="utf-8")
    child.expect("Enter to go on: ")
    child.sendline("")
    child.expect("> ")
    child.sendline("my answer")
    child.expect("How sure")
    child.sendline("2")
    child.expect("Grade: ")
    child.sendline("3")
    child.expect("Saved")
    child.expect("> ")
    child.send("half an ans")
    child.sendintr()
    child.expect("Every confirmed answer is saved")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert kb("stats", "--json").data["reviews"] == 1


def test_an_estimate_says_how_far_off_it_is(kb) -> None:
    kb("config", "confidence", "false")
    outcome = kb("study", "--plain", "--limit", "2", stdin="\n\n3\n100 ns\n1\n")
    assert "Not right: 11 times too small." in outcome.out
