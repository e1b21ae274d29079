from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine import backups
from engine.cards import derive
from engine.events import Event, Review
from engine.mastery import mastery_of
from engine.memory import MemoryState
from engine.progress import replay
from engine.schedule import Policy
from engine.settings import Settings
from engine.store import Store
from engine.workspace import UNDOABLE, Workspace
from kb import paths
from kb.content import Library
from kb.errors import ContentError, StoreError, UsageError

CARD = "near-copy#symptom"
NOVEMBER_20, NOVEMBER_21 = 20777, 20778


@pytest.fixture
def library(small) -> Library:
    return small()


@pytest.fixture
def reopened(library: Library, clock) -> Callable[..., Workspace]:
    """Opens the same progress again, as the next start of the program does."""

    def open_again(content: Library = library, **settings: Any) -> Workspace:
        workspace = Workspace(clock=clock, settings=Settings(**settings))
        workspace.__dict__["library"] = content
        return workspace

    return open_again


@pytest.fixture
def workspace(reopened) -> Workspace:
    return reopened()


def reviewed(workspace: Workspace, card: str = CARD, rating: int = 3) -> Event:
    return workspace.record("review", card, review=Review(rating, text_hash=workspace.deck.cards[card].text_hash))


# The learner's day


@pytest.mark.parametrize(
    ("utc", "zone", "rollover", "day"),
    [
        ("2026-11-21 03:59:59", "UTC", 4, NOVEMBER_20),
        ("2026-11-21 04:00:00", "UTC", 4, NOVEMBER_21),
        ("2026-11-21 23:59:59", "UTC", 4, NOVEMBER_21),
        ("2026-11-22 03:59:59", "UTC", 4, NOVEMBER_21),
        ("2026-11-21 00:00:00", "UTC", 0, NOVEMBER_21),
        ("2026-11-21 02:59:00", "Europe/Berlin", 4, NOVEMBER_20),
        ("2026-11-21 03:00:00", "Europe/Berlin", 4, NOVEMBER_21),
        ("2026-11-20 18:59:00", "Asia/Tokyo", 4, NOVEMBER_20),
        ("2026-11-20 19:00:00", "Asia/Tokyo", 4, NOVEMBER_21),
        ("2026-11-21 11:59:00", "America/Los_Angeles", 4, NOVEMBER_20),
        ("2026-11-21 12:00:00", "America/Los_Angeles", 4, NOVEMBER_21),
        ("2026-11-20 22:15:00", "Asia/Kathmandu", 4, NOVEMBER_21),
    ],
)
def test_an_answer_counts_for_the_day_that_began_at_the_rollover_hour(
    reopened, clock, utc: str, zone: str, rollover: int, day: int
) -> None:
    clock.at = datetime.fromisoformat(f"{utc}+00:00")
    workspace = reopened(time_zone=zone, rollover_hour=rollover)
    assert workspace.today == day
    event = reviewed(workspace)
    assert (event.local_day, event.at) == (day, clock.at)


def test_without_a_chosen_zone_that_of_the_clock_decides(reopened, clock) -> None:
    clock.at = datetime(2026, 11, 21, 3, 59, tzinfo=ZoneInfo("Asia/Tokyo"))
    event = reviewed(reopened())
    assert (event.local_day, event.utc_offset) == (NOVEMBER_20, 540)
    assert event.at == datetime(2026, 11, 20, 18, 59, tzinfo=UTC)


@pytest.mark.parametrize(("zone", "offset"), [("UTC", 0), ("Asia/Kathmandu", 345), ("America/New_York", -300), ("", 0)])
def test_the_offset_of_the_chosen_zone_is_noted_in_minutes(reopened, zone: str, offset: int) -> None:
    assert reviewed(reopened(time_zone=zone)).utc_offset == offset


