"""A card before and after the answer, as text."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from textwrap import wrap
from typing import TYPE_CHECKING, Literal

from textual.content import Content

from tui.views.words import bar, counted, elapsed, interval

if TYPE_CHECKING:
    from engine.faces import Face
    from engine.grading import Evidence
    from engine.session import Reveal
    from tui.snapshots.study import Closing, Sight

Stage = Literal["loading", "reading", "asking", "sureness", "revealed"]

SURENESS = ("guess", "unsure", "fairly sure", "certain")
GRADES = ("Again", "Hard", "Good", "Easy")

_RIGHT = ("✓", "$text-success")
_WRONG = ("✗", "$text-error")
_DOUBT = ("?", "$text-warning")
_HEADING = Content.styled("Right answer", "bold $text-success")

VERDICTS: Mapping[str, tuple[str, str, str]] = {
    "right": (*_RIGHT, "said"),
    "typo": (*_RIGHT, "right, but for the spelling"),
    "wrong": (*_WRONG, "wrong"),
    "missing": ("–", "$text-warning", "missing"),
    "contradicted": (*_WRONG, "you said the opposite"),
    "forbidden": (*_WRONG, "a mistake"),
    "reversed": (*_WRONG, "the wrong way round"),
    "unclear": (*_DOUBT, "unclear"),
}
"""Mark, colour and words of each verdict on an answer."""


def now_line(stage: Stage, face: Face | None, reveal: Reveal | None) -> Content:
    """What the learner can do now.

    Args:
        stage: how far the item in hand is.
        face: the card; None for an introduction.
        reveal: what the answer came to, where one was committed.
    """
    if stage == "sureness":
        return sureness_line()
    if stage == "revealed" and reveal is not None:
        return grade_line(reveal)
    if face is None:
        return Content("Read it, then press Enter for its cards.")
    hint = "  h: a hint." if face.hint else ""
    if face.kind == "choice":
        return Content(f"{face.instruction}{hint}")
    if face.kind == "multi":
        return Content(f"Several are right. Their numbers mark them, Enter commits.{hint}")
    if face.kind == "self":
        return Content(f"{face.instruction} Enter or Space shows the answer.{hint}")
    return Content(f"{face.instruction.rstrip('.')}. Enter commits, Esc leaves the field.{hint}")


def hanging(mark: str, text: str, width: int, style: str = "") -> Content:
    """A paragraph whose first line begins with a mark and whose other lines stand under its text.

    Args:
        mark: such as ` 1  `.
        text: the paragraph; its own line breaks stay.
        width: columns.
        style: of all of it.
    """
    room = max(width - len(mark), 10)
    lines = [part for line in text.splitlines() for part in (wrap(line, room) or [""])] or [""]
    return Content.styled(("\n" + " " * len(mark)).join([mark + lines[0], *lines[1:]]), style)


def top_line(sight: Sight, width: int) -> Content:
    """Where in the session one is: progress, what the item is about, time."""
    total = sight.answered + sight.remaining
    number = min(sight.answered + 1, total)
    about = [sight.step]
    item = sight.item
    if sight.lesson is not None:
        about.append("to be read again" if getattr(item, "repairs", "") else "something new to read")
    elif getattr(item, "new", False):
        about.append("new card")
    if getattr(item, "below", ""):
        about.append("below what you forgot")
    if getattr(item, "changed", False):
        about.append("changed since you answered it")
    if sight.flagged:
        about.append("⚑ flagged")
    time = elapsed(sight.shown_at - sight.began_at)
    left = f" {number} of {total} {bar(sight.answered / total if total else 1, 8)}  {' · '.join(filter(None, about))}"
    room = width - len(time) - 1
    left = left if len(left) <= room else left[: room - 1] + "…"
    return Content.styled(f"{left.ljust(room)}{time} ", "bold")


def question(face: Face, width: int) -> Content:
    """The prompt and the givens."""
    parts = [Content.styled("\n".join(_wrapped(face.prompt, width)), "bold")]
    if face.givens:
        parts.append(Content("\n").join(hanging("  • ", given, width) for given in face.givens))
    return Content("\n\n").join(parts)


def _wrapped(text: str, width: int) -> list[str]:
    return [part for line in text.splitlines() for part in (wrap(line, width) or [""])]


def choices(face: Face, picked: Collection[int], width: int) -> Content:
    """What there is to choose from, before the answer.

    Args:
        face: the card.
        picked: indices of the options that are picked.
        width: columns.
    """
    several = face.kind == "multi"

    def mark(index: int) -> str:
        taken = index in picked
        box = ("[x]" if taken else "[ ]") if several else (" ▸ " if taken else "   ")
        return f"{box} {index + 1}  "

    lines = [hanging(mark(i), option, width, "bold" if i in picked else "") for i, option in enumerate(face.options)]
    if not face.left:
        return Content("\n").join(lines)
    left = [hanging(f"    {letter}  ", text, width) for letter, text in zip("abcdefgh", face.left, strict=False)]
    return Content("\n").join([*left, Content(""), *lines])


def numbers(picked: Collection[int]) -> str:
    """The picked options as the session takes them: numbers from 1."""
    return " ".join(str(index + 1) for index in sorted(picked))


def result(face: Face, reveal: Reveal, title: str, width: int) -> Content:
    """The right answer, what it rests on, and how the learner's own answer compares.

    Args:
        face: the card.
        reveal: the answer, committed.
        title: of the entry that the card belongs to.
        width: columns.
    """
    parts: list[Content] = []
    if face.kind in ("choice", "multi"):
        parts.append(_options_revealed(face, reveal, width))
    elif face.kind == "self":
        parts.append(_answer(face, width))
    else:
        parts.append(hanging("Your answer: ", reveal.response or "(none)", width))
        parts.append(_compared(face, reveal, width))
    if face.why:
        parts.append(hanging("Why: ", face.why, width))
    parts.append(Content.styled(f"From: {title}", "$foreground-muted"))
    return Content("\n\n").join(part for part in parts if part.plain)


def _compared(face: Face, reveal: Reveal, width: int) -> Content:
    """The learner's answer held against the right one, the right one told along with it."""
    if face.kind == "order":
        return _order_revealed(face, reveal, width)
    if face.kind == "match":
        return _pairs_revealed(face, reveal, width)
    lines = [_evidence_line(face, reveal, line, width) for line in reveal.grade.evidence]
    # The evidence on a free answer names every point that it should make; saying them again would only be longer.
    return Content("\n").join([*lines, *([] if face.kind == "recall" else [Content(""), _answer(face, width)])])


