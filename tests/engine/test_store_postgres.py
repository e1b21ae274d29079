"""The same store on a real PostgreSQL server, started from the machine's own binaries for the time of these tests."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from engine.events import Event, Review
from engine.identifiers import uuid7
from engine.progress import replay
from engine.schedule import DEFAULT_POLICY
from engine.settings import Settings
from engine.store import Store
from engine.workspace import Workspace
from kb.errors import StoreError

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CARD = "a#symptom"


def binaries() -> Path | None:
    """The newest server of the machine: on the path, or where Debian keeps it."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return installed[-1].parent if installed else None


def as_server(user: str | None, *command: str | Path) -> None:
    """Runs a command of the server, which refuses to run as root."""
    prefix = ["runuser", "-u", user, "--"] if user else []
    outcome = subprocess.run(
        [*prefix, *map(str, command)], capture_output=True, text=True, timeout=60, check=False, cwd="/"
    )
    assert outcome.returncode == 0, f"{command}: {outcome.stderr}"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a fresh server; stopped at the end by the number of its own process."""
    pytest.importorskip("psycopg", reason="needs psycopg, the extra `postgres`")
    where = binaries()
    if where is None:
        pytest.skip("no PostgreSQL server is installed (initdb was not found)")
    user = None
    if sys.platform != "win32" and os.geteuid() == 0:
        import pwd

        if shutil.which("runuser") is None or "postgres" not in {u.pw_name for u in pwd.getpwall()}:
            pytest.skip("a PostgreSQL server does not run as root, and there is no user `postgres` to run it as")
        user = "postgres"
    # Not below tmp_path: the server's user has to reach the folder, and a socket's path has to be short.
    folder = Path(tempfile.mkdtemp(prefix="kb-pg-"))
    if user:
        shutil.chown(folder, user, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    try:
        as_server(user, where / "initdb", "-D", data, "-U", "kb", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
        as_server(user, where / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://kb@127.0.0.1:{port}"
        finally:
            as_server(user, where / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(server: str) -> Iterator[str]:
    """An empty database of its own for each test."""
    name = f"test_{random.SystemRandom().randrange(10**12)}"
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield f"{server}/{name}"
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


Open = Callable[..., Store]


@pytest.fixture
def opened(url: str) -> Iterator[Open]:
    """Opens the database of this test for a learner."""
    stores: list[Store] = []

    def open_store(learner: str = "me") -> Store:
        stores.append(Store(url, learner))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


def event(number: int, kind: str = "review", card: str = CARD, learner: str = "me", **more: Any) -> Event:
    fields = {"payload": {}, "review": Review(3, model="fsrs6/1", text_hash="h") if kind == "review" else None, **more}
    at = fields.pop("at", NOON + timedelta(seconds=number))
    ident = uuid7(int(NOON.timestamp() * 1000) + number, random.randbytes(10))
    return Event(ident, learner, "d1", 0, at, 60, fields.pop("local_day", 20778), kind, card, **fields)  # type: ignore[arg-type]


def lived(store: Store, steps: int = 120) -> None:
    rng = random.Random(7)
    kinds = ["review"] * 8 + ["suspend", "resume", "bury", "flag", "known", "reset", "walked"]
    for number in range(steps):
        kind = rng.choice(kinds)
        review = Review(rng.randint(1, 4), text_hash="h") if kind == "review" else None
        done = event(number, kind, f"c{rng.randrange(9)}#symptom", review=review, local_day=20778 + number // 9)
        store.append([done], DEFAULT_POLICY)
        if rng.random() < 0.1:
            store.undo(event(number, "undo", done.subject, payload={"event": done.id}), DEFAULT_POLICY)


def test_an_event_comes_back_as_it_went_in(opened: Open) -> None:
    store = opened()
    given = event(
        1,
        review=Review(2, 4100, 3, 0.75, "2; probe – “日本”", "fsrs6/1", "abc"),
        payload={"due": 20780, "deep": {"a": [1, 2.5, None]}},
    )
    (stored,), _ = store.append([given], DEFAULT_POLICY)
    assert store.events() == [stored] == [replace(given, seq=1)]
    assert store.states()[CARD].state is not None


@pytest.mark.parametrize("answer", ["\x00", "half \udcff of a letter"])
def test_an_answer_that_the_server_cannot_store_is_made_storable(opened: Open, answer: str) -> None:
    store = opened()
    (stored,), _ = store.append([event(1, review=Review(3, answer=answer))], DEFAULT_POLICY)
    assert store.events() == [stored]
    assert "\ufffd" in str(stored.review.answer if stored.review else "")


@pytest.mark.parametrize("statement", ["UPDATE event SET rating = 4", "DELETE FROM event", "TRUNCATE event"])
def test_the_log_refuses_to_be_changed(opened: Open, url: str, statement: str) -> None:
    store = opened()
    store.append([event(1)], DEFAULT_POLICY)
    engine = create_engine(url)
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert len(store.events()) == 1


def test_a_missing_trigger_is_found(opened: Open, url: str) -> None:
    store = opened()
    assert store.check() == []
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER event_no_change ON event"))
    engine.dispose()
    assert store.check() == ["the trigger event_no_change that protects the log is missing"]


def test_cached_states_equal_a_replay_of_the_log_to_the_byte(opened: Open) -> None:
    store = opened()
    lived(store)
    before = store.state_dump()
    assert before.count("\n") > 5
    assert replay(store.events()).cards == store.states()
    assert store.rebuild(DEFAULT_POLICY) == len(store.states())
    assert store.state_dump() == before


def test_both_databases_say_the_same_after_the_same_events(opened: Open, tmp_path: Path) -> None:
    server, file = opened(), Store(tmp_path / "progress.db", "me")
    lived(server)
    file.append(server.events(), DEFAULT_POLICY)
    file.rebuild(DEFAULT_POLICY)
    assert file.events() == server.events()
    assert file.states() == server.states()
    assert file.reviews_by_day(20780) == server.reviews_by_day(20780) != {}
    asked: list[dict[str, Any]] = [
        {"kinds": ["review", "undo"]},
        {"subject": "c1#symptom"},
        {"since_day": 20785},
        {"newest_first": True, "limit": 5},
        {"kinds": ["walked"]},
    ]
    for query in asked:
        assert file.events(**query) == server.events(**query) != []
    file.close()


def test_undo_takes_back_exactly_one_answer(opened: Open) -> None:
    store = opened()
    (first,), (progress,) = store.append([event(1)], DEFAULT_POLICY)
    (second,), _ = store.append([event(2, local_day=20790)], DEFAULT_POLICY)
    _, left = store.undo(event(3, "undo", payload={"event": second.id}), DEFAULT_POLICY)
    assert left == progress == store.states()[CARD]
    _, left = store.undo(event(4, "undo", payload={"event": first.id}), DEFAULT_POLICY)
    assert left is None
    assert store.states() == {}
    assert [e.kind for e in store.events()] == ["review", "review", "undo", "undo"]


def test_learners_of_one_database_do_not_see_each_other(opened: Open) -> None:
    mine, yours = opened("me"), opened("you")
    mine.append([event(1)], DEFAULT_POLICY)
    yours.append([event(n, learner="you") for n in (2, 3)], DEFAULT_POLICY)
    assert [len(s.events()) for s in (mine, yours)] == [1, 2]
    assert [s.states()[CARD].state.reps for s in (mine, yours)] == [1, 2]  # type: ignore[union-attr]
    assert [e.seq for e in yours.events()] == [1, 2]
    before = yours.state_dump()
    mine.replace_states([])
    assert mine.states() == {}
    assert yours.state_dump() == before


def test_writers_at_once_lose_nothing(opened: Open) -> None:
    opened()

    def write(writer: int) -> None:
        store = opened()
        for number in range(25):
            store.append([event(writer * 1000 + number, card=f"c{number}#symptom")], DEFAULT_POLICY)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(3)))
    store = opened()
    assert [e.seq for e in store.events()] == list(range(1, 76))
    assert {p.state.reps for p in store.states().values() if p.state} == {3}
    assert replay(store.events()).cards == store.states()


def test_learners_may_write_at_once(opened: Open) -> None:
    opened()

    def write(learner: str) -> int:
        store = opened(learner)
        for number in range(25):
            store.append([event(number, learner=learner)], DEFAULT_POLICY)
        return store.events()[-1].seq

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(write, ["a", "b", "c"])) == [25, 25, 25]


def test_a_fresh_database_may_be_opened_by_several_at_once(opened: Open) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(opened, ["me", "you", "me", "you"]))
    assert all(store.check() == [] for store in stores)


def test_a_session_runs_on_the_server_that_the_environment_names(
    url: str, small, clock, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("KB_DATABASE", url.replace("+psycopg", ""))
    monkeypatch.setenv("KB_LEARNER", "ada")
    library = small()
    for expected in ([CARD.replace("a#", "near-copy#")], None):
        workspace = Workspace(clock=clock, settings=Settings())
        workspace.__dict__["library"] = library
        if expected:
            session = workspace.study()
            session.read()
            session.answer("")
            session.grade(3)  # type: ignore[arg-type]
            assert list(workspace.cards) == expected
        else:
            assert workspace.undo() is not None
            assert workspace.cards == {}
        assert workspace.store.learner == "ada"
        assert workspace.check() == []
        workspace.close()
    assert not (home / "data" / "progress.db").exists()


def test_a_backup_is_left_to_the_server_s_own_tools(opened: Open, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        opened().backup(tmp_path / "copy.db")
    assert "pg_dump" in caught.value.hint


def columns(engine_url: str) -> dict[str, list[str]]:
    engine = create_engine(engine_url)
    inspector = inspect(engine)
    found = {
        table: [f"{c['name']}{'' if c['nullable'] else '!'}" for c in inspector.get_columns(table)]
        for table in sorted(inspector.get_table_names())
    }
    keys = {table: inspector.get_pk_constraint(table)["constrained_columns"] for table in found}
    engine.dispose()
    assert keys == {"event": ["learner_id", "id"], "migration": ["name"], "state": ["learner_id", "card"]}
    return found


SCHEMA = {
    "event": "learner_id! id! device! seq! at! utc_offset! local_day! kind! subject! rating duration_ms confidence score answer model text_hash payload!",
    "migration": "name!",
    "state": (
        "learner_id! card! stability difficulty reps! lapses! first_day last_day due_day failed_today! retained! longest! last_rating text_hash! "
        "suspended! buried_day flagged! known!"
    ),
}


def test_the_tables_are_those_that_were_released(opened: Open, url: str, tmp_path: Path) -> None:
    """Whoever changes a table adds a migration, and freezes what the earlier ones make, before this list grows."""
    opened()
    Store(tmp_path / "progress.db", "me").close()
    expected = {table: sorted(names.split()) for table, names in SCHEMA.items()}
    for address in (url, f"sqlite:///{tmp_path / 'progress.db'}"):
        assert {table: sorted(names) for table, names in columns(address).items()} == expected


# What needs no server


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("progress.db", "no database URL"),
        ("", "no database URL"),
        ("sqlite:///progress.db", "names no PostgreSQL database"),
        ("mysql://user@host/name", "names no PostgreSQL database"),
        ("postgresql+nosuchdriver://user@host/name", "cannot be used"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained(address: str, what: str) -> None:
    with pytest.raises(StoreError, match=what) as caught:
        Store(address, "me")
    assert "postgresql+psycopg://" in caught.value.hint


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    pytest.importorskip("psycopg", reason="needs psycopg, the extra `postgres`")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(StoreError) as caught:
        Store(f"postgresql://ada:s3cret@127.0.0.1:{port}/kb", "me")
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "KB_DATABASE" in caught.value.hint
