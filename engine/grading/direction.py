"""Which of two things an answer puts first: "A before B", "B after A", "A causes B", "first A, then B".

Explicit words decide. Without them the order of the text counts, but only in favour: whoever names the effect first has not said that it
comes first.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum
from itertools import product
from typing import TYPE_CHECKING

from engine.grading.lexicon import word_set
from engine.grading.reading import Sentence, wording
from engine.grading.wording import mentions

if TYPE_CHECKING:
    from collections.abc import Sequence


class Direction(Enum):
    """How an answer relates two things."""

    FORWARD = "forward"
    REVERSED = "reversed"
    UNCLEAR = "unclear"


_EARLIER_FIRST = word_set(
    "before then so thus hence therefore until till first afterwards later subsequently causes cause caused leads lead led triggers trigger"
    " makes make made forces results brings finally next"
)
"""Words between two mentions after which the second mention comes later in time."""

_LATER_FIRST = word_set("after because once when since if following due whenever unless as")
"""Words between two mentions after which the second mention comes earlier in time."""

_LEADING_LATER = word_set("before until till")
_LEADING_EARLIER = word_set("after once when since if because as whenever first")
_PASSIVE = word_set("caused triggered followed preceded")


def direction_of(first: str, second: str, said: Sequence[Sentence]) -> tuple[Direction, str]:
    """Tells which of two things comes first, or causes the other, according to an answer.

    Args:
        first: what should come first, in the words of the rubric.
        second: what should come after it.
        said: the sentences of the answer.

    Returns:
        The direction, and the learner's words on which it rests ("" where one of the two is not mentioned).
    """
    a, b = wording(first), wording(second)
    places_a = [(index, at) for index, sentence in enumerate(said) for at in mentions(a, sentence)]
    places_b = [(index, at) for index, sentence in enumerate(said) for at in mentions(b, sentence)]
    if not places_a or not places_b:
        return Direction.UNCLEAR, ""
    votes: Counter[Direction] = Counter()
    quotes: dict[Direction, str] = {}
    for (index, at_a), (other, at_b) in product(places_a, places_b):
        if index == other and at_a != at_b:
            vote = _explicit(said[index].words, at_a, at_b)
            votes[vote] += 1
            quotes.setdefault(vote, said[index].text)
    forward, backward = votes[Direction.FORWARD], votes[Direction.REVERSED]
    if forward != backward:
        winner = Direction.FORWARD if forward > backward else Direction.REVERSED
        return winner, quotes[winner]
    quote = said[places_a[0][0]].text
    if not forward and min(places_a) < min(places_b):
        return Direction.FORWARD, quote
    return Direction.UNCLEAR, quote


def _explicit(words: Sequence[str], at_a: int, at_b: int) -> Direction:
    early, late = min(at_a, at_b), max(at_a, at_b)
    between, leading = words[early + 1 : late], words[max(early - 4, 0) : early]
    in_text_order: bool | None = None
    for word in leading:
        if word in _LEADING_LATER:
            in_text_order = False
        elif word in _LEADING_EARLIER:
            in_text_order = True
    for position, word in enumerate(between):
        if word in _PASSIVE and "by" in between[position + 1 : position + 2]:
            in_text_order = word == "preceded"
            break
        if word in _EARLIER_FIRST:
            in_text_order = True
        elif word in _LATER_FIRST and in_text_order is None:
            in_text_order = False
    if in_text_order is None:
        return Direction.UNCLEAR
    return Direction.FORWARD if in_text_order == (at_a < at_b) else Direction.REVERSED
