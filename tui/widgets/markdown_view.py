"""This provides Markdown in one Static: Textual's own Markdown widget makes a widget of each paragraph and takes seconds."""

from __future__ import annotations

from rich.markdown import Markdown
from textual.widgets import Static

from kb.text import plain


class MarkdownView(Static):
    """A section of prose."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("", markup=False, id=id, classes=classes)

    def show(self, text: str) -> None:
        """Replaces the text.

        Args:
            text: Markdown; empty hides the widget.
        """
        self.display = bool(text)
        # Links are written out: a terminal that follows them would open what a file says.
        self.update(Markdown(plain(text), hyperlinks=False, code_theme="ansi_dark"))
