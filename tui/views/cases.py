"""The cases of a trade-off as a play: what there is to pick, what was picked, and how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.views.study import hanging
from tui.views.words import counted

if TYPE_CHECKING:
    from tui.snapshots.reading import Page


def case_question(page: Page, picked: int | None, told: bool, width: int) -> Content:
    """The situation and the sides to pick from; once it is told, each with its verdict.

    Args:
        page: the case.
        picked: the index of the side that was picked; None where none was.
        told: the answer is shown.
        width: columns.
    """
    lines = [Content.styled(page.ask, "bold"), Content("")]
    for index, name in enumerate(page.choices):
        right = told and index == page.right
        wrong = told and index == picked and not right
        mark = "✓" if right else "✗" if wrong else " "
        style = "bold $text-success" if right else "$text-error" if wrong else ""
        note = " (your pick)" if told and index == picked else ""
        lines.append(hanging(f" {mark} {index + 1}  ", f"{name}{note}", width, style))
    return Content("\n").join(lines)


def case_text(page: Page, picked: int | None) -> str:
    """What is told after a case, as Markdown.

    Args:
        page: the case.
        picked: the index of the side that was picked; None where none was.
    """
    winner = page.choices[page.right]
    if picked is None:
        return f"Here **{winner}** wins. {page.text}"
    if picked == page.right:
        return f"**Right: {winner}.** {page.text}"
    return f"**Not here: {winner} wins.** {page.text}"


def score_text(cases: Sequence[tuple[int, Page]], picks: Mapping[int, int]) -> str:
    """How a play went, case by case, as Markdown.

    Args:
        cases: the number of each case's page, and the page.
        picks: the index of the side that was picked, by the number of the page.
    """
    if not picks:
        return f"You left out the {counted(len(cases), 'case')}. Press p to go back to them, or Enter to read on."
    right = sum(picks.get(number) == page.right for number, page in cases)
    lines = [f"**{right} of {counted(len(cases), 'case')} as this entry sees it.** Nothing of it is kept.", ""]
    for number, page in cases:
        picked = picks.get(number)
        mark = "–" if picked is None else "✓" if picked == page.right else "✗"
        said = "not played" if picked is None else f"you picked {page.choices[picked]}"
        differs = "" if picked in (None, page.right) else f", {page.choices[page.right]} wins"
        close = ", a close one" if "This one is close." in page.text and differs else ""
        lines.append(f"- {mark} {page.title}: {said}{differs}{close}")
    return "\n".join(lines)


def play_line(sides: int) -> str:
    """What the learner can do at a case that is not told yet."""
    return f"1 to {sides} picks. Enter shows the answer without a pick. x goes on to the table."
