"""Search as you type, in your own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Footer, Input

from tui.screens.base import KbScreen
from tui.views.search import hit_line, status_line
from tui.widgets.option_list import NavigableOptionList, Row
from tui.widgets.plain_static import PlainStatic
from tui.widgets.size_notice import SizeNotice

if TYPE_CHECKING:
    from kb.search import Result

WAIT = 0.15
"""Seconds without a key after which a search begins: a fast typist is not answered letter by letter."""

LIMIT = 12


class SearchScreen(KbScreen):
    """A line to type in, and what was found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("enter", "open", "Open", key_display="⏎"),
        Binding("escape", "dismiss", "Leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.result: Result | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The line, what can be said about the result, the hits."""
        yield SizeNotice()
        yield Input(placeholder="What do you see, or what do you need?", id="query")
        yield PlainStatic(id="next")
        yield NavigableOptionList(id="hits")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Opens the index while the first word is being typed."""
        self.query_one("#hits").can_focus = False
        self.query_one("#next", PlainStatic).show("Opening the search index …")
        searching = self.kb.searching
        self.show_when_ready(lambda: searching.run(lambda catalogue: catalogue.index), lambda _: self._show(None))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Searches when the typing pauses."""
        if self._timer is not None:
            self._timer.stop()
        query = event.value.strip()
        if query:
            self._timer = self.set_timer(WAIT, lambda: self._search(query))
        else:
            self.workers.cancel_group(self, "load")
            self._show(None)

    def _search(self, query: str) -> None:
        searching = self.kb.searching
        self.show_when_ready(
            lambda: searching.run(lambda catalogue: catalogue.index.search(query, limit=LIMIT)), self._show
        )

    def _show(self, result: Result | None) -> None:
        self.result = result
        query = self.query_one(Input).value.strip()
        self.query_one("#next", PlainStatic).show(status_line(query, result) if result is not None else "")
        hits = self.query_one(NavigableOptionList)
        found = result.hits if result is not None else ()
        rows = [Row(hit_line(hit, hits.text_width), hit.id) for hit in found]
        hits.show(rows, selected=found[0].id if found else None)

    def action_move(self, step: int) -> None:
        """Moves the selection; the cursor stays in the line."""
        hits = self.query_one(NavigableOptionList)
        if hits.highlighted is not None:
            hits.highlighted = min(max(hits.highlighted + step, 0), hits.option_count - 1)

    def on_input_submitted(self) -> None:
        """Opens the selected hit."""
        self.action_open()

    def action_open(self) -> None:
        """Opens the selected hit over the search."""
        selected = self.query_one(NavigableOptionList).selected
        hit = next((h for h in self.result.hits if h.id == selected), None) if self.result is not None else None
        if hit is not None:
            self.kb.open_entry(hit.id, hit.kind)

    def on_option_list_option_selected(self) -> None:
        """Opens a hit that was clicked."""
        self.action_open()
