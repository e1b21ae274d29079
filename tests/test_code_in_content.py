"""Code in entries and exercises does what the text beside it says: each block runs, and prints what is printed below it."""

from __future__ import annotations

import doctest
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from kb.content import Library
from kb.lint.texts import all_texts
from kb.models import ExerciseStep

LIBRARY = Library.load()
SECONDS = 20

_BLOCK = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<code>.*?)^```[ ]*$\n?", re.S | re.M)


@dataclass(frozen=True)
class Block:
    """A fenced block that is marked `run`, with the block that follows."""

    language: str
    code: str
    printed: str | None


def blocks(text: str) -> Iterator[Block]:
    found = [(m["info"].split(), m["code"]) for m in _BLOCK.finditer(text)]
    for (info, code), (after, printed) in pairwise([*found, ([], "")]):
        if "run" in info[1:]:
            yield Block(info[0], code, printed if after == ["text"] else None)


RUNNABLE = {
    name: found
    for name in LIBRARY.files
    if (found := [b for file, _, text in all_texts(LIBRARY) if file == name for b in blocks(text)])
}


def run_python(code: str, folder: Path) -> str:
    """What a program prints in an interpreter of its own; an error or a warning fails the test.

    Only a socket that is left open at the end is let pass: short examples do not tidy up, and nobody sees that warning.
    """
    script = folder / "program.py"
    script.write_text(code, encoding="utf-8")
    command = [sys.executable, "-X", "utf8", "-W", "error", "-W", "ignore::ResourceWarning", script.name]
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        timeout=SECONDS,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def run_sql(code: str) -> str:
    """What the statements return: a row a line, the columns parted by `|`."""
    lines, statement = [], ""
    with sqlite3.connect(":memory:") as connection:
        for line in code.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                rows = connection.execute(statement).fetchall()
                lines += ["|".join("" if value is None else str(value) for value in row) for row in rows]
                statement = ""
    connection.close()
    assert not statement.strip(), f"a statement has no end: {statement}"
    return "".join(f"{line}\n" for line in lines)


def run_shell(code: str, folder: Path) -> str:
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("there is no shell here")
    done = subprocess.run(
        [shell, "-c", code], cwd=folder, capture_output=True, timeout=SECONDS, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(language: str, code: str, folder: Path) -> str:
    if language == "python":
        return run_python(code, folder)
    return run_sql(code) if language == "sql" else run_shell(code, folder)


def tidy(text: str) -> str:
    """The text without spaces at the ends of lines and without empty lines at its end: YAML and editors drop them."""
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


@pytest.mark.parametrize("name", RUNNABLE)
def test_code_in_an_entry_prints_what_stands_below_it(name: str, tmp_path: Path) -> None:
    for block in RUNNABLE[name]:
        assert block.language in ("python", "sql"), "only Python and SQL are run"
        assert block.printed is not None, "a block marked `run` is followed by a ```text block"
        assert tidy(run(block.language, block.code, tmp_path)) == tidy(block.printed)


def offline_steps(exercise: str) -> tuple[ExerciseStep, ...]:
    """The steps that need nothing but this machine."""
    entry = LIBRARY.exercises[exercise]
    if entry.offline is not None:
        return entry.offline.steps
    return entry.steps if set(entry.needs) == {"offline"} else ()


@pytest.mark.parametrize("exercise", LIBRARY.exercises)
def test_an_exercise_without_network_prints_what_was_recorded(exercise: str, tmp_path: Path) -> None:
    steps = [step for step in offline_steps(exercise) if step.run]
    assert steps, "every exercise has something to run on one machine"
    for number, step in enumerate(steps, 1):
        got = run(step.language, step.run or "", tmp_path)
        assert step.prints is not None, f"step {number} runs and does not say what it prints"
        want = tidy(step.prints)
        assert doctest.OutputChecker().check_output(want, tidy(got), doctest.ELLIPSIS), (
            f"step {number} printed\n{got}instead of\n{want}"
        )


def test_something_is_run() -> None:
    assert sum(map(len, RUNNABLE.values())) >= 15


def test_sql_prints_rows_as_its_shell_does() -> None:
    code = "create table t (a, b);\ninsert into t\n  values (1, 'x;y'), (2, null);\nselect * from t order by a;\n"
    assert run_sql(code) == "1|x;y\n2|\n"


def test_blocks_are_found_with_what_follows_them() -> None:
    text = "a\n\n```python run\nprint(1)\n```\n\n```text\n1\n```\n\n```python\nx\n```\n```sql run\nselect 1;\n```\n"
    assert list(blocks(text)) == [Block("python", "print(1)\n", "1\n"), Block("sql", "select 1;\n", None)]
