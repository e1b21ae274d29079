"""Whether a sentence of a learner says what a wording of a rubric says.

No similarity of whole texts is used: it rewards an answer that turns the statement round. Instead the content words of the wording must be
found near each other, up to synonyms and inflection, and the claim must have the same polarity: a negation or an opposite on one side only
makes it a contradiction.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from engine.grading.lexicon import OPPOSITE
from engine.grading.spelling import slip_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.grading.reading import Sentence, Token

COVERAGE = 0.7
"""The share of a wording that must be found before a sentence counts as speaking of it."""

_CLAUSES_TOGETHER = 3
_NEIGHBOURS = 4


class Polarity(Enum):
    """How a sentence stands to a wording."""

    SAYS = "says"
    DENIES = "denies"


@dataclass(frozen=True, slots=True)
class Match:
    """A wording found in a sentence.

    Attributes:
        polarity: whether the sentence says or denies it.
        coverage: the share of the wording that was found, by the weight of its words.
        complete: every word was found.
        orderly: the words stand in the order of the wording, or all in one clause. "Commit, then delete" is no "delete, then commit".
        close: it stands in neighbouring clauses, and where an opposite makes it a denial, nothing of the wording is left out.
        supposed: it is said of what would be.
        sentence: where.
    """

    polarity: Polarity
    coverage: float
    complete: bool
    orderly: bool
    close: bool
    supposed: bool
    sentence: Sentence


def find(
    wanted: Sentence, sentence: Sentence, weights: Mapping[str, float], coverage: float = COVERAGE
) -> Match | None:
    """Looks for a wording in a sentence.

    Words on both sides of a contrast ("but", "while") are not put together, unless the wording has one itself, nor words further apart than
    neighbouring clauses.

    Args:
        wanted: the wording.
        sentence: a sentence of the answer.
        weights: how much each stem of the wording tells; stems that are not listed weigh 1.
        coverage: the share of the weight that must be found.

    Returns:
        The match that covers most, in the fewest clauses; None when none covers enough.
    """
    best: Match | None = None
    contrasting = len({token.block for token in wanted.tokens}) > 1
    for length in range(1, _CLAUSES_TOGETHER + 1):
        for window in _windows(sentence, length, contrasting):
            match = _match(wanted, window, sentence, weights)
            if match and match.coverage >= coverage and (best is None or match.coverage > best.coverage):
                best = match
    return best


def mentions(wanted: Sentence, sentence: Sentence) -> list[int]:
    """Where a sentence names a thing.

    Args:
        wanted: the thing, as a wording.
        sentence: a sentence of the answer.

    Returns:
        For each clause that holds every word of the wording, and does not deny it, the position in the sentence of the last of them.
    """
    places = []
    for window in _windows(sentence, 1):
        match = _match(wanted, window, sentence, {})
        if match and match.complete and match.polarity is Polarity.SAYS:
            places.append(max(given.at for _, given, _ in _pairs(wanted, window)))
    return places


def _windows(sentence: Sentence, length: int, across: bool = False) -> Iterator[list[Token]]:
    clauses = [list(tokens) for _, tokens in groupby(sentence.tokens, key=lambda token: (token.block, token.clause))]
    for start in range(len(clauses) - length + 1):
        chosen = clauses[start : start + length]
        if across or chosen[0][0].block == chosen[-1][0].block:
            yield [token for clause in chosen for token in clause]


def _pairs(wanted: Sentence, window: Sequence[Token]) -> list[tuple[Token, Token, bool]]:
    """Each word of the wording that has a partner in the window, the partner, and whether it is its opposite."""
    partners: dict[int, Token] = {}
    free = list(window)
    for kind in (_identical, _alike):
        for place, token in enumerate(wanted.tokens):
            partner = None if place in partners else next((given for given in free if kind(token, given)), None)
            if partner:
                free.remove(partner)
                partners[place] = partner
    contrary = {}
    for place, token in enumerate(wanted.tokens):
        if place not in partners:
            beside = [partners[near] for near in (place - 1, place + 1) if near in partners]
            # "Few rows" is no contrary of "many queries, as there are rows": what is opposite has to be said of the same thing.
            partner = next((g for g in free if _contrary(token, g) and any(_touch(g, b) for b in beside)), None)
            if partner:
                free.remove(partner)
                contrary[place] = partner
    return [
        (token, given, place in contrary)
        for place, token in enumerate(wanted.tokens)
        if (given := partners.get(place) or contrary.get(place))
    ]


def _touch(one: Token, other: Token) -> bool:
    return one.clause == other.clause and abs(one.at - other.at) <= _NEIGHBOURS


def _match(wanted: Sentence, window: Sequence[Token], sentence: Sentence, weights: Mapping[str, float]) -> Match | None:
    pairs = _pairs(wanted, window)
    total = sum(weights.get(token.stem, 1.0) for token in wanted.tokens)
    if not pairs or not total:
        return None
    found = sum(weights.get(token.stem, 1.0) for token, _, _ in pairs)
    turns = (
        any(token.negated for token, _, _ in pairs),
        any(given.negated for _, given, _ in pairs),
        any(given.denied for _, given, _ in pairs),
        *(contrary for _, _, contrary in pairs),
    )
    places = [given.at for _, given, _ in pairs]
    clauses = [given.clause for _, given, _ in pairs]
    return Match(
        polarity=Polarity.SAYS if sum(turns) % 2 == 0 else Polarity.DENIES,
        coverage=found / total,
        complete=len(pairs) == len(wanted.tokens),
        orderly=places == sorted(places) or len({given.clause for _, given, _ in pairs}) == 1,
        close=max(clauses) - min(clauses) <= 1
        and (len(pairs) == len(wanted.tokens) or not any(contrary for _, _, contrary in pairs)),
        supposed=any(given.supposed for _, given, _ in pairs),
        sentence=sentence,
    )


def _identical(wanted: Token, given: Token) -> bool:
    return wanted.stem == given.stem


def _alike(wanted: Token, given: Token) -> bool:
    return bool(wanted.groups & given.groups) or slip_of(wanted.word, given.word) or slip_of(wanted.stem, given.stem)


def _contrary(wanted: Token, given: Token) -> bool:
    return any(_opposites().get(group, frozenset()) & given.groups for group in wanted.groups)


@cache
def _opposites() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for one, other in OPPOSITE:
        table.setdefault(one, set()).add(other)
        table.setdefault(other, set()).add(one)
    return {name: frozenset(names) for name, names in table.items()}