def test_the_day_of_an_event_is_never_derived_again(reopened, clock) -> None:
    clock.at = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    before = reopened(time_zone="UTC")
    reviewed(before)
    after = reopened(time_zone="Asia/Tokyo", rollover_hour=0)
    after.rebuild()
    assert after.cards == before.cards
    assert after.cards[CARD].state.last_day == NOVEMBER_20  # type: ignore[union-attr]


def test_a_clock_without_a_zone_is_refused(library: Library) -> None:
    workspace = Workspace(clock=lambda: datetime(2026, 11, 21, 12), settings=Settings())  # noqa: DTZ001 - it is what is refused
    workspace.__dict__["library"] = library
    with pytest.raises(UsageError, match="time zone"):
        workspace.record("walked", "near-copy")


# The log and what follows from it


def lived(workspace: Workspace, clock, steps: int = 120, seed: int = 3) -> None:
    """Some weeks of a learner who does everything that one can do."""
    rng = random.Random(seed)
    cards = list(workspace.deck.cards)[:8]
    for _ in range(steps):
        clock.forward(hours=rng.uniform(0.01, 9))
        card = rng.choice(cards)
        kind = rng.choice([*["review"] * 9, *UNDOABLE, "undo", "undo"])
        if kind == "undo":
            workspace.undo()
        elif kind == "review":
            reviewed(workspace, card, rng.randint(1, 4))
        else:
            workspace.record(kind, card, {"on": rng.random() < 0.5} if kind == "flag" else None)


def test_a_rebuild_gives_the_same_bytes_and_the_same_progress(workspace: Workspace, clock) -> None:
    lived(workspace, clock)
    dump, cards = workspace.store.state_dump(), dict(workspace.cards)
    assert workspace.rebuild() == len(cards) > 4
    assert workspace.store.state_dump() == dump
    assert workspace.cards == cards
    assert workspace.check() == []


def test_another_start_sees_what_this_one_saw(workspace: Workspace, reopened, clock) -> None:
    lived(workspace, clock)
    workspace.record("walked", "near-copy")
    workspace.record("exercised", "some-exercise")
    workspace.record("override", "aside-copy")
    again = reopened()
    assert (again.cards, again.walked, again.exercised, again.overrides) == (
        workspace.cards,
        workspace.walked,
        workspace.exercised,
        workspace.overrides,
    )
    assert again.queue() == workspace.queue()


def test_states_that_differ_from_the_log_are_found_and_mended(workspace: Workspace, reopened) -> None:
    reviewed(workspace)
    workspace.store.replace_states([replace(workspace.cards[CARD], flagged=True)])
    again = reopened()
    assert any("kb db rebuild" in problem for problem in again.check())
    again.rebuild()
    assert again.check() == []
    assert again.cards == workspace.cards


@pytest.mark.parametrize("kind", UNDOABLE)
def test_each_act_on_a_card_is_undone_and_nothing_else(workspace: Workspace, reopened, clock, kind: str) -> None:
    reviewed(workspace)
    workspace.record("flag", CARD)
    before = dict(workspace.cards)
    clock.forward(minutes=1)
    done = reviewed(workspace) if kind == "review" else workspace.record(kind, CARD, {"on": False})
    again = reopened()
    assert again.undo() == done
    assert again.cards == before == reopened().cards
    assert again.check() == []


def test_undo_goes_back_to_the_beginning_across_restarts_and_then_stops(workspace: Workspace, reopened, clock) -> None:
    lived(workspace, clock, steps=40)
    last = None
    while (event := reopened().undo()) is not None:
        clock.forward(seconds=1)
        assert last is None or event.order < last.order
        last = event
    again = reopened()
    assert again.cards == {}
    assert again.last_undoable() is None
    assert replay(again.store.events()).cards == {}
    assert again.check() == []


def test_reading_and_opening_ahead_are_not_undone(workspace: Workspace) -> None:
    workspace.record("walked", "near-copy")
    workspace.record("override", "aside-copy")
    assert workspace.undo() is None


class Broken:
    """A memory model that fails, as a defect would."""

    version = "broken/1"

    def next_state(self, *_: object) -> MemoryState:
        raise RuntimeError("a defect")

    retrievability = interval = next_state


