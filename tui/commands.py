"""What the command palette finds beside Textual's own: actions, and every entry by its title."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from kb.errors import KbError
from kb.text import plain

if TYPE_CHECKING:
    from tui.app import KbApp
    from tui.background import Desk


class Titled(NamedTuple):
    """An entry as the palette shows it."""

    id: str
    kind: str
    title: str
    step: str


def titles(desk: Desk) -> tuple[Titled, ...]:
    """Every entry with its title, in the order of the files."""
    library = desk.workspace.library
    return tuple(
        Titled(entry.id, library.kind(entry.id), entry.title, library.step_of[entry.id])
        for entry in library.entries.values()
    )


class KbCommands(Provider):
    """Actions at once; entries as one types."""

    _entries: tuple[Titled, ...] = ()

    @property
    def _kb(self) -> KbApp:
        return cast("KbApp", self.app)

    async def startup(self) -> None:
        """Reads the titles; without a library there are only actions."""
        try:
            self._entries = await self._kb.background.run(titles)
        except KbError:
            self._entries = ()

    def _actions(self) -> list[tuple[str, str, Callable[[], object]]]:
        app = self._kb
        return [
            ("Study what is due", "Due cards, then new ones.", app.study),
            ("Progress", "Mastery, the load to come, what you remember, your hardest cards.", app.action_progress),
            ("Placement", "About a dozen questions find what you know already.", app.action_placement),
            ("Welcome", "What the staircase is, the keys, your daily goal.", app.action_welcome),
            ("Search", "Find a concept in your own words.", app.action_search),
            ("All keys", "What each key does on each screen.", app.action_help),
        ]

    async def discover(self) -> Hits:
        """The actions, before anything is typed."""
        for name, text, action in self._actions():
            yield DiscoveryHit(name, action, help=text)

    async def search(self, query: str) -> Hits:
        """Actions and entries whose names match."""
        matcher = self.matcher(query)
        for name, text, action in self._actions():
            if score := matcher.match(name):
                yield Hit(score, matcher.highlight(name), action, help=text)
        for entry in self._entries:
            title = plain(entry.title)
            if score := matcher.match(title):
                open_it = partial(self._kb.open_entry, entry.id, entry.kind)
                # Content, not text: a title is never read as markup.
                yield Hit(score, Content(title), open_it, text=title, help=f"{entry.kind} in {entry.step}")
