"""Search results as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.views.study import hanging
from tui.views.words import counted

if TYPE_CHECKING:
    from kb.search import Hit, Result

KINDS = {"tradeoff": "trade-off"}


def hit_line(hit: Hit, width: int) -> Content:
    """Kind, title and summary of a hit."""
    kind = KINDS.get(hit.kind, hit.kind)
    head = Content.assemble((hit.title, "bold"), (f"  {kind}, {hit.step}", "$foreground-muted"))
    return Content("\n").join([head, hanging("  ", hit.summary, width)])


def status_line(query: str, result: Result) -> Content:
    """What can be said about a result as a whole."""
    if result.match == "none":
        return Content(f"No close match for “{query}”. Try other words, or describe what you see.")
    said = counted(len(result.hits), "hit") if result.match == "good" else "No close match; these come nearest"
    corrected = "" if result.searched_for in ("", query) else f" (searched for “{result.searched_for}”)"
    return Content.styled(f"{said}{corrected}. ↑ ↓ choose, Enter opens.", "$foreground-muted")
