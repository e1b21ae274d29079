"""Draws a diagram with characters so that it fits a width, or shows its source in a frame.

`mermaid-term` draws boxes (flowchart, state, class, entities), `termaid` draws sequences; neither checks what it reads,
so the source is read here first and every drawing is compared with the words it has to show.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from textwrap import wrap
from typing import Final

from kb.diagram.model import Diagram
from kb.diagram.parse import parse_diagram
from kb.diagram.shape import edges_are_single, edges_join_neighbouring_rows, edges_pass_no_box, joined_lines_are_true

MAX_COLUMNS: Final = 78
"""Columns of a drawing in a terminal of 80 with a border."""

MAX_LINES: Final = 36
"""Rows of a drawing."""

_LARGEST: Final = (40, 60)
"""Nodes and edges beyond which nothing is drawn: the layout takes time by the square of the edges."""

_LONGEST_SOURCE: Final = 8_000
"""Characters beyond which nothing is drawn."""

_MESSAGE_WIDTHS: Final = (None, 40, 30, 24, 20, 16, 12)
"""Columns at which the text of a message is wrapped, tried one after the other; None is not at all."""

_TRUE_LINES: Final = (edges_are_single, edges_join_neighbouring_rows, edges_pass_no_box, joined_lines_are_true)
"""Rules without which mermaid-term draws edges that are not there, or leaves some out; termaid draws each by itself."""

_NARROWEST_FRAME: Final = 12
_DRAWN: Final = re.compile(r"[\u2500-\u25ff×\[\]<>~«»,]+")
_NARROW: Final = r" -~\u00a1-\u00ac\u00ae-\u02ff\u2013\u2014\u2018-\u201d\u2026\u2190-\u22ff\u2500-\u25fc"
"""Characters, as a regular expression has them, that every terminal shows in one column; the others are looked up."""

_PLAIN: Final = re.compile(f"[{_NARROW}]*")
_HEADER: Final = re.compile(r"(flowchart|graph)[ \t]+(?:TD|TB|LR)\b")
_UNUSUAL: Final = re.compile(rf"[^{_NARROW}\n]")


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines of text that show a diagram.

    Args:
        lines: plain text without colours, control characters or blanks at the end of a line.
        fits: whether every line is at most as wide as was asked for.
        fallback: whether the lines show the source instead of a drawing.
        reason: why the source is shown, or empty.
        needs: columns of the narrowest drawing, where the source is shown because that is too wide; otherwise 0.
    """

    lines: tuple[str, ...]
    fits: bool
    fallback: bool
    reason: str = ""
    needs: int = 0

    @property
    def columns(self) -> int:
        """Columns of the widest line."""
        return max(map(_columns, self.lines), default=0)


def render_diagram(source: str, width: int, alt: str = "") -> Drawing:
    """Draws a diagram; never raises.

    Tried in this order: the diagram as written; with TD and LR swapped, or with messages wrapped; its subgraphs below each
    other; the source in a frame below the sentence that describes it. A drawing counts only when it is narrow enough and
    every word of every label stands in it.

    Args:
        source: Mermaid text.
        width: columns that it may take.
        alt: one sentence that describes the diagram; shown above the source when nothing can be drawn.

    Returns:
        The drawing. The same arguments give the same object again.
    """
    return _render(source, width, alt)


def drawn_size(source: str, width: int = MAX_COLUMNS) -> tuple[int, int]:
    """How much room a diagram takes.

    Args:
        source: Mermaid text.
        width: columns that it may take.

    Returns:
        Columns and rows of what `render_diagram` gives.
    """
    drawing = render_diagram(source, width)
    return drawing.columns, len(drawing.lines)


def is_drawn(drawing: Drawing) -> Iterator[str]:
    """The diagram can be drawn without loss."""
    if drawing.fallback and not drawing.needs:
        yield f"shown as source: {drawing.reason}"


