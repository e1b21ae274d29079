"""The command `kb`: what stands before a command, and the list of commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kb import __version__
from kb.cli import (
    cards,
    check,
    config,
    db,
    doctor,
    exchange,
    frontier,
    grade,
    index,
    new,
    optimise,
    own,
    read,
    search,
    stats,
    study,
    whatsnew,
)
from kb.cli.options import Chosen

app = typer.Typer(
    name="kb",
    help="Learn system design and keep it. Without a command, `kb` opens the staircase.",
    epilog="Exit codes: 0 done, 1 problems found, 2 usage, 3 content, 4 database, 5 search, 6 export or import, 130 interrupted. KB_HOME moves all data, KB_CONTENT names a content folder.",
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for group in (
    search,
    read,
    study,
    frontier,
    own,
    whatsnew,
    stats,
    optimise,
    cards,
    exchange,
    check,
    new,
    grade,
    index,
    db,
    config,
    doctor,
):
    group.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kb {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    ctx: typer.Context,
    content: Annotated[
        Path | None,
        typer.Option("--content", help="The folder above concepts/ and quizzes/, for authors.", metavar="DIR"),
    ] = None,
    version: Annotated[  # noqa: ARG001 - read by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Learn system design and keep it. Without a command, `kb` opens the staircase."""
    Chosen.content = content
    if ctx.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        typer.echo(ctx.get_help())
        raise typer.Exit
    from tui.app import run

    raise typer.Exit(run(content))
