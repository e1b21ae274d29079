"""The same store on a real PostgreSQL server, started from the machine's own binaries for the time of these tests."""

from __future__ import annotations

import random
import socket
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from benchmarks.postgres import UnavailableError, running
from engine.events import Event, Review
from engine.exchange.jsonl import events_of_lines, lines_of
from engine.identifiers import uuid7
from engine.migrations import MIGRATIONS
from engine.progress import replay
from engine.schedule import DEFAULT_POLICY
from engine.settings import Settings
from engine.store import Store
from engine.workspace import Workspace
from kb.errors import StoreError

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CARD = "a#symptom"
DATABASES = Path(__file__).parent / "databases"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a fresh server; stopped at the end by the number of its own process."""
    pytest.importorskip("psycopg", reason="needs psycopg, the extra `postgres`")
    with ExitStack() as stack:
        try:
            address = stack.enter_context(running("-c fsync=off"))
        except UnavailableError as error:
            pytest.skip(str(error))
        yield address


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
        "suspended! buried_day flagged! known! fast"
    ),
}


def test_the_tables_are_those_that_were_released(opened: Open, url: str, tmp_path: Path) -> None:
    """Whoever changes a table adds a migration, and freezes what the earlier ones make, before this list grows."""
    opened()
    Store(tmp_path / "progress.db", "me").close()
    expected = {table: sorted(names.split()) for table, names in SCHEMA.items()}
    for address in (url, f"sqlite:///{tmp_path / 'progress.db'}"):
        assert {table: sorted(names) for table, names in columns(address).items()} == expected


@pytest.mark.parametrize("version", sorted(path.stem for path in DATABASES.glob("*.sql")))
def test_a_server_of_each_earlier_version_is_migrated_and_loses_nothing(url: str, tmp_path: Path, version: str) -> None:
    old = sqlite3.connect(tmp_path / "old.db")
    old.executescript((DATABASES / f"{version}.sql").read_text(encoding="utf-8"))
    applied = [name for (name,) in old.execute("SELECT name FROM migration ORDER BY name")]
    engine = create_engine(url)
    with engine.begin() as connection:
        for name in applied:
            MIGRATIONS[name](connection)
        flags = {"retained", "suspended", "flagged", "known"}
        for table in ("migration", "event", "state"):
            cursor = old.execute(f"SELECT * FROM {table}")  # noqa: S608
            columns = [column for column, *_ in cursor.description]
            values = ", ".join(f"CAST(:{c} AS JSONB)" if c == "payload" else f":{c}" for c in columns)
            statement = text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})")  # noqa: S608
            for row in cursor:
                pairs = zip(columns, row, strict=True)
                connection.execute(statement, {c: bool(v) if c in flags else v for c, v in pairs})
    engine.dispose()
    old.close()
    announced: list[str] = []
    store, file = Store(url, "me", before_migration=announced.extend), Store(tmp_path / "old.db", "me")
    assert announced == [name for name in MIGRATIONS if name not in applied]
    assert store.events() == file.events() != []
    assert store.states() == file.states() == replay(store.events()).cards
    assert store.check() == []
    store.append([event(1, at=NOON + timedelta(days=40))], DEFAULT_POLICY)
    store.close()
    file.close()


# What only a server has


def test_two_learners_never_see_each_other_s_rows_whatever_is_asked(opened: Open) -> None:
    """Two learners with the same cards, the same ids of events, devices and numbers: every verb of one leaves the other as it was."""
    mine, yours = opened("me"), opened("you")
    lived(yours, 40)
    before = yours.events(), yours.states(), yours.state_dump(), yours.reviews_by_day(0), list(yours.raw_rows())
    assert (mine.events(), mine.states(), mine.state_dump(), mine.reviews_by_day(0)) == ([], {}, "", {})
    assert list(mine.raw_rows()) == []
    assert mine.absorb(yours.events(), lambda _: DEFAULT_POLICY).new != ()
    assert [replace(e, learner="you") for e in mine.events()] == before[0]
    lived(mine, 40)
    target = mine.events(kinds=["review"], newest_first=True, limit=1)[0]
    mine.undo(event(900, "undo", target.subject, payload={"event": target.id}), DEFAULT_POLICY)
    mine.rebuild(DEFAULT_POLICY)
    mine.replace_states([])
    mine.protect()
    assert all(e.learner == "me" for e in mine.events())
    after = yours.events(), yours.states(), yours.state_dump(), yours.reviews_by_day(0), list(yours.raw_rows())
    assert after == before
    assert mine.learners() == ["me", "you"]


def test_every_key_is_led_by_the_learner(opened: Open, url: str) -> None:
    opened()
    engine = create_engine(url)
    inspector = inspect(engine)
    for table in ("event", "state"):
        assert inspector.get_pk_constraint(table)["constrained_columns"][0] == "learner_id"
        assert [index["column_names"][0] for index in inspector.get_indexes(table)] != []
        assert {index["column_names"][0] for index in inspector.get_indexes(table)} == {"learner_id"}
    engine.dispose()


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("DROP TRIGGER event_no_change ON event", "is missing"),
        ("ALTER TABLE event DISABLE TRIGGER event_no_change", "does not protect it"),
        ("ALTER TABLE event DISABLE TRIGGER ALL", "does not protect it"),
        (
            "CREATE OR REPLACE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
            "does not protect it",
        ),
    ],
)
def test_a_broken_trigger_is_found_and_put_back(opened: Open, url: str, damage: str, what: str) -> None:
    store = opened()
    store.append([event(1)], DEFAULT_POLICY)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(damage))
    assert f"the trigger event_no_change that protects the log {what}" in store.check()
    store.protect()
    assert store.check() == []
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE event SET rating = 4"))
    engine.dispose()


def test_a_log_travels_between_file_and_server_without_a_change(opened: Open, tmp_path: Path) -> None:
    server, file, back = opened(), Store(tmp_path / "file.db", "me"), opened("back")
    lived(server, 60)
    lines = list(lines_of(server.events()))
    file.absorb(events_of_lines(lines, "me", lambda _: 0), lambda _: DEFAULT_POLICY)
    assert list(lines_of(file.events())) == lines
    assert file.states() == server.states()
    for _ in range(2):
        back.absorb(file.events(), lambda _: DEFAULT_POLICY)
    assert list(lines_of(back.events())) == lines
    assert back.states() == server.states()
    file.close()


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
