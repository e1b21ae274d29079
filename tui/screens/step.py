"""A step of the staircase: its four phases, concepts, trade-offs and exercises, each with how far one is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Footer, OptionList

from tui.screens.base import KbScreen
from tui.snapshots.step import StepView, step
from tui.views.reading import part_line, step_line
from tui.widgets.option_list import NavigableOptionList, Row
from tui.widgets.plain_static import PlainStatic
from tui.widgets.size_notice import SizeNotice


class StepScreen(KbScreen):
    """One step.

    Args:
        step_id: the step.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "study_step", "Study this step"),
        Binding("c", "study_selected", "Study the selected"),
        Binding("slash", "app.search", "Search", key_display="/"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("escape,q,backspace", "dismiss", "Back"),
    ]

    def __init__(self, step_id: str) -> None:
        super().__init__()
        self.step_id = step_id
        self.view: StepView | None = None

    def compose(self) -> ComposeResult:
        """Purpose above, the list, more about the selected part below or beside."""
        yield SizeNotice()
        yield PlainStatic("Reading …", id="next")
        with Horizontal(id="book"):
            yield NavigableOptionList(id="parts")
            yield PlainStatic(id="detail")
        yield Footer(show_command_palette=False)

    def reload(self) -> None:
        """Reads the step and the learner's progress on it."""
        self.load(step(self.step_id), self._show)

    def _show(self, found: StepView) -> None:
        self.view = found
        self.query_one("#next", PlainStatic).show(step_line(found))
        parts = self.query_one(NavigableOptionList)
        parts.show(self._rows(found))
        parts.focus()

    @staticmethod
    def _rows(found: StepView) -> Iterator[Row]:
        for heading, parts in found.groups:
            yield Row(Content.styled(heading, "bold"))
            yield from (Row(part_line(part), part.id) for part in parts)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Says more about the selected part."""
        part = self.view.part(event.option_id) if self.view is not None else None
        self.query_one("#detail", PlainStatic).show(part.note if part else "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Opens the part."""
        part = self.view.part(event.option_id) if self.view is not None else None
        if part is None:
            return
        if part.kind == "planned":
            self.notify(f"{part.title} is planned and not written yet.", markup=False)
        elif part.kind == "phase":
            self.kb.open_walk(self.step_id, part.page)
        else:
            self.kb.open_entry(part.id, part.kind)

    def action_study_step(self) -> None:
        """Begins a session on this step."""
        self.kb.study(self.step_id)

    def action_study_selected(self) -> None:
        """Begins a session on the selected entry."""
        selected = self.query_one(NavigableOptionList).selected
        part = self.view.part(selected) if self.view is not None else None
        if part is not None and part.kind in ("concept", "tradeoff"):
            self.kb.study(part.id)
        else:
            self.notify("This has no cards of its own.")
