"""This provides the two fields for typed answers: a line, and a few lines. Enter commits in both."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, TextArea


class AnswerLine(Input):
    """Numbers, words for gaps, an estimate."""


class AnswerArea(TextArea):
    """A sentence or two."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+j", "newline", "New line", show=False)]

    class Submitted(Message):
        """Enter was pressed.

        Attributes:
            text: what was written.
        """

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Submitted(self.text))
            return
        await super()._on_key(event)

    def action_newline(self) -> None:
        """Begins a new line."""
        self.insert("\n")
