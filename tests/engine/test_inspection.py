"""Real damage to real databases: each is found, explained, and mended by what the explanation says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.events import Review
from engine.foreign import events_of_file
from engine.inspection import about_numbers, read_rows
from engine.restore import restore
from engine.settings import Settings
from engine.workspace import Workspace
from kb import paths

CARD = "near-copy#symptom"
UNLOCK = "DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete;"


@pytest.fixture
def reopened(small: Callable[..., Any], clock: Any) -> Callable[..., Workspace]:
    library = small()

    def open_again(**settings: Any) -> Workspace:
        workspace = Workspace(clock=clock, settings=Settings(**settings))
        workspace.__dict__["library"] = library
        return workspace

    return open_again


@pytest.fixture
def lived(reopened: Callable[..., Workspace], clock: Any) -> Workspace:
    """A workspace with six answers."""
    workspace = reopened()
    for number in range(6):
        clock.forward(hours=30)
        card = CARD if number % 2 else "aside-copy#symptom"
        workspace.record("review", card, {"due": workspace.today + 1}, Review(3, text_hash="h"))
    return workspace


def spoilt(workspace: Workspace, script: str) -> None:
    workspace.close()
    connection = sqlite3.connect(paths.database_path())
    connection.executescript(script)
    connection.close()


def said(workspace: Workspace, severity: str = "damage") -> list[str]:
    return [f.what for f in workspace.examine() if f.severity == severity]


def test_a_sound_database_has_nothing_to_say(lived: Workspace) -> None:
    assert lived.examine() == []


@pytest.mark.parametrize(
    ("script", "name", "what"),
    [
        ("DROP TRIGGER event_no_delete", "event_no_delete", "is missing"),
        (
            "DROP TRIGGER event_no_update; CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT 1; END",
            "event_no_update",
            "does not protect it",
        ),
        (
            "DROP TRIGGER event_no_delete; CREATE TRIGGER event_no_delete BEFORE DELETE ON state "
            "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
            "event_no_delete",
            "does not protect it",
        ),
    ],
)
def test_a_broken_trigger_is_found_and_put_back_by_a_rebuild(
    lived: Workspace, reopened: Callable[..., Workspace], script: str, name: str, what: str
) -> None:
    spoilt(lived, script)
    again = reopened()
    (found,) = again.examine()
    assert (found.severity, found.what) == ("damage", f"the trigger {name} that protects the log {what}")
    assert "kb db rebuild" in found.hint
    again.rebuild()
    assert again.examine() == []
    connection = sqlite3.connect(paths.database_path())
    for statement in ("UPDATE event SET rating = 1", "DELETE FROM event"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("gone", "numbers"), [("2", "1 event is missing: number 2"), ("1, 3, 4", "3 events are missing: number 1, 3 to 4")]
)
def test_a_gap_is_found_and_a_merge_with_a_backup_fills_it(
    lived: Workspace, reopened: Callable[..., Workspace], gone: str, numbers: str
) -> None:
    backup, device = lived.backup(), lived.device
    dump, events = lived.store.state_dump(), lived.store.events()
    spoilt(lived, f"{UNLOCK} DELETE FROM event WHERE seq IN ({gone});")  # noqa: S608
    again = reopened()
    assert f"of the device {device} {numbers}" in said(again)
    assert any("states differ" in what for what in said(again))
    again.absorb(events_of_file(backup)[0])
    again.rebuild()
    assert again.examine() == []
    assert again.store.events() == events
    assert again.store.state_dump() == dump


def test_events_without_a_number_leave_no_gap() -> None:
    rows = [
        ({"id": f"i{n}", "device": "import", "seq": 0, "at": f"2026-11-21T12:00:0{n}Z", "utc_offset": 0,
          "local_day": 20778, "kind": "known", "subject": "a"}, "{}")
        for n in range(3)
    ]  # fmt: skip
    events, problems = read_rows(rows, "me")
    assert (len(events), problems) == (3, [])
    assert list(about_numbers(events)) == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("payload = '{not json'", "its payload is no JSON"),
        ("payload = '[1]'", "is no JSON object"),
        ('payload = \'{"due": "soon"}\'', "payload.due"),
        ("at = 'yesterday'", "no instant"),
        ("rating = 9", "rating 9"),
        ("rating = NULL", "rating"),
        ("seq = 'many'", "seq 'many'"),
        ("kind = 'known'", "belongs to a review"),
        ("subject = ''", "subject"),
        ("local_day = 1.5", "local_day"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_way_back_loses_nothing_else(
    lived: Workspace, reopened: Callable[..., Workspace], tmp_path: Path, clock: Any, change: str, what: str
) -> None:
    backup = lived.backup()
    clock.forward(hours=1)
    later = lived.record("review", CARD, {"due": lived.today}, Review(1, text_hash="h"))
    third = lived.store.events()[2]
    spoilt(lived, f"{UNLOCK} UPDATE event SET {change} WHERE id = '{third.id}';")  # noqa: S608
    again = reopened()
    (problem,) = [p for p in said(again) if "cannot be read" in p]
    assert f"1 row of the log cannot be read: event {third.id}" in problem
    assert what in problem
    again.close()
    aside = tmp_path / "aside.db"
    restore(backup, paths.database_path(), aside)
    mended = reopened()
    events, unreadable = events_of_file(aside)
    assert len(unreadable) == 1
    assert mended.absorb(events).new == (later,)
    assert mended.examine() == []


def test_states_that_disagree_are_named_and_mended(lived: Workspace, reopened: Callable[..., Workspace]) -> None:
    dump = lived.store.state_dump()
    spoilt(lived, f"UPDATE state SET stability = stability * 1.01 WHERE card = '{CARD}'")  # noqa: S608
    again = reopened()
    assert said(again) == [f"the cached card states differ from the log: 1 card ({CARD})"]
    again.rebuild()
    assert again.store.state_dump() == dump
    spoilt(again, "DELETE FROM state")
    assert "2 cards (aside-copy#symptom, near-copy#symptom)" in said(reopened())[0]


def test_a_clock_that_was_set_back_is_told_and_is_no_damage(
    lived: Workspace, reopened: Callable[..., Workspace], clock: Any
) -> None:
    clock.forward(hours=-5)
    lived.record("review", CARD, {"due": lived.today}, Review(3, text_hash="h"))
    assert lived.check() == []
    (note,) = said(lived, "note")
    assert "the clock stood behind the log when 1 event came, by up to 5 hours" in note


def test_a_log_from_the_future_is_told(lived: Workspace, reopened: Callable[..., Workspace], clock: Any) -> None:
    clock.at -= timedelta(days=400)
    again = reopened()
    assert again.check() == []
    (note,) = said(again, "note")
    assert "400 days after this machine's clock" in note


def test_an_undo_without_its_event_and_kinds_of_a_newer_program_are_told(
    lived: Workspace, reopened: Callable[..., Workspace]
) -> None:
    lived.record("undo", CARD, {"event": "01a1fde4-94e2-722f-a222-76aba6ad3921", "kind": "review"})
    lived.record("dreamt", CARD)  # type: ignore[arg-type]
    again = reopened()
    assert again.check() == []
    assert [what.split(":")[0] for what in said(again, "note")] == [
        "1 undo of an answer that is not in the log",
        "events of kinds that this version does not know",
    ]


def test_a_damaged_page_is_reported_with_the_way_back(lived: Workspace, reopened: Callable[..., Workspace]) -> None:
    spoilt(lived, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA writable_schema = ON; "
                  "DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_event_1'; PRAGMA writable_schema = OFF;")  # fmt: skip
    from kb.errors import StoreError

    try:
        found = [str(f) for f in reopened().examine()]
    except StoreError as error:
        found = [str(error)]
    assert any("kb db restore" in line for line in found)
