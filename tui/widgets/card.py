"""This provides a card as it is seen: what is read before it, the question, what there is to choose from, the result."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from tui.views.study import choices, question, result
from tui.widgets.diagram_view import DiagramView
from tui.widgets.markdown_view import MarkdownView
from tui.widgets.plain_static import PlainStatic

if TYPE_CHECKING:
    from engine.faces import Face
    from engine.session import Reveal
    from tui.snapshots.study import Lesson


class CardView(VerticalScroll):
    """A lesson or a card; the texts wrap to its width, so they are written again when that changes."""

    def compose(self) -> ComposeResult:
        """Each part is hidden where a card has none."""
        yield PlainStatic(id="question")
        yield MarkdownView(id="lesson")
        yield DiagramView(id="diagram")
        yield PlainStatic(id="choices")
        yield PlainStatic(id="result")

    @property
    def _columns(self) -> int:
        return max(self.content_size.width - 2, 20)

    def begin(self, lesson: Lesson | None, face: Face | None) -> None:
        """Goes to another lesson or card."""
        self.scroll_home(animate=False)
        self.query_one(MarkdownView).show(lesson.text if lesson else "")
        diagram = lesson.diagram if lesson else (face.diagram if face else "")
        self.query_one(DiagramView).show(diagram, lesson.alt if lesson else "")
        self.focus()

    def write_lesson(self, lesson: Lesson) -> None:
        """Writes the heading of a lesson."""
        self._write(Content.styled(f"New: {lesson.title}", "bold $text-accent"))

    def write_card(self, face: Face, picked: Collection[int]) -> None:
        """Writes a card before the answer is told.

        Args:
            face: the card.
            picked: indices of the options that are picked.
        """
        self._write(question(face, self._columns), choices(face, picked, self._columns))

    def write_result(self, face: Face, reveal: Reveal, title: str) -> None:
        """Writes a card with its result, which shows the options again, each with its verdict.

        Args:
            face: the card.
            reveal: the answer, committed.
            title: of the entry that the card belongs to.
        """
        width = self._columns
        self._write(question(face, width), result=result(face, reveal, title, width))

    def bring_result_into_view(self) -> None:
        """Scrolls so far that the result is seen, from its beginning where it is too long."""
        shown = self.query_one("#result")
        shown.scroll_visible(animate=False, top=shown.size.height >= self.content_size.height)

    def _write(self, question: Content, choices: Content | str = "", result: Content | str = "") -> None:
        for selector, text in (("#question", question), ("#choices", choices), ("#result", result)):
            part = self.query_one(selector, PlainStatic)
            part.show(text)
            part.display = bool(text)
