"""This provides one line that says that the terminal is too small; what is below it still works."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

COLUMNS = 60
ROWS = 15
"""The smallest terminal for which the screens are laid out."""


class SizeNotice(Widget):
    """Hidden by the style sheet where there is room."""

    def render(self) -> RenderResult:
        """The line."""
        size = self.app.size
        return Content(f"Small terminal ({size.width}x{size.height}); {COLUMNS}x{ROWS} is the least, 80x24 is good.")
