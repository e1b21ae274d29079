"""The pages of a trade-off: its cases to be played, then its sides beside each other, then where the answer flips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.snapshots.reading import Page

if TYPE_CHECKING:
    from kb.content import Library
    from kb.models import Tradeoff

SCORE = "score"
TABLE = "sides"
"""Keys of the page that says how the play went, and of the one with the table."""

_CASE = "case."
_SIDE = "side."


def play_pages(library: Library, tradeoff: Tradeoff, pages: Sequence[Page]) -> Iterator[Page]:
    """The pages of a trade-off with choices for its cases, a score after them, and one table in place of a page for each side.

    Args:
        library: for the titles of the sides.
        tradeoff: the entry.
        pages: its sections as pages, in reading order.
    """
    names = tuple(library.title(side.concept) if side.concept else str(side.phrase) for side in tradeoff.sides)
    keys = [side.key for side in tradeoff.sides]
    cases = {f"{_CASE}{case.key}": case for case in tradeoff.cases}
    left = len(cases)
    for page in pages:
        if case := cases.get(page.key):
            left -= 1
            yield replace(
                page,
                title=f"Case {len(cases) - left} of {len(cases)}",
                text=f"{case.because}{' This one is close.' if case.close else ''}",
                ask=f"{case.situation} What would you pick here?",
                choices=names,
                right=keys.index(case.pick),
            )
            if not left:
                yield Page(SCORE, "How you did", "")
                yield Page(TABLE, "The sides", table(names, tradeoff))
        elif not page.key.startswith(_SIDE):
            yield page


def table(names: Sequence[str], tradeoff: Tradeoff) -> str:
    """The sides beside each other, as a table in Markdown.

    Args:
        names: of the sides.
        tradeoff: the entry.
    """
    sides = tradeoff.sides
    rows = (
        ("", names),
        ("---", ["---"] * len(sides)),
        ("**Wins when**", [side.wins_when for side in sides]),
        ("**Gains**", [" · ".join(side.gains) for side in sides]),
        ("**Costs**", [" · ".join(side.costs) for side in sides]),
    )
    return "\n".join("| " + " | ".join(_cell(text) for text in (head, *cells)) + " |" for head, cells in rows)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
