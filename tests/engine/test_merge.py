"""Joining logs: what a merge must be in algebra, on plain values and in real databases."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.events import Event, Review
from engine.foreign import events_of_file
from engine.merge import shared_numbers, united
from engine.progress import ABOUT_CARDS, replay
from engine.schedule import DEFAULT_POLICY
from engine.settings import Settings
from engine.store import Store
from engine.workspace import Workspace
from kb import paths
from kb.content import Library
from kb.errors import StoreError

CASES = 1000 if os.environ.get("KB_SOAK") else 60
START = datetime(2026, 11, 21, 12, tzinfo=UTC)
CARDS = ("a#symptom", "a#q.one", "b#symptom")
KINDS = (
    *["review"] * 6,
    "suspend",
    "resume",
    "bury",
    "flag",
    "known",
    "reset",
    "walked",
    "override",
    "setting",
    "dreamt",
)


def event(device: str, seq: int, minute: int, kind: str = "review", card: str = CARDS[0], **more: Any) -> Event:
    fields = {"payload": {}, "review": Review(3, text_hash="h") if kind == "review" else None, **more}
    ident = fields.pop("id", f"{device}-{seq}-{minute}")
    at = START + timedelta(minutes=minute)
    return Event(ident, "me", device, seq, at, 60, 20778 + minute // 10, kind, card, **fields)  # type: ignore[arg-type]


@st.composite
def branches(draw: st.DrawFn) -> list[list[Event]]:
    """Logs of three machines that share a beginning. Two of them may be copies that go on under one name, and clocks may stand alike."""
    counter = iter(range(10_000))

    def grown(device: str, log: list[Event], most: int) -> list[Event]:
        made = list(log)
        for _ in range(draw(st.integers(0, most))):
            seq = max((e.seq for e in made if e.device == device), default=0) + 1
            minute = draw(st.integers(0, 40))
            targets = [e for e in made if e.kind in ABOUT_CARDS]
            ident = f"{draw(st.integers(0, 9))}-{next(counter)}"
            if targets and draw(st.integers(0, 5)) == 0:
                target = draw(st.sampled_from(targets))
                payload = {"event": target.id, "kind": target.kind}
                made.append(event(device, seq, minute, "undo", target.subject, payload=payload, id=ident))
                continue
            kind = draw(st.sampled_from(KINDS))
            done = Review(draw(st.integers(1, 4)), text_hash="h") if kind == "review" else None
            payload = {"due": 20778 + draw(st.integers(0, 40))} if kind == "review" and draw(st.booleans()) else {}
            if draw(st.integers(0, 9)) == 0:
                payload["skew"] = draw(st.floats(1, 1e6))
            card = draw(st.sampled_from(CARDS))
            made.append(event(device, seq, minute, kind, card, review=done, payload=payload, id=ident))
        return made

    common = grown("d1", [], 8)
    names = draw(st.sampled_from([("d1", "d2", "d3"), ("d1", "d1", "d2"), ("d1", "d1", "d1")]))
    return [grown(name, common, 8) for name in names]


def joined(*logs: Sequence[Event]) -> list[Event]:
    log: list[Event] = []
    for other in logs:
        log = sorted([*log, *united(log, other).new], key=lambda e: e.order)
    return log


@settings(max_examples=CASES, deadline=None)
@given(branches(), st.randoms(use_true_random=False))
def test_joining_is_commutative_associative_and_idempotent(logs: list[list[Event]], rng: random.Random) -> None:
    a, b, c = logs
    whole = joined(a, b, c)
    assert joined(c, b, a) == joined(b, joined(c, a)) == joined(joined(a, b), c) == whole
    assert joined(whole, a, b, c, whole) == whole
    assert {e.id for e in whole} == {e.id for log in logs for e in log}
    shuffled = [*a, *b, *c, *a]
    rng.shuffle(shuffled)
    assert joined(shuffled) == whole
    assert replay(joined(c, a, b)) == replay(whole)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("merge") / "progress.db"


def content(store: Store) -> tuple[list[Event], dict[str, Any]]:
    """What a learner's log and cache hold, without the learner's name."""
    return [replace(e, learner="") for e in store.events()], store.states()


@settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logs=branches())
def test_databases_merge_commutatively_associatively_and_idempotently(database: Path, logs: list[list[Event]]) -> None:
    number = random.SystemRandom().randrange(2**60)
    orders = ([0, 1, 2], [2, 1, 0], [1, 0, 2, 1, 0], [0, 0, 2, 1])
    found = []
    for place, order in enumerate(orders):
        store = Store(database, f"{number}-{place}")
        for which in order:
            store.absorb(logs[which], lambda _: DEFAULT_POLICY)
        before = store.events()
        assert store.absorb(store.events(), lambda _: DEFAULT_POLICY).new == ()
        assert store.events() == before
        found.append(content(store))
        cached = store.state_dump()
        store.rebuild(DEFAULT_POLICY)
        assert store.state_dump() == cached
        store.close()
    assert all(other == found[0] for other in found)
    assert found[0][1] == replay(joined(*logs)).cards


def test_two_events_with_one_number_are_both_kept_and_the_device_is_named() -> None:
    first, second, third = event("d1", 1, 0), event("d1", 2, 1), event("d1", 2, 5)
    found = united([first, second], [first, third])
    assert found.new == (third,)
    assert (found.known, found.copies) == (1, ("d1",))
    unnumbered = [event("import", 0, n) for n in range(3)]
    assert shared_numbers([*unnumbered, first, second]) == ()


def test_an_event_with_another_content_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    store = Store(tmp_path / "progress.db", "me")
    mine = event("d1", 1, 0)
    store.absorb([mine], lambda _: DEFAULT_POLICY)
    before = content(store)
    forged = replace(mine, review=Review(4, text_hash="h"))
    with pytest.raises(StoreError, match="another content"):
        store.absorb([event("d2", 1, 3), forged], lambda _: DEFAULT_POLICY)
    assert content(store) == before
    with pytest.raises(StoreError, match="another content"):
        united([], [mine, forged])


# Copies of a home


@pytest.fixture
def library(small: Callable[..., Library]) -> Library:
    return small()


@pytest.fixture
def at_home(library: Library, clock: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Workspace]:
    """Opens the workspace of one of several homes."""

    def open_at(folder: Path) -> Workspace:
        monkeypatch.setenv("KB_HOME", str(folder))
        workspace = Workspace(clock=clock, settings=Settings())
        workspace.__dict__["library"] = library
        return workspace

    return open_at


def answered(workspace: Workspace, rating: int, card: str = "near-copy#symptom") -> Event:
    return workspace.record("review", card, {"due": workspace.today + 3}, Review(rating, text_hash="h"))


def test_a_copied_home_takes_a_name_of_its_own_at_its_next_start(
    at_home: Callable[[Path], Workspace], tmp_path: Path, clock: Any
) -> None:
    first = at_home(tmp_path / "one")
    answered(first, 3)
    first.close()
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    second = at_home(tmp_path / "two")
    clock.forward(minutes=1)
    mine = answered(second, 1)
    assert mine.device != first.device
    again = at_home(tmp_path / "one")
    assert again.device == first.device


def test_copies_that_went_on_under_one_name_lose_nothing_and_part(
    at_home: Callable[[Path], Workspace], tmp_path: Path, clock: Any
) -> None:
    first = at_home(tmp_path / "one")
    answered(first, 3)
    first.close()
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    # As on a machine of the same name with the same folder: the copy cannot tell.
    (tmp_path / "two" / "data" / "device").write_text(first.device)
    second = at_home(tmp_path / "two")
    clock.forward(minutes=1)
    theirs = answered(second, 1)
    clock.forward(minutes=1)
    first = at_home(tmp_path / "one")
    mine = answered(first, 2, "aside-copy#symptom")
    assert (mine.device, mine.seq) == (theirs.device, theirs.seq)
    files = {name: tmp_path / name / "data" / "progress.db" for name in ("one", "two")}

    events, unreadable = events_of_file(files["two"])
    found = first.absorb(events)
    assert (len(found.new), found.known, unreadable) == (1, 1, [])
    assert found.copies == (mine.device,)
    assert first.check() == []
    assert [f.what for f in first.examine() if "two copies" in f.what]

    second = at_home(tmp_path / "two")
    second.absorb(events_of_file(files["one"])[0])
    assert second.store.events() == first.store.events()
    assert second.store.state_dump() == first.store.state_dump()
    names = {mine.device, second.device, at_home(tmp_path / "one").device}
    assert len(names) == 3
    clock.forward(minutes=1)
    later = answered(second, 3)
    assert later.seq == 1
    assert second.absorb(events_of_file(files["one"])[0]).new == ()
    assert second.check() == []


def test_merging_goes_on_with_the_parameters_that_are_newest_in_both(
    at_home: Callable[[Path], Workspace], tmp_path: Path, clock: Any
) -> None:
    from engine.memory import DEFAULT_WEIGHTS
    from engine.tuning import Tuning

    first, second = at_home(tmp_path / "one"), None
    answered(first, 3)
    second = at_home(tmp_path / "two")
    answered(second, 3, "aside-copy#symptom")
    clock.forward(minutes=1)
    second.tune(Tuning((0.5, *DEFAULT_WEIGHTS[1:]), 300, 0.01))
    first = at_home(tmp_path / "one")
    first.absorb(events_of_file(tmp_path / "two" / "data" / "progress.db")[0])
    assert first.tuning == second.tuning
    assert first.check() == []
    assert at_home(tmp_path / "one").check() == []


def test_a_backup_that_is_brought_back_uses_no_number_twice(
    at_home: Callable[[Path], Workspace], tmp_path: Path, clock: Any
) -> None:
    from engine.restore import restore

    workspace = at_home(tmp_path / "one")
    answered(workspace, 3)
    backup = workspace.backup()
    clock.forward(minutes=1)
    answered(workspace, 2)
    workspace.close()
    aside = tmp_path / "aside.db"
    restore(backup, paths.database_path(), aside)
    again = at_home(tmp_path / "one")
    clock.forward(minutes=1)
    answered(again, 1)
    found = again.absorb(events_of_file(aside)[0])
    assert (len(found.new), found.copies) == (1, ())
    assert [e.review.rating for e in again.store.events(kinds=["review"]) if e.review] == [3, 2, 1]


# Files that are merged


def test_another_learner_s_only_log_is_taken_and_several_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    store = Store(path, "ada")
    store.absorb([event("d1", 1, 0)], lambda _: DEFAULT_POLICY)
    assert [e.learner for e in events_of_file(path)[0]] == ["ada"]
    Store(path, "bob").absorb([event("d1", 1, 0)], lambda _: DEFAULT_POLICY)
    with pytest.raises(StoreError, match="ada, bob"):
        events_of_file(path)
    Store(path, "me").absorb([event("d1", 1, 0)], lambda _: DEFAULT_POLICY)
    assert [e.learner for e in events_of_file(path)[0]] == ["me"]


def test_a_file_that_is_merged_is_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    store = Store(path, "me")
    store.absorb([event("d1", 1, 0)], lambda _: DEFAULT_POLICY)
    store.close()
    before = path.read_bytes()
    events_of_file(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("make", [lambda _: None, lambda p: p.mkdir(), lambda p: p.write_bytes(b"garbage" * 999)])
def test_a_file_that_is_no_database_is_explained(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "other.db")
    with pytest.raises(StoreError) as caught:
        events_of_file(tmp_path / "other.db")
    assert caught.value.hint
