from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.events import Event, Review
from engine.identifiers import uuid7
from engine.progress import replay
from engine.schedule import DEFAULT_POLICY
from engine.store import Store, copy_sqlite
from kb.errors import StoreError

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RUNS = 200 if os.environ.get("KB_SOAK") else 20


def event(number: int, kind: str = "review", card: str = "a#symptom", **more: object) -> Event:
    review = Review(rating=3, model="fsrs6/1", text_hash="h") if kind == "review" else None
    fields = {"payload": {}, "review": review, "at": NOON + timedelta(seconds=number), "local_day": 20778, **more}
    ident = uuid7(int(NOON.timestamp() * 1000) + number, number.to_bytes(10, "big"))
    return Event(id=ident, learner="me", device="d1", seq=0, utc_offset=60, kind=kind, subject=card, **fields)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "progress.db", "me")


def test_an_event_comes_back_as_it_went_in(store: Store) -> None:
    given = event(1, review=Review(2, 4100, 3, 0.75, "2; probe", "fsrs6/1", "abc"), payload={"due": 20780})
    (stored,), _ = store.append([given], DEFAULT_POLICY)
    assert store.events() == [stored]
    assert stored == replace(given, seq=1)


@pytest.mark.parametrize("statement", ["UPDATE event SET rating = 4", "DELETE FROM event"])
def test_the_log_refuses_to_be_changed(store: Store, tmp_path: Path, statement: str) -> None:
    store.append([event(1)], DEFAULT_POLICY)
    connection = sqlite3.connect(tmp_path / "progress.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


def test_numbers_of_a_device_run_without_gaps(store: Store) -> None:
    for number in range(5):
        store.append([event(number)], DEFAULT_POLICY)
    assert [e.seq for e in store.events()] == [1, 2, 3, 4, 5]


def test_cached_states_equal_a_replay_of_the_log_to_the_byte(store: Store) -> None:
    rng = random.Random(7)
    kinds = ["review"] * 8 + ["suspend", "resume", "bury", "flag", "known", "reset"]
    for number in range(400):
        kind = rng.choice(kinds)
        card = f"card-{rng.randrange(25)}#symptom"
        review = Review(rng.randint(1, 4), model="fsrs6/1", text_hash="h") if kind == "review" else None
        store.append([event(number, kind, card, review=review, local_day=20778 + number // 20)], DEFAULT_POLICY)
        if rng.random() < 0.1:
            target = store.events(newest_first=True, limit=1)[0]
            undo = event(
                1000 + number,
                "undo",
                target.subject,
                payload={"event": target.id},
                at=target.at + timedelta(microseconds=1),
            )
            store.undo(undo, DEFAULT_POLICY)
    before = store.state_dump()
    store.replace_states(replay(store.events(), DEFAULT_POLICY).cards.values())
    assert store.state_dump() == before
    assert before.count("\n") > 10


def test_an_undone_first_review_leaves_no_trace_of_the_card(store: Store) -> None:
    (done,), _ = store.append([event(1)], DEFAULT_POLICY)
    _, left = store.undo(event(2, "undo", payload={"event": done.id}), DEFAULT_POLICY)
    assert left is None
    assert store.states() == {}
    assert len(store.events()) == 2


def test_a_clock_set_back_keeps_the_order_and_is_noted(store: Store) -> None:
    store.append([event(100)], DEFAULT_POLICY)
    (late,), _ = store.append([event(5)], DEFAULT_POLICY)
    assert late.at > NOON + timedelta(seconds=100)
    assert late.payload["skew"] == pytest.approx(95)
    assert [e.seq for e in store.events()] == [1, 2]


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "progress.db"
    Store(path, "me").close()

    def write(writer: int) -> None:
        store = Store(path, "me")
        for number in range(25):
            store.append([event(writer * 1000 + number, card=f"c{number}#symptom")], DEFAULT_POLICY)
        store.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    store = Store(path, "me")
    assert [e.seq for e in store.events()] == list(range(1, 101))
    assert {p.state.reps for p in store.states().values() if p.state} == {4}


def test_learners_of_one_database_do_not_see_each_other(tmp_path: Path) -> None:
    path = tmp_path / "progress.db"
    mine, yours = Store(path, "me"), Store(path, "you")
    mine.append([event(1)], DEFAULT_POLICY)
    assert yours.events() == []
    assert yours.states() == {}


def test_a_file_that_is_no_database_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "progress.db"
    path.write_bytes(b"this is not a database, but long enough to look like one" * 50)
    with pytest.raises(StoreError, match="damaged") as caught:
        Store(path, "me")
    assert str(path) in str(caught.value)
    assert "kb db" in caught.value.hint


def test_a_database_of_a_newer_program_is_left_alone(store: Store, tmp_path: Path) -> None:
    store.close()
    connection = sqlite3.connect(tmp_path / "progress.db")
    connection.execute("INSERT INTO migration (name) VALUES ('0099-from-the-future')")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="newer version"):
        Store(tmp_path / "progress.db", "me")


def test_outstanding_migrations_are_announced_before_they_run(store: Store, tmp_path: Path) -> None:
    store.close()
    connection = sqlite3.connect(tmp_path / "progress.db")
    connection.executescript(
        "DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete; DELETE FROM migration WHERE name LIKE '0002%';"
    )
    connection.close()
    announced: list[str] = []
    again = Store(tmp_path / "progress.db", "me", before_migration=announced.extend)
    assert announced == ["0002-refuse-changes-of-the-log"]
    assert again.check() == []


def test_a_database_of_the_release_before_gets_the_new_column_and_keeps_its_states(
    store: Store, tmp_path: Path
) -> None:
    store.append([event(1), event(2)], DEFAULT_POLICY)
    before = store.states()
    store.close()
    connection = sqlite3.connect(tmp_path / "progress.db")
    connection.executescript("ALTER TABLE state DROP COLUMN fast; DELETE FROM migration WHERE name LIKE '0003%';")
    connection.close()
    again = Store(tmp_path / "progress.db", "me")
    assert again.states() == before
    assert again.rebuild(DEFAULT_POLICY) == len(before)
    assert again.states() == before


def test_a_missing_trigger_is_found(store: Store, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "progress.db")
    connection.execute("DROP TRIGGER event_no_delete")
    connection.close()
    assert store.check() == ["the trigger event_no_delete that protects the log is missing"]


def test_a_backup_holds_what_is_only_in_the_write_ahead_log(store: Store, tmp_path: Path) -> None:
    store.append([event(1)], DEFAULT_POLICY)
    copy_sqlite(tmp_path / "progress.db", tmp_path / "backups" / "copy.db")
    assert Store(tmp_path / "backups" / "copy.db", "me").events() == store.events()


def test_a_read_only_folder_is_explained(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be made") as caught:
        Store(blocked / "data" / "progress.db", "me")
    assert "KB_HOME" in caught.value.hint


WRITER = """
import sys
from datetime import UTC, datetime
from engine.memory import Rating
from engine.session import Introduction
from engine.settings import Settings
from engine.workspace import Workspace
workspace = Workspace.open(settings=Settings(new_per_day=1000, new_of_one=50))
for entry in set(workspace.deck.by_entry) - workspace.overrides:
    workspace.record("override", entry)
session = workspace.study()
print("ready", flush=True)
while (item := session.current) is not None:
    if isinstance(item, Introduction):
        session.read()
        continue
    face = item.face
    answer = {"choice": "1", "multi": "1 2", "self": "", "recall": "because", "estimate": "5"}.get(face.kind)
    if answer is None:
        count = len(face.options)
        answer = "x; y; z" if face.kind == "cloze" else " ".join(str(n) for n in range(1, count + 1))
        answer = "; ".join("xyz"[: face.gaps]) if face.kind == "cloze" else answer
    session.answer(answer)
    session.grade(Rating.GOOD)
    print(item.card.id, flush=True)
"""


def test_kill_at_any_moment_loses_no_acknowledged_answer(
    home: Path, caching_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_CONTENT", str(caching_root))
    rng = random.Random(11)
    acknowledged: list[str] = []
    for _ in range(RUNS):
        with subprocess.Popen([sys.executable, "-c", WRITER], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(rng.uniform(0, 0.12))
            process.send_signal(signal.SIGKILL)
            acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
    store = Store(home / "data" / "progress.db", "me")
    assert store.check() == []
    saved = [e.subject for e in store.events(kinds=["review"])]
    assert len(acknowledged) >= RUNS // 4
    assert [card for card in acknowledged if card not in set(saved)] == []
    assert replay(store.events(), DEFAULT_POLICY).cards == store.states()