def size_fits(drawing: Drawing) -> Iterator[str]:
    """The drawing fits a terminal of 80 columns without much scrolling."""
    columns = drawing.needs if drawing.fallback else drawing.columns
    if columns > MAX_COLUMNS:
        yield f"{columns} columns wide; at most {MAX_COLUMNS}: shorten labels, or let fewer branches stand side by side"
    if not drawing.fallback and len(drawing.lines) > MAX_LINES:
        yield f"{len(drawing.lines)} rows high; at most {MAX_LINES}: show less, or make two diagrams"


DRAWING_RULES: Final[tuple[tuple[str, Callable[[Drawing], Iterator[str]]], ...]] = (
    ("diagram-drawn", is_drawn),
    ("diagram-width", size_fits),
)
"""Name and function of every rule that needs the drawing at `MAX_COLUMNS`; to be asked when the text is within the subset."""


@lru_cache(maxsize=256)
def _render(source: str, width: int, alt: str) -> Drawing:
    """Draws, or frames the source; see `render_diagram`."""
    text = _visible(source)
    diagram = parse_diagram(text)
    reason = _why_not(text, diagram)
    complete: list[int] = []
    if not reason:
        for draw in _attempts(text, diagram):
            lines = _tidy(draw())
            lost = _lost_words(lines, diagram)
            columns = max(map(_columns, lines), default=0)
            if lines and not lost and columns <= width:
                return Drawing(lines, fits=True, fallback=False)
            if lost:
                reason = f"the drawing would lose or clip {', '.join(map(repr, lost[:5]))}"
            else:
                complete.append(columns)
        if complete:
            reason = f"the narrowest drawing takes {min(complete)} columns, there are {width}"
    lines = _framed(text, width, _visible(alt))
    fits = all(_columns(line) <= width for line in lines)
    return Drawing(lines, fits, fallback=True, reason=reason, needs=min(complete, default=0))


def _why_not(text: str, diagram: Diagram) -> str:
    """Why a source is not given to the drawing packages, or an empty text."""
    if not diagram.kind:
        return f"`{diagram.header[:40]}` is no kind of diagram that can be drawn"
    for fault in diagram.faults:
        if fault.rule == "diagram-syntax":
            return fault.text
    if not diagram.nodes:
        return "the diagram is empty"
    if len(diagram.nodes) > _LARGEST[0] or len(diagram.edges) > _LARGEST[1] or len(text) > _LONGEST_SOURCE:
        return "the diagram is too large"
    return ""


def _attempts(text: str, diagram: Diagram) -> Iterator[Callable[[], list[str]]]:
    """Yields ways to draw a diagram, the best first."""
    if diagram.kind == "sequenceDiagram":
        for width in _MESSAGE_WIDTHS:
            yield partial(_draw_with_termaid, text, width)
        return
    if any(True for rule in _TRUE_LINES for _ in rule(diagram)):
        yield partial(_draw_with_termaid, text, None)
        return
    yield partial(_draw_boxes, text)
    swapped = _swapped(text, diagram)
    if swapped != text:
        yield partial(_draw_boxes, swapped)
    if len(diagram.groups) > 1:
        yield partial(_draw_stacked, text)
    yield partial(_draw_with_termaid, text, None)


def _draw_boxes(text: str) -> list[str]:
    """Draws a flowchart, states, classes or entities; an empty list when the package cannot."""
    import mermaid_term

    try:
        art = mermaid_term.render(text)
    except Exception:
        return []  # a bug of a drawing package must not keep anybody from a lesson
    return list(art.plain_lines) if art is not None else []


def _draw_with_termaid(text: str, label_width: int | None) -> list[str]:
    """Draws with labels wrapped at a width; an empty list when the package cannot."""
    import termaid

    try:
        return str(termaid.render(text, padding_x=2, padding_y=0, max_label_width=label_width)).split("\n")
    except Exception:
        return []  # as above


def _draw_stacked(text: str) -> list[str]:
    """Draws the subgraphs of a flowchart below each other."""
    return [line for part in _groups(text) for line in _draw_boxes(part)]


