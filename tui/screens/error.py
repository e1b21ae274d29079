"""What went wrong, where, and what to do about it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from kb.errors import KbError
from tui.widgets.plain_static import PlainStatic


class ErrorDialog(ModalScreen[None]):
    """A message over the screen.

    Args:
        error: what is to be said.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,escape,space,q", "dismiss", "Close")]

    def __init__(self, error: KbError) -> None:
        super().__init__()
        self.error = error

    def compose(self) -> ComposeResult:
        """A box with the message."""
        with VerticalScroll(classes="dialog"):
            yield PlainStatic(Content.styled("That did not work", "bold $text-error"))
            yield PlainStatic(f"What: {self.error.what}")
            if self.error.where:
                yield PlainStatic(f"Where: {self.error.where}")
            if self.error.hint:
                yield PlainStatic(f"What to do: {self.error.hint}")
            yield PlainStatic(Content.styled("Enter closes this.", "$foreground-muted"))
