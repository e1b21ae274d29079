"""What can go wrong around a session: no space, no right to write, wrong clocks, and content that changes under the learner's feet."""

from __future__ import annotations

import os
import random
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.cards import derive
from engine.exchange.apkg import export_apkg
from engine.exchange.jsonl import events_of_lines, lines_of
from engine.memory import Rating
from engine.progress import replay
from engine.schedule import day_bounds
from engine.session import Introduction
from engine.settings import Settings
from engine.store import Store
from engine.workspace import Workspace
from kb.content import Library

ANSWERS = {"choice": "1", "multi": "1 2", "order": "1 2 3", "match": "1 2 3", "cloze": "a; b", "estimate": "5"}
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs the limits and rights of a POSIX system")

STUDENT = """
import os, sys
from pathlib import Path
from engine.memory import Rating
from engine.session import Introduction
from engine.settings import Settings
from engine.workspace import Workspace
from kb.errors import StoreError

answers = {"choice": "1", "multi": "1 2", "order": "1 2 3", "match": "1 2 3", "cloze": "a; b", "estimate": "5"}
workspace = Workspace(Path(sys.argv[1]), settings=Settings(new_per_day=1000, new_of_one=50, depth="off"))

def step(session):
    item = session.current
    if isinstance(item, Introduction):
        session.read()
        return
    if session.reveal is None:
        session.answer(answers.get(item.face.kind, "x" * 2000))
    session.grade(Rating.GOOD)
    print("saved", item.card.id, flush=True)
"""

FULL = (
    STUDENT
    + """
import resource
session = workspace.study(workspace.scope_of(["near-copy"]))
step(session)
step(session)
data = Path(os.environ["KB_HOME"]) / "data"
size = max((data / name).stat().st_size for name in ("progress.db", "progress.db-wal") if (data / name).exists())
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + int(sys.argv[2]), hard))
refused = None
while session.current is not None and refused is None:
    before = session.current
    try:
        step(session)
    except StoreError as error:
        refused = error
        assert session.current == before, "the card did not stay"
print("refused", refused.exit_code if refused else None, bool(refused and refused.hint), flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
while session.current is not None:
    step(session)
print("done", flush=True)
"""
)

LOCKED = (
    STUDENT
    + """
try:
    session = workspace.study(workspace.scope_of(["near-copy"]))
    while session.current is not None:
        step(session)
    print("refused", None, flush=True)
except StoreError as error:
    print("refused", error.exit_code, bool(error.hint), str(error).splitlines()[0], flush=True)
"""
)


@pytest.fixture
def library(small: Callable[..., Library]) -> Library:
    return small()


@pytest.fixture
def reopened(library: Library, clock: Any) -> Callable[..., Workspace]:
    """Opens the same progress again, as the next start of the program does."""

    def open_again(content: Library = library, **settings: Any) -> Workspace:
        workspace = Workspace(
            clock=clock, settings=Settings(**{"new_per_day": 1000, "new_of_one": 50, "depth": "off", **settings})
        )
        workspace.__dict__["library"] = content
        return workspace

    return open_again