def _swapped(text: str, diagram: Diagram) -> str:
    """The same diagram with TD for LR or LR for TD; unchanged where the kind has no direction."""
    other = "TD" if diagram.direction == "LR" else "LR"
    if diagram.kind in ("flowchart", "graph"):
        return _HEADER.sub(rf"\1 {other}", text, count=1)
    if diagram.kind == "erDiagram":
        return text
    kept = [line for line in text.split("\n") if not line.strip().startswith("direction ")]
    at = next(i for i, line in enumerate(kept) if line.strip() == diagram.header)
    kept.insert(at + 1, f"  direction {other}")
    return "\n".join(kept)


def _groups(text: str) -> Iterator[str]:
    """Yields one flowchart for every subgraph; they are independent of each other."""
    part: list[str] = []
    for line in text.split("\n"):
        word = line.strip()
        if word.startswith("subgraph"):
            part = ["flowchart TD"]
        if part:
            part.append(line)
        if word == "end" and part:
            yield "\n".join(part)
            part = []


def _visible(text: str) -> str:
    """The text without anything that could steer a terminal: controls, direction marks, unusual blanks."""
    return _UNUSUAL.sub(_visible_mark, text.replace("\r\n", "\n"))


def _visible_mark(found: re.Match[str]) -> str:
    """What stands for one unusual character."""
    mark = found[0]
    if mark.isprintable():
        return mark
    return " " if mark.isspace() else "\N{REPLACEMENT CHARACTER}"


def _columns(line: str) -> int:
    """Columns that a line takes in a terminal: two for wide characters, none for combining ones (Unicode annex 11)."""
    if _PLAIN.fullmatch(line):
        return len(line)
    return sum(0 if unicodedata.combining(mark) else 1 + (unicodedata.east_asian_width(mark) in "WF") for mark in line)


def _tidy(lines: list[str]) -> tuple[str, ...]:
    """The lines without the blank margin around them."""
    cut = [_visible(line).rstrip() for line in lines]
    while cut and not cut[-1]:
        cut.pop()
    while cut and not cut[0]:
        cut.pop(0)
    margin = min((len(line) - len(line.lstrip(" ")) for line in cut if line), default=0)
    return tuple(line[margin:] for line in cut)


def _words(text: str) -> list[str]:
    """The words of a text without the characters that boxes are drawn with."""
    return _DRAWN.sub(" ", text).split()


def _lost_words(lines: tuple[str, ...], diagram: Diagram) -> list[str]:
    """The words of a diagram that a drawing does not show as often as it should."""
    wanted: Counter[str] = Counter()
    for node in diagram.nodes:
        for text in (node.label, *node.rows):
            wanted.update(_words(text))
    for text in (*_edge_texts(diagram), *(group.label for group in diagram.groups), *diagram.texts):
        wanted.update(_words(text))
    wanted.subtract(_words(" ".join(lines)))
    return [word for word, count in wanted.items() if count > 0]


def _edge_texts(diagram: Diagram) -> list[str]:
    """The texts of the edges; edges between boxes that end as one line share theirs."""
    if diagram.kind == "sequenceDiagram":
        return [edge.label for edge in diagram.edges]
    return [label for _, label in {(edge.target, edge.label) for edge in diagram.edges}]


def _framed(text: str, width: int, alt: str) -> tuple[str, ...]:
    """The describing sentence, and the source in a frame."""
    room = max(width, _NARROWEST_FRAME) - 4
    body = [part for line in text.strip("\n").split("\n") for part in _chunks(line.rstrip(), room)]
    inner = max(map(_columns, body), default=0)
    title = " source "
    inner = max(inner, len(title))
    above = wrap(alt, room + 4)
    return (
        *above,
        f"╭─{title}{'─' * (inner - len(title))}─╮",
        *(f"│ {line}{' ' * (inner - _columns(line))} │" for line in body),
        f"╰{'─' * (inner + 2)}╯",
    )


def _chunks(line: str, room: int) -> Iterator[str]:
    """Cuts a line into pieces of at most so many columns."""
    if _PLAIN.fullmatch(line):
        yield from (line[i : i + room] for i in range(0, max(len(line), 1), room))
        return
    piece, used = "", 0
    for mark in line:
        columns = _columns(mark)
        if used + columns > room and piece:
            yield piece
            piece, used = "", 0
        piece, used = piece + mark, used + columns
    yield piece
