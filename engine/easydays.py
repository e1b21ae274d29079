"""Easy days: how much of the usual load each weekday takes, as a learner writes it."""

from __future__ import annotations

import re

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
USUAL: tuple[float, ...] = (1.0,) * 7

_PART = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*\s*[ :=]\s*(0|1|0?\.\d+|1\.0+|0\.)")


def shares_of(text: str) -> tuple[float, ...]:
    """The share of the usual load that each weekday takes.

    Args:
        text: such as "sat 0.5, sun 0": weekdays with a share from 0 (a day off, where it can be) to 1; those not named take 1.

    Returns:
        Seven shares, Monday first.

    Raises:
        ValueError: the text is none of that kind, names a day twice, or leaves no day with any load.
    """
    shares = dict.fromkeys(WEEKDAYS, 1.0)
    named: set[str] = set()
    for part in filter(None, (piece.strip() for piece in text.lower().split(","))):
        found = _PART.fullmatch(part)
        if found is None or found[1] in named:
            raise ValueError(f"`{part}` is no weekday with a share from 0 to 1")
        named.add(found[1])
        shares[found[1]] = float(found[2])
    if not any(shares.values()):
        raise ValueError("at least one day has to take some load")
    return tuple(shares.values())
