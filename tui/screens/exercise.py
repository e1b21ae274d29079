"""An exercise: predict first, then do it step by step, then note it as done."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.background import Desk
from tui.screens.reader import ReaderScreen


class ExerciseScreen(ReaderScreen):
    """An exercise, page by page."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("d", "done", "I did it")]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An exercise has no cards."""
        return action != "study" and super().check_action(action, parameters)

    def action_done(self) -> None:
        """Notes the exercise as done."""
        entry = self.place.entry

        def record(desk: Desk) -> None:
            desk.workspace.record("exercised", entry)

        self.load(record, self._noted)

    def _noted(self, _: None) -> None:
        self.notify("Noted as done.")
        self.reload()
