"""What the study screen shows: the item in hand, and what a session came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.sitting import Sitting
from tui.snapshots.home import next_load

if TYPE_CHECKING:
    from engine.session import Introduction, Item, StudySession
    from kb.content import Library
    from tui.background import Desk, Job


@dataclass(frozen=True)
class Lesson:
    """What is read before the first cards of a concept, or before the card of a phase.

    Attributes:
        title: of the concept, or of the step with its phase.
        text: Markdown.
        diagram: Mermaid source.
        alt: what the diagram shows, in words.
    """

    title: str
    text: str
    diagram: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Sight:
    """The item in hand.

    Attributes:
        item: an introduction or a card; None when the session is done.
        lesson: the text of an introduction.
        answered: answers so far.
        remaining: cards still to be asked, this one included.
        step: title of the step that the item belongs to.
        entry: id of its entry.
        kind: kind of its entry.
        title: title of its entry, which may give the answer away.
        flagged: the learner marked the card as bad.
        shown_at: now.
        began_at: when the session began.
        wants_confidence: the learner is asked how sure they are.
    """

    item: Item | None
    lesson: Lesson | None
    answered: int
    remaining: int
    step: str
    entry: str
    kind: str
    title: str
    flagged: bool
    shown_at: datetime
    began_at: datetime
    wants_confidence: bool


def begin(sitting: Sitting) -> Job[tuple[StudySession, Sight]]:
    """Opens a session.

    Args:
        sitting: what it is about.

    Returns:
        A job that hands back the session, to be used only in other jobs, and its first item.
    """

    def job(desk: Desk) -> tuple[StudySession, Sight]:
        workspace = desk.workspace
        scope = workspace.scope_of(sitting.names)
        ahead = scope.ahead or sitting.ahead
        scope = replace(
            scope,
            new_only=sitting.new_only,
            due_only=sitting.due_only,
            ahead=ahead,
            catch_up=sitting.catch_up,
        )
        if sitting.purpose is None:
            workspace.begin_noting_content()
        chosen = workspace if sitting.purpose is None else workspace.rehearse(sitting.purpose)
        session = chosen.study(scope)
        return session, look(desk, session, desk.workspace.clock())

    return job


def doing(session: StudySession, began_at: datetime, verb: Callable[[Desk], object] | None = None) -> Job[Sight]:
    """Does something in a session, then looks at what is in hand.

    Args:
        session: the session.
        began_at: when it began.
        verb: what to do before looking.
    """

    def job(desk: Desk) -> Sight:
        if verb is not None:
            verb(desk)
        return look(desk, session, began_at)

    return job


def look(desk: Desk, session: StudySession, began_at: datetime) -> Sight:
    """The item in hand."""
    from engine.session import Ask, Introduction

    workspace, library = desk.workspace, desk.workspace.library
    item = session.current
    entry, lesson, flagged = "", None, False
    if isinstance(item, Ask):
        entry = item.card.entry
        progress = workspace.cards.get(item.card.id)
        flagged = progress is not None and progress.flagged
    elif isinstance(item, Introduction):
        entry = item.entry
        lesson = lesson_of(library, item)
    step = library.step_of.get(entry, "")
    return Sight(
        item=item,
        lesson=lesson,
        answered=session.answered,
        remaining=session.remaining,
        step=next((s.title for s in library.staircase.steps if s.id == step), step),
        entry=entry,
        kind=library.kind(entry) if entry else "",
        title=library.title(entry) if entry else "",
        flagged=flagged,
        shown_at=workspace.clock(),
        began_at=began_at,
        wants_confidence=session.wants_confidence,
    )


def lesson_of(library: Library, introduction: Introduction) -> Lesson:
    """What an introduction shows: the quintessence and mechanism of a concept, or the parts of a phase.

    Args:
        library: all entries.
        introduction: what is to be read.
    """
    from kb.sections import sections_of

    entry = library.entries[introduction.entry]
    sections = {section.key: section for section in sections_of(library, entry)}
    if introduction.phase:
        parts = [s for s in sections_of(library, entry) if s.key == introduction.phase]
        text = "\n\n".join(f"**{part.title}**\n\n{part.markdown}" for part in parts)
        return Lesson(f"{entry.title}, {introduction.phase}", text)
    mechanism = sections["mechanism"]
    text = f"**{sections['summary'].markdown}**\n\n{mechanism.markdown}"
    return Lesson(entry.title, text, mechanism.diagram, mechanism.alt)


@dataclass(frozen=True)
class Closing:
    """What a session came to.

    Attributes:
        answered: answers graded.
        forgotten: how many of them were Again.
        new: cards answered for the first time.
        seconds: time on cards.
        read: titles of concepts that were read.
        learned: titles of entries that became learned.
        shaky: titles of entries with forgotten cards, and how often.
        due_left: cards still due.
        new_left: new cards that today still offers.
        held_back: new cards that wait for a prerequisite or for tomorrow.
        later: days until the next cards fall due, and how many they are.
        ahead: new cards that today still allows if prerequisites need not be learned first.
    """

    answered: int
    forgotten: int
    new: int
    seconds: float
    read: tuple[str, ...]
    learned: tuple[str, ...]
    shaky: tuple[tuple[str, int], ...]
    due_left: int
    new_left: int
    held_back: int
    later: tuple[int, int] | None
    ahead: int


def closing(session: StudySession) -> Job[Closing]:
    """Sums a session up."""

    def job(desk: Desk) -> Closing:
        from engine.memory import Rating

        workspace, title = desk.workspace, desk.workspace.library.title
        tally = session.summary()
        return Closing(
            answered=tally.answered,
            forgotten=tally.ratings[Rating.AGAIN],
            new=tally.new,
            seconds=tally.seconds,
            read=tuple(map(title, tally.read)),
            learned=tuple(map(title, tally.learned)),
            shaky=tuple((title(entry), times) for entry, times in tally.shaky.most_common()),
            due_left=tally.due_left,
            new_left=tally.new_left,
            held_back=session.held_back,
            later=next_load(workspace.load(), workspace.today),
            ahead=session.ahead(),
        )

    return job
