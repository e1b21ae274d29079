"""A study session in plain lines: everything the full screen can do, readable line by line."""

from __future__ import annotations

from collections.abc import Callable

from engine.answers import how_far
from engine.faces import Face
from engine.grading import Confidence, Evidence, Verdict
from engine.memory import Rating
from engine.session import Ask, Introduction, Reveal, StudySession
from engine.workspace import Workspace
from kb.cli import output
from kb.diagram import render_diagram
from kb.errors import UsageError
from kb.sections import sections_of

HELP = """Type your answer and press Enter. Instead of an answer, or at the grade, you can type:
  :u  undo the last answer      :f  flag this card as bad     :s  suspend it
  :b  not today                 :k  I know this already       :o  read its entry
  :n  later in this session     :h  a hint, where there is one  :r  make it new again
  :e  edit your note on its entry, or the card if it is your own
  :?  this help                 :q  stop (confirmed answers are saved)"""

MARKS: dict[Verdict, str] = {
    Verdict.RIGHT: "right",
    Verdict.TYPO: "right, with a slip",
    Verdict.WRONG: "wrong",
    Verdict.MISSING: "missing",
    Verdict.CONTRADICTED: "you said the opposite",
    Verdict.FORBIDDEN: "a misconception",
    Verdict.REVERSED: "the wrong way round",
    Verdict.UNCLEAR: "not clear",
}


SET_ASIDE: dict[str, tuple[Callable[[StudySession], None], str]] = {
    "s": (StudySession.suspend, "Suspended."),
    "b": (StudySession.bury, "Not today."),
    "k": (StudySession.know, "Marked as known."),
    "n": (StudySession.skip, "Later."),
    "r": (StudySession.reset, "New again."),
}


class _Quit(Exception):  # noqa: N818 - not an error: the learner stops
    pass


class _Redraw(Exception):  # noqa: N818 - not an error: the card has changed
    pass