def test_an_undo_that_fails_half_way_writes_nothing(workspace: Workspace) -> None:
    reviewed(workspace)
    target = reviewed(workspace)
    dump, log = workspace.store.state_dump(), workspace.store.events()
    undo = replace(
        target, id="ffffffff-0000-7000-8000-000000000000", kind="undo", review=None, payload={"event": target.id}
    )
    with pytest.raises(RuntimeError):
        workspace.store.undo(undo, Policy(model=Broken()))  # type: ignore[arg-type]
    assert (workspace.store.state_dump(), workspace.store.events()) == (dump, log)


def test_running_numbers_and_instants_of_a_device_only_grow(workspace: Workspace, clock) -> None:
    for hours in (0, 2, -5, 0, 1):
        clock.forward(hours=hours)
        reviewed(workspace)
    events = workspace.store.events()
    assert [e.seq for e in events] == [1, 2, 3, 4, 5]
    assert all(first.at < second.at for first, second in pairwise(events))


@pytest.mark.parametrize("answer", ["\x00", "half \udcff of a letter", "two\nlines", "\x1b[2J", "日本語 🂡"])
def test_whatever_was_typed_can_be_saved_and_read(workspace: Workspace, reopened, answer: str) -> None:
    event = workspace.record("review", CARD, review=Review(3, answer=answer))
    (read,) = reopened().store.events()
    assert read == event
    assert read.review is not None
    assert read.review.answer == answer.replace("\x00", "\ufffd").replace("\udcff", "\ufffd")


def test_load_counts_each_due_card_on_its_day_and_leaves_out_what_was_put_aside(workspace: Workspace) -> None:
    cards = list(workspace.deck.cards)[:4]
    for card in cards:
        workspace.record("review", card, {"due": NOVEMBER_21 + 3}, Review(3))
    workspace.record("suspend", cards[0])
    workspace.record("known", cards[1])
    assert workspace.load() == {NOVEMBER_21 + 3: 2}


@pytest.mark.parametrize(
    ("names", "entries"),
    [
        ([], None),
        (["near-copy"], {"near-copy"}),
        (["queues"], {"work-queue"}),
        (["caching"], {"near-copy", "aside-copy", "tiny-copy", "near-or-aside", "caching"}),
        (["queues", "near-copy"], {"work-queue", "near-copy"}),
    ],
)
def test_a_scope_is_named_by_steps_and_entries(
    workspace: Workspace, names: list[str], entries: set[str] | None
) -> None:
    scope = workspace.scope_of(names)
    assert scope.entries == (None if entries is None else frozenset(entries))
    assert scope.ahead is (names == ["near-copy"])


def test_a_scope_that_does_not_exist_is_refused_with_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(ContentError) as caught:
        workspace.scope_of(["near-cpoy"])
    assert "near-copy" in caught.value.hint


def test_settings_that_shape_scheduling_are_noted_once_and_others_never(reopened) -> None:
    for settings in ({"theme": "x", "new_per_day": 3}, {"rollover_hour": 5}, {"rollover_hour": 5}, {}):
        reopened(**settings).cards  # noqa: B018 - opens it
    noted = [(e.subject, e.payload["value"]) for e in reopened().store.events(kinds=["setting"])]
    assert noted == [("rollover_hour", 5), ("rollover_hour", 4)]


# Content that changed


def renamed(files: dict[str, Any]) -> None:
    """A concept, a question, a key, a trade-off and a case get new names, as an author would give them."""
    text = json.dumps(files).replace("near-copy", "close-copy").replace("near-or-aside", "close-or-aside")
    new = json.loads(text)
    files.clear()
    files.update(new)
    concept = files["concepts/caching/close-copy.yaml"]
    concept["formerly"] = ["near-copy"]
    concept["use_when"][0] |= {"key": "read-heavy", "formerly": ["many-reads"]}
    files["quizzes/caching/close-copy.yaml"]["questions"][0] |= {"id": "pick-best", "formerly": ["pick-one"]}
    tradeoff = files["concepts/caching/tradeoffs/close-or-aside.yaml"]
    tradeoff["formerly"] = ["near-or-aside"]
    tradeoff["cases"][0] |= {"key": "case-x", "formerly": ["case-a"]}


