"""Home: the staircase, where one stands on it, and what to do next."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, OptionList

from tui.prepare import prepare
from tui.screens.base import KbScreen
from tui.snapshots.home import Home, home
from tui.views.staircase import detail_line, frame_lines, next_line, stair_lines
from tui.widgets.option_list import NavigableOptionList, Row
from tui.widgets.plain_static import PlainStatic
from tui.widgets.size_notice import SizeNotice


class StaircaseScreen(KbScreen):
    """All steps, drawn as a staircase."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "study", "Study"),
        Binding("p", "app.progress", "Progress"),
        Binding("slash", "app.search", "Search", key_display="/"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("r", "reload", "Read again", show=False),
        Binding("q", "app.quit", "Quit"),
    ]

    home: Home | None = None

    def compose(self) -> ComposeResult:
        """One line above, the staircase, one line below."""
        yield SizeNotice()
        yield PlainStatic("Reading …", id="next")
        yield NavigableOptionList(id="stairs")
        yield PlainStatic(id="detail")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Paints the bare staircase at once."""
        self._draw()

    def reload(self) -> None:
        """Reads library and progress, after the first paint."""
        self.call_after_refresh(self.action_reload)

    def on_resize(self) -> None:
        """Draws the staircase to the new width."""
        self._draw()

    def action_reload(self) -> None:
        """Reads library and progress now."""
        self.load(home, self._show)

    def _show(self, found: Home) -> None:
        first = self.home is None
        self.home = found
        self.query_one("#next", PlainStatic).show(next_line(found))
        self._draw(found.steps[found.stands].step if first and found.steps else None)
        if first:
            self.run_worker(self.kb.greet(), group="greet")
            self.run_worker(self.kb.background.run(prepare), group="prepare")

    def _draw(self, selected: str | None = None) -> None:
        stairs = self.query_one(NavigableOptionList)
        width = stairs.text_width
        if self.home is None:
            stairs.show(Row(line) for line in frame_lines(width))
            return
        steps = self.home.steps
        lines = stair_lines(steps, self.home.stands, width)
        stairs.show(
            (Row(line, step.step) for line, step in zip(lines, reversed(steps), strict=True)), selected=selected
        )

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Says more about the selected step."""
        if self.home is not None:
            step = next((s for s in self.home.steps if s.step == event.option_id), None)
            self.query_one("#detail", PlainStatic).show(detail_line(step) if step else "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Opens the step."""
        if event.option_id is not None:
            self.kb.open_step(event.option_id)

    def action_study(self) -> None:
        """Begins with what is next."""
        self.kb.study()