def run(script: str, library: Library, *arguments: str, prefix: tuple[str, ...] = ()) -> list[str]:
    root = str(library.roots.concepts.parent)
    command = [*prefix, sys.executable, "-c", script, root, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout.splitlines()


def studied(workspace: Workspace, count: int, *names: str) -> list[str]:
    """Answers so many cards and returns their ids, each as it was acknowledged."""
    session = workspace.study(workspace.scope_of(names))
    done: list[str] = []
    while (item := session.current) is not None and len(done) < count:
        if isinstance(item, Introduction):
            session.read()
            continue
        session.answer(ANSWERS.get(item.face.kind, ""))
        session.grade(Rating.GOOD)
        done.append(item.card.id)
    return done


def saved(home: Path) -> list[str]:
    store = Store(home / "data" / "progress.db", "me")
    assert store.check() == []
    assert replay(store.events()).cards == store.states()
    return [e.subject for e in store.events(kinds=["review"])]


# No space, no right to write


@POSIX
@pytest.mark.parametrize("room", [0, 100, 4096, 9000, 20_000, 41_000])
def test_a_full_disk_refuses_an_answer_keeps_the_card_and_goes_on_when_there_is_space(
    library: Library, home: Path, room: int
) -> None:
    lines = run(FULL, library, str(room))
    acknowledged = [line.split()[1] for line in lines if line.startswith("saved")]
    refused = next(line for line in lines if line.startswith("refused"))
    assert refused == "refused 4 True"
    assert lines[-1] == "done"
    assert saved(home) == acknowledged
    assert len(acknowledged) > 9


def unprivileged() -> tuple[str, ...]:
    """What a command is begun with so that rights of files count, which they do not for root."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root may write everything, and there is no `setpriv` to take that away")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")


@POSIX
@pytest.mark.parametrize("locked", ["file", "folder", "both"])
def test_a_database_that_cannot_be_written_is_explained_and_stays_as_it_is(
    library: Library, reopened: Callable[..., Workspace], home: Path, locked: str
) -> None:
    workspace = reopened()
    acknowledged = studied(workspace, 3, "near-copy")
    workspace.close()
    data, file = home / "data", home / "data" / "progress.db"
    before = file.read_bytes()
    if locked in ("file", "both"):
        file.chmod(stat.S_IRUSR)
    if locked in ("folder", "both"):
        data.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        (line,) = [line for line in run(LOCKED, library, prefix=unprivileged()) if line.startswith("refused")]
    finally:
        data.chmod(0o700)
        file.chmod(0o600)
    assert line.startswith("refused 4 True"), line
    assert file.read_bytes() == before
    assert saved(home) == acknowledged


# Wrong clocks


def test_a_clock_that_jumps_about_in_a_session_loses_nothing(
    reopened: Callable[..., Workspace], clock: Any, home: Path
) -> None:
    rng = random.Random(5)
    acknowledged: list[str] = []
    start = clock.at
    for _ in range(25):
        clock.at = start + timedelta(days=rng.uniform(-40, 40))
        workspace = reopened()
        for card in studied(workspace, rng.randint(0, 2)):
            acknowledged.append(card)
            clock.at += timedelta(hours=rng.uniform(-30, 30))
        workspace.queue()
        workspace.close()
    assert len(acknowledged) > 10
    assert saved(home) == acknowledged
    again = reopened()
    events = again.store.events()
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    assert again.check() == []
    assert any("the clock stood behind" in f.what for f in again.examine())
    for _ in acknowledged:
        assert again.undo() is not None
    assert all(p.state is None for p in again.cards.values())


def test_a_journey_round_the_world_loses_nothing_and_turns_no_card_back(
    reopened: Callable[..., Workspace], clock: Any, home: Path
) -> None:
    acknowledged: list[str] = []
    zones = ["Europe/Berlin", "Asia/Tokyo", "Pacific/Auckland", "Pacific/Honolulu", "America/New_York", "Europe/Berlin"]
    for zone in zones:
        workspace = reopened(time_zone=zone)
        acknowledged += studied(workspace, 3)
        for progress in workspace.cards.values():
            assert progress.state is None or progress.state.due_day >= progress.state.last_day
        assert workspace.check() == []
        workspace.close()
        clock.forward(hours=9)
    assert saved(home) == acknowledged
    events = reopened(time_zone=zones[-1]).store.events()
    assert {e.utc_offset for e in events if e.kind == "review"} >= {60, 540, 780, -600, -300}
    assert [e.payload["value"] for e in events if e.subject == "time_zone"] == zones


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        ("Europe/Berlin", (2027, 3, 28), 23),
        ("Europe/Berlin", (2026, 10, 25), 25),
        ("America/New_York", (2027, 3, 14), 23),
        ("America/New_York", (2026, 11, 1), 25),
        ("Australia/Lord_Howe", (2027, 4, 4), 24.5),
        ("America/Sao_Paulo", (2018, 11, 4), 23),
    ],
)
@pytest.mark.parametrize("rollover", [0, 2, 3, 4])
def test_a_night_in_which_the_clocks_change_is_one_day_and_loses_nothing(
    reopened: Callable[..., Workspace],
    clock: Any,
    home: Path,
    zone: str,
    night: tuple[int, int, int],
    hours: float,
    rollover: int,
) -> None:
    local = ZoneInfo(zone)
    clock.at = (datetime(*night, 12, tzinfo=local) - timedelta(days=1)).astimezone(UTC)
    end = clock.at + timedelta(hours=54)
    acknowledged: list[str] = []
    days: list[int] = []
    workspace = reopened(time_zone=zone, rollover_hour=rollover)
    while clock.at < end:
        acknowledged += studied(workspace, 1)
        days.append(workspace.today)
        first, last = day_bounds(workspace.today, local, rollover)
        assert first <= clock.at < last
        clock.forward(minutes=45)
    assert days == sorted(days)
    lengths = {(b - a).total_seconds() / 3600 for a, b in (day_bounds(d, local, rollover) for d in set(days))}
    assert lengths == {24, hours}
    assert saved(home) == acknowledged
    assert workspace.check() == []


# Content that changes


def edited(files: dict[str, Any]) -> None:
    concept = files["concepts/caching/near-copy.yaml"]
    concept["symptom"] = "Somebody who reads far away data waits for every single page."
    files["quizzes/caching/near-copy.yaml"]["questions"][0]["ask"] = "Which of these three is it after all?"


def renamed(files: dict[str, Any]) -> None:
    files["concepts/caching/near-copy.yaml"]["pitfalls"][0].update(key="unbounded", formerly=["no-bound"])
    questions = files["quizzes/caching/near-copy.yaml"]["questions"]
    questions[1].update(id="pick-several", formerly=["pick-some"])


def removed(files: dict[str, Any]) -> None:
    del files["quizzes/caching/near-copy.yaml"]["questions"][2:7]


@pytest.mark.parametrize("changes", [(edited,), (renamed,), (removed,), (edited, renamed, removed)])
def test_cards_that_are_edited_renamed_or_removed_lose_no_answer_and_break_nothing(
    reopened: Callable[..., Workspace],
    small: Callable[..., Library],
    clock: Any,
    home: Path,
    tmp_path: Path,
    changes: tuple[Callable[[dict[str, Any]], None], ...],
) -> None:
    workspace = reopened()
    acknowledged = studied(workspace, 40, "near-copy", "aside-copy")
    workspace.close()
    clock.forward(days=3)

    def change(files: dict[str, Any]) -> None:
        for one in changes:
            one(files)

    content = small(change)
    after = reopened(content)
    assert saved(home) == acknowledged
    assert after.check() == []
    deck = derive(content)
    assert {deck.renamed.get(card, card) for card in acknowledged} == set(after.cards)
    again = studied(after, 40, "near-copy", "aside-copy")
    assert set(again) <= set(deck.cards)
    assert len(saved(home)) == len(acknowledged) + len(again)
    after.mastery()
    after.staircase()
    assert after.load()
    assert after.check() == []
    copy = Store(tmp_path / "copy.db", "me")
    copy.absorb(
        events_of_lines(lines_of(after.store.events()), "me", lambda _: 0), lambda _: after.policy, deck.log_ids
    )
    assert copy.states() == after.store.states()
    export_apkg(
        deck, tmp_path / "deck.apkg", library=content, at=clock.at, events=after.store.events(), policy=after.policy
    )
    for _ in range(len(again)):
        assert after.undo() is not None
    back = reopened()
    assert back.check() == []
    assert sorted(p.state.reps for p in back.cards.values() if p.state) == [1] * len(set(acknowledged))
