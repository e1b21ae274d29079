"""This provides a diagram drawn to the width that is there, in a box that scrolls sideways; what holds it scrolls up and down."""

from __future__ import annotations

from textual.containers import ScrollableContainer

from tui.widgets.plain_static import PlainStatic


class DiagramView(ScrollableContainer):
    """A diagram; it takes the focus only where there is something to scroll to."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(PlainStatic(classes="drawing"), PlainStatic(classes="caption"), id=id, classes=classes)
        self._source = ""
        self._alt = ""
        self._drawn_at = 0
        self.can_focus = False

    def show(self, source: str, alt: str = "") -> None:
        """Replaces the diagram.

        Args:
            source: Mermaid; empty hides the widget.
            alt: what it shows, in words.
        """
        self.display = bool(source)
        self._source, self._alt, self._drawn_at = source, alt, 0
        self.scroll_home(animate=False)
        self._draw()

    def on_resize(self) -> None:
        """Draws it again where the width has changed."""
        self._draw()

    def _draw(self) -> None:
        # The scroll bar beside a high picture must not push its right edge out of sight.
        width = max(self.container_size.width - self.styles.scrollbar_size_vertical, 0)
        if not self._source or width == self._drawn_at or not width:
            return
        from kb.diagram import render_diagram

        self._drawn_at = width
        drawing = render_diagram(self._source, width, self._alt)
        self.query_one(".drawing", PlainStatic).show("\n".join(drawing.lines))
        self.query_one(".caption", PlainStatic).show("" if drawing.fallback else self._alt)
        self.can_focus = drawing.columns > width
