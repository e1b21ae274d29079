"""Real sessions at a real terminal, killed at random moments: what the learner saw as saved is in the log."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pytest

from engine.progress import replay
from engine.schedule import DEFAULT_POLICY
from engine.store import Store

pytest.importorskip("pexpect", reason="needs a pseudo-terminal")

SOAK = bool(os.environ.get("KB_SOAK"))
RUNS = 200 if SOAK else 10
SETTINGS = 'new_per_day = 1000\nnew_of_one = 50\ndepth = "off"\noptimise = false\n'
GRADES = {"1": "again", "2": "hard", "3": "good", "4": "easy"}

PROMPTS = [
    r"Enter to go on: ",
    r"\n> ",
    r"How sure\?[^\n]*: ",
    r"Grade: [^\n]*: ",
    r"Learn ahead\? y or n: ",
    r"Left today:",
]
INTRODUCTION, QUESTION, CONFIDENCE, GRADE, AHEAD, OVER = range(len(PROMPTS))


def answer_to(shown: str) -> str:
    """Something that the card takes as an answer, by its instruction."""
    options = len(re.findall(r"^  \d+\. ", shown.replace("\r", ""), re.M))
    if "Several are right" in shown:
        return "1 2"
    if "right order" in shown or "For each line" in shown:
        return " ".join(str(n) for n in range(1, options + 1))
    if "Fill the gaps" in shown:
        return "; ".join(["x"] * shown.count("____"))
    return "1"


def rows(path: Path) -> list[tuple[int, ...]]:
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return connection.execute("SELECT rating FROM event WHERE kind = 'review' ORDER BY at, id").fetchall()
    finally:
        connection.close()


def killed_session(rng: random.Random, root: Path) -> list[int]:
    """Studies for a while and is killed in the middle of it.

    Returns:
        The grades that the terminal showed as saved.
    """
    import pexpect

    child = pexpect.spawn(
        sys.executable,
        ["-m", "kb", "--content", str(root), "study", "--plain", "--new", "--ahead"],
        encoding="utf-8",
        dimensions=(40, 200),
        timeout=60,
    )
    child.delaybeforesend = None
    seen, sent = "", ""
    try:
        for _ in range(rng.randrange(1, 24)):
            found = child.expect(PROMPTS)
            seen += child.before + child.after
            if found == OVER:
                break
            if found == GRADE:
                sent = rng.choice("1234")
            replies = {
                INTRODUCTION: "",
                QUESTION: answer_to(child.before),
                CONFIDENCE: rng.choice(["", "2"]),
                GRADE: sent,
            }
            child.sendline(replies.get(found, "y"))
        time.sleep(rng.uniform(0, 0.03))
    finally:
        os.kill(child.pid, signal.SIGKILL)
        while True:
            try:
                seen += child.read_nonblocking(4096, timeout=5)
            except (pexpect.EOF, pexpect.TIMEOUT):
                break
        child.close(force=True)
    # A line counts as shown once its end was.
    words = re.findall(r"Saved: (again|hard|good|easy), again [^\n]*\.\r?\n", seen)
    return [{grade: int(key) for key, grade in GRADES.items()}[word] for word in words]


def test_kill_at_any_moment_of_a_session_at_a_terminal_loses_no_answer_that_was_shown_as_saved(
    home: Path, caching_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(SETTINGS)
    database = home / "data" / "progress.db"
    rng = random.Random(23)
    shown = unseen = 0
    before: list[tuple[int, ...]] = []
    for _ in range(RUNS):
        saved = killed_session(rng, caching_root)
        after = rows(database) if database.exists() else []
        added = [rating for (rating,) in after[len(before) :]]
        assert after[: len(before)] == before
        assert added[: len(saved)] == saved
        # At most the one answer that was on disk and not yet on the screen.
        assert len(added) - len(saved) in (0, 1)
        shown, unseen = shown + len(saved), unseen + len(added) - len(saved)
        before = after
    store = Store(database, "me")
    assert store.check() == []
    assert replay(store.events(), DEFAULT_POLICY).cards == store.states()
    assert [e.seq for e in store.events()] == list(range(1, len(store.events()) + 1))
    assert shown >= RUNS
    with capsys.disabled():
        if SOAK:
            print(f"\n{RUNS} sessions killed: {shown} answers shown as saved, 0 lost, {unseen} saved and not yet shown")
