"""A study session: one queue, one card at a time, reveal, grade, undo, summary. The plain command and the screens drive the same one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.answers import check
from engine.cards import Card
from engine.events import Event, Review
from engine.faces import Face, face_of
from engine.grading import Confidence, Grade
from engine.memory import Rating
from engine.progress import CardProgress
from engine.queue import Scope
from engine.schedule import previews, returns_today, review
from kb.errors import UsageError
from kb.models import Concept, Entry

if TYPE_CHECKING:
    from engine.workspace import Workspace

RETURNS_AFTER = 6
"""A forgotten card comes back after so many others: long enough to leave the short-term memory, short enough for one sitting."""


@dataclass(frozen=True)
class Introduction:
    """Something to read before its first cards: a concept, or a phase of a step.

    Attributes:
        entry: the id of the concept or the step.
        phase: the name of the phase; empty for a concept.
        repairs: the card that keeps being forgotten, where something below it is read once more; empty for what is new.
    """

    entry: str
    phase: str = ""
    repairs: str = ""

    @property
    def subject(self) -> str:
        """What the log calls it: a concept's id, or the id of the phase's card."""
        return f"{self.entry}#phase.{self.phase}" if self.phase else self.entry


@dataclass(frozen=True)
class Ask:
    """A card to answer.

    Attributes:
        card: the card.
        face: as it is shown.
        new: never answered before.
        changed: its text differs from the one that was answered last.
        below: the card that was forgotten, where this one is asked because it may be the reason; empty otherwise.
    """

    card: Card
    face: Face
    new: bool
    changed: bool
    below: str = ""


Item = Introduction | Ask


def _introduction(card: Card, entry: Entry) -> Introduction | None:
    if isinstance(entry, Concept):
        return Introduction(entry.id)
    if card.kind == "phase":
        return Introduction(entry.id, card.id.rpartition(".")[2])
    return None


@dataclass(frozen=True)
class Reveal:
    """What is shown once the learner has committed to an answer. Nothing of it is logged yet.

    Attributes:
        response: the answer as typed.
        grade: evidence and a suggested rating.
        previews: for each rating, days until the card comes back.
        confidence: how sure the learner was.
    """

    response: str
    grade: Grade
    previews: dict[Rating, int]
    confidence: Confidence | None


@dataclass
class Tally:
    """What a session came to.

    Attributes:
        ratings: how often each rating was given.
        new: cards answered for the first time.
        seconds: time spent on cards.
        learned: entries that became learned.
        shaky: entries with a card that was forgotten, and how often.
        read: concepts that were read.
        leeches: cards that were forgotten once more and keep being forgotten.
        due_left: cards that are still due.
        new_left: new cards that today still offers.
    """

    ratings: Counter[Rating] = field(default_factory=Counter)
    new: int = 0
    seconds: float = 0.0
    learned: list[str] = field(default_factory=list)
    shaky: Counter[str] = field(default_factory=Counter)
    read: list[str] = field(default_factory=list)
    leeches: list[str] = field(default_factory=list)
    due_left: int = 0
    new_left: int = 0

    @property
    def answered(self) -> int:
        """How many answers were graded."""
        return sum(self.ratings.values())


@dataclass(frozen=True)
class _Done:
    """An answer of this session, kept for undo."""

    event: Event
    waiting: tuple[str, ...]
    reading: tuple[Introduction, ...]
    below: dict[str, str]
    card: str
    learned: bool


class StudySession:
    """One sitting.

    Args:
        workspace: library and progress.
        scope: what the session is about.
    """

    def __init__(self, workspace: Workspace, scope: Scope) -> None:
        self._workspace = workspace
        self._scope = scope
        self._done: list[_Done] = []
        self._tally = Tally()
        self._reveal: Reveal | None = None
        self._read: set[str] = set(workspace.walked)
        self._load = workspace.load()
        self._waiting: list[str] = []
        self._reading: list[Introduction] = []
        self._below: dict[str, str] = {}
        self._fill()

    def _fill(self) -> None:
        queue = self._workspace.queue(self._scope)
        self._waiting = list(queue.all)
        self.held_back = queue.held_back

    # Looking

    @property
    def current(self) -> Item | None:
        """What comes next; None when the session is done."""
        if self._reading:
            return self._reading[0]
        if not self._waiting:
            return None
        card = self._workspace.deck.cards[self._waiting[0]]
        progress = self._progress(card)
        entry = self._workspace.library.entries[card.entry]
        if progress.state is None:
            introduction = _introduction(card, entry)
            if introduction is not None and introduction.subject not in self._read:
                return introduction
        reps = progress.state.reps if progress.state else 0
        changed = bool(progress.text_hash) and progress.text_hash != card.text_hash
        return Ask(card, face_of(card, reps), progress.state is None, changed, self._below.get(card.id, ""))

    @property
    def reveal(self) -> Reveal | None:
        """What is shown of the current card after the answer; None before it."""
        return self._reveal

    @property
    def remaining(self) -> int:
        """Cards still to be asked."""
        return len(self._waiting)

    @property
    def answered(self) -> int:
        """Answers graded so far."""
        return len(self._done)

    @property
    def wants_confidence(self) -> bool:
        """Whether the learner is to say how sure they are."""
        return self._workspace.settings.confidence

    def upcoming(self) -> Iterator[str]:
        """Ids of the waiting cards."""
        return iter(self._waiting)

    def ahead(self) -> int:
        """How many new cards today's limits still allow if prerequisites need not be learned first."""
        return len(self._workspace.queue(replace(self._scope, ahead=True, due_only=False)).new)

    # Doing

    def go_ahead(self) -> None:
        """Goes on with new cards in study order, before their prerequisites are learned."""
        self._scope = replace(self._scope, ahead=True, due_only=False)
        self._fill()

    def read(self) -> None:
        """Notes that the introduction was read.

        Raises:
            UsageError: the current item is no introduction.
        """
        item = self.current
        if not isinstance(item, Introduction):
            raise UsageError("there is nothing to read now", hint="Answer the card first.")
        if item.repairs:
            self._reading.pop(0)
            return
        self._workspace.record("walked", item.subject)
        self._read.add(item.subject)
        self._tally.read.append(item.entry)

    def accepts(self, response: str) -> None:
        """Looks whether the current card can take this answer, before the learner is asked how sure they are.

        Args:
            response: as typed; numbers of options for choices.

        Raises:
            UsageError: it cannot.
        """
        item = self._asked()
        check(item.face, item.card, response, None)

    def answer(self, response: str, confidence: Confidence | None = None) -> Reveal:
        """Commits the learner's answer and shows the right one. Nothing is logged before `grade`.

        Args:
            response: as typed; numbers of options for choices.
            confidence: how sure the learner is.

        Raises:
            UsageError: the answer is none that this card can take; nothing is committed.
        """
        item = self._asked()
        grade = check(item.face, item.card, response, confidence)
        state = self._progress(item.card).state
        self._reveal = Reveal(
            response,
            grade,
            previews(
                state,
                item.card.id,
                self._workspace.today,
                self._workspace.policy,
                self._load,
                self._workspace.sibling_days(item.card.id),
            ),
            confidence,
        )
        return self._reveal

    def grade(self, rating: Rating, seconds: float = 0.0) -> None:
        """Confirms a rating: the review is committed to disk before this returns, then the next card is current.

        Args:
            rating: the learner's own, often the suggested one.
            seconds: from the card being shown to now.

        Raises:
            UsageError: nothing was answered yet.
            StoreError: the review could not be saved; the card stays current.
        """
        item, reveal = self._asked(), self._reveal
        if reveal is None:
            raise UsageError("the card was not answered yet", hint="Answer first, then grade.")
        workspace = self._workspace
        before = self._progress(item.card)
        was_learned = self._learned(item.card.entry)
        day = workspace.today
        after = review(
            before.state,
            item.card.id,
            rating,
            day,
            workspace.policy,
            load=self._load,
            siblings=workspace.sibling_days(item.card.id),
        )
        event = workspace.record(
            "review",
            item.card.id,
            {"due": after.due_day},
            Review(
                rating=int(rating),
                duration_ms=int(seconds * 1000),
                confidence=int(reveal.confidence) if reveal.confidence is not None else None,
                score=reveal.grade.score if reveal.grade.suggested is not None else None,
                answer=reveal.response or None,
                model=workspace.policy.model.version,
                text_hash=item.card.text_hash,
            ),
        )
        self._load[after.due_day] = self._load.get(after.due_day, 0) + 1
        learned = not was_learned and self._learned(item.card.entry)
        before_this = (tuple(self._waiting), tuple(self._reading), dict(self._below))
        self._done.append(_Done(event, *before_this, item.card.id, learned))
        self._note(item, rating, seconds, learned)
        self._waiting.pop(0)
        if returns_today(rating, after.failed_today):
            self._waiting.insert(min(RETURNS_AFTER, len(self._waiting)), item.card.id)
        if rating is Rating.AGAIN and before.state is not None and before.state.last_day < day:
            self._look_below(item.card.id)
        self._reveal = None

    def _look_below(self, lapsed: str) -> None:
        """After a lapse: asks the weakest prerequisite next; under a leech, after something was read again, several of its cards.

        A card lapses once a day, so each of them is looked below once.
        """
        repair = self._workspace.repair(lapsed)
        if repair is None:
            weakest = self._workspace.suspect(lapsed)
            ask: tuple[str, ...] = () if weakest is None else (weakest,)
        else:
            ask = repair.ask
            self._tally.leeches.append(lapsed)
            if repair.read:
                self._reading.append(Introduction(repair.read, repairs=lapsed))
        self._waiting = [*ask, *(c for c in self._waiting if c not in ask)]
        self._below.update(dict.fromkeys(ask, lapsed))

    def _note(self, item: Ask, rating: Rating, seconds: float, learned: bool) -> None:
        self._tally.ratings[rating] += 1
        self._tally.new += item.new
        self._tally.seconds += seconds
        if learned:
            self._tally.learned.append(item.card.entry)
        if rating is Rating.AGAIN:
            self._tally.shaky[item.card.entry] += 1

    def undo(self) -> str | None:
        """Takes the newest answer back, also one of an earlier session, and asks that card next.

        Returns:
            The id of the card; None where nothing is left to undo.
        """
        cancelled = self._workspace.undo()
        if cancelled is None:
            return None
        self._reveal = None
        cards = self._workspace.deck.cards
        card = self._workspace.deck.renamed.get(cancelled.subject, cancelled.subject)
        if card not in cards:
            # An own card that was removed since: its answer is taken back, and there is nothing to ask.
            self._done = [done for done in self._done if done.event.id != cancelled.id]
        elif self._done and self._done[-1].event.id == cancelled.id:
            last = self._done.pop()
            self._waiting = [c for c in last.waiting if c in cards]
            self._reading, self._below = list(last.reading), last.below
            rating = Rating(cancelled.review.rating) if cancelled.review else None
            if rating is not None:
                self._tally.ratings[rating] -= 1
                self._tally.seconds -= (cancelled.review.duration_ms if cancelled.review else 0) / 1000
                self._tally.new -= self._progress(self._workspace.deck.cards[card]).state is None
                if rating is Rating.AGAIN:
                    self._tally.shaky[self._workspace.deck.cards[card].entry] -= 1
                    self._tally.leeches = [c for c in self._tally.leeches if c != card]
            if last.learned:
                self._tally.learned.remove(self._workspace.deck.cards[card].entry)
        else:
            self._waiting = [card, *(c for c in self._waiting if c != card)]
            self._reading = []
        return card

    def suspend(self) -> None:
        """Takes the current card out of all queues until it is resumed."""
        self._set_aside("suspend")

    def bury(self) -> None:
        """Takes the current card out of the queues of today."""
        self._set_aside("bury")

    def know(self) -> None:
        """Marks the current card as known: it is not asked any more and counts as learned."""
        self._set_aside("known")

    def reset(self) -> None:
        """Makes the current card new again; it comes back among the new ones of another session."""
        self._set_aside("reset")

    def renew(self) -> None:
        """Goes on after the learner's own cards were edited: a card that is gone is not asked, and one that was changed is asked anew."""
        self._workspace.renew_own()
        cards = self._workspace.deck.cards
        self._waiting = [c for c in self._waiting if c in cards]
        self._reveal = None

    def flag(self) -> bool:
        """Marks the current card as bad, or takes the mark away.

        Returns:
            Whether it is marked now.
        """
        card = self._asked().card
        on = not self._progress(card).flagged
        self._workspace.record("flag", card.id, {"on": on})
        return on

    def skip(self) -> None:
        """Moves the current card to the end of the queue."""
        self._asked()
        self._waiting.append(self._waiting.pop(0))
        self._reveal = None

    def summary(self) -> Tally:
        """What the session came to so far."""
        queue = self._workspace.queue(self._scope)
        self._tally.due_left, self._tally.new_left = len(queue.due) + len(queue.diagnosed), len(queue.new)
        self._tally.shaky = +self._tally.shaky
        return self._tally

    # Inside

    def _set_aside(self, kind: str) -> None:
        card = self._asked().card
        self._workspace.record(kind, card.id)  # type: ignore[arg-type]
        self._waiting = [c for c in self._waiting if c != card.id]
        self._reveal = None

    def _asked(self) -> Ask:
        item = self.current
        if not isinstance(item, Ask):
            raise UsageError("no card is being asked", hint="Read the introduction first, or begin another session.")
        return item

    def _progress(self, card: Card) -> CardProgress:
        return self._workspace.cards.get(card.id) or CardProgress(card.id)

    def _learned(self, entry: str) -> bool:
        return self._workspace.mastery_of(entry).learned
