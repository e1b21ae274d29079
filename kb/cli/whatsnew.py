"""`kb whatsnew`: what a content update brought."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from kb.cli import options, output


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(whatsnew)


def whatsnew(
    keep: Annotated[bool, typer.Option("--keep", help="Show the same again next time.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Shows what is new or changed since you last looked. Also which of the cards that you answered read otherwise now."""
    from engine.workspace import Workspace

    workspace = Workspace.open(options.content())
    found = workspace.news()
    if as_json:
        output.data(asdict(found))
    else:
        title = workspace.library.title
        for heading, ids in (("new", found.new), ("changed", found.changed), ("no longer there", found.gone)):
            if ids:
                output.line(f"{heading}:")
                output.lines(f"  {title(i)} ({i})" for i in ids)
        if found.cards:
            output.line("cards that you have answered and that read otherwise now:")
            output.lines(f"  {card}" for card in found.cards)
        if found.new_cards:
            output.line(f"{output.counted(len(found.new_cards), 'new card')} in entries that you had begun.")
        if found.first:
            output.line("The content was noted as it is now; from here on you will be told what is new.")
        elif found.nothing:
            output.line("Nothing is new since you last looked.")
    if not keep:
        workspace.note_content()
