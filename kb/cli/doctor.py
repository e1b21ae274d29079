"""`kb doctor`: what is set up, what works, and what to do where it does not."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterator

import typer

from kb import __version__, paths
from kb.cli import options, output
from kb.errors import KbError


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(doctor)


def doctor(as_json: options.AsJson = False) -> None:
    """Says what is set up and what to mend. Exit code 1 when something is wrong."""
    rows = [{"what": what, "ok": ok, "found": found} for what, ok, found in _findings()]
    if as_json:
        output.data(rows)
    else:
        output.table(("", "what", "found"), (("ok" if r["ok"] else "!!", r["what"], r["found"]) for r in rows))
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


def _findings() -> Iterator[tuple[str, bool, str]]:
    yield (
        "program",
        True,
        f"kb {__version__}, Python {platform.python_version()} on {platform.system()}, SQLite {sqlite3.sqlite_version}",
    )
    for what, look in (
        ("settings", _settings),
        ("content", _content),
        ("database", _database),
        ("search", _search),
        ("data folder", _folders),
    ):
        yield what, *_tried(look)
    yield "terminal", True, _terminal()


def _tried(look: Callable[[], str]) -> tuple[bool, str]:
    try:
        return True, look()
    except KbError as error:
        return False, " ".join(str(error).split())


def _settings() -> str:
    from engine.settings import read_settings

    read_settings(paths.config_path())
    return (
        str(paths.config_path()) if paths.config_path().exists() else f"defaults ({paths.config_path()} does not exist)"
    )


def _content() -> str:
    from kb.content import Library

    library = Library.load(options.content())
    questions = sum(map(len, library.questions.values()))
    return f"{len(library.entries)} entries and {questions} questions in {library.roots.concepts.parent}"


def _database() -> str:
    from engine.workspace import Workspace

    if not paths.database_path().exists() and not os.environ.get("KB_DATABASE"):
        return f"none yet; it will be {paths.database_path()}"
    store = Workspace(options.content()).store
    problems = store.check()
    if problems:
        from kb.errors import StoreError

        raise StoreError("; ".join(problems), where=store.where, hint="`kb db restore` brings back the newest backup.")
    return f"{store.where}, sound"


def _search() -> str:
    from kb.search import open_index

    result = open_index(options.content()).search("cache", limit=1)
    return f"index answers ({output.counted(len(result.hits), 'hit')} for “cache”)"


def _folders() -> str:
    folder = paths.data_dir()
    nearest = next(p for p in (folder, *folder.parents) if p.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        from kb.errors import StoreError

        raise StoreError("cannot be written", where=str(nearest), hint="Set KB_HOME to a folder you may write.")
    return str(folder)


def _terminal() -> str:
    if not sys.stdout.isatty():
        return "none (output goes to a pipe or file)"
    colour = "no colour" if "NO_COLOR" in os.environ else os.environ.get("COLORTERM") or os.environ.get("TERM", "")
    return f"{output.terminal_width()} columns, {colour}, {sys.stdout.encoding}"
