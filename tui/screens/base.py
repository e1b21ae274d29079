"""What all screens share: data comes from the background, and an error becomes a message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.screen import Screen

from kb.errors import KbError
from tui.background import Job
from tui.widgets.plain_static import PlainStatic

if TYPE_CHECKING:
    from tui.app import KbApp

T = TypeVar("T")


class KbScreen(Screen[None]):
    """A screen of this program."""

    @property
    def kb(self) -> KbApp:
        """The application."""
        return cast("KbApp", self.app)

    HEAD: ClassVar[str] = "#next"
    """The line that says so when the data of the screen cannot be read."""

    _told = False

    def on_screen_resume(self) -> None:
        """Gathers the data again when another screen was left, which may have changed them."""
        if self._told:
            # What was left is the dialog on an error; to try again at once would only open it again.
            self._told = False
        else:
            self.reload()

    def reload(self) -> None:
        """Gathers what the screen shows; does nothing where that is done once."""

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turns an error that a user can act on into a dialog; the screen goes on."""
        try:
            yield
        except KbError as error:
            self.tell(error)

    def tell(self, error: KbError) -> None:
        """Shows an error over the screen."""
        from tui.screens.error import ErrorDialog

        self._told = True
        self.app.push_screen(ErrorDialog(error))

    def load(self, job: Job[T], show: Callable[[T], None]) -> None:
        """Gathers data in the background, then shows it; a newer load replaces one that is under way.

        Args:
            job: gathers the data.
            show: puts them on the screen.
        """
        self.show_when_ready(partial(self.kb.background.run, job), show)

    def show_when_ready(self, data: Callable[[], Awaitable[T]], show: Callable[[T], None]) -> None:
        """Shows data once they are there; newer ones replace those that are waited for.

        Args:
            data: begins to gather them.
            show: puts them on the screen.
        """
        self.run_worker(self._show_when_ready(data, show), group="load", exclusive=True)

    async def _show_when_ready(self, data: Callable[[], Awaitable[T]], show: Callable[[T], None]) -> None:
        try:
            found = await data()
        except KbError as error:
            self.query_one(self.HEAD, PlainStatic).show(" This could not be read.")
            self.tell(error)
            return
        if self.is_attached:
            show(found)
