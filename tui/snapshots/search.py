"""What the search screen shows: an answer, and what it can be narrowed to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.search import Result
    from tui.background import Catalogue

LIMIT = 20
"""Hits that are shown."""

_BROAD = 60
"""Hits from which kinds and steps to narrow to are taken."""


@dataclass(frozen=True)
class Narrowing:
    """To what a search is narrowed.

    Attributes:
        kind: only entries of this kind; None for all.
        step: only entries of this step; None for all.
    """

    kind: str | None = None
    step: str | None = None


EVERYWHERE = Narrowing()


@dataclass(frozen=True)
class Found:
    """The answer to a query.

    Attributes:
        result: with at most `LIMIT` hits.
        narrowing: to what it was narrowed.
        kinds: of what was found without narrowing, the best hit's first.
        steps: likewise.
    """

    result: Result
    narrowing: Narrowing
    kinds: tuple[str, ...]
    steps: tuple[str, ...]


def finding(query: str, narrowing: Narrowing = EVERYWHERE) -> Callable[[Catalogue], Found]:
    """Searches.

    Args:
        query: as typed.
        narrowing: where to look.

    Returns:
        A job; it raises KbError where the index cannot be used.
    """

    def job(catalogue: Catalogue) -> Found:
        index = catalogue.index
        broad = index.search(query, limit=_BROAD)
        narrow = narrowing != EVERYWHERE
        result = index.search(query, kind=narrowing.kind, step=narrowing.step, limit=LIMIT) if narrow else broad
        result = replace(result, hits=result.hits[:LIMIT])
        return Found(
            result=result,
            narrowing=narrowing,
            kinds=tuple(dict.fromkeys(hit.kind for hit in broad.hits)),
            steps=tuple(dict.fromkeys(hit.step for hit in broad.hits if hit.step)),
        )

    return job
