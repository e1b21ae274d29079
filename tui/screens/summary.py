"""The end of a session: what it came to, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer

from tui.screens.base import KbScreen
from tui.sitting import Sitting
from tui.snapshots.study import Closing
from tui.views.study import closing_lines
from tui.widgets.plain_static import PlainStatic


class SummaryScreen(KbScreen):
    """What a session came to.

    Args:
        closing: the sums.
        sitting: what the session was asked for, to go on with the same.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape,q", "dismiss", "Done"),
        Binding("s", "go_on", "Go on"),
        Binding("x", "go_ahead", "Learn ahead"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
    ]

    HEAD: ClassVar[str] = "#top"

    def __init__(self, closing: Closing, sitting: Sitting) -> None:
        super().__init__()
        self.closing = closing
        self.sitting = sitting

    def compose(self) -> ComposeResult:
        """One text."""
        yield PlainStatic(" Session", id="top")
        with VerticalScroll(id="card"):
            yield PlainStatic(id="result")
        yield Footer(show_command_palette=False)

    def on_resize(self) -> None:
        """Wraps the text to the width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width = max(self.query_one("#card").content_size.width - 2, 20)
        self.query_one("#result", PlainStatic).show(closing_lines(self.closing, width))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's own signature
        """Offers only what there is to do."""
        if action == "go_on":
            return bool(self.closing.due_left or self.closing.new_left)
        if action == "go_ahead":
            return bool(self.closing.ahead)
        return True

    def action_go_on(self) -> None:
        """Another session about the same."""
        self._study(self.sitting)

    def action_go_ahead(self) -> None:
        """The same with new cards whose prerequisites are not learned yet; the learner decides."""
        self._study(replace(self.sitting, ahead=True, due_only=False))

    def _study(self, sitting: Sitting) -> None:
        from tui.screens.study import StudyScreen

        self.app.switch_screen(StudyScreen(sitting))
