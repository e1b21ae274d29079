"""Many learners in one database: a thousand with a thousand reviews each at full length, in a file and on a server."""

from __future__ import annotations

import importlib.util
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import SOAK, Figure, benchmark
from benchmarks.postgres import UnavailableError, running
from engine.events import Event, Review
from engine.identifiers import uuid7
from engine.schedule import DEFAULT_POLICY
from engine.store import Store

LEARNERS = 1000 if SOAK else 20
EACH = 1000
ASKED = 200 if SOAK else 40
AT_ONCE = 8
CARDS = 50
START = datetime(2024, 1, 1, 12, tzinfo=UTC)
FIRST_DAY = 19723


def name_of(number: int) -> str:
    """The name of a learner."""
    return f"learner-{number:04d}"


def answer(learner: str, number: int, rng: random.Random) -> Event:
    """One answer of a learner; the text of the answer says whose it is."""
    at = START + timedelta(minutes=number * 40)
    day = FIRST_DAY + number * 40 // 1440
    return Event(
        uuid7(int(at.timestamp() * 1000), rng.randbytes(10)),
        learner,
        "0a1b2c3d",
        number + 1,
        at,
        60,
        day,
        "review",
        f"concept-{rng.randrange(CARDS)}#symptom",
        {"due": day + rng.randrange(1, 30)},
        Review(rng.choice((1, 2, 3, 3, 3, 3, 4)), 4000, 3, 1.0, learner, "fsrs6/1", "0123456789abcdef"),
    )


def log_of(number: int) -> list[Event]:
    """The log of a learner."""
    rng = random.Random(number)  # noqa: S311 - no secret
    return [answer(name_of(number), i, rng) for i in range(EACH)]


def slowest(durations: Sequence[float]) -> float:
    """What 95 of 100 stay below, in ms."""
    return statistics.quantiles(durations, n=20)[-1] * 1000


def timed(work: Callable[[], object]) -> float:
    """How long some work takes, in seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _measured(where: str, address: str | Path) -> Iterator[Figure]:
    rng = random.Random(1)  # noqa: S311 - no secret
    count = LEARNERS * EACH
    filling = 0.0
    for number in range(LEARNERS):
        events = log_of(number)
        store = Store(address, name_of(number))
        filling += timed(lambda s=store, e=events: s.absorb(e, lambda _: DEFAULT_POLICY))  # type: ignore[misc]
        store.close()
    yield Figure(f"{where}: {count:,} reviews of {LEARNERS:,} learners taken in", filling, "s")
    chosen = [name_of(rng.randrange(LEARNERS)) for _ in range(ASKED)]
    opening, answering, looking, reading, renewing = [], [], [], [], []
    foreign = 0
    for place, learner in enumerate(chosen):
        begun = time.perf_counter()
        store = Store(address, learner)
        states = store.states()
        opening.append(time.perf_counter() - begun)
        done = answer(learner, EACH + place, rng)
        answering.append(timed(lambda s=store, e=done: s.append([e], DEFAULT_POLICY)))  # type: ignore[misc]
        looking.append(timed(store.states))
        begun = time.perf_counter()
        events = store.events()
        reading.append(time.perf_counter() - begun)
        foreign += sum(e.learner != learner or e.review is None or e.review.answer != learner for e in events)
        foreign += abs(len(states) - CARDS) + (len(events) < EACH)
        if place < ASKED // 4:
            renewing.append(timed(lambda s=store: s.rebuild(DEFAULT_POLICY)))  # type: ignore[misc]
        store.close()
    yield Figure(f"{where}: an answer saved, p95", slowest(answering), "ms", "opening and states", slowest(opening), 30)
    yield Figure(f"{where}: the states of a learner, p95", slowest(looking), "ms", limit=150)
    yield Figure(f"{where}: the log of a learner, p95", slowest(reading), "ms", "its rebuild", slowest(renewing))
    yield Figure(f"{where}: rows of others seen by {ASKED}", foreign, "rows", limit=0)

    def student(number: int) -> list[float]:
        own = random.Random(number)  # noqa: S311 - no secret
        store = Store(address, name_of(number))
        took = [
            timed(lambda i=i: store.append([answer(store.learner, 2 * EACH + i, own)], DEFAULT_POLICY))  # type: ignore[misc]
            for i in range(25)
        ]
        store.close()
        return took

    with ThreadPoolExecutor(AT_ONCE) as pool:
        together = [duration for took in pool.map(student, range(AT_ONCE)) for duration in took]
    yield Figure(f"{where}: an answer, {AT_ONCE} learners at once, p95", slowest(together), "ms")


@benchmark
def load() -> Iterator[Figure]:
    """Many learners, in a file and on a server that is started for this."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "progress.db"
        yield from _measured("SQLite", path)
        yield Figure("SQLite: the file", path.stat().st_size / 2**20, "MB")
    if importlib.util.find_spec("psycopg") is None:
        return
    with ExitStack() as stack:
        try:
            address = stack.enter_context(running())
        except UnavailableError:
            return
        yield from _measured("PostgreSQL", f"{address}/postgres")
