"""Text from files and users, made harmless for a terminal."""

from __future__ import annotations

import re

HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What moves the cursor, changes colours, or turns the direction of writing; line breaks and tabs are not among them."""


def plain(text: str) -> str:
    """The same text with control characters and direction overrides made visible.

    Args:
        text: from anywhere.

    Returns:
        Text that moves no cursor and changes no colour; line breaks and tabs stay. A C0 control becomes its picture (␛ for
        escape), anything else harmful the replacement character.
    """
    return HARMFUL.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"
