"""The lines around what is read: where one is, what there is, what stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.views.states import MARKS, STYLES, WORDS, marked

if TYPE_CHECKING:
    from tui.snapshots.reading import Neighbour, Page, Reading
    from tui.snapshots.step import Part, StepView


def title_line(reading: Reading, width: int) -> Content:
    """Step, title and state of an entry."""
    state = marked(reading.state) if reading.kind != "step" else ""
    name = f" {reading.step} › {reading.title}" if reading.kind != "step" else f" {reading.step}: the walk"
    room = width - len(state) - 2
    name = name if len(name) <= room else name[: room - 1] + "…"
    return Content.assemble((name.ljust(room), "bold"), (state, STYLES[reading.state]), " ")


def page_line(pages: Sequence[Page], page: int) -> Content:
    """Which page is open."""
    return Content.assemble(
        (f"{page + 1}/{len(pages)} ", "$foreground-muted"), (pages[page].title, "bold $text-accent")
    )


def contents(pages: Sequence[Page], page: int) -> Content:
    """The table of contents, for wide screens."""
    lines = [
        Content.styled(f"{'▸' if i == page else ' '} {each.title}", "bold $text-accent" if i == page else "")
        for i, each in enumerate(pages)
    ]
    return Content("\n").join(lines)


def missing_line(missing: Sequence[str]) -> str:
    """What is to be learned first; empty where nothing is."""
    return f"Builds on {', '.join(missing)}, not learned yet. s studies it all the same." if missing else ""


def neighbour_line(neighbour: Neighbour) -> Content:
    """An entry beside the one that is read; headings and mere names have no state."""
    if neighbour.kind == "heading":
        return Content.styled(neighbour.text, "bold underline")
    if neighbour.state is None:
        return Content(f"  {neighbour.text}")
    word = "" if neighbour.state == "new" else f" ({WORDS[neighbour.state]})"
    return Content.assemble(
        (f"{MARKS[neighbour.state]} ", STYLES[neighbour.state]), neighbour.text, (word, "$foreground-muted")
    )


def part_line(part: Part) -> Content:
    """One line of a step."""
    return Content.assemble(
        (f"{MARKS[part.state]} {WORDS[part.state]:8}", STYLES[part.state]),
        (f" {part.title}", "$foreground-muted" if part.kind == "planned" else ""),
    )


def step_line(view: StepView) -> Content:
    """Number, title and purpose of a step."""
    return Content.assemble((f"{view.number} {view.title}. ", "bold"), view.purpose)
