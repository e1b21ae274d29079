"""This provides text that is never read as markup and never reaches the terminal as control sequences."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from kb.text import plain


def clean(text: str | Content) -> Content:
    """Text with control characters made visible, its styles kept.

    Args:
        text: plain text, or text with styles.
    """
    if isinstance(text, str):
        return Content(plain(text))
    # A control character is replaced by one other character, so that the spans still fit.
    return Content(plain(text.plain), spans=list(text.spans))


class PlainStatic(Static):
    """A line or a paragraph."""

    def __init__(self, text: str | Content = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(clean(text), markup=False, id=id, classes=classes)

    def show(self, text: str | Content) -> None:
        """Replaces the text."""
        self.update(clean(text))
