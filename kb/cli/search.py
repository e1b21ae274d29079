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
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only concept, tradeoff, exercise, step, or note for your own notes.")
    ] = None,
    step: options.Step = None,
    level: options.Level = None,
    due: Annotated[bool, typer.Option("--due", help="Only what is due today.")] = False,
    weak: Annotated[bool, typer.Option("--weak", help="Only what you began and do not know well.")] = False,
    limit: Annotated[int, typer.Option("--limit", help="How many hits at most.")] = LIMIT,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why each was found: words, nearest passage, typo mended.")
    ] = False,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Answer each line of the standard input with a line of JSON.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Finds entries by words, by meaning and in spite of typos."""
    run(
        Request(
            " ".join(query or ()),
            kind=kind,
            step=step,
            level=level,
            limit=limit,
            explain=explain,
            as_json=as_json,
            stdin=stdin,
            content=options.content(),
            only=_standing(due, weak) if due or weak else None,
        )
    )


def _standing(due: bool, weak: bool) -> frozenset[str]:
    """The entries that are due, or weak, or both."""
    from engine.standing import due_entries, weak_entries
    from engine.workspace import Workspace

    workspace = Workspace.open(options.content())
    chosen = []
    if due:
        chosen.append(due_entries(workspace.deck, workspace.cards, workspace.today))
    if weak:
        chosen.append(weak_entries(workspace.mastery()))
    return frozenset.intersection(*chosen)
