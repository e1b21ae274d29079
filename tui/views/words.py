"""Numbers as people say them, and bars that need no colour."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

SECONDS_A_CARD = 20
"""How long a card takes on average, grading included; what the time of a session is foretold with."""

_DAYS_A_MONTH = 30.4375
_DAYS_A_YEAR = 365.25


def interval(days: int) -> str:
    """Days until a card comes back: `today`, `3 d`, `2.1 mo`, `1.5 y`."""
    if days <= 0:
        return "today"
    if days < 31:
        return f"{days} d"
    if days < _DAYS_A_YEAR:
        return f"{days / _DAYS_A_MONTH:.1f} mo"
    return f"{days / _DAYS_A_YEAR:.1f} y"


def ahead(days: int) -> str:
    """A day as seen from today: `today`, `tomorrow`, `in 5 days`."""
    if days <= 0:
        return "today"
    return "tomorrow" if days == 1 else f"in {days} days"


def minutes(cards: int) -> str:
    """About how long so many cards take: `about 6 minutes`; at least one minute."""
    return f"about {counted(max(1, ceil(cards * SECONDS_A_CARD / 60)), 'minute')}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 card`, `5 cards`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def elapsed(time: timedelta) -> str:
    """Time that has passed: `0:42`, `12:05`, `1:02:10`."""
    seconds = max(0, int(time.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def bar(share: float, width: int) -> str:
    """A bar of full and light cells.

    Args:
        share: from 0 to 1. Anything above 0 shows at least one full cell, and only 1 shows all of them.
        width: cells, at least 2.
    """
    full = round(share * width)
    if share > 0:
        full = max(full, 1)
    if share < 1:
        full = min(full, width - 1)
    return "█" * full + "░" * (width - full)
