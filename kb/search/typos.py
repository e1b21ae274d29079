"""Mends misspelt words of a query, and only those: a rare word that is spelt right stays what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from kb.embed import knows_word

_SHORTEST = 4
_TWO_EDITS = 8


def mended(
    query: str, wanted: Sequence[str], occurs: Callable[[str], bool], vocabulary: Callable[[int, int], Mapping[str, int]]
) -> str:
    """The query with its misspelt words replaced.

    A word is misspelt when it occurs in no entry and is none of the whole words that the model knows; unguarded, one in five
    queries in good English was rewritten. Its replacement is the word of the library at one edit (two from 8 letters on, Damerau
    and Levenshtein's), with the same first letter where there is one, and among equals the most frequent.

    Args:
        query: as typed.
        wanted: the words of the query that matter, in small letters.
        occurs: whether an entry holds a word.
        vocabulary: the words of the library between two lengths, with their frequency.

    Returns:
        The query itself where nothing is to be mended.
    """
    last = wanted[-1] if wanted else ""
    for word in wanted:
        if len(word) < _SHORTEST or not word.isalpha() or occurs(word) or knows_word(word):
            continue
        better = _nearest(word, vocabulary) or (_completed(word, vocabulary) if word == last else "")
        if better:
            query = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", better, query, flags=re.IGNORECASE)
    return query


def _nearest(word: str, vocabulary: Callable[[int, int], Mapping[str, int]]) -> str:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    edits = 1 if len(word) < _TWO_EDITS else 2
    words = vocabulary(len(word) - edits, len(word) + edits)
    near = process.extract(word, list(words), scorer=OSA.distance, score_cutoff=edits, limit=20)
    if not near:
        return ""
    return min(near, key=lambda hit: (hit[1], hit[0][0] != word[0], -words[hit[0]], hit[0]))[0]


def _completed(word: str, vocabulary: Callable[[int, int], Mapping[str, int]]) -> str:
    """The most frequent word that a word begins: while somebody types, the last word is seldom whole."""
    words = {w: count for w, count in vocabulary(len(word) + 1, 2 * len(word) + 4).items() if w.startswith(word)}
    return min(words, key=lambda w: (-words[w], w)) if words else ""