def renamed_twice(files: dict[str, Any]) -> None:
    """The same concept and question once more."""
    renamed(files)
    new = json.loads(json.dumps(files).replace('"close-copy', '"closest-copy').replace("/close-copy", "/closest-copy"))
    files.clear()
    files.update(new)
    files["concepts/caching/closest-copy.yaml"]["formerly"] = ["near-copy", "close-copy"]
    files["quizzes/caching/closest-copy.yaml"]["questions"][0] |= {
        "id": "pick-it",
        "formerly": ["pick-one", "pick-best"],
    }


MOVED = {
    "near-copy#symptom": "close-copy#symptom",
    "near-copy#q.pick-one": "close-copy#q.pick-best",
    "near-copy#use.many-reads": "close-copy#use.read-heavy",
    "near-or-aside#case.case-a": "close-or-aside#case.case-x",
    "aside-copy#contrast.near-copy": "aside-copy#contrast.close-copy",
    "caching#phase.foundation": "caching#phase.foundation",
}


def begun(workspace: Workspace, clock) -> None:
    """Each of the cards that will move was answered twice, on two days."""
    for _ in range(2):
        for card in MOVED:
            reviewed(workspace, card)
        clock.forward(days=1)


def test_the_history_of_renamed_cards_is_carried_on_without_loss(reopened, small, clock) -> None:
    old = reopened()
    begun(old, clock)
    new = reopened(small(renamed))
    assert set(new.cards) == set(MOVED.values())
    for before, after in MOVED.items():
        was, now = old.cards[before].state, new.cards[after].state
        assert was is not None
        assert now == replace(was, card=after)
    assert not set(new.queue().new) & set(MOVED.values())


def test_a_review_after_the_renaming_goes_on_from_the_history_also_in_a_rebuild(reopened, small, clock) -> None:
    begun(reopened(), clock)
    new = reopened(small(renamed))
    for card in MOVED.values():
        clock.forward(seconds=1)
        reviewed(new, card)
        state = new.cards[card].state
        assert state is not None
        assert (state.reps, state.first_day, state.last_day) == (3, NOVEMBER_21, NOVEMBER_21 + 2)
    dump, cards = new.store.state_dump(), dict(new.cards)
    assert reopened(small(renamed)).cards == cards
    new.rebuild()
    assert new.store.state_dump() == dump
    assert new.cards == cards
    assert new.check() == []


def test_older_content_sees_what_was_answered_under_newer_names(reopened, small, clock) -> None:
    begun(reopened(), clock)
    for content in (small(renamed), small(renamed_twice)):
        workspace = reopened(content)
        clock.forward(seconds=1)
        reviewed(workspace, workspace.deck.renamed[CARD])
    old = reopened()
    assert old.cards[CARD].state.reps == 4  # type: ignore[union-attr]
    assert set(old.cards) == set(MOVED)
    assert old.check() == []


def test_undo_after_a_renaming_takes_back_the_newest_answer_whatever_it_was_called(reopened, small, clock) -> None:
    begun(reopened(), clock)
    new = reopened(small(renamed))
    for reps in (1, 0):
        for card in reversed(MOVED.values()):
            clock.forward(seconds=1)
            assert new.undo() is not None
            left = new.cards.get(card)
            assert (left.state.reps if left and left.state else 0) == reps
    assert new.undo() is None
    assert new.cards == {} == reopened(small(renamed)).cards


