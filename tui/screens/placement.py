"""The placement: about a dozen questions that find what the learner knows already."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer

from kb.errors import KbError
from tui.screens.base import KbScreen
from tui.snapshots.placement import Round, answering, begin_placement, noting
from tui.views import placement as views
from tui.views.study import choices, question
from tui.widgets.plain_static import PlainStatic
from tui.widgets.size_notice import SizeNotice

MOST_OPTIONS = 6


class PlacementScreen(KbScreen):
    """Question after question; what it came to is noted only when the learner says so."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"pick({n - 1})", f"Answer {n}", show=False) for n in range(1, MOST_OPTIONS + 1)),
        Binding("0", "pick(-1)", "I do not know"),
        Binding("enter", "note", "Note it", key_display="⏎"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("escape,q", "dismiss", "Leave"),
    ]

    HEAD: ClassVar[str] = "#top"

    def __init__(self) -> None:
        super().__init__()
        self.round: Round | None = None
        self._waiting = True

    def compose(self) -> ComposeResult:
        """How far it is, the question, what can be done."""
        yield SizeNotice()
        yield PlainStatic("Reading …", id="top")
        with VerticalScroll(id="card"):
            yield PlainStatic(id="question")
            yield PlainStatic(id="choices")
        yield PlainStatic(views.KEYS, id="now")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Finds the first question."""
        self.load(begin_placement, self._show)

    def on_resize(self) -> None:
        """Wraps the question to the width."""
        self.call_after_refresh(self._draw)

    def _show(self, found: Round) -> None:
        self.round, self._waiting = found, False
        self._draw()
        self.query_one("#card").scroll_home(animate=False)
        self.refresh_bindings()

    def _draw(self) -> None:
        if self.round is None:
            return
        face = self.round.face
        card = self.query_one("#card")
        width = max(min(card.content_size.width - 2, 98), 20)
        self.query_one("#top", PlainStatic).show(views.head_line(self.round))
        asked = question(face, width) if face is not None else views.outcome(self.round)
        self.query_one("#question", PlainStatic).show(asked)
        self.query_one("#choices", PlainStatic).show(choices(face, (), width) if face is not None else "")
        self.query_one("#now").display = face is not None
        card.focus()

    def action_pick(self, option: int) -> None:
        """Takes an answer; -1 for none. Keys that come before the next question are dropped."""
        if self.round is None or self.round.face is None or self._waiting or option >= len(self.round.face.options):
            return
        self._waiting = True
        right = option in self.round.face.right
        self.load(answering(self.round.placement, self.round.concept, right), self._show)

    def action_note(self) -> None:
        """Notes what the placement came to."""
        if self.round is None or self.round.face is not None or self._waiting:
            return
        self._waiting = True
        self.query_one("#top", PlainStatic).show(" Noting it …")
        self.load(noting(self.round.placement), self._noted)

    def _noted(self, counts: tuple[int, int]) -> None:
        if any(counts):
            self.kb.notify(views.noted(*counts))
        self.dismiss()

    def tell(self, error: KbError) -> None:
        """Shows an error over the screen; the same can be tried again."""
        self._waiting = self.round is None
        super().tell(error)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's own signature
        """Offers what there is to do."""
        asking = self.round is not None and self.round.face is not None
        if action == "pick":
            return asking
        return not asking if action == "note" else True
