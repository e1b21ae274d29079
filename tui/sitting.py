"""What the next study session is about, before library and database are loaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sitting:
    """A study session as it is asked for.

    Attributes:
        names: steps or entries; everything where there are none.
        new_only: no due cards.
        due_only: no new cards.
        ahead: new cards come whether their prerequisites are learned or not.
    """

    names: tuple[str, ...] = ()
    new_only: bool = False
    due_only: bool = False
    ahead: bool = False
