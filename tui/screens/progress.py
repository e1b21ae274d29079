"""Progress: mastery by step, the load to come, what was remembered, the last weeks, and the hardest cards."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer, OptionList

from tui.screens.base import KbScreen
from tui.snapshots.progress import ProgressView, progress
from tui.views.progress import PAGES, hard_line, page_text, pages_line, totals_line
from tui.widgets.option_list import NavigableOptionList, Row
from tui.widgets.plain_static import PlainStatic
from tui.widgets.size_notice import SizeNotice

_HARDEST = PAGES.index("Hardest cards")


class ProgressScreen(KbScreen):
    """Four pages of pictures."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,right", "turn(1)", "Next"),
        Binding("p,left", "turn(-1)", "Prev"),
        *(Binding(str(n), f"page({n - 1})", f"Page {n}", show=False) for n in range(1, len(PAGES) + 1)),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("escape,q,backspace", "dismiss", "Back"),
    ]

    HEAD: ClassVar[str] = "#top"

    def __init__(self) -> None:
        super().__init__()
        self.view: ProgressView | None = None
        self.page = 0

    def compose(self) -> ComposeResult:
        """The sums, the pages, the open one, and a list below it on the last."""
        yield SizeNotice()
        yield PlainStatic("Reading …", id="top")
        yield PlainStatic(pages_line(0), id="pages")
        with VerticalScroll(id="picture"):
            yield PlainStatic(id="drawn")
        yield NavigableOptionList(id="hardest")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Shows no list before there is one."""
        self._arrange()

    def reload(self) -> None:
        """Reads the learner's progress."""
        self.load(progress, self._show)

    def on_resize(self) -> None:
        """Draws the page to the new width."""
        self.call_after_refresh(self._draw)

    def _show(self, found: ProgressView) -> None:
        self.view = found
        self.query_one("#top", PlainStatic).show(totals_line(found))
        self._draw()

    def _arrange(self) -> None:
        """Gives the room to the list on its page, and to the picture on the others."""
        listed = self.page == _HARDEST and self.view is not None and bool(self.view.hardest)
        hardest, picture = self.query_one(NavigableOptionList), self.query_one("#picture")
        hardest.display = listed
        picture.set_class(listed, "-head")
        (hardest if listed else picture).focus()

    def _draw(self) -> None:
        self.query_one("#pages", PlainStatic).show(pages_line(self.page))
        self._arrange()
        if self.view is None:
            return
        width = max(self.query_one("#picture").content_size.width, 20)
        self.query_one("#drawn", PlainStatic).show(page_text(self.view, self.page, width))
        hardest = self.query_one(NavigableOptionList)
        # The list has no width of its own before it was shown once.
        hardest.show(Row(hard_line(hard, width - 2), hard.card) for hard in self.view.hardest)

    def action_turn(self, step: int) -> None:
        """Turns to the next page, round and round."""
        self.action_page((self.page + step) % len(PAGES))

    def action_page(self, page: int) -> None:
        """Opens a page."""
        self.page = page
        self.query_one("#picture").scroll_home(animate=False)
        self._draw()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Opens the entry of a card."""
        hard = next((h for h in self.view.hardest if h.card == event.option_id), None) if self.view else None
        if hard is not None:
            self.kb.open_entry(hard.entry, hard.kind)
