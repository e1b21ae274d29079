"""The staircase as lines of text: it rises to the right, the lowest step at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.views.words import ahead, bar, counted, minutes

if TYPE_CHECKING:
    from engine.mastery import StepProgress
    from tui.snapshots.home import Home

STEPS = 21
"""How many steps the shipped staircase has; drawn before the library is read."""

_HERE = " ◂ you"
_BAR = 6
_COUNTS = 15
_RIGHT = 2 + _BAR + 1 + _COUNTS
_WIDEST_TREAD = 4
_USUAL_TITLE = "20 Engineering Judgement"


def tread_width(width: int, titles: Sequence[str]) -> int:
    """Columns by which each step stands further right than the one below: as many as the width allows, 1 to 4.

    Args:
        width: columns of the whole picture.
        titles: what is written on each step, the lowest first.
    """
    for tread in range(_WIDEST_TREAD, 1, -1):
        ends = (i * tread + tread + 2 + len(title) + 1 for i, title in enumerate(titles))
        if max(ends, default=0) + _RIGHT <= width:
            return tread
    return 1


def outline(index: int, steps: int, tread: int) -> str:
    """The line of one step, from the left edge to the riser of the next one.

    Args:
        index: the step, 0 for the lowest.
        steps: how many there are.
        tread: see `tread_width`.
    """
    edge = "─" if index == steps - 1 else "┘"
    return " " * (index * tread) + "┌" + "─" * (tread - 1) + edge


def stair_lines(steps: Sequence[StepProgress], stands: int, width: int) -> list[Content]:
    """All steps, the highest first, as they stand on the screen.

    Args:
        steps: the lowest first.
        stands: the index of the step on which the learner stands.
        width: columns.
    """
    titles = [f"{i} {step.title}" for i, step in enumerate(steps, 1)]
    tread = tread_width(width, titles)
    lines = []
    for i, (step, title) in enumerate(zip(steps, titles, strict=True)):
        stairs = outline(i, len(steps), tread)
        colour = "$accent" if step.written else "$foreground-muted"
        lines.append(
            Content.assemble((stairs, colour), " ", _inside(step, title, width - len(stairs) - 1, i == stands))
        )
    return lines[::-1]


def _inside(step: StepProgress, title: str, room: int, stands: bool) -> Content:
    """Title, mark of the learner, and on the right how far the step is, where there is room for it."""
    right = _progress(step) if room >= _RIGHT + len(_USUAL_TITLE) // 2 else Content("")
    here = _HERE if stands else ""
    room -= right.cell_length + len(here)
    shown = title if len(title) <= room - 1 else title[: max(room - 2, 4)] + "…"
    style = ("bold" if stands else "") if step.written else "$foreground-muted"
    gap = " " * max(room - len(shown), 0)
    return Content.assemble((shown, style), (here, "bold $text-accent"), gap, right)


def _progress(step: StepProgress) -> Content:
    if not step.written:
        return Content.styled("  planned".ljust(_RIGHT), "$foreground-muted")
    due = f"{step.due} due" if step.due else ""
    new = f"{step.new} new" if step.new else ""
    return Content.assemble(
        ("✓ " if step.solid else "  ", "$text-success"),
        bar(step.mastery, _BAR),
        (f" {due:>7}", "bold"),
        f" {new:>7}",
    )


def frame_lines(width: int, steps: int = STEPS) -> list[Content]:
    """The bare staircase, the highest step first, for the time before the library is read."""
    tread = tread_width(width, [_USUAL_TITLE] * steps)
    return [
        Content.assemble((outline(i, steps, tread), "$foreground-muted"), f" {i + 1}") for i in reversed(range(steps))
    ]


def next_line(home: Home) -> Content:
    """The one thing to do next, with its time."""
    cards = home.due + home.new
    if cards:
        parts = [f"{home.due} due"] * bool(home.due) + [f"{home.new} new"] * bool(home.new)
        return Content.assemble(
            "Next: ",
            (f"{', '.join(parts)}, {minutes(cards)}", "bold"),
            ". Press ",
            ("s", "bold $text-accent"),
            " to begin.",
        )
    if home.later is not None:
        days, count = home.later
        return Content(f"Done for today. Next: {counted(count, 'card')}, {ahead(days)}.")
    if any(step.written for step in home.steps):
        return Content("Nothing to study now. Open a step to read on.")
    return Content("There is no content yet.")


def detail_line(step: StepProgress) -> str:
    """What is known about the selected step."""
    if not step.written:
        return f"{step.title}: {counted(step.concepts, 'concept')} planned, none written yet."
    written = "" if step.written == step.concepts else f" ({step.written} written)"
    solid = ", solid" if step.solid else ""
    return (
        f"{step.title}: {counted(step.concepts, 'concept')}{written}, {step.begun} begun, "
        f"{step.learned} learned, {step.mastery:.0%} known today{solid}."
    )
