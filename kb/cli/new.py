"""`kb new`: a correct skeleton to fill in."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from kb.cli import options, output


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(new)


def new(
    kind: Annotated[str, typer.Argument(help="concept, tradeoff, exercise or step.")],
    entry: Annotated[str, typer.Argument(help="The id, in lower case with hyphens, such as write-through-cache.")],
    step: options.Step = None,
) -> None:
    """Writes the skeleton of an entry. Every key has a word on what belongs there."""
    from kb.content import Library
    from kb.skeleton import new_files, write_new

    library = Library.load(options.content())
    for path in write_new(new_files(library, kind, entry, step, date.today())):  # noqa: DTZ011 - the author's own calendar day
        output.line(str(path))
    output.say("Fill it in, then run `kb check`.")
