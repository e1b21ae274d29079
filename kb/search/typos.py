"""Mends misspelt words of a query, and only those: a rare word that is spelt right stays what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from kb.embed import knows_word
from kb.search.lexical import Known

_SHORTEST = 4
_SHORT = 5
_ENDINGS = ("s", "es", "d", "ed", "er", "ing", "ly", "y")
_TWO_EDITS = 8
_MOST = 6

Vocabulary = Callable[[int, int], Mapping[str, Known]]
"""The words of the library between two lengths."""


def mended(query: str, wanted: Sequence[str], occurs: Callable[[str], bool], vocabulary: Vocabulary) -> str:
    """The query with its misspelt words replaced.

    A word is misspelt when it occurs in no entry and is none of the whole words that the model knows, nor an inflection of one;
    unguarded, one in five queries in good English was rewritten. Its replacement is the word of the library at one edit (two
    from 8 letters on; Damerau and Levenshtein's), best with the same first letter, then one that an entry is called by, then
    the most frequent. So many short words are one edit apart that those of up to 5 letters become only what entries are
    called by. At most 6 words are mended: where more are unknown, the text is not a misspelt query.

    Args:
        query: as typed.
        wanted: the words of the query that matter, in small letters.
        occurs: whether an entry holds a word.
        vocabulary: the words of the library between two lengths.

    Returns:
        The query itself where nothing is to be mended.
    """
    unknown = (
        word
        for word in wanted
        if len(word) >= _SHORTEST and word.isalpha() and not occurs(word) and not _is_english(word)
    )
    for word in islice(unknown, _MOST):
        better = _nearest(word, vocabulary)
        if better:
            query = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", better, query, flags=re.IGNORECASE)
    return query


def _is_english(word: str) -> bool:
    """Whether the model has a word as a whole, or the word that it is an inflection of."""
    if knows_word(word):
        return True
    stems = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    return any(len(stem) >= _SHORTEST and (knows_word(stem) or knows_word(f"{stem}e")) for stem in stems)


def _nearest(word: str, vocabulary: Vocabulary) -> str:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    edits = 1 if len(word) < _TWO_EDITS else 2
    known = vocabulary(len(word) - edits, len(word) + edits)
    pool = [w for w, k in known.items() if k.naming or len(word) > _SHORT]
    near = process.extract(word, pool, scorer=OSA.distance, score_cutoff=edits, limit=50)
    if not near:
        return ""

    def order(hit: tuple[str, float, int]) -> tuple[float, bool, bool, int, str]:
        other, distance, _ = hit
        return distance, other[0] != word[0], not known[other].naming, -known[other].times, other

    return min(near, key=order)[0]
