"""A study session: read, answer, say how sure, see the right answer, grade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Footer

from engine.grading import Confidence
from engine.memory import Rating
from engine.session import Ask, Introduction, Reveal, StudySession
from kb.editor import edit
from kb.errors import KbError, UsageError
from tui.screens.base import KbScreen
from tui.sitting import Sitting
from tui.snapshots.study import Closing, Sight, begin, closing, doing
from tui.views import study as views
from tui.widgets.answer import AnswerField
from tui.widgets.card import CardView
from tui.widgets.plain_static import PlainStatic
from tui.widgets.size_notice import SizeNotice

if TYPE_CHECKING:
    from pathlib import Path

    from engine.faces import Face
    from tui.background import Desk

TYPED = ("cloze", "order", "match", "estimate", "recall")


class StudyScreen(KbScreen):
    """One sitting.

    Args:
        sitting: what the session is about.
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
        Binding("r", "set_aside('reset')", "New again", show=False),
        Binding("e", "edit", "Edit your note, or your own card", show=False),
        Binding("o", "open_entry", "Concept"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("escape,q", "leave", "Leave"),
    ]

    HEAD: ClassVar[str] = "#top"

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self.sitting = sitting
        self.stage: views.Stage = "loading"
        self.sight: Sight | None = None
        self.picked: frozenset[int] = frozenset()
        self._session: StudySession | None = None
        self._reveal: Reveal | None = None
        self._response = ""

    def compose(self) -> ComposeResult:
        """Progress above, the card, what to do now, the field for typed answers."""
        yield SizeNotice()
        yield PlainStatic("Opening the session …", id="top")
        yield CardView(id="card")
        yield PlainStatic(id="message")
        yield PlainStatic(id="now")
        yield AnswerField()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Opens the session."""
        self.load(begin(self.sitting), self._begun)

    def on_resize(self) -> None:
        """Wraps the text to the new width."""
        self.call_after_refresh(self._draw)

    def _begun(self, found: tuple[StudySession, Sight]) -> None:
        self._session, sight = found
        self._show(sight)

    # What is shown

    @property
    def _card(self) -> CardView:
        return self.query_one(CardView)

    @property
    def _field(self) -> AnswerField:
        return self.query_one(AnswerField)

    @property
    def _face(self) -> Face | None:
        item = self.sight.item if self.sight is not None else None
        return item.face if isinstance(item, Ask) else None

    def _show(self, sight: Sight) -> None:
        """Shows another item."""
        self.sight, self.picked, self._reveal, self._response = sight, frozenset(), None, ""
        if sight.item is None:
            self._finish()
            return
        self.stage = "reading" if isinstance(sight.item, Introduction) else "asking"
        self._say("")
        self._field.close()
        face = self._face
        self._card.begin(sight.lesson, face)
        if face is not None and face.kind in TYPED:
            self._field.open(free=face.kind == "recall", unit=face.unit)
        self._draw()

    def _draw(self) -> None:
        """Writes the texts to the present width and stage."""
        if self.sight is None or self.sight.item is None:
            return
        face = self._face
        self.query_one("#top", PlainStatic).show(views.top_line(self.sight, self.size.width))
        self.query_one("#now", PlainStatic).show(views.now_line(self.stage, face, self._reveal))
        if self.sight.lesson is not None:
            self._card.write_lesson(self.sight.lesson)
        elif face is not None and self.stage == "revealed" and self._reveal is not None:
            self._card.write_result(face, self._reveal, self.sight.title)
        elif face is not None:
            self._card.write_card(face, self.picked)

    def _say(self, text: str) -> None:
        message = self.query_one("#message", PlainStatic)
        message.show(Content.styled(text, "$text-warning"))
        message.display = bool(text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's own signature
        """Offers what concerns a card only while there is one."""
        return self._face is not None if action in ("flag", "set_aside", "hint", "write") else True

    # Answering

    async def action_number(self, number: int) -> None:
        """A number: picks an option, says how sure one is, or grades, as the stage asks."""
        face = self._face
        if self.stage == "sureness" and number <= len(Confidence):
            await self._reveal_with(Confidence(number))
        elif self.stage == "revealed" and number <= len(Rating):
            await self._grade(Rating(number))
        elif self.stage == "asking" and face is not None and number <= len(face.options):
            if face.kind == "choice":
                self.picked = frozenset({number - 1})
                self._draw()
                await self._commit(str(number))
            elif face.kind == "multi":
                self.picked = self.picked ^ {number - 1}
                self._draw()

    async def action_proceed(self) -> None:
        """Enter: the next step of whatever is under way."""
        face = self._face
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
        elif self.stage == "asking" and face is not None:
            if face.kind == "self":
                await self._commit("")
            elif face.kind == "choice":
                self._say("Type the number of an option.")
            elif face.kind == "multi":
                await self._commit(views.numbers(self.picked))
            else:
                self.action_write()

    async def on_answer_field_submitted(self, event: AnswerField.Submitted) -> None:
        """Commits a typed answer."""
        await self._commit(event.text)

    async def _commit(self, response: str) -> None:
        """Takes an answer: one that cannot be read is refused before the learner is asked how sure they are."""
        if self.stage != "asking" or self.sight is None:
            return
        if not await self._answer(response, None):
            return
        self._response = response
        self._field.hold()
        self._card.focus()
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
            self._say(f"{error.what[:1].upper()}{error.what[1:].rstrip('.')}. {error.hint}".strip())
            return False
        except KbError as error:
            self.tell(error)
            return False
        self._say("")
        return True

    def _revealed(self) -> None:
        self.stage = "revealed"
        self._field.close()
        self._draw()
        self.refresh_bindings()
        self.call_after_refresh(self._card.bring_result_into_view)

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
        """Suspends, buries, resets the card, or marks it as known."""
        if self._session is None or self.sight is None or not isinstance(self.sight.item, Ask):
            return
        session = self._session
        verbs = {"suspend": session.suspend, "bury": session.bury, "know": session.know, "reset": session.reset}
        words = {
            "suspend": "Suspended: not asked until you resume it. u takes it back.",
            "bury": "Put off until tomorrow. u takes it back.",
            "know": "Noted as known: not asked any more. u takes it back.",
            "reset": "New again: it comes back as a new card. u takes it back.",
        }
        if await self._do(lambda _: verbs[how]()):
            self._say(words[how])

    async def action_edit(self) -> None:
        """Opens the learner's own card, or the note on the entry, in their editor."""
        if self._session is None or self.sight is None or not isinstance(self.sight.item, Ask):
            return
        card, session = self.sight.item.card, self._session

        def file_of(desk: Desk) -> Path:
            from engine.own import note_of

            workspace = desk.workspace
            return workspace.own_file(card.id) or note_of(workspace.own_folder, workspace.library, card.entry)[0]

        with self.explained():
            path = await self.kb.background.run(file_of)
            try:
                with self.app.suspend():
                    edit(path)
            except SuspendNotSupported:
                self._say(f"This terminal cannot be lent to an editor. The file is {path}")
                return
            await self._do(lambda _: session.renew())

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
        if self._face is not None and self.stage == "asking":
            self._say(f"Hint: {self._face.hint}" if self._face.hint else "This card has no hint.")

    def action_write(self) -> None:
        """Puts the cursor back into the answer field."""
        if self.stage == "asking":
            self._field.resume()

    def action_leave(self) -> None:
        """Leaves the answer field; a second time, the session."""
        if self._field.writing:
            self._card.focus()
            self._say("Esc again leaves the session; i goes back to the field.")
        elif self.sight is not None and self.sight.answered:
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
            self.app.switch_screen(SummaryScreen(found, self.sitting))

        self.load(closing(self._session), show)
