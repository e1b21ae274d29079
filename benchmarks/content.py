"""What reading and checking the shipped content costs: the first time, and with what earlier runs kept."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from benchmarks import Figure, benchmark
from benchmarks.imports import best
from kb.content import Library
from kb.roots import Roots


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _first_check() -> float:
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "KB_HOME": home}
        return best([sys.executable, "-m", "kb", "check", "--no-warnings"], environment, runs=1, warm=False)


@benchmark
def content() -> Iterator[Figure]:
    """`kb check` and loading for study, beside parsing the same files with libyaml and doing nothing with them."""
    roots = Roots.find()
    files: list[Path] = [*roots.entry_files(), *roots.question_files()]
    before = os.environ.get("KB_HOME")
    with tempfile.TemporaryDirectory() as home:
        os.environ["KB_HOME"] = home
        try:
            parsing = min(
                _ms(lambda: [yaml.load(f.read_text("utf-8"), yaml.CSafeLoader) for f in files]) for _ in range(3)
            )
            first = _ms(Library.load)
            again = min(_ms(Library.load) for _ in range(5))
            check = best([sys.executable, "-m", "kb", "check", "--no-warnings"])
        finally:
            del os.environ["KB_HOME"]
            if before is not None:
                os.environ["KB_HOME"] = before
    beside = f"libyaml on {len(files)} files"
    yield Figure("load the library, nothing kept", first, "ms", beside, parsing)
    yield Figure("load the library", again, "ms", beside, parsing)
    yield Figure("kb check, whole process, nothing kept", _first_check(), "ms", beside, parsing)
    yield Figure("kb check, whole process", check, "ms", beside, parsing, limit=1000 * max(1.0, len(files) / 500))
