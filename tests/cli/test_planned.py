from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from engine.events import Review
from engine.workspace import Workspace


@pytest.fixture
def backlog(kb, caching_root: Path) -> int:
    """Answers of sixty days ago that all came due long since."""
    before = datetime.now(UTC) - timedelta(days=60)
    workspace = Workspace(caching_root, lambda: before)
    cards = [c for e in list(workspace.deck.by_entry)[:16] for c in workspace.deck.essential(e)][:45]
    for card in cards:
        workspace.record("review", card, {"due": workspace.today + 3}, Review(3))
    workspace.close()
    return len(cards)


def rows(home: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(home / "data" / "progress.db")
    found = connection.execute("SELECT * FROM event ORDER BY at, id").fetchall()
    connection.close()
    return found


def test_catching_up_is_shown_before_it_is_begun(kb, backlog: int) -> None:
    found = kb("due", "--catch-up", "--json").data
    assert (found["overdue"], found["due"]) == (backlog, backlog)
    assert found["days"][0]["reviews"] == found["portion"]
    assert found["days"][-1]["left"] == 0
    assert found["done"] == found["days"][-1]["day"]
    text = kb("due", "--catch-up").out
    assert f"{backlog} due, {backlog} of them from earlier days." in text
    assert "nothing new until then" in text


def test_a_day_of_catching_up_holds_one_portion_and_nothing_new(kb, backlog: int) -> None:
    portion = kb("due", "--catch-up", "--json").data["portion"]
    text = kb("study", "--catch-up", "--plain", stdin=":q\n").out
    assert f"[{portion} left, due]" in text
    assert f"{portion} a day, done in" in text


def test_kb_due_points_at_catching_up_when_much_is_overdue(kb, backlog: int) -> None:
    kb("config", "new_per_day", "0")
    outcome = kb("due")
    assert outcome.code == 0
    assert ("--catch-up" in outcome.err) == (backlog > kb("due", "--catch-up", "--json").data["portion"])


def test_the_plan_until_a_day(kb) -> None:
    assert kb("due", "--json").data["plan"] is None
    day = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 - as the learner writes it
    assert kb("config", "interview-date", day, "--json").data == {"interview_date": day}
    found = kb("due", "--json").data
    plan = found["plan"]
    assert plan["date"] == day
    assert plan["days_left"] in (30, 31)
    assert plan["entries"][0]["id"] == "memory-hierarchy"
    assert sum(row["new"] for row in found["days"]) > 0
    assert all(row["from"] <= row["to"] < plan["final_from"] for row in plan["entries"])
    text = kb("due").out
    assert f"until {day}" in text
    assert "Memory hierarchy and locality" in text
    ready = kb("next", "--json").data
    assert ready["plan"]["date"] == day
    assert ready["ready"][0]["begin"] == plan["entries"][0]["from"]
    assert "planned for" in kb("next").out


def test_a_day_that_is_over_plans_nothing(kb) -> None:
    kb("config", "interview_date", "2020-01-01")
    assert kb("due", "--json").data["plan"] is None


@pytest.mark.parametrize(("how", "label"), [("--cram", "due"), ("--preview", "new")])
def test_cram_and_preview_leave_the_log_as_it_is(kb, backlog: int, home: Path, how: str, label: str) -> None:
    before = rows(home)
    outcome = kb("study", "caching", how, "--plain", "--limit", "3", stdin="\n" + "1\n\n3\n" * 30)
    assert "Nothing of this session is logged." in outcome.out
    assert "[" in outcome.out
    assert f"left, {label}]" in outcome.out
    assert rows(home) == before


def test_ways_to_study_that_exclude_each_other_are_refused(kb) -> None:
    for options in (("--cram", "--preview"), ("--catch-up", "--new"), ("--cram", "--due")):
        outcome = kb("study", "--plain", *options)
        assert outcome.code == 2
        assert "cannot be joined" in outcome.err
