"""What the next screens need, imported while the first one is looked at, so that no key waits for it."""

from __future__ import annotations

from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING

from tui.background import Desk

if TYPE_CHECKING:
    from kb.graph import Graph

SCREENS = (
    "study",
    "summary",
    "step",
    "concept",
    "tradeoff",
    "exercise",
    "walk",
    "search",
    "progress",
    "placement",
    "help",
)


def prepare(desk: Desk) -> Graph:
    """Imports the other screens and the session, reads the registries, builds the graph, draws and formats once; a job for the background.

    Returns:
        The graph, of which nothing is needed yet.
    """
    for name in SCREENS:
        import_module(f"tui.screens.{name}")
    from rich.console import Console
    from rich.markdown import Markdown

    import engine.session  # noqa: F401 - only to have it loaded
    from kb.diagram import render_diagram
    from kb.sections import sections_of

    render_diagram('flowchart LR\n  a["A"] --> b["B"]', 40)
    render_diagram("sequenceDiagram\n  participant A as A\n  participant B as B\n  A->>B: x", 40)
    Console(file=StringIO()).print(Markdown("```python\npass\n```"))
    library = desk.workspace.library
    for step in list(library.steps.values())[:1]:
        sections_of(library, step)
    return desk.graph
