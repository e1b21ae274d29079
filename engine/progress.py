"""Replay: what the log says, as plain values. Pure; the same events give the same progress on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter

from engine.events import Event, EventKind
from engine.memory import Rating
from engine.schedule import DEFAULT_POLICY, CardState, Policy, review

ABOUT_CARDS: frozenset[EventKind] = frozenset({"review", "suspend", "resume", "bury", "flag", "known", "reset"})
"""Kinds of events that change the state of one card."""

_RATINGS = {rating.value: rating for rating in Rating}
"""A lookup takes a fifth of the time of a call, and a replay makes a million of them."""


@dataclass(frozen=True, slots=True)
class CardProgress:
    """Everything that the log says about one card.

    Attributes:
        card: its id.
        state: memory and days; None for a card that was touched but never reviewed.
        last_rating: the newest grade.
        text_hash: hash of the card's text as it was last answered.
        suspended: not asked until it is resumed.
        buried_day: not asked on this local day.
        flagged: marked as bad by the learner.
        known: marked as known already; not asked.
    """

    card: str
    state: CardState | None = None
    last_rating: int | None = None
    text_hash: str = ""
    suspended: bool = False
    buried_day: int | None = None
    flagged: bool = False
    known: bool = False

    def asleep(self, day: int) -> bool:
        """Whether the learner put the card aside for this day."""
        return self.suspended or self.known or self.buried_day == day


@dataclass
class Progress:
    """A learner's progress, built up event by event.

    Attributes:
        policy: the memory model and the desired retention to replay with.
        cards: what is known of each touched card.
        walked: entries and phases that were read, with the day of the first time.
        exercised: exercises that were done, with the day of the first time.
        overrides: concepts that the learner opened before their prerequisites.
        settings: the newest value of each setting that shapes scheduling.
    """

    policy: Policy = DEFAULT_POLICY
    cards: dict[str, CardProgress] = field(default_factory=dict)
    walked: dict[str, int] = field(default_factory=dict)
    exercised: dict[str, int] = field(default_factory=dict)
    overrides: set[str] = field(default_factory=set)
    settings: dict[str, object] = field(default_factory=dict)

    def apply(self, event: Event) -> CardProgress | None:
        """Takes one event in.

        Args:
            event: the next one in the order of the log; undone events and undo itself are left out by the caller.

        Returns:
            The card's new progress, where the event is about a card.
        """
        if event.kind in ABOUT_CARDS:
            card = event.subject
            changed = changed_by(self.cards.get(card) or CardProgress(card), event, self.policy)
            self.cards[card] = changed
            return changed
        match event.kind:
            case "walked":
                self.walked.setdefault(event.subject, event.local_day)
            case "exercised":
                self.exercised.setdefault(event.subject, event.local_day)
            case "override":
                self.overrides.add(event.subject)
            case "setting":
                self.settings[event.subject] = event.payload.get("value")
        return None


def changed_by(before: CardProgress, event: Event, policy: Policy = DEFAULT_POLICY) -> CardProgress:
    """A card's progress after an event about it.

    Args:
        before: its progress so far.
        event: a review, or one of suspend, resume, bury, flag, known, reset.
        policy: the memory model; the due day is taken from the event, where it was decided.
    """
    done = event.review
    if event.kind == "review" and done is not None:
        due = event.payload.get("due")
        rating = _RATINGS.get(done.rating) or Rating(done.rating)
        state = review(before.state, before.card, rating, event.local_day, policy, due_day=due)
        # Written out, for `replace` is a quarter of the time of a replay.
        return CardProgress(
            before.card, state, done.rating, done.text_hash, before.suspended, before.buried_day, before.flagged
        )
    if event.kind == "suspend":
        return replace(before, suspended=True)
    if event.kind == "resume":
        return replace(before, suspended=False, buried_day=None, known=False)
    if event.kind == "bury":
        return replace(before, buried_day=event.local_day)
    if event.kind == "flag":
        return replace(before, flagged=bool(event.payload.get("on", True)))
    if event.kind == "known":
        return replace(before, known=True)
    if event.kind == "reset":
        return CardProgress(before.card, flagged=before.flagged)
    return before


def undone_ids(events: Iterable[Event]) -> set[str]:
    """Ids of the events that an undo cancels."""
    return {str(e.payload.get("event")) for e in events if e.kind == "undo"}


def replay(
    events: Iterable[Event], policy: Policy = DEFAULT_POLICY, renamed: Mapping[str, str] | None = None
) -> Progress:
    """Builds a learner's progress from the whole log.

    Args:
        events: in any order; they are sorted by instant and id.
        policy: the memory model to replay with.
        renamed: former card ids, with the id of today; their history is carried on.
    """
    ordered = sorted(events, key=attrgetter("at", "id"))
    cancelled = undone_ids(ordered)
    progress = Progress(policy)
    ids = renamed or {}
    about: dict[str, list[Event]] = {}
    for event in ordered:
        if event.id in cancelled:
            continue
        subject = ids.get(event.subject, event.subject)
        if event.kind in ABOUT_CARDS:
            about.setdefault(subject, []).append(event)
        else:
            progress.apply(replace(event, subject=subject))
    # Cards do not depend on each other, and one after the other they stay in the processor's cache.
    for card, history in about.items():
        changed = CardProgress(card)
        for event in history:
            changed = changed_by(changed, event, policy)
        progress.cards[card] = changed
    return progress
