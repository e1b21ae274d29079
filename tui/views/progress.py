"""Progress as pictures made of text: bars, columns and shades that need no colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from textual.content import Content

from tui.views.study import SURENESS
from tui.views.words import bar, counted

if TYPE_CHECKING:
    from engine.evaluation import Calibration, Level
    from engine.mastery import StepProgress
    from tui.snapshots.progress import Hard, ProgressView, Retention

PAGES = ("Steps", "Days", "Memory", "Hardest cards")

SHADES = "·░▒▓█"
"""None, and four levels from few to many."""

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_EPOCH = date(1970, 1, 1)
_COLUMN = 4
_MUTED = "$foreground-muted"


def heading(text: str) -> Content:
    """The title of a picture."""
    return Content.styled(text, "bold underline")


def totals_line(view: ProgressView) -> Content:
    """What it all comes to."""
    days = len(view.answers)
    answers = counted(sum(view.answers.values()), "answer")
    learned = "1 entry" if view.learned == 1 else f"{view.learned} entries"
    parts = f", {counted(view.begun, 'card')} begun. In 12 weeks {answers} on {counted(days, 'day')}."
    return Content.assemble((f" {learned} learned", "bold"), parts)


def pages_line(page: int) -> Content:
    """The pages; the open one is set in brackets."""
    parts = [
        (f"[{number} {name}]", "bold $text-accent") if number == page + 1 else (f" {number} {name} ", _MUTED)
        for number, name in enumerate(PAGES, 1)
    ]
    return Content.assemble(*parts)


def page_text(view: ProgressView, page: int, width: int) -> Content:
    """A page as text; the last page is a list and has only its first line here.

    Args:
        view: how far the learner is.
        page: 0 for the first.
        width: columns.
    """
    pages: tuple[Callable[[], list[Content]], ...] = (
        lambda: steps_lines(view, width),
        lambda: [*load_lines(view.load, view.today), Content(""), *heat_lines(view.answers, view.today)],
        lambda: [*retention_lines(view.retention), Content(""), *calibration_lines(view.calibration)],
        lambda: [hardest_head(view.hardest)],
    )
    return Content("\n").join(pages[page]())


# Steps


def steps_lines(view: ProgressView, width: int) -> list[Content]:
    """Each written step with a bar: how much of it is known today."""
    lines = [step_line(number, step, width) for number, step in view.steps]
    if view.planned:
        lines.append(Content.styled(f"{counted(view.planned, 'step')} more planned.", _MUTED))
    return [heading("Known today, by step"), *lines]


def step_line(number: int, step: StepProgress, width: int) -> Content:
    """One step: number, title, bar, percentage, what of it is learned.

    Args:
        number: its place in the staircase, from 1.
        step: how far the learner is with it.
        width: columns.
    """
    counts = f" {step.mastery:>4.0%}  {step.learned:>3} of {step.written} learned"
    room = max(width - len(counts) - 5, 20)
    cells = max(min(room - 26, 40), 8)
    title = step.title if len(step.title) <= room - cells else step.title[: room - cells - 2] + "…"
    mark = ("✓ ", "$text-success") if step.solid else "  "
    return Content.assemble(f"{number:>2} ", title.ljust(room - cells), mark, bar(step.mastery, cells), counts)


# Days


def columns(values: Sequence[int], height: int) -> list[str]:
    """Columns that stand on a line, each `_COLUMN` wide with a gap; the highest fills all rows.

    Args:
        values: at least 0. Anything above 0 is seen.
        height: rows.

    Returns:
        The rows, the highest first.
    """
    most = max(values, default=0) or 1
    eighths = [max(round(value * height * 8 / most), 1) if value else 0 for value in values]
    return [
        "".join(f"{_EIGHTHS[min(max(e - row * 8, 0), 8)] * (_COLUMN - 1)} " for e in eighths)
        for row in reversed(range(height))
    ]


def load_lines(load: Sequence[int], today: int, height: int = 4) -> list[Content]:
    """Cards that fall due on the coming days, a column a day with its number above and its weekday below.

    Args:
        load: cards of each day, today first.
        today: as days since 1970-01-01.
        height: rows of the columns.
    """
    title = heading(f"Due in the next {len(load)} days: {counted(sum(load), 'card')}")
    if not any(load):
        return [title, Content("Nothing is scheduled yet.")]
    numbers = "".join(f"{_short(cards):^{_COLUMN - 1}} " for cards in load)
    days = "".join(f"{_WEEKDAYS[(today + i + 3) % 7]:^{_COLUMN - 1}} " for i in range(len(load)))
    rows = [Content.styled(row, "$accent") for row in columns(load, height)]
    below = Content("^ today".ljust(_COLUMN * len(load)))
    return [title, Content(numbers), *rows, Content.styled(days, _MUTED), below]


def _short(cards: int) -> str:
    return str(cards) if cards < 1000 else f"{cards // 1000}k"


def shade(value: int, most: int) -> str:
    """A shade for a number: `·` for none, then four levels up to the most."""
    return SHADES[0] if value <= 0 or most <= 0 else SHADES[min(-(-value * 4 // most), 4)]


def heat_lines(answers: Mapping[int, int], today: int, weeks: int = 12) -> list[Content]:
    """Answers of each day, a column a week and a row a weekday, the present week on the right.

    Args:
        answers: how many on each day.
        today: as days since 1970-01-01.
        weeks: how many columns.
    """
    monday = today - (today + 3) % 7
    starts = [monday - 7 * back for back in reversed(range(weeks))]
    most = max(answers.values(), default=0)
    rows = [Content.styled(f"   {_months(starts)}", _MUTED)]
    for weekday, name in enumerate(_WEEKDAYS):
        cells = "".join(
            f"{shade(answers.get(day, 0), most) * 2} " if (day := start + weekday) <= today else "   "
            for start in starts
        )
        rows.append(Content.assemble((f"{name} ", _MUTED), (cells, "$accent")))
    legend = f"{SHADES[0]} none   {SHADES[1]}{SHADES[2]}{SHADES[3]}{SHADES[4]} up to {counted(most, 'answer')} a day"
    return [heading(f"Answers in {weeks} weeks"), *rows, Content.styled(legend, _MUTED)]


def _months(starts: Sequence[int]) -> str:
    """Names of months over the weeks in which they begin."""
    line, last = "", ""
    for index, start in enumerate(starts):
        name = (_EPOCH + timedelta(days=start)).strftime("%b")
        # A month that begins in the second week would run into the name before it; it is named a week later.
        if name != last and len(line) <= index * 3:
            line, last = line.ljust(index * 3) + name + " ", name
    return line


# Memory


def retention_lines(retention: Retention) -> list[Content]:
    """How much was still there when it came back: the share, and a column for each day."""
    title = heading(f"Remembered in {len(retention.days)} days")
    if retention.share is None:
        return [title, Content("No card came back on a later day yet.")]
    ticks = "".join(_EIGHTHS[max(round(right * 8 / asked), 1)] if asked else "·" for asked, right in retention.days)
    goal = (
        f"{retention.share:.0%} of {counted(retention.answers, 'answer')} on a later day; wanted {retention.goal:.0%}."
    )
    ends = f"{f'{len(retention.days)} days ago':<{len(ticks) - 5}}today"
    key = "full height: all right   ·: nothing asked"
    return [
        title,
        Content(goal),
        Content.styled(ticks, "$accent"),
        Content.styled(ends, _MUTED),
        Content.styled(key, _MUTED),
    ]


def calibration_lines(found: Calibration | None) -> list[Content]:
    """What each word of confidence promised, and what came: a bar for what was right, `|` where the promise stands."""
    title = heading("How sure you were, and how often you were right")
    if found is None:
        return [title, Content("No answer came with a confidence yet; `kb config confidence true` has it asked.")]
    lines = [level_line(level) for level in found.levels if level.answers]
    key = "█ was right   | what the word promises"
    wrong = counted(len(found.misjudged), "time")
    sure = "Never sure and wrong." if not found.misjudged else f"Sure and wrong: {wrong}."
    return [title, *lines, Content.styled(key, _MUTED), Content(sure)]


def level_line(level: Level, cells: int = 20) -> Content:
    """One word of confidence.

    Args:
        level: its answers.
        cells: width of the bar.
    """
    drawn = list(bar(level.share, cells))
    drawn[min(round(level.promised * cells), cells - 1)] = "|"
    word = SURENESS[level.confidence - 1]
    counts = f" {level.share:>4.0%} of {level.answers:<4}"
    return Content.assemble(f"{word:<12}", ("".join(drawn), "$accent"), counts, (verdict(level), "bold"))


def verdict(level: Level) -> str:
    """What a confidence was worth, where there are enough answers to tell."""
    if level.high < level.promised:
        return "too sure"
    return "surer than you think" if level.low > level.promised else "fits"


# Hardest cards


def hardest_head(hardest: Sequence[Hard]) -> Content:
    """What the list below shows."""
    if not hardest:
        return Content("No card was forgotten yet.")
    return heading("Most often forgotten; Enter opens where a card comes from")


def hard_line(hard: Hard, width: int) -> Content:
    """One card of the list."""
    times = f"{hard.lapses:>3}x  "
    prompt = " ".join(hard.prompt.split())
    room = width - len(times) - len(hard.title) - 2
    if room < 12:
        return Content.assemble((times, "bold"), hard.title[: max(width - len(times), 8)])
    prompt = prompt if len(prompt) <= room else prompt[: room - 1] + "…"
    return Content.assemble((times, "bold"), hard.title, (f"  {prompt}", _MUTED))
