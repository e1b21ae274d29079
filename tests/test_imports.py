"""What is loaded, who reads the clock, who prints, and which way the arrows point. Imports are tried in fresh interpreters."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {
    "numpy",
    "torch",
    "networkx",
    "sqlmodel",
    "sqlalchemy",
    "textual",
    "pydantic",
    "yaml",
    "typer",
    "rich",
    "genanki",
}

REPORT = """
import json, sys
try:
    {statement}
finally:
    json.dump(sorted(sys.modules), sys.stderr)
"""


def loaded_by(statement: str) -> set[str]:
    """Names of all modules that a fresh interpreter holds after a statement."""
    outcome = subprocess.run(
        [sys.executable, "-c", REPORT.format(statement=statement)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    return set(json.loads(outcome.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import engine.session, engine.workspace", HEAVY - {"pydantic", "yaml"} | {"kb.graph", "kb.search", "tui"}),
        (
            "from engine.workspace import Workspace; from engine.settings import Settings; Workspace(settings=Settings())",
            HEAVY - {"pydantic", "yaml"} | {"engine.store"},
        ),
        (
            "import tui.app",
            HEAVY - {"textual", "rich"}
            | {"kb.content", "kb.graph", "kb.search.index", "engine.workspace", "engine.store"},
        ),
        ("import kb.cli.app", HEAVY - {"typer", "pydantic", "yaml"} | {"engine.store", "tui"}),
        ("import kb.search", HEAVY - {"numpy"} | {"kb.content", "kb.models"}),
        ("import kb.__main__, kb.errors, kb.paths, kb.roots, kb.text", HEAVY),
        (
            "import engine.memory, engine.schedule, engine.events, engine.identifiers, engine.progress, engine.backups",
            HEAVY,
        ),
    ],
)
def test_heavy_libraries_stay_unloaded_where_they_are_not_needed(statement: str, forbidden: set[str]) -> None:
    assert loaded_by(statement) & forbidden == set()


def test_a_search_loads_nothing_heavy_but_numpy() -> None:
    search = "sys.argv = ['kb', 'search', '--json', 'cache stampede']; import kb.__main__; kb.__main__.main()"
    loaded_by(search)  # the first one may build the index
    assert loaded_by(search) & (HEAVY - {"numpy"} | {"kb.content", "kb.models", "engine", "tui"}) == set()


ROOMS = {
    "networkx": ["kb/graph.py"],
    "numpy": ["kb/embed.py", "kb/search/", "engine/optimise.py"],
    "sqlmodel": ["engine/store.py", "engine/migrations.py"],
    "sqlalchemy": ["engine/store.py", "engine/migrations.py"],
    "textual": ["tui/"],
    "typer": ["kb/cli/"],
    "yaml": ["kb/yamlfile.py", "kb/diagram/__main__.py"],
    "genanki": ["engine/exchange/"],
    "tomlkit": ["engine/settings.py"],
    "torch": [],
    "sentence_transformers": ["kb/search/models.py"],
}
"""Each heavy library has one room: nobody else names it."""


def sources(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("library", ROOMS)
def test_each_heavy_library_is_named_in_its_room_only(library: str) -> None:
    named = {
        file
        for file, tree in sources("kb", "engine", "tui")
        if any(name.partition(".")[0] == library for name in imported(tree))
    }
    assert [file for file in sorted(named) if not file.startswith(tuple(ROOMS[library]))] == []


def called(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Lines and dotted names of everything that is named with a dot, or called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.lineno, node.func.id


CLOCKS = (
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
)
MAY_READ_THE_CLOCK = ("engine/workspace.py", "kb/cli/", "tui/")


def test_only_the_workspace_s_clock_and_the_front_ends_read_the_time() -> None:
    readers = [
        f"{file}:{line} {name}"
        for file, tree in sources("kb", "engine", "tui")
        if not file.startswith(MAY_READ_THE_CLOCK)
        for line, name in called(tree)
        if name.endswith(CLOCKS)
    ]
    assert readers == []


def test_the_workspace_reads_the_clock_in_one_function_only() -> None:
    tree = ast.parse((ROOT / "engine/workspace.py").read_text(encoding="utf-8"))
    clock = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "system_clock")
    inside = range(clock.lineno, (clock.end_lineno or clock.lineno) + 1)
    readings = [line for line, name in called(tree) if name.endswith(CLOCKS)]
    assert readings
    assert all(line in inside for line in readings)


def test_no_module_takes_the_names_of_clocks_out_of_time() -> None:
    """`from time import time` would hide a clock from the tests above."""
    taken = [
        file
        for file, tree in sources("kb", "engine", "tui")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "time"
        and {a.name for a in node.names} & {"time", "time_ns"}
    ]
    assert taken == []


MAY_PRINT = {
    "kb/cli/output.py": "the one that prints",
    "kb/cli/app.py": "the version and the help, which Typer writes itself",
    "kb/cli/study.py": "prompts, which end without a line break",
    "kb/diagram/__main__.py": "a tool for authors, run as `python -m kb.diagram`",
}
PRINTERS = {"print", "pprint", "typer.echo", "typer.secho", "click.echo"}


def printers(tree: ast.Module) -> list[int]:
    """Lines that print, or use a standard stream for anything but asking what it is."""
    nodes = list(ast.walk(tree))
    asked = {id(n.value) for n in nodes if isinstance(n, ast.Attribute) and n.attr in ("isatty", "encoding")}
    streams = [
        n.lineno
        for n in nodes
        if isinstance(n, ast.Attribute) and ast.unparse(n) in ("sys.stdout", "sys.stderr") and id(n) not in asked
    ]
    return sorted([*streams, *(line for line, name in called(tree) if name in PRINTERS)])


def test_only_the_output_module_prints() -> None:
    found = {file: lines for file, tree in sources("kb", "engine", "tui") if (lines := printers(tree))}
    assert sorted(found) == sorted(MAY_PRINT), found


def test_the_arrows_between_the_packages_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert outcome.returncode == 0, outcome.stdout
    assert "0 broken" in outcome.stdout
