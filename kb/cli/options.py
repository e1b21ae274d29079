"""Options that several commands share, so that they are spelled and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Step = Annotated[str | None, typer.Option("--step", help="Only this step of the staircase, for example caching.")]
Level = Annotated[str | None, typer.Option("--level", help="Only concepts of this level: core or advanced.")]


class Chosen:
    """What was chosen before the command, as in `kb --content DIR check`."""

    content: Path | None = None


def content() -> Path | None:
    """The content folder to use; None for the shipped one, or that of KB_CONTENT."""
    return Chosen.content
