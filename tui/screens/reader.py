"""What the reading screens share: pages one at a time, think before you read, a history, links to walk along."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Footer

from tui.background import Desk
from tui.history import History, Place
from tui.screens.base import KbScreen
from tui.snapshots.reading import LINKS, Page, Reading, reading
from tui.views import reading as views
from tui.widgets.diagram_view import DiagramView
from tui.widgets.markdown_view import MarkdownView
from tui.widgets.neighbours import Neighbours
from tui.widgets.plain_static import PlainStatic
from tui.widgets.size_notice import SizeNotice


class ReaderScreen(KbScreen):
    """An entry, page by page.

    Args:
        history: where the reader has been; the last place is the one to show.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "proceed", "Show, next", key_display="⏎"),
        Binding("n,right", "turn(1)", "Next"),
        Binding("p,left", "turn(-1)", "Prev"),
        Binding("l", "links", "Links"),
        Binding("s", "study", "Study"),
        Binding("left_square_bracket", "back", "Back", key_display="["),
        Binding("right_square_bracket", "forward", "Forward", key_display="]", show=False),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("escape,q,backspace", "dismiss", "Leave"),
    ]

    HEAD: ClassVar[str] = "#top"
    READ_WITH: ClassVar[str] = ""
    """The key of the page with which the entry counts as read; empty where it never does."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self.history = history
        self.place: Place = history.behind[-1]
        self.reading: Reading | None = None
        self.page = self.place.page
        self.told: set[int] = set()

    def compose(self) -> ComposeResult:
        """Title, page, and beside it the table of contents where there is room."""
        yield SizeNotice()
        yield PlainStatic("Reading …", id="top")
        yield PlainStatic(id="where")
        with Horizontal(id="book"):
            yield PlainStatic(id="contents")
            with VerticalScroll(id="card"):
                yield PlainStatic(id="question")
                yield MarkdownView(id="lesson")
                yield DiagramView(id="diagram")
            yield Neighbours(id="neighbours")
        yield PlainStatic(id="now")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Shows no links before they are known."""
        self.query_one(Neighbours).display = False

    def reload(self) -> None:
        """Reads the entry and the learner's progress with it."""
        self.load(reading(self.place.entry), self._show)

    def on_resize(self) -> None:
        """Fits the title to the width."""
        if self.reading is not None:
            self._draw_lines(self.reading)

    def _show(self, found: Reading) -> None:
        first = self.reading is None
        self.reading = found
        self.query_one(Neighbours).show(found)
        if first:
            self._open(min(self.page, len(found.pages) - 1))
        else:
            self._draw_lines(found)

    # Pages

    @property
    def hidden(self) -> bool:
        """Whether the page asks something and has not told yet."""
        return self.reading is not None and bool(self.reading.pages[self.page].ask) and self.page not in self.told

    def _open(self, page: int) -> None:
        if self.reading is None:
            return
        self.page = page
        self.history.stay(page)
        self._draw(self.reading, self.reading.pages[page])
        if not self.hidden:
            self._was_read(page)

    def _was_read(self, page: int) -> None:
        self.told.add(page)
        subject = self.read_when(self.reading, self.told) if self.reading is not None else None
        if subject is not None:
            self.run_worker(self._walked(subject), group="walked")

    def read_when(self, found: Reading, told: set[int]) -> str | None:
        """What counts as walked once these pages were read.

        Args:
            found: the entry.
            told: pages whose text was shown, from 0.

        Returns:
            The subject to record; None where there is nothing yet.
        """
        read = any(found.pages[page].key == self.READ_WITH for page in told)
        return found.entry if read else None

    async def _walked(self, subject: str) -> None:
        def record(desk: Desk) -> None:
            if subject not in desk.workspace.walked:
                desk.workspace.record("walked", subject)

        with self.explained():
            await self.kb.background.run(record)

    def _draw(self, found: Reading, page: Page) -> None:
        self._draw_lines(found)
        links = page.key == LINKS
        card, neighbours = self.query_one("#card"), self.query_one(Neighbours)
        card.display, neighbours.display = not links, links
        ask = self.query_one("#question", PlainStatic)
        ask.show(self.question(page))
        ask.display = bool(page.ask)
        self.query_one(MarkdownView).show("" if self.hidden else self.text(found, page))
        self.query_one(DiagramView).show("" if self.hidden else page.diagram, page.alt)
        card.scroll_home(animate=False)
        self.refresh_bindings()
        if links:
            neighbours.focus_first()
        else:
            card.focus()

    def question(self, page: Page) -> Content:
        """What a page asks."""
        return Content.styled(page.ask, "bold")

    def text(self, found: Reading, page: Page) -> str:  # noqa: ARG002 - other kinds of entries need it
        """What a page tells, as Markdown."""
        return page.text

    def invitation(self, page: Page) -> str:  # noqa: ARG002 - other kinds of entries need it
        """What to do at a page that has not told yet."""
        return "Think of your answer first, then press Enter."

    def _draw_lines(self, found: Reading) -> None:
        self.query_one("#top", PlainStatic).show(views.title_line(found, self.size.width))
        self.query_one("#where", PlainStatic).show(views.page_line(found.pages, self.page))
        self.query_one("#contents", PlainStatic).show(views.contents(found.pages, self.page))
        now = self.query_one("#now", PlainStatic)
        text = self.invitation(found.pages[self.page]) if self.hidden else views.missing_line(found.missing)
        now.show(text)
        now.display = bool(text)

    def action_proceed(self) -> None:
        """Shows what the page holds back; otherwise turns it."""
        if not self.hidden or self.reading is None:
            self.action_turn(1)
            return
        self._was_read(self.page)
        self._draw(self.reading, self.reading.pages[self.page])

    def action_turn(self, step: int) -> None:
        """Turns so many pages."""
        if self.reading is not None and 0 <= self.page + step < len(self.reading.pages):
            self._open(self.page + step)

    def open_page(self, key: str) -> None:
        """Opens the first page with this key, where there is one."""
        pages = self.reading.pages if self.reading is not None else ()
        page = next((i for i, p in enumerate(pages) if p.key == key), None)
        if page is not None:
            self._open(page)

    def action_links(self) -> None:
        """Opens the page from which one walks on."""
        self.open_page(LINKS)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's own signature
        """Where one walks on, Enter opens what is selected and turns no page."""
        on_links = self.reading is not None and self.reading.pages[self.page].key == LINKS
        return not (on_links and action == "proceed")

    # Walking

    def on_neighbours_chosen(self, event: Neighbours.Chosen) -> None:
        """Walks on to another entry."""
        if event.neighbour.id is None or event.neighbour.kind == "planned":
            self.notify(f"{event.neighbour.text} is planned and not written yet.", markup=False)
        elif event.neighbour.kind == "step":
            self.kb.open_step(event.neighbour.id)
        else:
            self.history.visit(Place(event.neighbour.id, event.neighbour.kind))
            self.kb.show_place(self.history)

    def action_back(self) -> None:
        """Goes to the entry before."""
        if self.history.back() is None:
            self.dismiss()
        else:
            self.kb.show_place(self.history)

    def action_forward(self) -> None:
        """Goes to the entry that Back left."""
        if self.history.forward() is not None:
            self.kb.show_place(self.history)

    def action_study(self) -> None:
        """Begins a session on this entry alone."""
        self.kb.study(self.place.entry)