def test_a_log_written_under_several_names_of_a_card_becomes_one_history(reopened, small, clock) -> None:
    """As a merge with a device that had other content, or an entry whose first name was added later, leaves it."""
    workspace = reopened()
    for ident, card in enumerate(("near-copy#symptom", "close-copy#symptom", "closest-copy#symptom")):
        clock.forward(days=1)
        event = replace(
            workspace._event("review", card, review=Review(3)), id=f"00000000-0000-7000-8000-00000000000{ident}"
        )
        workspace.store.append([event], workspace.policy)
    new = reopened(small(renamed_twice))
    assert {card: p.state.reps for card, p in new.cards.items() if p.state} == {"closest-copy#symptom": 3}
    assert new.check() == []
    reviewed(new, "closest-copy#symptom")
    assert reopened(small(renamed_twice)).cards["closest-copy#symptom"].state.reps == 4  # type: ignore[union-attr]


def test_what_was_read_and_opened_keeps_its_mark_under_the_new_name(reopened, small) -> None:
    old = reopened()
    old.record("walked", "near-copy")
    old.record("override", "near-copy")
    old.record("walked", "caching#phase.foundation")
    new = reopened(small(renamed))
    assert set(new.walked) == {"close-copy", "caching#phase.foundation"}
    assert new.overrides == {"close-copy"}
    new.record("walked", "close-copy")
    assert set(reopened(small(renamed)).walked) == {"close-copy", "caching#phase.foundation"}


def test_the_history_of_a_card_that_was_removed_stays_and_is_not_asked(reopened, small, clock) -> None:
    old = reopened()
    reviewed(old, "near-copy#q.pick-one")
    clock.forward(days=60)

    def without(files: dict[str, Any]) -> None:
        del files["quizzes/caching/near-copy.yaml"]["questions"][0]

    gone = reopened(small(without))
    assert "near-copy#q.pick-one" in gone.cards
    assert gone.queue().due == ()
    assert gone.check() == []
    assert reopened().queue().due == ("near-copy#q.pick-one",)


def test_mastery_is_the_same_before_and_after_a_renaming(reopened, small, clock) -> None:
    old = reopened()
    begun(old, clock)
    new = reopened(small(renamed))
    assert replace(new.mastery_of("close-copy"), entry="near-copy") == old.mastery_of("near-copy")
    assert new.mastery_of("close-copy") == mastery_of("close-copy", derive(new.library), new.cards, new.today)


# Files and folders


def stamps() -> list[datetime]:
    return [at for at, _ in backups.listed(paths.backup_dir())]


def test_an_empty_log_is_not_backed_up(reopened, clock) -> None:
    for _ in range(3):
        reopened().store  # noqa: B018 - opens it
        clock.forward(days=1)
    assert stamps() == []


def test_the_first_start_of_each_day_makes_a_backup_and_old_ones_are_thinned(
    workspace: Workspace, reopened, clock
) -> None:
    reviewed(workspace)
    for _ in range(40):
        clock.forward(hours=12)
        reopened().store  # noqa: B018 - opens it
    made = stamps()
    assert len({at.date() for at in made}) == len(made)
    assert [at.date() for at in made[:7]] == [clock.at.date() - timedelta(days=i) for i in range(7)]
    assert len(made) < 15


def test_a_backup_from_a_day_when_the_clock_was_wrong_does_not_put_off_the_next(
    workspace: Workspace, reopened, clock
) -> None:
    reviewed(workspace)
    right = clock.at
    clock.forward(days=4000)
    reopened().store  # noqa: B018 - opens it
    clock.at = right + timedelta(days=1)
    reopened().store  # noqa: B018 - opens it
    assert clock.at in stamps()


def test_a_backup_holds_the_whole_log(workspace: Workspace, clock, tmp_path: Path) -> None:
    lived(workspace, clock, steps=20)
    target = workspace.backup(tmp_path / "there" / "copy.db")
    assert Store(target, "me").events() == workspace.store.events()
    assert workspace.backup(reason="by-hand").name.endswith("-by-hand.db")


