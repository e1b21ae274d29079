"""A study session: read, answer, say how sure, see the right answer, grade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Input

from engine.grading import Confidence
from engine.memory import Rating
from engine.session import Ask, Introduction, Reveal, StudySession
from kb.errors import KbError, UsageError
from tui.screens.base import KbScreen
from tui.snapshots.study import Closing, Sight, begin, closing, doing
from tui.views import study as views
from tui.widgets.answer import AnswerArea, AnswerLine
from tui.widgets.diagram_view import DiagramView
from tui.widgets.markdown_view import MarkdownView
from tui.widgets.plain_static import PlainStatic
from tui.widgets.size_notice import SizeNotice

if TYPE_CHECKING:
    from tui.background import Desk

Stage = Literal["loading", "reading", "asking", "sureness", "revealed"]

TYPED = ("cloze", "order", "match", "estimate")


class StudyScreen(KbScreen):
    """One sitting.

    Args:
        names: steps or entries; everything where there are none.
        ahead: new cards come whether their prerequisites are learned or not.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"number({n})", f"Option or grade {n}", show=False) for n in range(1, 7)),
        Binding("enter,space", "proceed", "Go on", show=False),
        Binding("h", "hint", "Hint", show=False),
        Binding("i", "write", "Back to the answer field", show=False),
        Binding("u", "undo", "Undo"),
        Binding("f", "flag", "Flag"),
        Binding("s", "set_aside('suspend')", "Suspend"),
        Binding("b", "set_aside('bury')", "Bury"),
        Binding("k", "set_aside('know')", "Known"),
        Binding("o", "open_entry", "Concept"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("escape,q", "leave", "Leave"),
    ]

    HEAD: ClassVar[str] = "#top"

    def __init__(self, names: tuple[str, ...] = (), ahead: bool = False) -> None:
        super().__init__()
        self.names = names
        self.ahead = ahead
        self.stage: Stage = "loading"
        self.sight: Sight | None = None
        self.picked: frozenset[int] = frozenset()
        self._session: StudySession | None = None
        self._reveal: Reveal | None = None
        self._response = ""

    def compose(self) -> ComposeResult:
        """Progress above, the card, what to do now, the field for typed answers."""
        yield SizeNotice()
        yield PlainStatic("Opening the session …", id="top")
        with VerticalScroll(id="card"):
            yield PlainStatic(id="question")
            yield MarkdownView(id="lesson")
            yield DiagramView(id="diagram")
            yield PlainStatic(id="choices")
            yield PlainStatic(id="result")
        yield PlainStatic(id="message")
        yield PlainStatic(id="now")
        yield AnswerLine(id="line")
        yield AnswerArea(id="area", soft_wrap=True, show_line_numbers=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Opens the session."""
        self._hide_fields()
        self.load(begin(self.names, self.ahead), self._begun)

    def on_resize(self) -> None:
        """Wraps the text to the new width."""
        self.call_after_refresh(self._draw)

    def _begun(self, found: tuple[StudySession, Sight]) -> None:
        self._session, sight = found
        self._show(sight)

    # What is shown

    @property
    def _width(self) -> int:
        return max(self.query_one("#card").content_size.width - 2, 20)

    def _show(self, sight: Sight) -> None:
        """Shows another item."""
        self.sight, self.picked, self._reveal, self._response = sight, frozenset(), None, ""
        if sight.item is None:
            self._finish()
            return
        self.stage = "reading" if isinstance(sight.item, Introduction) else "asking"
        self.query_one("#card").scroll_home(animate=False)
        self._say("")
        lesson = sight.lesson
        self.query_one(MarkdownView).show(lesson.text if lesson else "")
        face = sight.item.face if isinstance(sight.item, Ask) else None
        diagram = lesson.diagram if lesson else (face.diagram if face else "")
        self.query_one(DiagramView).show(diagram, lesson.alt if lesson else "")
        self._hide_fields()
        if face is not None and face.kind in TYPED:
            line = self.query_one(AnswerLine)
            line.placeholder = f"in {face.unit}" if face.unit else ""
            self._open_field(line)
        elif face is not None and face.kind == "recall":
            self._open_field(self.query_one(AnswerArea))
        self._draw()

    def _draw(self) -> None:
        """Writes the texts to the present width and stage."""
        if self.sight is None or self.sight.item is None:
            return
        item, width = self.sight.item, self._width
        self._text("#top", views.top_line(self.sight, self.size.width))
        self._text("#now", self._now())
        if not isinstance(item, Ask):
            title = self.sight.lesson.title if self.sight.lesson is not None else ""
            self._text("#question", Content.styled(f"New: {title}", "bold $text-accent"))
            self._text("#choices", "")
            self._text("#result", "")
            return
        shown = self._reveal is not None and self.stage == "revealed"
        # Once revealed, the result shows the options again, each with its verdict.
        self._text("#question", views.question(item.face, width))
        self._text("#choices", "" if shown else views.choices(item.face, self.picked, width))
        self._text(
            "#result",
            views.result(item.face, self._reveal, self.sight.title, width) if shown and self._reveal else "",
        )

    def _now(self) -> str | Content:
        """What the learner can do now."""
        if self.stage == "sureness":
            return views.sureness_line()
        if self.stage == "revealed" and self._reveal is not None:
            return views.grade_line(self._reveal)
        item = self.sight.item if self.sight is not None else None
        if not isinstance(item, Ask):
            return "Read it, then press Enter for its cards."
        hint = "  h: a hint." if item.face.hint else ""
        if item.face.kind == "self":
            return f"{item.face.instruction} Enter or Space shows the answer.{hint}"
        if item.face.kind == "choice":
            return f"{item.face.instruction}{hint}"
        if item.face.kind == "multi":
            return f"Several are right. Their numbers mark them, Enter commits.{hint}"
        return f"{item.face.instruction.rstrip('.')}. Enter commits, Esc leaves the field.{hint}"

    def _text(self, selector: str, text: str | Content) -> None:
        widget = self.query_one(selector, PlainStatic)
        widget.show(text)
        widget.display = bool(text)

    def _say(self, text: str) -> None:
        self._text("#message", Content.styled(text, "$text-warning"))

    def _hide_fields(self) -> None:
        for field in (self.query_one(AnswerLine), self.query_one(AnswerArea)):
            field.display = False
            field.clear()
        self.query_one("#card").focus()

    def _open_field(self, field: AnswerLine | AnswerArea) -> None:
        field.display = True
        field.focus()

    @property
    def _field(self) -> AnswerLine | AnswerArea | None:
        fields: tuple[AnswerLine | AnswerArea, ...] = (self.query_one(AnswerLine), self.query_one(AnswerArea))
        return next((field for field in fields if field.display), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's own signature
        """Offers what concerns a card only while there is one."""
        on_card = self.sight is not None and isinstance(self.sight.item, Ask)
        return on_card if action in ("flag", "set_aside", "hint", "write") else True

    # Answering

    async def action_number(self, number: int) -> None:
        """A number: picks an option, says how sure one is, or grades, as the stage asks."""
        item = self.sight.item if self.sight is not None else None
        if self.stage == "sureness" and number <= len(Confidence):
            await self._reveal_with(Confidence(number))
        elif self.stage == "revealed" and number <= len(Rating):
            await self._grade(Rating(number))
        elif self.stage == "asking" and isinstance(item, Ask) and number <= len(item.face.options):
            if item.face.kind == "choice":
                self.picked = frozenset({number - 1})
                self._draw()
                await self._commit(str(number))
            elif item.face.kind == "multi":
                self.picked = self.picked ^ {number - 1}
                self._draw()

    async def action_proceed(self) -> None:
        """Enter: the next step of whatever is under way."""
        item = self.sight.item if self.sight is not None else None
        if self.stage == "reading" and self._session is not None:
            session = self._session
            await self._do(lambda _: session.read())
        elif self.stage == "sureness":
            await self._reveal_with(None)
        elif self.stage == "revealed" and self._reveal is not None:
            if self._reveal.grade.suggested is None:
                self._say("Only you can grade this one: 1 Again, 2 Hard, 3 Good, 4 Easy.")
            else:
                await self._grade(self._reveal.grade.suggested)
        elif self.stage == "asking" and isinstance(item, Ask):
            if item.face.kind == "self":
                await self._commit("")
            elif item.face.kind == "choice":
                self._say("Type the number of an option.")
            elif item.face.kind == "multi":
                await self._commit(views.numbers(self.picked))
            else:
                self.action_write()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Commits a typed line."""
        await self._commit(event.value)

    async def on_answer_area_submitted(self, event: AnswerArea.Submitted) -> None:
        """Commits a typed text."""
        await self._commit(event.text)

    async def _commit(self, response: str) -> None:
        """Takes an answer: one that cannot be read is refused before the learner is asked how sure they are."""
        if self.stage != "asking" or self.sight is None:
            return
        if not await self._answer(response, None):
            return
        self._response = response
        if self._field is not None:
            self._field.disabled = True
            self.query_one("#card").focus()
        if self.sight.wants_confidence:
            self.stage = "sureness"
            self._draw()
            self.refresh_bindings()
        else:
            self._revealed()

    async def _reveal_with(self, confidence: Confidence | None) -> None:
        if await self._answer(self._response, confidence):
            self._revealed()

    async def _answer(self, response: str, confidence: Confidence | None) -> bool:
        """Hands an answer to the session.

        Returns:
            Whether it was one; otherwise the reason is shown and nothing is lost.
        """
        session = self._session
        if session is None:
            return False
        try:
            self._reveal = await self.kb.background.run(lambda _: session.answer(response, confidence))
        except UsageError as error:
            self._say(f"{error.what[:1].upper()}{error.what[1:]}. {error.hint}".strip())
            return False
        except KbError as error:
            self.tell(error)
            return False
        self._say("")
        return True

    def _revealed(self) -> None:
        self.stage = "revealed"
        for field in (self.query_one(AnswerLine), self.query_one(AnswerArea)):
            field.display, field.disabled = False, False
        self._draw()
        self.refresh_bindings()
        self.call_after_refresh(self._bring_result_into_view)

    def _bring_result_into_view(self) -> None:
        result, card = self.query_one("#result"), self.query_one("#card")
        result.scroll_visible(animate=False, top=result.size.height >= card.content_size.height)

    async def _grade(self, rating: Rating) -> None:
        session, sight = self._session, self.sight
        if session is None or sight is None:
            return

        def grade(desk: Desk) -> None:
            session.grade(rating, (desk.workspace.clock() - sight.shown_at).total_seconds())

        await self._do(grade)

    # Setting aside, going back

    async def _do(self, verb: Callable[[Desk], object]) -> bool:
        """Does something in the session and shows what is in hand then; an error leaves all as it is.

        Returns:
            Whether it was done.
        """
        if self._session is None or self.sight is None:
            return False
        with self.explained():
            self._show(await self.kb.background.run(doing(self._session, self.sight.began_at, verb)))
            self.refresh_bindings()
            return True
        return False

    async def action_undo(self) -> None:
        """Takes the newest answer back and asks that card again."""
        if self._session is None:
            return
        session = self._session
        undone: list[str | None] = []
        if await self._do(lambda _: undone.append(session.undo())):
            self._say("Taken back; here it is again." if undone[0] else "There is nothing to undo.")

    async def action_flag(self) -> None:
        """Marks the card as bad, or takes the mark away; the card stays as it is."""
        if self._session is None or self.sight is None or not isinstance(self.sight.item, Ask):
            return
        session, sight = self._session, self.sight
        with self.explained():
            on = await self.kb.background.run(lambda _: session.flag())
            self.sight = replace(sight, flagged=on)
            self._draw()
            self._say("Flagged as a bad card." if on else "No longer flagged.")

    async def action_set_aside(self, how: str) -> None:
        """Suspends, buries or marks the card as known."""
        if self._session is None or self.sight is None or not isinstance(self.sight.item, Ask):
            return
        session = self._session
        verbs = {"suspend": session.suspend, "bury": session.bury, "know": session.know}
        words = {
            "suspend": "Suspended: not asked until you resume it. u takes it back.",
            "bury": "Put off until tomorrow. u takes it back.",
            "know": "Noted as known: not asked any more. u takes it back.",
        }
        if await self._do(lambda _: verbs[how]()):
            self._say(words[how])

    def action_open_entry(self) -> None:
        """Opens the entry of the card, once it gives nothing away."""
        if self.sight is None or self.sight.item is None:
            return
        if self.stage in ("asking", "sureness"):
            self._say("Answer first; then o opens where the card comes from.")
        else:
            self.kb.open_entry(self.sight.entry, self.sight.kind)

    def action_hint(self) -> None:
        """Shows the hint of a card that has one."""
        item = self.sight.item if self.sight is not None else None
        if isinstance(item, Ask) and self.stage == "asking":
            self._say(f"Hint: {item.face.hint}" if item.face.hint else "This card has no hint.")

    def action_write(self) -> None:
        """Puts the cursor back into the answer field."""
        if self.stage == "asking" and self._field is not None:
            self._field.focus()

    def action_leave(self) -> None:
        """Leaves the answer field; a second time, the session."""
        if self._field is not None and self._field.has_focus:
            self.query_one("#card").focus()
            self._say("Esc again leaves the session; i goes back to the field.")
            return
        if self.sight is not None and self.sight.answered:
            self._finish()
        else:
            self.dismiss()

    def _finish(self) -> None:
        """Sums up in place of the session."""
        if self._session is None:
            self.dismiss()
            return
        from tui.screens.summary import SummaryScreen

        def show(found: Closing) -> None:
            self.app.switch_screen(SummaryScreen(found, self.names))

        self.load(closing(self._session), show)
