"""What the next study session is about, before library and database are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.rehearsal import Purpose


@dataclass(frozen=True)
class Sitting:
    """A study session as it is asked for.

    Attributes:
        names: steps or entries; everything where there are none.
        new_only: no due cards.
        due_only: no new cards.
        ahead: new cards come whether their prerequisites are learned or not.
        catch_up: a portion of what is due after a break, and nothing new.
        purpose: a rehearsal of which nothing is logged; None for a session that counts.
    """

    names: tuple[str, ...] = ()
    new_only: bool = False
    due_only: bool = False
    ahead: bool = False
    catch_up: bool = False
    purpose: Purpose | None = None