def test_a_home_that_cannot_be_written_is_explained(reopened, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.write_text("a file where a folder should be")
    with pytest.raises(StoreError) as caught:
        reopened().cards  # noqa: B018 - opens it
    assert str(home) in caught.value.where
    assert "KB_HOME" in caught.value.hint


@pytest.mark.parametrize("name", ["what?", "50%", "a#b", "with space", "ünïcode", "semi;colon&"])
def test_a_home_may_have_any_name(reopened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    monkeypatch.setenv("KB_HOME", str(tmp_path / name))
    reviewed(reopened())
    assert (tmp_path / name / "data" / "progress.db").is_file()
    assert set(reopened().cards) == {CARD}


def test_a_device_keeps_its_name(reopened) -> None:
    name = reopened().device
    assert name == reopened().device
    assert len(name) == 8
    int(name, 16)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xff\xfe\x00", b"device", b"../../etc", b"0123456789abcdef", b"\x00" * 8]
)
def test_a_damaged_device_file_gets_a_name_of_its_own_and_no_answer_is_lost(reopened, content: bytes) -> None:
    workspace = reopened()
    reviewed(workspace)
    before = workspace.device
    (paths.data_dir() / "device").write_bytes(content)
    again = reopened()
    assert len(again.device) == 8
    assert again.device != before
    assert reopened().device == again.device
    reviewed(again)
    assert [e.device for e in again.store.events()] == [before, again.device]


def test_a_device_file_that_cannot_be_read_is_explained(reopened) -> None:
    workspace = reopened()
    workspace.store  # noqa: B018 - opens it
    (paths.data_dir() / "device").mkdir()
    with pytest.raises(StoreError) as caught:
        workspace.device  # noqa: B018 - reads it
    assert "KB_HOME" in caught.value.hint


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE event SET payload = '{not json'",
        "UPDATE event SET at = 'yesterday'",
        "UPDATE event SET at = '2026-11-21T12:00:00+01:00'",
    ],
)
def test_a_row_that_no_program_wrote_is_explained(workspace: Workspace, home: Path, damage: str) -> None:
    reviewed(workspace)
    workspace.close()
    connection = sqlite3.connect(home / "data" / "progress.db")
    connection.executescript(f"DROP TRIGGER event_no_update; {damage};")
    connection.close()
    with pytest.raises(StoreError) as caught:
        workspace.store.events()
    assert "kb db" in caught.value.hint


# Two at once


def test_looking_does_not_wait_for_another_process_that_writes(workspace: Workspace, home: Path) -> None:
    reviewed(workspace)
    other = sqlite3.connect(home / "data" / "progress.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert len(workspace.store.events()) == 1
        assert set(workspace.store.states()) == {CARD}
        assert workspace.store.check() == []
    finally:
        other.execute("ROLLBACK")
        other.close()


STUDENT = """
import sys
from engine.memory import Rating
from engine.session import Introduction
from engine.settings import Settings
from engine.workspace import Workspace
from pathlib import Path
workspace = Workspace.open(Path(sys.argv[1]), settings=Settings(new_per_day=1000, new_of_one=50))
session = workspace.study(workspace.scope_of(["near-copy"]))
print("ready", flush=True)
sys.stdin.readline()
answers = {"choice": "1", "multi": "1 2", "order": "1 2 3", "match": "1 2 3", "cloze": "a; b", "estimate": "5"}
while (item := session.current) is not None:
    if isinstance(item, Introduction):
        session.read()
        continue
    session.answer(answers.get(item.face.kind, ""))
    session.grade(Rating.GOOD)
    print(item.card.id, flush=True)
"""


def test_two_processes_that_study_at_the_same_time_lose_nothing(library: Library, reopened, home: Path) -> None:
    root = library.roots.concepts.parent
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", STUDENT, str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "KB_HOME": str(home)},
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answered = []
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        answered.append(out.split())
    assert answered[0] == answered[1] != []
    workspace = reopened()
    saved = [e.subject for e in workspace.store.events(kinds=["review"])]
    assert sorted(saved) == sorted([*answered[0], *answered[1]])
    assert {p.state.reps for p in workspace.cards.values() if p.state} == {2}
    assert workspace.check() == []
