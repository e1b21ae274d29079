"""A placement as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.views.words import bar, counted

if TYPE_CHECKING:
    from tui.snapshots.placement import Round

KEYS = (
    "Type the number of an answer. 0: I do not know, which is better than a guess. Esc leaves; then nothing is noted."
)


def head_line(found: Round) -> Content:
    """How far a placement is."""
    placement = found.placement
    number, total = len(placement.asked), len(placement.below)
    settled = total - len(placement.open)
    if found.face is None:
        return Content.styled(f" Placement: done after {counted(number, 'question')}", "bold")
    share = settled / total if total else 1
    return Content.assemble(
        (f" Placement: question {number + 1} of at most {placement.most}", "bold"),
        f"  {bar(share, 10)} {settled} of {counted(total, 'concept')} settled",
    )


def outcome(found: Round) -> Content:
    """What a placement came to, step by step."""
    placement = found.placement
    if not placement.known:
        return Content(
            "Nothing was found that you know already, so you begin at the first step. That is where most begin.\n\n"
            "Press Enter or Esc to go to the staircase."
        )
    head = f"You seem to know {len(placement.known)} of {counted(len(placement.below), 'concept')}:"
    width = max(len(title) for title, _, _ in found.steps)
    lines = [f"  {title:<{width}}  {bar(known / of, 12)}  {known} of {of}" for title, known, of in found.steps]
    return Content("\n").join(
        [
            Content.styled(head, "bold"),
            Content(""),
            *map(Content, lines),
            Content(""),
            Content("Enter notes their cards as known: they are not asked. Esc notes nothing."),
            Content("“Placement” in the palette (^p) does it again at any time."),
        ]
    )


def noted(marked: int, again: int) -> str:
    """What was noted."""
    more = f" {counted(again, 'card')} of an earlier placement will be asked again." if again else ""
    return f"{counted(marked, 'card')} noted as known.{more}"
