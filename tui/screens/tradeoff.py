"""A trade-off: its cases are played before its sides and the point at which the answer flips are told."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.history import History
from tui.screens.reader import ReaderScreen
from tui.snapshots.cases import SCORE, TABLE
from tui.snapshots.reading import Page, Reading
from tui.views.cases import case_question, case_text, play_line, score_text
from tui.widgets.plain_static import PlainStatic

MOST_SIDES = 6


class TradeoffScreen(ReaderScreen):
    """A trade-off, page by page; what is picked is not kept.

    Args:
        history: where the reader has been; the last place is the one to show.
    """

    READ_WITH: ClassVar[str] = "tipping-point"

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"pick({n - 1})", f"Pick {n}", show=False) for n in range(1, MOST_SIDES + 1)),
        Binding("x", "skip", "Skip the cases", show=False),
    ]

    def __init__(self, history: History) -> None:
        super().__init__(history)
        self.picks: dict[int, int] = {}

    @property
    def _page(self) -> Page | None:
        return self.reading.pages[self.page] if self.reading is not None else None

    def on_resize(self) -> None:
        """Wraps the sides of a case to the width."""
        super().on_resize()
        self.call_after_refresh(self._wrap)

    def _wrap(self) -> None:
        page = self._page
        if page is not None and page.choices:
            self.query_one("#question", PlainStatic).show(self.question(page))

    def question(self, page: Page) -> Content:
        """A case with what there is to pick from."""
        if not page.choices:
            return super().question(page)
        width = max(self.query_one("#card").content_size.width - 2, 20)
        return case_question(page, self.picks.get(self.page), not self.hidden, min(width, 98))

    def text(self, found: Reading, page: Page) -> str:
        """What a case, or the whole play, came to."""
        if page.key == SCORE:
            return score_text([(i, p) for i, p in enumerate(found.pages) if p.choices], self.picks)
        return case_text(page, self.picks.get(self.page)) if page.choices else super().text(found, page)

    def invitation(self, page: Page) -> str:
        """The keys of a case."""
        return play_line(len(page.choices)) if page.choices else super().invitation(page)

    def action_pick(self, side: int) -> None:
        """Picks a side; what was told already stays as it is."""
        page = self._page
        if page is not None and self.hidden and side < len(page.choices):
            self.picks[self.page] = side
            self.action_proceed()

    def action_skip(self) -> None:
        """Leaves out the cases that are left."""
        self.open_page(TABLE)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Cases can be left out while one is open."""
        page = self._page
        if action == "skip":
            return page is not None and bool(page.choices)
        return super().check_action(action, parameters)
