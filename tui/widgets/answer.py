"""This provides the field for typed answers: one line, or a few for a free answer. Enter commits in both."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, TextArea

from kb.text import plain


class AnswerLine(Input):
    """Numbers, words for gaps, an estimate."""


class AnswerArea(TextArea):
    """A sentence or two."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+j", "newline", "New line", show=False)]

    class Submitted(Message):
        """Enter was pressed."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Submitted())
            return
        await super()._on_key(event)

    def action_newline(self) -> None:
        """Begins a new line."""
        self.insert("\n")


class AnswerField(Vertical):
    """The one of the two that a card asks for; neither, where it is answered by keys alone."""

    class Submitted(Message):
        """An answer was committed.

        Attributes:
            text: as typed.
        """

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def compose(self) -> ComposeResult:
        """A line and an area."""
        yield AnswerLine()
        yield AnswerArea(soft_wrap=True, show_line_numbers=False)

    def on_mount(self) -> None:
        """Shows neither."""
        self.close()

    @property
    def _open(self) -> AnswerLine | AnswerArea | None:
        fields: tuple[AnswerLine | AnswerArea, ...] = (self.query_one(AnswerLine), self.query_one(AnswerArea))
        return next((field for field in fields if field.display), None)

    @property
    def writing(self) -> bool:
        """Whether the cursor is in it."""
        return self._open is not None and self._open.has_focus

    def open(self, free: bool, unit: str = "") -> None:
        """Shows an empty field with the cursor in it.

        Args:
            free: room for a few lines.
            unit: of the number that is asked for; empty where there is none.
        """
        self.close()
        line = self.query_one(AnswerLine)
        line.placeholder = plain(f"in {unit}") if unit else ""
        field: AnswerLine | AnswerArea = self.query_one(AnswerArea) if free else line
        self.display = field.display = True
        field.focus()

    def close(self) -> None:
        """Empties and hides it."""
        self.display = False
        for field in (self.query_one(AnswerLine), self.query_one(AnswerArea)):
            field.display, field.disabled = False, False
            field.clear()

    def hold(self) -> None:
        """Lets the answer stand and takes no more keys."""
        if self._open is not None:
            self._open.disabled = True

    def resume(self) -> None:
        """Puts the cursor back, where it is open."""
        if self._open is not None:
            self._open.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Commits the line."""
        event.stop()
        self.post_message(self.Submitted(event.value))

    def on_answer_area_submitted(self, event: AnswerArea.Submitted) -> None:
        """Commits the area."""
        event.stop()
        self.post_message(self.Submitted(self.query_one(AnswerArea).text))
