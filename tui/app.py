"""The application: it opens screens and holds what they share. Nothing heavy is imported before the first paint."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.theme import Theme

from kb import paths
from kb.errors import KbError
from tui.background import Background, Catalogue, Desk
from tui.commands import KbCommands
from tui.history import History, Place
from tui.screens.staircase import StaircaseScreen
from tui.sitting import Sitting
from tui.widgets.size_notice import COLUMNS, ROWS

DEFAULT_THEME = "textual-dark"


def chosen_theme(path: Path) -> str:
    """The theme named in a settings file, read without the engine, which is not loaded at the first paint.

    Args:
        path: the settings file.

    Returns:
        The name; the default where the file names none or cannot be read, which the workspace reports later.
    """
    try:
        name = tomllib.loads(path.read_text(encoding="utf-8")).get("theme", DEFAULT_THEME)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return DEFAULT_THEME
    return name if isinstance(name, str) else DEFAULT_THEME


class KbApp(App[None]):
    """The terminal application.

    Args:
        content: a content folder; None for the shipped one.
        clock: tells the time, with a time zone; None for the machine's.
        study: a session to begin at once; None opens the staircase.
        welcome: greet whoever opens the program for the first time.
    """

    TITLE = "Design Staircase"
    CSS_PATH = "app.tcss"
    COMMANDS = App.COMMANDS | {KbCommands}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-tiny"),
        (COLUMNS, "-narrow"),
        (100, "-wide"),
        (120, "-vast"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (ROWS, "-low"), (28, "-tall")]  # noqa: RUF012 - as Textual declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", show=False, key_display="/"),
        Binding("question_mark", "help", "Help", show=False, key_display="?"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        content: Path | None = None,
        clock: Callable[[], datetime] | None = None,
        study: Sitting | None = None,
        *,
        welcome: bool = False,
    ) -> None:
        super().__init__()
        self.background = Background(Desk(content, clock))
        self.searching = Background(Catalogue(content))
        self._study = study
        self._welcome = welcome
        theme = chosen_theme(paths.config_path())
        self.theme = theme if theme in self.available_themes else DEFAULT_THEME

    def on_mount(self) -> None:
        """Opens home, and a study session over it where one was asked for."""
        self.theme_changed_signal.subscribe(self, self._theme_chosen)
        self.push_screen(StaircaseScreen())
        if self._study is not None:
            self.begin(self._study)

    async def greet(self) -> None:
        """Opens the welcome where this is a first run; asked by home once its data are there."""
        from tui.snapshots.welcome import first_run

        if not self._welcome or self._study is not None:
            return
        self._welcome = False
        with suppress(KbError):
            if await self.background.run(first_run):
                self.action_welcome()

    def action_welcome(self) -> None:
        """Shows what the staircase is, the keys and the daily goal."""
        from tui.screens.welcome import WelcomeScreen

        self.push_screen(WelcomeScreen())

    def action_placement(self) -> None:
        """Asks about a dozen questions to find what the learner knows already."""
        from tui.screens.placement import PlacementScreen

        self.push_screen(PlacementScreen())

    def _theme_chosen(self, theme: Theme) -> None:
        """Keeps a theme that was chosen in the palette."""
        self.run_worker(self._keep_theme(theme.name), group="theme", exclusive=True)

    async def _keep_theme(self, name: str) -> None:
        def write(_: Desk) -> None:
            from engine.settings import write_setting

            write_setting(paths.config_path(), "theme", name)

        try:
            await self.background.run(write)
        except KbError as error:
            self.notify(f"The theme is not kept: {error}", markup=False)

    def on_unmount(self) -> None:
        """Lets go of the database and the search index."""
        self.background.close()
        self.searching.close()

    def study(self, *names: str) -> None:
        """Opens a study session.

        Args:
            names: steps or entries; everything where there are none.
        """
        self.begin(Sitting(names))

    def begin(self, sitting: Sitting) -> None:
        """Opens a study session as it was asked for."""
        from tui.screens.study import StudyScreen

        self.push_screen(StudyScreen(sitting))

    def open_step(self, step: str) -> None:
        """Opens a step of the staircase."""
        from tui.screens.step import StepScreen

        self.push_screen(StepScreen(step))

    def open_entry(self, entry: str, kind: str, page: int = 0) -> None:
        """Opens an entry over the present screen, with a history of its own."""
        if kind == "step":
            self.open_step(entry)
        else:
            self._open(Place(entry, kind, page))

    def open_walk(self, step: str, page: int) -> None:
        """Opens the walk through a step on one of its pages."""
        self._open(Place(step, "step", page))

    def _open(self, place: Place) -> None:
        history = History()
        history.visit(place)
        self.show_place(history, over=True)

    def show_place(self, history: History, over: bool = False) -> None:
        """Shows where a history stands.

        Args:
            history: its last place is opened.
            over: as a new screen on top; otherwise in place of the present one.
        """
        from tui.screens.concept import ConceptScreen
        from tui.screens.exercise import ExerciseScreen
        from tui.screens.tradeoff import TradeoffScreen
        from tui.screens.walk import WalkScreen

        screens = {"concept": ConceptScreen, "exercise": ExerciseScreen, "tradeoff": TradeoffScreen, "step": WalkScreen}
        screen = screens[history.behind[-1].kind](history)
        if over:
            self.push_screen(screen)
        else:
            self.switch_screen(screen)

    def action_progress(self) -> None:
        """Shows how far the learner is, and how well it holds."""
        from tui.screens.progress import ProgressScreen

        if not isinstance(self.screen, ProgressScreen | CommandPalette):
            self.push_screen(ProgressScreen())

    def action_search(self) -> None:
        """Opens the search."""
        from tui.screens.search import SearchScreen

        if not isinstance(self.screen, SearchScreen | CommandPalette):
            self.push_screen(SearchScreen())

    def action_help(self) -> None:
        """Shows all keys."""
        from tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen | CommandPalette):
            self.push_screen(HelpScreen(self.screen))


def run(content: Path | None = None, study: Sitting | None = None) -> int:
    """Runs the application until the user leaves it.

    Args:
        content: a content folder; None for the shipped one.
        study: a session to begin at once; None opens the staircase.

    Returns:
        The exit code.
    """
    app = KbApp(content, study=study, welcome=True)
    app.run()
    return app.return_code or 0