def _answer(face: Face, width: int) -> Content:
    lines = [hanging("  ", line, width) for line in face.answer.splitlines()]
    return Content("\n").join([_HEADING, *lines])


def _order_revealed(face: Face, reveal: Reveal, width: int) -> Content:
    lines = [_HEADING]
    for place, index in enumerate(face.right):
        lines.append(hanging(f"   {place + 1}  ", face.options[index], width))
        if place < len(face.right) - 1:
            mark, style, word = VERDICTS[reveal.grade.evidence[place].verdict]
            said = "" if mark == _RIGHT[0] else f"{word}, you had these the other way round. "
            lines.append(hanging(f" {mark}   ↓ ", f"{said}{face.because[place]}", width, style))
    return Content("\n").join(lines)


def _pairs_revealed(face: Face, reveal: Reveal, width: int) -> Content:
    from engine.responses import parse_match

    given = parse_match(reveal.response, len(face.left))
    lines = [_HEADING]
    for left, right, mine, line in zip(face.left, face.right, given, reveal.grade.evidence, strict=True):
        mark, style, word = VERDICTS[line.verdict]
        lines.append(hanging(f" {mark} ", f"{left}: {face.options[right]}", width, style))
        if mark != _RIGHT[0]:
            yours = f"yours: {face.options[mine]}" if mine is not None else "you left it out"
            lines.append(hanging("     ", f"{word}; {yours}", width))
    return Content("\n").join(lines)


def _options_revealed(face: Face, reveal: Reveal, width: int) -> Content:
    taken = _taken(reveal)
    lines = []
    for index, option in enumerate(face.options):
        right = index in face.right
        mine = index in taken
        mark, style = _RIGHT if right else (_WRONG if mine else (" ", "$foreground-muted"))
        said = {
            (True, True): "right, and yours",
            (True, False): "right" if face.kind == "choice" else "right, and you left it out",
            (False, True): "wrong, and yours",
            (False, False): "",
        }[(right, mine)]
        note = f"  ({said})" if said else ""
        lines.append(hanging(f" {mark} {index + 1}  ", f"{option}{note}", width, style))
        why_not = face.why_not[index] if index < len(face.why_not) else None
        if mine and why_not:
            lines.append(hanging("      Why not: ", why_not, width))
    return Content("\n").join(lines)


