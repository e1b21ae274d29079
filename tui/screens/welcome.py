"""The first two minutes: what the staircase is, the keys, a daily goal, and the way to the placement."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer

from kb.errors import KbError
from tui.screens.base import KbScreen
from tui.snapshots.welcome import goal, setting_goal, welcomed
from tui.views.welcome import GOALS, TITLES, welcome_head, welcome_line, welcome_page
from tui.widgets.plain_static import PlainStatic
from tui.widgets.size_notice import SizeNotice

_GOAL = TITLES.index("A little each day")


class WelcomeScreen(KbScreen):
    """Four short pages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right,n,space", "turn(1)", "Next", key_display="⏎"),
        Binding("left,p", "turn(-1)", "Prev"),
        *(Binding(str(n), f"choose({n - 1})", f"Goal {n}", show=False) for n in range(1, len(GOALS) + 1)),
        Binding("escape,q", "leave", "Skip"),
    ]

    HEAD: ClassVar[str] = "#top"

    def __init__(self) -> None:
        super().__init__()
        self.page = 0
        self.goal = 0

    def compose(self) -> ComposeResult:
        """The title, the page, what can be done."""
        yield SizeNotice()
        yield PlainStatic(welcome_head(0), id="top")
        with VerticalScroll(id="card"):
            yield PlainStatic(welcome_page(0, 0), id="question")
        yield PlainStatic(welcome_line(0), id="now")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Reads the daily goal."""
        self.query_one("#card").focus()
        self.load(goal, self._set)

    def _set(self, new_per_day: int) -> None:
        self.goal = new_per_day
        self._draw()

    def _draw(self) -> None:
        self.query_one("#top", PlainStatic).show(welcome_head(self.page))
        self.query_one("#question", PlainStatic).show(welcome_page(self.page, self.goal))
        self.query_one("#now", PlainStatic).show(welcome_line(self.page))

    def action_turn(self, step: int) -> None:
        """Turns the page; the last one leads to the placement."""
        if self.page + step == len(TITLES):
            self._leave(place=True)
        elif self.page + step >= 0:
            self.page += step
            self.query_one("#card").scroll_home(animate=False)
            self._draw()

    def action_choose(self, which: int) -> None:
        """Chooses a daily goal."""
        if self.page == _GOAL:
            self.load(setting_goal(GOALS[which]), self._set)

    def action_leave(self) -> None:
        """Leaves out what is left of it."""
        self._leave(place=False)

    def _leave(self, *, place: bool) -> None:
        self.kb.run_worker(self._note(), group="welcome")
        if place:
            from tui.screens.placement import PlacementScreen

            self.app.switch_screen(PlacementScreen())
        else:
            self.dismiss()

    async def _note(self) -> None:
        try:
            await self.kb.background.run(welcomed)
        except KbError as error:
            self.kb.notify(f"The welcome will come again: {error}", markup=False)
