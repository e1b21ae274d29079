"""`kb search`: finds entries by words and by meaning."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(search)


def search() -> None:
    """Finds entries by words and by meaning."""
    raise typer.Exit(5)
