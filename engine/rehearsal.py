"""Cramming and previewing: a session like any other whose answers are never logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from engine.cards import DEPTHS
from engine.events import Event, EventKind, Review
from engine.identifiers import uuid7
from engine.interleave import apart
from engine.progress import ABOUT_CARDS, CardProgress, changed_by
from engine.queue import EVERYTHING, Queue, Scope
from engine.workspace import Workspace
from kb.errors import UsageError

if TYPE_CHECKING:
    from engine.leech import Repair

Purpose = Literal["cram", "preview"]


class Rehearsal(Workspace):
    """A learner's progress as it is, with changes that nobody but this session sees.

    Args:
        of: the real workspace; it is only read.
        purpose: `cram` asks everything, the weakest first; `preview` asks what is new.
    """

    def __init__(self, of: Workspace, purpose: Purpose) -> None:
        super().__init__(of.content, of.clock, of.settings)
        self.purpose = purpose
        self._real = dict(of.cards)
        self._undo: list[tuple[Event, CardProgress | None]] = []
        self._passed: set[str] = set()
        copied: dict[str, Any] = {
            "library": of.library,
            "deck": of.deck,
            "requires": of.requires,
            "partners": of.partners,
            "tuning": of.tuning,
            "cards": dict(of.cards),
            "walked": dict(of.walked),
            "exercised": dict(of.exercised),
            "overrides": of.overrides,
        }
        self.__dict__.update(copied)

    @property
    def store(self) -> NoReturn:
        """There is none: whatever asked for it would have touched the log.

        Raises:
            UsageError: always.
        """
        raise UsageError("a rehearsal has no log", hint="Use the workspace that it was made of.")

    def queue(self, scope: Scope = EVERYTHING) -> Queue:
        """What the session asks; cards answered right in this session are done.

        Args:
            scope: named entries give all their cards, or all new ones; without any, what was begun, or what would be new today.

        Returns:
            All of it as `due`, so that no limit of new cards and no offer to go ahead comes into play.
        """
        wanted = DEPTHS[: DEPTHS.index(self.settings.depth) + 1]
        day, model = self.today, self.policy.model
        cards = [c for c in self.deck.cards.values() if scope.holds(c.entry) and c.depth in wanted]
        open_cards = [c.id for c in cards if c.id not in self._passed and not self._aside(c.id)]
        states = {c: progress.state for c in open_cards if (progress := self._real.get(c)) and progress.state}
        new = [c for c in open_cards if c not in states]
        if self.purpose == "preview":
            return Queue(
                tuple(new) if scope.entries is not None else super().queue(replace(scope, new_only=True)).new, ()
            )
        recall = {c: model.retrievability(s.memory, max(day - s.last_day, 0)) for c, s in states.items()}
        seen = sorted(states, key=lambda c: (recall[c], c))
        return Queue((*apart(seen, self.deck), *(new if scope.entries is not None else ())), ())

    def _aside(self, card: str) -> bool:
        progress = self.cards.get(card)
        return progress is not None and progress.asleep(self.today)

    def record(
        self, kind: EventKind, subject: str, payload: Mapping[str, Any] | None = None, review: Review | None = None
    ) -> Event:
        """Applies an event to this session's copy; nothing is written."""
        at = self.clock()
        event = Event(
            id=uuid7(int(at.timestamp() * 1000), len(self._undo).to_bytes(10, "big")),
            learner="rehearsal",
            device="",
            seq=0,
            at=at,
            utc_offset=0,
            local_day=self.today,
            kind=kind,
            subject=subject,
            payload=payload or {},
            review=review,
        )
        if kind in ABOUT_CARDS:
            before = self.cards.get(subject)
            self._undo.append((event, before))
            self.cards[subject] = changed_by(before or CardProgress(subject), event, self.policy)
            if review is not None and review.rating > 1:
                self._passed.add(subject)
        elif kind == "walked":
            self.walked.setdefault(subject, event.local_day)
        return event

    def undo(self) -> Event | None:
        """Takes the newest answer of this session back; those of the log are out of reach."""
        if not self._undo:
            return None
        event, before = self._undo.pop()
        if before is None:
            self.cards.pop(event.subject, None)
        else:
            self.cards[event.subject] = before
        self._passed.discard(event.subject)
        return replace(event)

    def suspect(self, card: str) -> str | None:  # noqa: ARG002 - the signature of the real one
        """None: whoever crams has chosen what to look at."""
        return None

    def repair(self, card: str) -> Repair | None:  # noqa: ARG002 - the signature of the real one
        """None: a rehearsal repairs nothing."""
        return None
