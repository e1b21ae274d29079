"""`kb search`: finds entries by words, by meaning and in spite of typos."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.cli import options
from kb.cli.finding import LIMIT, Request, run


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(search)


def search(
    query: Annotated[
        list[str] | None, typer.Argument(metavar="QUERY...", help="What you look for, in your own words.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only concept, tradeoff, exercise or step.")] = None,
    step: options.Step = None,
    level: options.Level = None,
    limit: Annotated[int, typer.Option("--limit", help="How many hits at most.")] = LIMIT,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Answer each line of the standard input with a line of JSON.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Finds entries by words, by meaning and in spite of typos."""
    run(Request(" ".join(query or ()), kind, step, level, limit, as_json, stdin, options.content()))
