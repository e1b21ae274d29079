"""What a learner knows already, found with few questions: each one halves what is still open in the graph of prerequisites.

A right answer says that the concept and all it builds on is known, a wrong one that neither it nor what builds on it is. This is the knowledge space
of Doignon and Falmagne (1985) with surmise relations for structure, searched by bisection. Pure; nothing here is logged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

QUESTIONS = 12
"""About so many questions are enough for a first guess, and few enough to be answered in three minutes."""


@dataclass(frozen=True)
class Placement:
    """How far a placement is. Every concept is known, not known, or open.

    Attributes:
        below: for each concept all that it builds on, directly or not.
        above: for each concept all that builds on it, directly or not.
        askable: concepts for which there is a question, in study order; the others are only concluded.
        known: concepts that are taken to be known.
        unknown: concepts that are taken to be not known.
        asked: concepts that were asked, in order.
        most: how many questions there are at most.
    """

    below: Mapping[str, frozenset[str]]
    above: Mapping[str, frozenset[str]]
    askable: tuple[str, ...]
    known: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    asked: tuple[str, ...] = ()
    most: int = QUESTIONS

    @property
    def open(self) -> frozenset[str]:
        """Concepts about which nothing is concluded yet."""
        return frozenset(self.below) - self.known - self.unknown

    def next(self) -> str | None:
        """The concept to ask: that whose answer, right or wrong, settles the most of what is open; the first in study order among equals.

        Returns:
            None once enough was asked, or nothing that can be asked is open.
        """
        if len(self.asked) >= self.most:
            return None
        still = self.open
        return max((c for c in self.askable if c in still), key=lambda c: self._settles(c, still), default=None)

    def _settles(self, concept: str, still: frozenset[str]) -> tuple[int, int]:
        """How many open concepts an answer settles at least, and both answers together."""
        right, wrong = len(self.below[concept] & still), len(self.above[concept] & still)
        return min(right, wrong), right + wrong

    def answered(self, concept: str, right: bool) -> Placement:
        """The placement after an answer.

        Args:
            concept: what was asked.
            right: whether it was answered right.

        Raises:
            KeyError: there is no such concept.
        """
        asked = (*self.asked, concept)
        still = self.open
        if right:
            return replace(self, known=self.known | ((self.below[concept] | {concept}) & still), asked=asked)
        return replace(self, unknown=self.unknown | ((self.above[concept] | {concept}) & still), asked=asked)


def placement(
    concepts: Iterable[str],
    requires: Mapping[str, Iterable[str]],
    askable: Collection[str],
    known: Collection[str] = (),
    most: int = QUESTIONS,
) -> Placement:
    """Begins a placement.

    Args:
        concepts: all of them, in study order.
        requires: what each builds on directly; what is no concept is passed over. The links run in no circle.
        askable: those for which there is a question.
        known: those that are learned already; what they build on is known too.
        most: how many questions there are at most.
    """
    order = list(concepts)
    there = set(order)
    below: dict[str, frozenset[str]] = {}
    for concept in order:
        _collect(concept, requires, there, below)
    above: dict[str, set[str]] = {concept: set() for concept in order}
    for concept, needs in below.items():
        for need in needs:
            above[need].add(concept)
    held = frozenset(known) & there
    return Placement(
        below=below,
        above={concept: frozenset(found) for concept, found in above.items()},
        askable=tuple(c for c in order if c in askable),
        known=held.union(*(below[c] for c in held)),
        most=most,
    )


def _collect(
    start: str, requires: Mapping[str, Iterable[str]], there: Collection[str], below: dict[str, frozenset[str]]
) -> None:
    """Fills in all that a concept builds on, without recursion: a chain may be longer than Python's stack is deep."""
    waiting = [start]
    while waiting:
        concept = waiting[-1]
        needs = [n for n in requires.get(concept, ()) if n in there]
        missing = [n for n in needs if n not in below]
        if concept not in below and missing:
            waiting.extend(missing)
            continue
        waiting.pop()
        below.setdefault(concept, frozenset(needs).union(*(below[n] for n in needs)))
