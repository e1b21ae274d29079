"""What the next screens need, imported while the first one is looked at, so that no key waits for it."""

from __future__ import annotations

from importlib import import_module

from tui.background import Desk

SCREENS = ("study", "summary", "step", "concept", "tradeoff", "exercise", "walk", "search", "help")


def prepare(_: Desk) -> None:
    """Imports the other screens, and draws one diagram of each kind of drawing; a job for the background."""
    for name in SCREENS:
        import_module(f"tui.screens.{name}")
    from kb.diagram import render_diagram

    render_diagram('flowchart LR\n  a["A"] --> b["B"]', 40)
    render_diagram("sequenceDiagram\n  participant A as A\n  participant B as B\n  A->>B: x", 40)
