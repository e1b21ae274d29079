"""The study engine: an answer to the next card, a day's queue, a replay of the log."""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import fsrs

from benchmarks import SOAK, Figure, benchmark
from engine.cards import Card, Deck
from engine.events import Event, Review
from engine.identifiers import uuid7
from engine.mastery import mastery_of
from engine.memory import MemoryState, Rating
from engine.progress import CardProgress, replay
from engine.queue import EVERYTHING, Limits, build
from engine.schedule import DEFAULT_POLICY, CardState
from engine.session import Ask, Introduction
from engine.settings import Settings
from engine.store import Store
from engine.workspace import Workspace

ANSWERS = 300
QUEUE = 50_000
REVIEWS = 1_000_000
MEASURED = REVIEWS if SOAK else REVIEWS // 10
IN_DATABASE = 20_000
TODAY = 20778
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
WHOLE_DECK = Settings(new_per_day=1000, new_of_one=50, reviews_per_day=10000, depth="off")
TYPED = {"choice": "1", "multi": "1 2", "estimate": "5", "recall": "because"}


def seconds(action: Callable[[], Any], runs: int = 1) -> float:
    """The shortest of some runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def typed(item: Ask) -> str:
    """Some answer that such a card can take."""
    face = item.face
    if face.kind == "cloze":
        return "; ".join("xyz"[: face.gaps])
    if face.kind in ("order", "match"):
        return " ".join(str(n + 1) for n in range(len(face.options)))
    return TYPED.get(face.kind, "")


@benchmark
def answers() -> Iterator[Figure]:
    """From a typed answer to the next card, the review committed to disk in between."""
    times: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        os.environ["KB_HOME"] = home
        workspace = Workspace.open(settings=WHOLE_DECK)
        for entry in workspace.deck.by_entry:
            workspace.record("override", entry)
        session = workspace.study()
        while len(times) < ANSWERS and (item := session.current) is not None:
            if isinstance(item, Introduction):
                session.read()
                continue
            start = time.perf_counter()
            session.answer(typed(item))
            session.grade(Rating.GOOD)
            session.current  # noqa: B018 - the next card, as it is shown
            times.append((time.perf_counter() - start) * 1000)
        workspace.close()
        bare = [seconds(_commit(Path(home) / "bare.db")) * 1000 for _ in range(20)]
    p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    base = statistics.median(bare)
    yield Figure(f"answer to next card, p50 of {len(times)}", p50, "ms", "one INSERT and commit, p50", base)
    yield Figure(f"answer to next card, p95 of {len(times)}", p95, "ms", "one INSERT and commit, p50", base, limit=30)


def _commit(path: Path) -> Callable[[], None]:
    """One row written with plain SQLite under the same guarantees."""
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS t (a)")
    connection.commit()

    def write() -> None:
        connection.execute("INSERT INTO t VALUES ('a review')")
        connection.commit()
        connection.close()

    return write


@benchmark
def queue() -> Iterator[Figure]:
    """A day's queue from very many cards: two thirds were studied, a tenth is due, each concept builds on the one before."""
    rng = random.Random(5)  # noqa: S311 - no secret
    cards: dict[str, Card] = {}
    progress: dict[str, CardProgress] = {}
    entries: dict[str, list[str]] = {}
    for i in range(QUEUE):
        entry = f"concept-{i // 12}"
        card = Card(f"{entry}#q.{i}", entry, "q", "essential", "?", "!")
        cards[card.id] = card
        entries.setdefault(entry, []).append(card.id)
        if rng.random() < 0.67:
            last = TODAY - rng.randrange(1, 200)
            due = TODAY - rng.randrange(3) if rng.random() < 0.15 else TODAY + rng.randrange(1, 300)
            memory = MemoryState(rng.uniform(1, 300), rng.uniform(1, 10))
            retained = rng.random() < 0.9
            progress[card.id] = CardProgress(
                card.id, CardState(card.id, memory, 4, 0, last - 9, last, due, 0, retained, 9), 3
            )
    deck = Deck(cards, {entry: tuple(ids) for entry, ids in entries.items()})
    names = list(entries)
    requires = {later: (earlier,) for earlier, later in pairwise(names)}

    def day() -> None:
        mastery = {entry: mastery_of(entry, deck, progress, TODAY) for entry in deck.by_entry}
        build(deck, progress, mastery, requires, TODAY, limits=Limits(), scope=EVERYTHING)

    def plain() -> None:
        sorted((p.state.due_day, c) for c, p in progress.items() if p.state and p.state.due_day <= TODAY)

    yield Figure(
        f"queue from {QUEUE:,} cards",
        seconds(day, 5) * 1000,
        "ms",
        "the due ones sorted by day",
        seconds(plain, 5) * 1000,
        limit=150,
    )


def log(count: int) -> list[Event]:
    """A learner's log: many cards, each reviewed some twenty times over years."""
    rng = random.Random(3)  # noqa: S311 - no secret
    a_day = max(count // 1500, 1)
    return [
        Event(
            uuid7(int(NOON.timestamp() * 1000) + i * 1000, rng.randbytes(10)),
            "me",
            "d1",
            i + 1,
            NOON + timedelta(seconds=i),
            60,
            TODAY + i // a_day,
            "review",
            f"concept-{rng.randrange(max(count // 20, 1))}#symptom",
            {"due": TODAY + i // a_day + rng.randrange(1, 30)},
            Review(rng.choice((1, 2, 3, 3, 3, 3, 4)), 4000, 3, 1.0, "2", "fsrs6/1", "0123456789abcdef"),
        )
        for i in range(count)
    ]


@benchmark
def replaying() -> Iterator[Figure]:
    """The whole log turned into card states, scaled to a million reviews where fewer were measured."""
    events = log(MEASURED)
    scale = REVIEWS / MEASURED
    took = seconds(lambda: replay(events), 1 if SOAK else 3) * scale
    package = seconds(lambda: _by_package(2000)) * REVIEWS / 2000
    yield Figure(f"replay of {REVIEWS:,} reviews, from {MEASURED:,}", took, "s", "the package fsrs", package, limit=10)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "progress.db", "me")
        some = log(IN_DATABASE)
        store.append(some, DEFAULT_POLICY)
        rebuilt = seconds(lambda: store.rebuild(DEFAULT_POLICY)) * REVIEWS / IN_DATABASE
        store.close()
    yield Figure(f"kb db rebuild of as many, from {IN_DATABASE:,}", rebuilt, "s", "the replay alone", took)


def _by_package(count: int) -> None:
    """As many reviews with the package that is the oracle of the tests."""
    scheduler = fsrs.Scheduler(enable_fuzzing=False)
    card, at = fsrs.Card(), NOON
    for i in range(count):
        card, _ = scheduler.review_card(card, fsrs.Rating(i % 3 + 2), at)
        at += timedelta(days=1)
