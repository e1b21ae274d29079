"""When two spellings are the same word: folding, and the one slip of the finger that is forgiven."""

from __future__ import annotations

import re
import unicodedata

LONG_WORD = 6

_LOOKALIKES = str.maketrans("‘’‚‛“”„‟`´‐‑‒–—―−", "''''\"\"\"\"''-------")
_EDGES = re.compile(r"^[\"'(\[{]+|[\"')\]}.,;:!?]+$")


def fold(text: str) -> str:
    """Text without differences that carry no meaning: case, width, ligatures, accents of input methods, curly quotes, runs of space.

    Args:
        text: any text.

    Returns:
        The folded text, trimmed.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES).casefold()
    return " ".join(unicodedata.normalize("NFC", plain).split())


def words(text: str) -> list[str]:
    """The folded words of a short answer; hyphens and slashes separate as spaces do, punctuation around a word goes.

    Args:
        text: any text.

    Returns:
        The words in their order.
    """
    stripped = (_EDGES.sub("", part) for part in re.split(r"[\s\-/_]+", fold(text)))
    return [word for word in stripped if word]


def slip_of(expected: str, given: str) -> bool:
    """Whether a word differs from another by one forgivable slip.

    One letter too many, too few or wrong, or two neighbours swapped (a Damerau-Levenshtein distance of one), in a word of at least
    `LONG_WORD` letters.
    The first letter and digits must stand: "asynchronous" is no slip of "synchronous", nor "sha512" of "sha256".

    Args:
        expected: the right word, folded.
        given: the learner's, folded.

    Returns:
        True for a slip, False for the same word or another one.
    """
    return (
        len(expected) >= LONG_WORD
        and given[:1] == expected[:1]
        and re.sub(r"\D", "", given) == re.sub(r"\D", "", expected)
        and _one_edit(expected, given)
    )


def _one_edit(a: str, b: str) -> bool:
    # A library would be loaded at every start for this; what is left between the common ends decides.
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    rest_a, rest_b = a[head : len(a) - tail], b[head : len(b) - tail]
    return max(len(rest_a), len(rest_b)) == 1 or (len(rest_a) == 2 and rest_a == rest_b[::-1])
