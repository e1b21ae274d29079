"""What a learner knows, and what they are ready for: pure functions over card states and the prerequisite links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median_low

from engine.cards import Deck, concepts_of
from engine.progress import CardProgress
from engine.schedule import DEFAULT_POLICY, Policy
from kb.content import Library
from kb.models import Concept, Step, Tradeoff


@dataclass(frozen=True)
class Mastery:
    """How well one entry is known on a day.

    Attributes:
        entry: its id.
        share: mean probability of recall over its essential cards, 0 to 1; a card never seen counts 0.
        seen: how many of them were ever answered.
        total: how many there are.
        learned: each was answered right on a day after its first; once so, for good. Those that the learner suspended are not waited
            for, else a bad card would hold back for ever what builds on its concept.
        longest: demonstrated retention: the longest gap in days after which one was answered right.
    """

    entry: str
    share: float
    seen: int
    total: int
    learned: bool
    longest: int

    @property
    def begun(self) -> bool:
        """Whether any of its cards was ever answered or marked as known."""
        return self.seen > 0


def mastery_of(
    entry: str, deck: Deck, cards: Mapping[str, CardProgress], day: int, policy: Policy = DEFAULT_POLICY
) -> Mastery:
    """How well an entry is known.

    Args:
        entry: its id.
        deck: all cards.
        cards: what the log says about each touched card.
        day: the learner's day.
        policy: the memory model.
    """
    essential = deck.essential(entry)
    total, share, seen, kept, aside, longest = len(essential), 0.0, 0, 0, 0, 0
    for card in essential:
        progress = cards.get(card)
        if progress is None:
            continue
        retained = progress.known or (progress.state is not None and progress.state.retained)
        kept += retained
        aside += progress.suspended and not retained
        if progress.known:
            share, seen = share + 1, seen + 1
        elif progress.state is not None:
            state = progress.state
            share += policy.model.retrievability(state.memory, max(day - state.last_day, 0))
            seen, longest = seen + 1, max(longest, state.longest)
    learned = kept > 0 and kept + aside == total
    return Mastery(entry, share / total if total else 0.0, seen, total, learned, longest)


def requirements(library: Library) -> dict[str, tuple[str, ...]]:
    """What each entry with cards builds on, planned concepts left out: they never block.

    Returns:
        For a concept its `requires`; for a trade-off the concepts on its sides and its `requires`; for a step its concepts.
    """
    found: dict[str, tuple[str, ...]] = {}
    for entry in library.entries.values():
        if isinstance(entry, Concept):
            needs: Iterable[str] = entry.links.requires
        elif isinstance(entry, Tradeoff):
            needs = concepts_of(entry)
        elif isinstance(entry, Step):
            needs = (c.id for c in library.stair(entry.id).concepts)
        else:
            needs = ()
        found[entry.id] = tuple(n for n in needs if n in library.concepts)
    return found


@dataclass(frozen=True)
class Readiness:
    """Whether an entry may send new cards, and what holds it back.

    Attributes:
        entry: its id.
        open: new cards may come.
        missing: prerequisites that are not learned yet.
    """

    entry: str
    open: bool
    missing: tuple[str, ...]


def readiness(
    entry: str,
    requires: Mapping[str, tuple[str, ...]],
    mastery: Mapping[str, Mastery],
    overrides: frozenset[str] | set[str] = frozenset(),
) -> Readiness:
    """Whether a learner is ready for an entry: it lies in the outer fringe, was begun already, or was opened by hand.

    Args:
        entry: its id.
        requires: see `requirements`.
        mastery: of every entry with cards.
        overrides: entries that the learner opened regardless.
    """
    missing = tuple(n for n in requires.get(entry, ()) if n in mastery and mastery[n].total and not mastery[n].learned)
    begun = entry in mastery and mastery[entry].begun
    return Readiness(entry, not missing or begun or entry in overrides, missing)


@dataclass(frozen=True)
class StepProgress:
    """One step of the staircase as a learner stands on it.

    Attributes:
        step: its id.
        title: its title.
        concepts: how many concepts it has, planned ones included.
        written: how many of them exist.
        learned: how many of them are learned.
        begun: how many of them were begun.
        mastery: mean share over the written ones, 0 to 1.
        due: cards that are due.
        new: essential cards never seen.
        solid: all core concepts that exist are learned, and there is at least one.
        longest: demonstrated retention: the longest gap in days after which a card of one of its concepts was answered right.
        typical: the same, of the concept in the middle of those that were begun.
    """

    step: str
    title: str
    concepts: int
    written: int
    learned: int
    begun: int
    mastery: float
    due: int
    new: int
    solid: bool
    longest: int = 0
    typical: int = 0


def staircase_progress(
    library: Library, deck: Deck, cards: Mapping[str, CardProgress], mastery: Mapping[str, Mastery], day: int
) -> list[StepProgress]:
    """The staircase, from the lowest step up.

    Args:
        library: entries.
        deck: all cards.
        cards: what the log says about each touched card.
        mastery: of every entry with cards.
        day: the learner's day.
    """
    due: dict[str, int] = {}
    new: dict[str, int] = {}
    for card in deck.cards.values():
        step = library.step_of[card.entry]
        progress = cards.get(card.id)
        if progress is not None and progress.asleep(day):
            continue
        if progress is None or progress.state is None:
            new[step] = new.get(step, 0) + (card.depth == "essential")
        elif progress.state.due_day <= day:
            due[step] = due.get(step, 0) + 1
    found = []
    for stair in library.staircase.steps:
        written = [c.id for c in stair.concepts if c.id in library.concepts]
        of = [mastery[c] for c in written if c in mastery]
        held = [m.longest for m in of if m.begun]
        core = [m for m in of if library.concepts[m.entry].level == "core"]
        found.append(
            StepProgress(
                step=stair.id,
                title=stair.title,
                concepts=len(stair.concepts),
                written=len(written),
                learned=sum(m.learned for m in of),
                begun=sum(m.begun for m in of),
                mastery=sum(m.share for m in of) / len(of) if of else 0.0,
                due=due.get(stair.id, 0),
                new=new.get(stair.id, 0),
                solid=bool(core) and all(m.learned for m in core),
                longest=max(held, default=0),
                typical=median_low(held) if held else 0,
            )
        )
    return found
