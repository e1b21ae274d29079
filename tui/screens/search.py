"""Search as you type, in your own words, with what the selected hit says and why it was found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.timer import Timer
from textual.widgets import Footer, Input, OptionList

from tui.screens.base import KbScreen
from tui.snapshots.search import EVERYWHERE, Found, finding
from tui.views.search import filter_line, hit_line, next_choice, preview, status_line
from tui.widgets.option_list import NavigableOptionList, Row
from tui.widgets.plain_static import PlainStatic
from tui.widgets.size_notice import SizeNotice

if TYPE_CHECKING:
    from kb.search import Hit

WAIT = 0.1
"""Seconds without a key after which a search begins: a fast typist is not answered letter by letter."""

READABLE = ("concept", "tradeoff", "exercise", "step")
"""Kinds that have a screen of their own."""


class SearchScreen(KbScreen):
    """A line to type in, what was found, and the selected hit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("enter", "open", "Open", key_display="⏎"),
        Binding("tab", "narrow('kind')", "Kind", key_display="Tab", priority=True),
        Binding("shift+tab", "narrow('step')", "Step", key_display="⇧Tab", priority=True),
        Binding("pagedown", "turn(1)", "Preview down", key_display="PgDn"),
        Binding("pageup", "turn(-1)", "Preview up", show=False),
        Binding("escape", "dismiss", "Leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.found: Found | None = None
        self.narrowing = EVERYWHERE
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The line, the filters, what can be said about the answer, the hits, and the selected one."""
        yield SizeNotice()
        yield Input(placeholder="What do you see, or what do you need?", id="query")
        yield PlainStatic(filter_line(EVERYWHERE), id="filters")
        yield PlainStatic(id="next")
        with Container(id="results"):
            yield NavigableOptionList(id="hits")
            with VerticalScroll(id="preview", can_focus=False):
                yield PlainStatic(id="previewed")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Opens the index while the first word is being typed."""
        self.query_one("#hits").can_focus = False
        self.query_one("#next", PlainStatic).show("Opening the search index …")
        searching = self.kb.searching
        self.show_when_ready(lambda: searching.run(lambda catalogue: catalogue.index), lambda _: self._show(None))

    def on_resize(self) -> None:
        """Fits the hits to the width once it is laid out."""
        self.call_after_refresh(self._draw_hits)

    # Searching

    def on_input_changed(self) -> None:
        """Searches when the typing pauses."""
        if self._timer is not None:
            self._timer.stop()
        if self._query:
            self._timer = self.set_timer(WAIT, self._search)
        else:
            self.workers.cancel_group(self, "load")
            self._show(None)

    @property
    def _query(self) -> str:
        return self.query_one(Input).value.strip()

    def _search(self) -> None:
        """Searches for what is in the line; what waited for an older query is dropped."""
        job, searching = finding(self._query, self.narrowing), self.kb.searching
        self.show_when_ready(lambda: searching.run(job), self._show)

    def action_narrow(self, what: str) -> None:
        """Narrows to the next kind or step that was found, and to all after the last."""
        if self.found is None or not self._query:
            return
        choices = self.found.kinds if what == "kind" else self.found.steps
        chosen = next_choice(getattr(self.narrowing, what), choices)
        self.narrowing = replace(self.narrowing, **{what: chosen})
        self.query_one("#filters", PlainStatic).show(filter_line(self.narrowing))
        self._search()

    # Showing

    def _show(self, found: Found | None) -> None:
        self.found = found
        self.query_one("#next", PlainStatic).show(status_line(found) if found is not None else "")
        self._draw_hits(first=True)

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The hits that are shown, the best first."""
        return self.found.result.hits if self.found is not None else ()

    @property
    def selected(self) -> Hit | None:
        """The hit under the cursor."""
        selected = self.query_one(NavigableOptionList).selected
        return next((hit for hit in self.hits if hit.id == selected), None)

    def _draw_hits(self, *, first: bool = False) -> None:
        shown = self.query_one(NavigableOptionList)
        rows = [Row(hit_line(hit, shown.text_width), hit.id) for hit in self.hits]
        shown.show(rows, selected=self.hits[0].id if first and self.hits else None)
        self.query_one("#results").display = bool(rows)
        self._draw_preview()

    def _draw_preview(self) -> None:
        hit = self.selected
        self.query_one("#previewed", PlainStatic).show(preview(hit) if hit is not None else "")
        self.query_one("#preview").scroll_home(animate=False)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Shows more of the selected hit."""
        event.stop()
        self._draw_preview()

    # Moving and opening

    def action_move(self, step: int) -> None:
        """Moves the selection; the cursor stays in the line."""
        hits = self.query_one(NavigableOptionList)
        if hits.highlighted is not None:
            hits.highlighted = min(max(hits.highlighted + step, 0), hits.option_count - 1)

    def action_turn(self, step: int) -> None:
        """Scrolls the preview."""
        shown = self.query_one("#preview")
        (shown.scroll_page_down if step > 0 else shown.scroll_page_up)(animate=False)

    def on_input_submitted(self) -> None:
        """Opens the selected hit."""
        self.action_open()

    def action_open(self) -> None:
        """Opens the selected hit over the search."""
        hit = self.selected
        if hit is None:
            return
        if hit.kind in READABLE:
            self.kb.open_entry(hit.id, hit.kind)
        elif hit.origin is not None:
            self.notify(f"A note of yours: {hit.origin.path}, line {hit.origin.line}.", markup=False)
        else:
            self.notify(f"`kb show {hit.id}` shows it.", markup=False)

    def on_option_list_option_selected(self) -> None:
        """Opens a hit that was clicked."""
        self.action_open()
