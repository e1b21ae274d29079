"""What the Mermaid subset allows: one small function per rule, and the table of their names.

A rule takes a `Diagram` and yields a sentence for every violation: what is wrong and how to mend it. The limits come
from what stays readable in a terminal of 80 columns, and from what the two drawing packages do wrong beyond them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from kb.diagram.model import Diagram
from kb.diagram.parse import is_style_line, parse_diagram
from kb.diagram.shape import SHAPE_RULES

MAX_NODES: Final = 10
MAX_EDGES: Final = 12
MAX_LABEL: Final = 48
MAX_WORD: Final = 24
MAX_EDGE_LABEL: Final = 20
MAX_TITLE: Final = 24
MAX_LR_NODES: Final = 4
MAX_BOXES: Final = 5
MAX_ROWS: Final = 8
MAX_PARTICIPANTS: Final = 4
MAX_MESSAGES: Final = 14

_HEADERS: Final = frozenset(
    {"flowchart TD", "flowchart LR", "sequenceDiagram", "stateDiagram-v2", "erDiagram", "classDiagram"}
)
_HTML: Final = re.compile(r"(?<!<)</?[A-Za-z][^<>]*>|[&#]\w+;")
_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ER_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KEYWORDS: Final = frozenset({"end", "graph", "subgraph", "style", "class", "click", "direction", "note", "state"})
_FORBIDDEN: Final[dict[str, str]] = {
    "flowchart": "`",
    "sequenceDiagram": "`;#",
    "stateDiagram-v2": "`;",
    "erDiagram": "`;",
    "classDiagram": "`;",
}


def kind_is_allowed(diagram: Diagram) -> Iterator[str]:
    """The first line is one of six headers."""
    if diagram.header not in _HEADERS:
        yield f"the first line is `{diagram.header[:40]}`; write one of: {', '.join(sorted(_HEADERS))}"


def lines_are_understood(diagram: Diagram) -> Iterator[str]:
    """Every line is a form that both Mermaid and the terminal draw in the same way."""
    return (fault.text for fault in diagram.faults if fault.rule == "diagram-syntax")


def labels_are_written_as_agreed(diagram: Diagram) -> Iterator[str]:
    """Flowchart labels are quoted, transition, relation and participant names are not, and every box has one."""
    return (fault.text for fault in diagram.faults if fault.rule == "diagram-labels")


def no_style_lines(diagram: Diagram) -> Iterator[str]:
    """Colours, classes and links are not content."""
    for number, text in diagram.statements:
        if is_style_line(diagram.kind, text):
            yield f"line {number}: `{text[:40]}` only changes the look; delete it"


def no_html(diagram: Diagram) -> Iterator[str]:
    """Tags and character entities are printed as they stand by a terminal."""
    for number, text in diagram.statements:
        for tag in _HTML.findall(text):
            remedy = "use a space" if tag.lower().startswith("<br") else "write the text itself"
            yield f"line {number}: `{tag}` is HTML; {remedy}"


def ids_are_plain(diagram: Diagram) -> Iterator[str]:
    """Ids are ASCII letters, digits and underscores, and no word that Mermaid keeps for itself."""
    pattern = _ER_ID if diagram.kind == "erDiagram" else _ID
    for name in [node.id for node in diagram.nodes if not node.is_dot] + [group.id for group in diagram.groups]:
        if name in _KEYWORDS:
            yield f"`{name}` is a keyword of Mermaid; name the node `{name}_1` or better"
        elif not pattern.fullmatch(name):
            yield f"`{name}` is no id; use ASCII letters, digits and _, and begin with a letter"


def characters_are_safe(diagram: Diagram) -> Iterator[str]:
    """No label holds a character that ends the text in Mermaid or in the terminal."""
    forbidden = _FORBIDDEN.get(diagram.kind, "`")
    for text in _all_texts(diagram):
        for mark in forbidden:
            if mark in text:
                yield f"`{text[:40]}` holds {mark!r}, which ends or changes the text in Mermaid; use other words"
        if "%%" in text:
            yield f"`{text[:40]}` holds %%, which begins a comment; write percent"
        if not text.isprintable():
            yield f"{text[:40]!r} holds a character that cannot be printed; delete it"
    if diagram.kind == "classDiagram":
        for edge in diagram.edges:
            if ":" in edge.label:
                yield f"`{edge.label}` holds a second colon, which Mermaid refuses; use other words"


def labels_are_short(diagram: Diagram) -> Iterator[str]:
    """Labels fit their box, edge and frame; nothing is clipped."""
    for node in diagram.nodes:
        if len(node.label) > MAX_LABEL:
            yield f"the label of `{node.id}` has {len(node.label)} characters; at most {MAX_LABEL}"
        for word in node.label.split():
            if len(word) > MAX_WORD:
                yield f"the word `{word[:40]}` has {len(word)} characters and would be broken; at most {MAX_WORD}"
    for group in diagram.groups:
        if len(group.label) > MAX_TITLE:
            yield f"the title of `{group.id}` has {len(group.label)} characters; at most {MAX_TITLE}"
    if diagram.kind == "sequenceDiagram":
        return
    for edge in diagram.edges:
        label = _without_counts(edge.label) if diagram.kind == "erDiagram" else edge.label
        if len(label) > MAX_EDGE_LABEL:
            yield f"the text `{label[:60]}` of an edge has {len(label)} characters; at most {MAX_EDGE_LABEL}"


def size_is_limited(diagram: Diagram) -> Iterator[str]:
    """A diagram shows one thing: few boxes, few edges, short boxes."""
    limits: dict[str, tuple[int, int, str, str]] = {
        "sequenceDiagram": (MAX_PARTICIPANTS, MAX_MESSAGES, "participants", "messages"),
        "erDiagram": (MAX_BOXES, MAX_EDGES, "entities", "relations"),
        "classDiagram": (MAX_BOXES, MAX_EDGES, "classes", "relations"),
    }
    most_nodes, most_edges, nodes, edges = limits.get(diagram.kind, (MAX_NODES, MAX_EDGES, "nodes", "edges"))
    count = sum(not node.is_dot for node in diagram.nodes)
    if count > most_nodes:
        yield f"{count} {nodes}; at most {most_nodes}: show less, or make two diagrams"
    if len(diagram.edges) > most_edges:
        yield f"{len(diagram.edges)} {edges}; at most {most_edges}: show less, or make two diagrams"
    if diagram.kind == "sequenceDiagram" and count < 2:
        yield "a sequence needs two participants or more"
    if diagram.kind and not diagram.nodes and not diagram.faults:
        yield "the diagram is empty"
    for node in diagram.nodes:
        if len(node.rows) > MAX_ROWS:
            yield f"`{node.id}` has {len(node.rows)} rows; at most {MAX_ROWS}"


def direction_suits(diagram: Diagram) -> Iterator[str]:
    """From left to right only a short chain fits a terminal."""
    if diagram.direction == "LR" and len(diagram.nodes) > MAX_LR_NODES:
        yield f"LR with {len(diagram.nodes)} nodes; at most {MAX_LR_NODES}: write TD"


Rule = Callable[[Diagram], Iterator[str]]

DIAGRAM_RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("diagram-kind", kind_is_allowed),
    ("diagram-syntax", lines_are_understood),
    ("diagram-labels", labels_are_written_as_agreed),
    ("diagram-style", no_style_lines),
    ("diagram-html", no_html),
    ("diagram-ids", ids_are_plain),
    ("diagram-characters", characters_are_safe),
    ("diagram-label-length", labels_are_short),
    ("diagram-size", size_is_limited),
    ("diagram-direction", direction_suits),
    *SHAPE_RULES,
)
"""Name and function of every rule that needs the text alone, in the order in which they are reported."""


def check_subset(source: str) -> list[str]:
    """Every violation of the Mermaid subset.

    Args:
        source: Mermaid text.

    Returns:
        Sentences that begin with the name of the rule and say what is wrong and how to mend it; empty when all is well.
    """
    diagram = parse_diagram(source)
    return [f"{name}: {problem}" for name, rule in DIAGRAM_RULES for problem in rule(diagram)]


def _without_counts(label: str) -> str:
    """The text of a relation between entities without the counts at both ends."""
    return " ".join(label.split()[1:-1])


def _all_texts(diagram: Diagram) -> Iterator[str]:
    """Every piece of text that a reader of the drawing sees."""
    for node in diagram.nodes:
        yield node.label
        yield from node.rows
    for edge in diagram.edges:
        yield edge.label
    for group in diagram.groups:
        yield group.label
    yield from diagram.texts