def _taken(reveal: Reveal) -> frozenset[int]:
    """The options that the learner took, which the evidence says without reading the answer again."""
    wrong = {line.index for line in reveal.grade.evidence if line.verdict == "wrong"}
    named = {int(part) - 1 for part in reveal.response.split() if part.isdigit()}
    return frozenset(wrong | named)


def _evidence_line(face: Face, reveal: Reveal, line: Evidence, width: int) -> Content:
    mark, style, word = VERDICTS[line.verdict]
    if face.kind == "cloze":
        text = f"gap {line.index + 1}, {'right' if line.verdict == 'right' else word}: {line.quote or '(empty)'}"
    elif face.kind == "estimate":
        from engine.answers import how_far

        off = how_far(face, reveal.response)
        within = reveal.grade.score == 1 and off != "exactly"
        text = f"within the tolerance: {off}" if within else off
    else:
        text = f"{word}: {line.point}"
        if line.quote:
            text += f"\nyou wrote: “{line.quote}”"
            if line.wording and line.wording.casefold() not in line.quote.casefold():
                text += f" (compared with “{line.wording}”)"
    return hanging(f" {mark} ", text, width, style)


def sureness_line() -> Content:
    """The question how sure one is."""
    words = [f"{number} {word}" for number, word in enumerate(SURENESS, 1)]
    return Content.assemble(("How sure?  ", "bold"), "   ".join(words), ("   Enter skips", "$foreground-muted"))


def grade_line(reveal: Reveal) -> Content:
    """The four grades with the time until the card comes back, and which one Enter takes."""
    suggested = reveal.grade.suggested
    parts = []
    for rating, days in sorted(reveal.previews.items()):
        chosen = rating == suggested
        mark = "▸" if chosen else " "
        text = f"{mark}{int(rating)} {GRADES[rating - 1]} ({interval(days)})"
        parts.append(Content.styled(text, "bold $text-accent" if chosen else ""))
    end = f"   Enter: {GRADES[suggested - 1]}" if suggested is not None else "   Your grade?"
    return Content("  ").join(parts) + Content.styled(end, "$foreground-muted")


def closing_lines(closing: Closing, width: int) -> Content:
    """What a session came to, and what comes next."""
    parts: list[Content] = []
    if closing.answered:
        time = elapsed(timedelta(seconds=closing.seconds))
        parts.append(
            Content.styled(
                f"{counted(closing.answered, 'answer')} saved, {closing.new} new, {closing.forgotten} forgotten, {time} on cards.",
                "bold",
            )
        )
    else:
        parts.append(Content.styled("Nothing to ask here now.", "bold"))
    for heading, titles in (
        ("Read", closing.read),
        ("Learned", closing.learned),
        ("Shaky", tuple(f"{title} (forgotten {times}×)" for title, times in closing.shaky)),
    ):
        if titles:
            items = [hanging("  • ", title, width) for title in titles]
            parts.append(Content("\n").join([Content.styled(heading, "bold"), *items]))
    parts.append(hanging("", _next(closing), width))
    return Content("\n\n").join(parts)


def _next(closing: Closing) -> str:
    lines = []
    left = [f"{closing.due_left} due"] * bool(closing.due_left) + [f"{closing.new_left} new"] * bool(closing.new_left)
    if left:
        lines.append(f"Still open here today: {', '.join(left)}. Press s to go on.")
    if closing.ahead:
        lines.append(
            f"{counted(closing.ahead, 'more new card')} would fit into today, before what they build on has settled. Press x to learn ahead."
        )
    if closing.later is not None:
        days, count = closing.later
        when = "Tomorrow" if days == 1 else f"In {days} days"
        lines.append(f"{when} {counted(count, 'card')} will be due.")
    if closing.held_back and not closing.answered and not closing.ahead:
        lines.append(
            f"{counted(closing.held_back, 'new card')} will come later, a few a day, each after what it builds on."
        )
    return "\n".join(lines)
