"""The walk through a step: four phases, each part asking before it tells."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.screens.reader import ReaderScreen
from tui.snapshots.reading import Reading
from tui.snapshots.step import PHASES


class WalkScreen(ReaderScreen):
    """A step, part by part."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("s", "study", "Its cards")]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A step has its own screen for what belongs to it."""
        return action != "links" and super().check_action(action, parameters)

    def read_when(self, found: Reading, told: set[int]) -> str | None:
        """A phase is walked once all its parts were told; the one that is open is looked at."""
        phase = found.pages[self.page].key
        parts = {i for i, page in enumerate(found.pages) if page.key == phase}
        return f"{found.entry}#phase.{phase}" if phase in PHASES and parts <= told else None