class PlainStudy:
    """Drives a session by lines of text.

    Args:
        session: the session.
        workspace: for the entries behind the cards.
        read: asks for a line; raises EOFError at the end of input.
        clock: seconds, only for differences.
    """

    def __init__(
        self, session: StudySession, workspace: Workspace, read: Callable[[str], str], clock: Callable[[], float]
    ) -> None:
        self._session = session
        self._workspace = workspace
        self._read = read
        self._clock = clock

    def run(self, limit: int | None = None) -> None:
        """Asks until the queue is empty, the limit is reached or the learner stops.

        Args:
            limit: stop after so many answers.
        """
        if self._session.current is None:
            output.line("Nothing is due, and nothing new is open today.")
        else:
            output.line("Type :? for help, :q to stop.")
        try:
            self._until_done(limit)
            while (limit is None or self._session.answered < limit) and self._goes_ahead():
                self._until_done(limit)
        except (_Quit, EOFError):
            output.line()
        self._summary()

    def _until_done(self, limit: int | None) -> None:
        while (item := self._session.current) is not None and (limit is None or self._session.answered < limit):
            try:
                if isinstance(item, Introduction):
                    self._introduce(item)
                else:
                    self._ask(item)
            except _Redraw:
                continue

    def _goes_ahead(self) -> bool:
        """Whether there is more for today that only waits for prerequisites, and the learner wants it now."""
        count = self._session.ahead()
        if not count:
            return False
        output.line()
        output.line(f"Done. {count} more new cards fit into today; what they build on has not settled yet.")
        if self._line("Learn ahead? y or n: ").lower() not in ("y", "yes"):
            return False
        self._session.go_ahead()
        return True

    def _introduce(self, item: Introduction) -> None:
        entry = self._workspace.library.entries[item.entry]
        output.line()
        if item.repairs:
            cards, titles = self._workspace.deck.cards, self._workspace.library.title
            output.line(f"Read again: {entry.title}")
            output.line(f"({titles(cards[item.repairs].entry)} was forgotten {self._lapses(item.repairs)} times.)")
        else:
            output.line(f"New: {entry.title}")
        wanted = (item.phase,) if item.phase else ("summary", "mechanism")
        for section in sections_of(self._workspace.library, entry):
            if section.key in wanted:
                output.markdown(f"{section.title}\n\n{section.markdown}\n")
                if section.diagram:
                    output.lines(render_diagram(section.diagram, output.terminal_width() - 2, section.alt).lines)
        self._line("Enter to go on: ")
        self._session.read()

    def _lapses(self, card: str) -> int:
        progress = self._workspace.cards.get(card)
        return progress.state.lapses if progress is not None and progress.state is not None else 0

    def _ask(self, item: Ask) -> None:
        started = self._clock()
        self._show(item)
        reveal = self._session.reveal or self._answer()
        self._reveal(item.face, reveal)
        rating = self._rating(reveal)
        self._session.grade(rating, self._clock() - started)
        output.line(f"Saved: {rating.name.lower()}, again {interval(reveal.previews[rating])}.")

    def _show(self, item: Ask) -> None:
        face = item.face
        output.line()
        state = "new" if item.new else "due"
        output.line(f"[{self._session.remaining} left, {state}] {self._workspace.library.title(item.card.entry)}")
        if item.below:
            lapsed = self._workspace.library.title(self._workspace.deck.cards[item.below].entry)
            output.line(f"(You forgot {lapsed}, which builds on this.)")
        if item.changed:
            output.line("(This card was changed since you last answered it.)")
        output.lines(face.prompt.splitlines())
        if face.diagram:
            output.lines(render_diagram(face.diagram, output.terminal_width() - 2).lines)
        output.lines(f"  {given}" for given in face.givens)
        output.lines(f"  left {n}: {text}" for n, text in enumerate(face.left, 1))
        output.lines(f"  {n}. {text}" for n, text in enumerate(face.options, 1))
        unit = f". Unit: {face.unit}." if face.unit else ""
        output.line(f"({face.instruction}{unit})")

    def _answer(self) -> Reveal:
        while True:
            text = self._line("> ")
            try:
                self._session.accepts(text)
            except UsageError as error:
                output.line(str(error))
                continue
            return self._session.answer(text, self._confidence() if self._session.wants_confidence else None)

    def _confidence(self) -> Confidence | None:
        while True:
            text = self._line("How sure? 1 guess, 2 unsure, 3 fairly sure, 4 certain, Enter to skip: ")
            if not text:
                return None
            if text in ("1", "2", "3", "4"):
                return Confidence(int(text))
            output.line("Type 1, 2, 3 or 4.")

    def _reveal(self, face: Face, reveal: Reveal) -> None:
        grade = reveal.grade
        if face.kind == "choice":
            chosen = grade.evidence[0].index
            output.line("Right." if grade.score == 1 else f"Not right. {face.why_not[chosen] or ''}".rstrip())
        elif face.kind == "estimate":
            output.line(f"{'Right' if grade.score == 1 else 'Not right'}: {how_far(face, reveal.response)}.")
        elif grade.suggested is not None:
            output.line(f"Score: {grade.score:.0%}")
            output.lines(evidence_line(face, e) for e in grade.evidence)
        output.line("Answer:")
        output.lines(f"  {text}" for text in face.answer.splitlines())
        if face.why:
            output.line(f"Why: {face.why}")

    def _rating(self, reveal: Reveal) -> Rating:
        choices = ", ".join(f"{r.value} {r.name.lower()} ({interval(reveal.previews[r])})" for r in Rating)
        suggested = reveal.grade.suggested
        default = f", Enter for {suggested.value}" if suggested is not None else ""
        while True:
            text = self._line(f"Grade: {choices}{default}: ")
            if not text and suggested is not None:
                return suggested
            if text in ("1", "2", "3", "4"):
                return Rating(int(text))
            output.line("Type 1, 2, 3 or 4.")

    def _line(self, prompt: str) -> str:
        """A line of input; commands that begin with a colon are carried out here."""
        while True:
            text = self._read(prompt).strip()
            if not text.startswith(":"):
                return text
            self._command(text[1:2])

    def _command(self, key: str) -> None:
        session, item = self._session, self._session.current
        if key == "q":
            raise _Quit
        if key == "u":
            card = session.undo()
            output.line("Nothing to undo." if card is None else f"Taken back: {card}")
            raise _Redraw
        if key == "?":
            output.lines(HELP.splitlines())
            return
        if not isinstance(item, Ask):
            output.line("There is no card here. :? lists what you can type.")
            return
        if key == "h":
            output.line(item.face.hint or "There is no hint.")
        elif key == "f":
            output.line("Flagged." if session.flag() else "No longer flagged.")
        elif key == "o":
            for section in sections_of(self._workspace.library, self._workspace.library.entries[item.card.entry]):
                output.markdown(f"## {section.title}\n\n{section.markdown}\n")
        elif key in SET_ASIDE:
            verb, done = SET_ASIDE[key]
            verb(session)
            output.line(done)
            raise _Redraw
        elif key == "e":
            self._edit(item)
        else:
            output.line("No such command. :? lists them.")

    def _edit(self, item: Ask) -> None:
        """Opens the own card, or the note on the entry, in the learner's editor."""
        from engine.own import note_of
        from kb.editor import edit

        workspace, entry = self._workspace, item.card.entry
        path = workspace.own_file(item.card.id) or note_of(workspace.own_folder, workspace.library, entry)[0]
        try:
            edit(path)
        except UsageError as error:
            output.line(str(error))
            return
        self._session.renew()
        raise _Redraw

    def _summary(self) -> None:
        tally = self._session.summary()
        titles = self._workspace.library.title
        output.line()
        new = f"{tally.new} of them {'a new card' if tally.new == 1 else 'new cards'}"
        minutes = output.counted(round(tally.seconds / 60), "minute")
        output.line(f"{output.counted(tally.answered, 'answer')}, {new}, {minutes}.")
        if tally.ratings:
            output.line(", ".join(f"{r.name.lower()} {tally.ratings[r]}" for r in Rating if tally.ratings[r]))
        if tally.learned:
            output.line(f"Learned: {', '.join(titles(e) for e in tally.learned)}")
        if tally.shaky:
            output.line(f"Shaky: {', '.join(titles(e) for e in tally.shaky)}")
        if tally.leeches:
            names = (titles(self._workspace.deck.cards[c].entry) for c in tally.leeches)
            output.line(
                f"Forgotten again and again: {', '.join(dict.fromkeys(names))}. `kb why CARD` says what to repair."
            )
            output.lines(f"  {card}" for card in tally.leeches)
        output.line(f"Left today: {tally.due_left} due, {tally.new_left} new.")


def interval(days: int) -> str:
    """A number of days as a learner says it."""
    if days == 0:
        return "today"
    if days < 30:
        return f"in {days} day{'s' if days > 1 else ''}"
    return f"in {days / 30.4:.1f} months" if days < 365 else f"in {days / 365.25:.1f} years"


def evidence_line(face: Face, evidence: Evidence) -> str:
    """One reason for a grade, in a line."""
    if evidence.point:
        what = evidence.point
    elif face.kind == "order":
        what = f"place {evidence.index + 1} before place {evidence.index + 2}"
    elif face.kind == "match" and evidence.index < len(face.left):
        what = face.left[evidence.index]
    elif face.options and evidence.index < len(face.options):
        what = face.options[evidence.index]
    else:
        what = f"gap {evidence.index + 1}"
    quote = f": “{evidence.quote}”" if evidence.quote else ""
    return f"  {MARKS[evidence.verdict]} - {what}{quote}"
