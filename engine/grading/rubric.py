"""An answer held to a rubric: where it speaks of a point, in words and in meaning, and where words deny what meaning finds.

Two judges look at each point. Words (`engine.grading.wording`) know who denies what, and miss whoever says it in a vocabulary of their own.
Meaning (`engine.grading.meaning`) finds those, and does not know a statement from its contrary. So both together decide whether a point is
spoken of, words alone decide that it is denied, and meaning may raise doubt. The thresholds were set on the half `tune` of
`tests/engine/recall_triples.yaml`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Protocol

from engine.grading.grade import Evidence, Verdict
from engine.grading.meaning import nearness
from engine.grading.reading import Sentence, passages, sentences, turned, wording
from engine.grading.wording import COVERAGE, Match, Polarity, find

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MADE = 0.53
"""What nearness and shared words together must reach for a point to count as made."""

_SHARED_WORDS = 0.4
"""How much a full coverage by words adds to nearness."""

_TURNED = 0.05
"""What nearness loses where one of two texts is negative and the other is not."""

_SPOKEN_FOR = 0.2
"""What a passage loses for a point when it has already made another."""

_MENTIONED = 0.3
"""The share of a wording from which a match says something about polarity."""

_SAME = 0.5
"""The nearness from which a passage and a wording are about the same thing."""

_SAME_WORD = 0.65
"""The same for a wording of a single word, which stands in many sentences."""

_DENIAL_LEADS = 0.3
_DENIAL_LEAST = 1.1
"""By how much, and from what on, a denial outweighs what speaks for a point: coverage and nearness added."""

_MISTAKEN = -0.1
"""The lead of a mistake over all points that a mistake found word by word may lack."""

_DOUBT_BY_WORDS = 0.05
_DOUBT_BY_MEANING = 0.08
"""The lead of a mistake over all points that raises doubt, where words point to it too, and where they do not."""

_MOST_WORDS = 600
"""How many words of an answer are compared by meaning, so that a pasted page does not hold up a session."""

_UNIT = re.compile(r"[,;:]|\b(?:and|but|while|whereas)\b", re.IGNORECASE)


class RubricPoint(Protocol):
    """Something that an answer must, or must not, say; `kb.models.question.Point` is one."""

    @property
    def point(self) -> str:
        """What it is, in one line."""
        ...

    @property
    def any(self) -> Sequence[str]:
        """Wordings that count as saying it."""
        ...


@dataclass(frozen=True, slots=True)
class _Share:
    """The part of an answer that is about a point.

    Attributes:
        index: of the point.
        nearness: how near it comes, less what speaks for another point.
        sentence: where; None where nothing can be compared.
        passage: the part of the sentence.
        wording: the text of the rubric that it comes nearest to.
    """

    index: int
    nearness: float = -1.0
    sentence: Sentence | None = None
    passage: str = ""
    wording: str = ""


class Hearing:
    """An answer, held to a rubric.

    Args:
        answer: what the learner wrote.
        must: the points that it must make.
        must_not: mistakes.
    """

    def __init__(self, answer: str, must: Sequence[RubricPoint], must_not: Sequence[RubricPoint]) -> None:
        self.said = sentences(answer)
        self._must = must
        self._weights = _weights([*must, *must_not])
        self._passages = _within_reason(self.said)
        every = [text for texts in self._passages.values() for text in texts]
        self._near = nearness(every, [_texts(point) for point in (*must, *must_not)])
        self._shares = self._share_out()

    def made(self, index: int) -> Evidence:
        """What the answer says about a point that it must make.

        Args:
            index: of the point.

        Returns:
            Right, contradicted, unclear (spoken of, yet something speaks against it) or missing.
        """
        point = self._must[index]
        found = self._found(point, _MENTIONED)
        says = next((pair for pair in found if pair[0].polarity is Polarity.SAYS), None)
        denies = next((pair for pair in found if pair[0].polarity is Polarity.DENIES), None)
        covered = says[0].coverage if says else 0.0
        if denies and denies[0].coverage >= COVERAGE and covered < denies[0].coverage and self._contradicts(*denies):
            return Evidence(Verdict.CONTRADICTED, index, point.point, denies[0].sentence.text, denies[1])
        in_words = says is not None and covered >= COVERAGE
        share = self._shares[index]
        if share.sentence is None:
            if says and in_words:
                return Evidence(Verdict.RIGHT, index, point.point, says[0].sentence.text, says[1])
            return Evidence(Verdict.MISSING, index, point.point)
        if share.nearness + _SHARED_WORDS * covered < MADE:
            return Evidence(Verdict.MISSING, index, point.point)
        if denial := self._leading_denial(found):
            return Evidence(Verdict.UNCLEAR, index, point.point, denial[0].sentence.text, denial[1])
        sentence, text = (says[0].sentence, says[1]) if says and in_words else (share.sentence, share.wording)
        verdict = Verdict.UNCLEAR if self._crossed else Verdict.RIGHT
        return Evidence(verdict, index, point.point, sentence.text, text, by_meaning=not in_words)

    def mistaken(self, point: RubricPoint, index: int) -> Evidence | None:
        """Whether the answer makes a mistake, or comes near one.

        Args:
            point: the mistake.
            index: of it.

        Returns:
            Forbidden, unclear, or None.
        """
        found = [pair for pair in self._found(point, COVERAGE) if pair[0].polarity is Polarity.SAYS]
        for match, text in found:
            if (
                match.complete
                and match.orderly
                and not match.supposed
                and self._lead(match.sentence, text) >= _MISTAKEN
            ):
                return Evidence(Verdict.FORBIDDEN, index, point.point, match.sentence.text, text)
        for match, text in found:
            if self._likeness(match.sentence, text) >= _SAME and self._lead(match.sentence, text) >= _DOUBT_BY_WORDS:
                return Evidence(Verdict.UNCLEAR, index, point.point, match.sentence.text, text)
        denied = {m.sentence for m, _ in self._found(point, _SAME) if m.polarity is Polarity.DENIES}
        for sentence in self.said if self._near else ():
            for text in _texts(point) if self._passages[sentence] and sentence not in denied else ():
                # A fragment alone may look like anything; the whole sentence has to come near the mistake as well.
                whole = self._leads(sentence.text, text) >= _MISTAKEN
                if whole and self._lead(sentence, text, _SAME) >= _DOUBT_BY_MEANING:
                    return Evidence(Verdict.UNCLEAR, index, point.point, sentence.text, text, by_meaning=True)
        return None

    def _found(self, point: RubricPoint, coverage: float) -> list[tuple[Match, str]]:
        """All wordings of a point that the answer speaks of, the best covered first."""
        found = (
            (match, text)
            for text in point.any
            for sentence in self.said
            if (match := find(wording(text), sentence, self._weights, coverage)) is not None
        )
        return sorted(found, key=lambda pair: -pair[0].coverage)

    def _contradicts(self, match: Match, text: str) -> bool:
        enough = _SAME if len(wording(text).tokens) > 1 else _SAME_WORD
        return match.close and not match.supposed and self._likeness(match.sentence, text) >= enough

    def _leading_denial(self, found: Sequence[tuple[Match, str]]) -> tuple[Match, str] | None:
        """The denial that comes clearly nearer to a point than anything that says it."""

        def score(pair: tuple[Match, str]) -> float:
            return pair[0].coverage + self._likeness(pair[0].sentence, pair[1])

        says = max((score(pair) for pair in found if pair[0].polarity is Polarity.SAYS), default=0.0)
        denials = [pair for pair in found if pair[0].polarity is Polarity.DENIES and not pair[0].supposed]
        denial = max(denials, key=score, default=None)
        if denial is None or score(denial) < max(_DENIAL_LEAST, says + _DENIAL_LEADS):
            return None
        return denial

    def _likeness(self, sentence: Sentence, text: str) -> float:
        """How near the nearest passage of a sentence comes to a wording; 1 where meaning cannot be compared."""
        return max((self._near[p, text] for p in self._passages[sentence]), default=1.0) if self._near else 1.0

    def _cosine(self, passage: str, text: str) -> float:
        return self._near[passage, text] - _TURNED * (turned(passage) != turned(text))

    def _leads(self, passage: str, text: str) -> float:
        """How much nearer a passage comes to a wording than to any point that must be made."""
        points = (self._cosine(passage, other) for point in self._must for other in _texts(point))
        return self._cosine(passage, text) - max(points, default=0.0)

    def _lead(self, sentence: Sentence, text: str, least: float = -1.0) -> float:
        """The same for the passage of a sentence that leads most, among those that come near enough; 0 where meaning cannot be compared."""
        if not self._near:
            return 0.0
        leads = (self._leads(p, text) for p in self._passages[sentence] if self._cosine(p, text) >= least)
        return max(leads, default=-1.0)

    def _to(self, passage: str, point: RubricPoint) -> tuple[float, str]:
        """How near a passage comes to a point, halfway between its nearest wording and the middle of all, and that wording."""
        texts = _texts(point)
        nearest, text = max((self._cosine(passage, text), text) for text in texts)
        return (nearest + self._near[passage, texts]) / 2, text

    def _share_out(self) -> list[_Share]:
        """For each point the passage that is about it.

        A passage that lies nearer to another point counts less, and one clause makes one point: whoever has said the first half of an answer
        has spoken near the other half too.
        """
        shares = [_Share(index) for index in range(len(self._must))]
        table = [
            (sentence, passage, [self._to(passage, point) for point in self._must])
            for sentence in (self.said if self._near else ())
            for passage in self._passages[sentence]
        ]
        taken: set[str] = set()
        left = set(range(len(self._must)))
        while left and table:
            best = max((_share(index, table, taken) for index in sorted(left)), key=lambda share: share.nearness)
            shares[best.index] = best
            left.remove(best.index)
            parts = self._passages[best.sentence] if best.sentence else ()
            # A sentence of several clauses may make several points; a clause, or a sentence that is one, makes one.
            single = len(parts) <= 2
            if single or best.passage != parts[0]:
                taken |= set(parts) if single else {best.passage}
        return shares

    @cached_property
    def _crossed(self) -> bool:
        """Whether the answer gives to each of two things what the rubric says of the other: "LRU counts uses, LFU looks at the time".

        It is so where two clauses each mix words that only one point has with words that only another has, and no clause keeps to one.
        """
        stems = [
            (
                {token.stem for text in _texts(point) for token in wording(text).tokens},
                {group for text in _texts(point) for token in wording(text).tokens for group in token.groups},
            )
            for point in self._must
        ]
        units = []
        for part in (part for sentence in self.said for part in _UNIT.split(sentence.text) if part.strip()):
            owned: list[set[str]] = [set() for _ in self._must]
            for token in wording(part).tokens:
                owners = [i for i, (known, groups) in enumerate(stems) if token.stem in known or token.groups & groups]
                if len(owners) == 1:
                    owned[owners[0]].add(token.stem)
            units.append(owned)
        return any(_mixed(units, one, other) for one, other in combinations(range(len(self._must)), 2))


def _within_reason(said: Iterable[Sentence]) -> dict[Sentence, tuple[str, ...]]:
    """The passages of each sentence; none for those after the first `_MOST_WORDS`, which only the words are looked at."""
    found: dict[Sentence, tuple[str, ...]] = {}
    spent = 0
    for sentence in said:
        parts = passages(sentence)
        spent += sum(len(part.split()) for part in parts)
        found[sentence] = parts if spent <= _MOST_WORDS else ()
    return found


def _mixed(units: Sequence[Sequence[set[str]]], one: int, other: int) -> bool:
    pairs = [(unit[one], unit[other]) for unit in units]
    if any((len(a) > 1 and not b) or (len(b) > 1 and not a) for a, b in pairs):
        return False
    both = [(a, b) for a, b in pairs if a and b]
    return any(not (a & c) and not (b & d) for (a, b), (c, d) in combinations(both, 2))


def _share(index: int, table: Iterable[tuple[Sentence, str, list[tuple[float, str]]]], taken: set[str]) -> _Share:
    best = _Share(index)
    for sentence, passage, near in table:
        own, text = near[index]
        other = max((cosine for at, (cosine, _) in enumerate(near) if at != index), default=own)
        score = own - max(0.0, other - own) - _SPOKEN_FOR * (passage in taken)
        if score > best.nearness:
            best = _Share(index, score, sentence, passage, text)
    return best


def _texts(point: RubricPoint) -> tuple[str, ...]:
    return (point.point, *point.any)


def _weights(points: Iterable[RubricPoint]) -> dict[str, float]:
    """How much a word tells: one that stands in n points of the rubric tells 1/n, since it does not tell them apart."""
    spread = Counter(stem for point in points for stem in {t.stem for text in point.any for t in wording(text).tokens})
    return {stem: 1 / points_with_it for stem, points_with_it in spread.items()}
