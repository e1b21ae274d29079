"""How near texts are in meaning, by the model that also serves the search. Nothing of it is loaded before the first free answer.

Nearness tells what a passage is about, not what it says about it: a statement and its contrary lie close together. So it shows where an
answer speaks of a point, and raises doubt where a passage lies nearer to a mistake than to any point; `engine.grading.recall` never lets it
outweigh what the words deny.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from kb.errors import SearchError

if TYPE_CHECKING:
    from kb.embed import Encoder

Wordings = tuple[str, ...]
Nearness = Mapping[tuple[str, str | Wordings], float]
"""The cosine of each passage with each wording, and with the middle of all wordings of a point."""

_KEPT = 4000
_vectors: OrderedDict[str, Any] = OrderedDict()


def nearness(passages: Sequence[str], points: Sequence[Wordings]) -> Nearness:
    """Compares the passages of an answer with the points of a rubric.

    Args:
        passages: texts of the answer.
        points: for each point its wordings; their vectors are kept, so that the next answer to the same question is quick.

    Returns:
        The cosines, to two decimals, so that they do not depend on the order in which a machine adds. Empty where the model is missing: a
        grade then rests on the words alone.
    """
    encoder = _encoder()
    wordings = dict.fromkeys(text for point in points for text in point)
    if encoder is None or not passages or not wordings:
        return {}
    texts = [*dict.fromkeys(passages), *(text for text in wordings if text not in _vectors and text not in passages)]
    fresh = dict(zip(texts, encoder.encode(texts), strict=True))
    for text in wordings:
        _vectors[text] = fresh[text] if text in fresh else _vectors[text]
        _vectors.move_to_end(text)
    goals: dict[str | Wordings, Any] = {text: _vectors[text] for text in wordings}
    for point in points:
        middle = sum(_vectors[text] for text in point)
        goals[point] = middle / max(float(middle @ middle) ** 0.5, 1e-9)
    near = {(said, goal): round(float(fresh[said] @ vector), 2) for said in passages for goal, vector in goals.items()}
    while len(_vectors) > _KEPT:
        _vectors.popitem(last=False)
    return near


@cache
def _encoder() -> Encoder | None:
    from kb.embed import Encoder

    try:
        return Encoder.load()
    except SearchError:
        return None
