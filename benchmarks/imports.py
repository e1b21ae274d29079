"""What a start costs: imports in fresh interpreters, and a whole cold command."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence

from benchmarks import SOAK, Figure, benchmark

RUNS = 25 if SOAK else 9


def best(
    command: Sequence[str], environment: Mapping[str, str] | None = None, runs: int = RUNS, warm: bool = True
) -> float:
    """The shortest of several runs of a whole process, in ms; with `warm`, one more that fills the disk cache is left out."""
    times = []
    for _ in range(runs + warm):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        times.append((time.perf_counter() - start) * 1000)
    return min(times[warm:])


def importing(statement: str) -> float:
    """The cost of an import in ms, the start of the interpreter left out."""
    return best([sys.executable, "-c", statement]) - best([sys.executable, "-c", "pass"])


@benchmark
def imports() -> Iterator[Figure]:
    """Importing the engine beside pydantic, which it cannot do without, and beside what it must not load."""
    pydantic = importing("import pydantic")
    engine = importing("import engine.session, engine.workspace")
    yield Figure("import the engine", engine, "ms", "import pydantic", pydantic, limit_ratio=2)
    yield Figure(
        "import the memory model and the schedule",
        importing("import engine.schedule"),
        "ms",
        "import pydantic",
        pydantic,
    )
    yield Figure(
        "import the screens", importing("import tui.app"), "ms", "import textual", importing("import textual.app")
    )
    for heavy in ("sqlmodel", "networkx", "numpy"):
        yield Figure(f"import {heavy}", importing(f"import {heavy}"), "ms", "import the engine", engine)


@benchmark
def commands() -> Iterator[Figure]:
    """Whole cold commands of a learner without a log, beside a Python that does nothing."""
    nothing = best([sys.executable, "-c", "pass"])
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "KB_HOME": home}
        for words in ("--version", "due", "stats", "show cache-stampede"):
            taken = best([sys.executable, "-m", "kb", *words.split()], environment)
            yield Figure(f"kb {words}", taken, "ms", "python -c pass", nothing)
