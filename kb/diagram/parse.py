"""Reads Mermaid source. One reader per kind of diagram; a new kind is one more reader in `READERS`.

The readers take more than the subset allows, so that a rule can name what is wrong instead of a general "syntax error".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from kb.diagram.model import END, START, Diagram, Edge, Fault, Group, Node

Statement = tuple[int, str]

_STYLE: Final = re.compile(r"(?:style|classDef|linkStyle|click|cssClass|callback|link)\s+[\w,]+\s+\S|%%\{")
_STYLE_CLASS: Final = re.compile(r"class\s+[\w,]+\s+\w+$")

_ID = r"[^\s\[\](){}|\"&<>=:;,]+?"


@dataclass(slots=True)
class _Draft:
    """What a reader has collected so far."""

    direction: str = "TD"
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    group: str = ""

    def see(self, node_id: str, label: str | None = None) -> str:
        """Notes a node; a label given later replaces the id that stood in for it."""
        known = self.nodes.get(node_id)
        if known is None:
            self.nodes[node_id] = Node(node_id, node_id if label is None else label, (), self.group)
        elif label is not None:
            self.nodes[node_id] = Node(node_id, label, known.rows, known.group)
        return node_id

    def add_row(self, node_id: str, row: str) -> None:
        """Adds a line below the title of a class or an entity."""
        known = self.nodes[node_id]
        self.nodes[node_id] = Node(known.id, known.label, (*known.rows, row), known.group)

    def syntax(self, statement: Statement, remedy: str) -> None:
        """Notes a line that is not part of the subset."""
        self.faults.append(Fault("diagram-syntax", f"line {statement[0]}: `{statement[1][:60]}`: {remedy}"))

    def label(self, statement: Statement, remedy: str) -> None:
        """Notes a label that is written in another way than the subset wants."""
        self.faults.append(Fault("diagram-labels", f"line {statement[0]}: `{statement[1][:60]}`: {remedy}"))


_FLOW_ID: Final = re.compile(r"\s*(\w+(?:-\w+)*)")
_FLOW_QUOTED: Final = re.compile(r'\["([^"]*)"\]')
_FLOW_OTHER: Final = re.compile(r"[\[({>][\[({/\\]?([^\])}]*)[\])}]{1,2}")
_FLOW_AND: Final = re.compile(r"\s*&")
_FLOW_ARROW: Final = re.compile(r"\s*(?:-->|-\.->|==>)(?!>)")
_FLOW_LABEL: Final = re.compile(r"\|([^|]*)\|")
_SUBGRAPH: Final = re.compile(r'subgraph\s+(\w+)\s*\["([^"]*)"\]$')


def _flow_nodes(statement: Statement, at: int, draft: _Draft) -> tuple[list[str], int] | None:
    """Reads `a["Label"] & b` from a position on; returns the ids and the position behind them."""
    ids: list[str] = []
    text = statement[1]
    while True:
        name = _FLOW_ID.match(text, at)
        if name is None:
            return None
        node_id, at = name[1], name.end()
        if "-" in node_id:
            node_id = node_id.replace("-", "_")
            draft.syntax(statement, f"`{name[1]}` is no id here; write {node_id}")
        label: str | None = None
        if quoted := _FLOW_QUOTED.match(text, at):
            label, at = quoted[1], quoted.end()
        elif other := _FLOW_OTHER.match(text, at):
            label, at = other[1].strip(' "/\\'), other.end()
            draft.label(statement, f'write the box as {node_id}["{label}"]')
        if label is not None and draft.labels.setdefault(node_id, label) != label:
            draft.label(statement, f"`{node_id}` has another label above; write a label once")
        ids.append(draft.see(node_id, label))
        both = _FLOW_AND.match(text, at)
        if both is None:
            return ids, at
        at = both.end()


def _flow_edge_label(statement: Statement, at: int, draft: _Draft) -> tuple[str, int]:
    """Reads `|"text"|` from a position on; returns the text and the position behind it."""
    found = _FLOW_LABEL.match(statement[1], at)
    if found is None:
        return "", at
    text = found[1].strip(' "')
    if found[1] != f'"{text}"':
        draft.label(statement, f'quote the text of the edge: -->|"{text}"|')
    return text, found.end()


def _flow_chain(statement: Statement, draft: _Draft) -> None:
    """Reads `a["A"] -->|"text"| b["B"] --> c`."""
    number, text = statement
    read = _flow_nodes(statement, 0, draft)
    while read is not None:
        sources, at = read
        if not text[at:].strip():
            return
        arrow = _FLOW_ARROW.match(text, at)
        if arrow is None:
            break
        label, at = _flow_edge_label(statement, arrow.end(), draft)
        read = _flow_nodes(statement, at, draft)
        if read is not None:
            draft.edges += [Edge(a, b, label, number) for a in sources for b in read[0]]
    draft.syntax(statement, 'write id["Label"] --> id or id -->|"text"| id')


def _read_flowchart(statements: list[Statement], draft: _Draft) -> None:
    """Reads boxes, arrows and subgraphs."""
    for statement in statements:
        text = statement[1]
        if text == "end":
            if not draft.group:
                draft.syntax(statement, "there is no subgraph to end")
            draft.group = ""
        elif text.startswith("subgraph"):
            found = _SUBGRAPH.match(text)
            if found is None:
                draft.syntax(statement, 'write subgraph id ["Title"]')
            elif draft.group:
                draft.syntax(statement, "end the subgraph before it; groups do not nest")
            else:
                draft.group = found[1]
                draft.groups.append(Group(found[1], found[2]))
        else:
            _flow_chain(statement, draft)
    if draft.group:
        draft.syntax((statements[-1][0], "subgraph"), f"the group `{draft.group}` has no `end`")
    for name in draft.nodes:
        if name not in draft.labels and all(name != group.id for group in draft.groups):
            draft.faults.append(Fault("diagram-labels", f'`{name}` has no label; write {name}["Label"] once'))


_STATE_NAMED: Final = re.compile(r'state\s+"([^"]*)"\s+as\s+(\S+)$')
_STATE_EDGE: Final = re.compile(rf"(\[\*\]|{_ID})\s*-->\s*(\[\*\]|{_ID})\s*(?::\s*(.*))?$")
_STATE_TEXT: Final = re.compile(rf"({_ID})\s*:\s*(.+)$")
_DIRECTION: Final = re.compile(r"direction\s+(TB|LR)$")


def _read_state(statements: list[Statement], draft: _Draft) -> None:
    """Reads named states and transitions."""
    for statement in statements:
        number, text = statement
        if found := _STATE_NAMED.match(text):
            draft.see(found[2], found[1])
        elif found := _STATE_EDGE.match(text):
            source = draft.see(START, "●") if found[1] == "[*]" else draft.see(found[1])
            target = draft.see(END, "●") if found[2] == "[*]" else draft.see(found[2])
            label = found[3] or ""
            if label.startswith('"'):
                draft.label(statement, "the text of a transition is not quoted")
            draft.edges.append(Edge(source, target, label, number))
        elif found := _DIRECTION.match(text):
            draft.direction = "LR" if found[1] == "LR" else "TD"
        elif (found := _STATE_TEXT.match(text)) and not text.startswith("note"):
            draft.see(found[1], found[2])
            draft.label(statement, f'write state "{found[2]}" as {found[1]}')
        else:
            draft.syntax(statement, 'write state "Label" as id or id --> id: text')


_CLASS_OPEN: Final = re.compile(rf"class\s+({_ID})\s*(\{{?)$")
_CLASS_NOTE: Final = re.compile(rf"<<([\w -]+)>>\s*({_ID})$")
_CLASS_MEMBER: Final = re.compile(rf"({_ID})\s*:\s*(.+)$")
_CLASS_OPERATOR: Final = r"<\|--|--\|>|<\|\.\.|\.\.\|>|\*--|--\*|o--|--o|<--|-->|<\.\.|\.\.>|--|\.\."
_CLASS_EDGE: Final = re.compile(
    rf'({_ID})\s+(?:"([^"]*)"\s+)?(?:{_CLASS_OPERATOR})\s+(?:"([^"]*)"\s+)?({_ID})\s*(?::\s*(.+))?$'
)


def _box_rows(opened: str, statement: Statement, draft: _Draft) -> str:
    """Takes a line inside braces; returns the id of the box that is still open, or an empty text."""
    if statement[1] == "}":
        return ""
    draft.add_row(opened, statement[1].replace("<<", "").replace(">>", ""))
    return opened


def _read_class(statements: list[Statement], draft: _Draft) -> None:
    """Reads classes with their members, and relations."""
    opened = ""
    for statement in statements:
        number, text = statement
        if opened:
            opened = _box_rows(opened, statement, draft)
        elif found := _CLASS_OPEN.match(text):
            draft.see(found[1])
            opened = found[1] if found[2] else ""
        elif found := _CLASS_NOTE.match(text):
            draft.add_row(draft.see(found[2]), found[1])
        elif found := _CLASS_EDGE.match(text):
            label = found[5] or ""
            if label.startswith('"'):
                draft.label(statement, "the text of a relation is not quoted")
            words = " ".join(part for part in (found[2], label, found[3]) if part)
            draft.edges.append(Edge(draft.see(found[1]), draft.see(found[4]), words, number))
        elif found := _CLASS_MEMBER.match(text):
            draft.add_row(draft.see(found[1]), found[2])
        elif found := _DIRECTION.match(text):
            draft.direction = "LR" if found[1] == "LR" else "TD"
        else:
            draft.syntax(statement, "write class Name {, a member line, or Name --> Other : text")
    if opened:
        draft.syntax((statements[-1][0], f"class {opened} {{"), "the brace is never closed")


_ER_OPEN: Final = re.compile(rf"({_ID})\s*\{{$")
_ER_BARE: Final = re.compile(rf"{_ID}$")
_ER_ROW: Final = re.compile(r"[A-Za-z_][\w()\[\]-]*\s+\*?[A-Za-z_][\w-]*(\s+(PK|FK|UK)(\s*,\s*(PK|FK|UK))*)?$")
_ER_EDGE: Final = re.compile(rf"({_ID})\s+([|}}][|o])(?:--|\.\.)([|o][|{{])\s+({_ID})\s*(?::\s*(.+))?$")
_ER_COUNT: Final = {"|o": "0..1", "o|": "0..1", "||": "1", "}o": "0..*", "o{": "0..*", "}|": "1..*", "|{": "1..*"}


def _er_label(statement: Statement, label: str | None, draft: _Draft) -> str:
    """Checks the text of a relation, which Mermaid demands: one bare word, or several in quotes."""
    if not label:
        draft.label(statement, "name the relation: A ||--o{ B : word")
        return ""
    quoted = len(label) > 1 and label.startswith('"') and label.endswith('"')
    words = (label[1:-1] if quoted else label).split()
    if quoted and len(words) == 1:
        draft.label(statement, "a relation of one word is not quoted")
    if not quoted and len(words) > 1:
        draft.label(statement, f'Mermaid wants one bare word here, or quotes: "{label}"')
    return " ".join(words)


def _read_er(statements: list[Statement], draft: _Draft) -> None:
    """Reads entities with their attributes, and relations."""
    opened = ""
    for statement in statements:
        number, text = statement
        if opened:
            if text != "}" and not _ER_ROW.match(text):
                draft.syntax(statement, "write an attribute as: type name PK")
            opened = _box_rows(opened, statement, draft)
        elif found := _ER_EDGE.match(text):
            label = _er_label(statement, found[5], draft)
            words = " ".join(part for part in (_ER_COUNT[found[2]], label, _ER_COUNT[found[3]]) if part)
            draft.edges.append(Edge(draft.see(found[1]), draft.see(found[4]), words, number))
        elif found := _ER_OPEN.match(text):
            opened = draft.see(found[1])
        elif _ER_BARE.match(text):
            draft.see(text)
        else:
            draft.syntax(statement, "write NAME {, an attribute line, or A ||--o{ B : word")
    if opened:
        draft.syntax((statements[-1][0], f"{opened} {{"), "the brace is never closed")


_SEQUENCE_NAMED: Final = re.compile(rf"participant\s+({_ID})\s+as\s+(.+)$")
_SEQUENCE_BARE: Final = re.compile(rf"participant\s+({_ID})$")
_SEQUENCE_MESSAGE: Final = re.compile(r"(\w+|\?)\s*(?:-->>|->>|--x|-x|--\)|-\))\s*(\w+|\?)\s*:\s*(.+)$")
_SEQUENCE_NOTE: Final = re.compile(r"[Nn]ote\s+(?:left of|right of|over)\s+(\w+)(?:\s*,\s*(\w+))?\s*:\s*(.+)$")
_SEQUENCE_BLOCK: Final = re.compile(r"(loop|alt|opt|par|critical|break)\s+(.+)$")
_SEQUENCE_SECTION: Final = re.compile(r"(else|and|option)\b\s*(.*)$")


def _sequence_known(ids: tuple[str | None, ...], statement: Statement, draft: _Draft) -> None:
    """Reports participants that no line above has declared."""
    for name in ids:
        if name and name not in draft.nodes:
            draft.syntax(statement, f"declare it first: participant {name} as Name")
            draft.see(name)


def _read_sequence(statements: list[Statement], draft: _Draft) -> None:
    """Reads participants, messages, notes and blocks."""
    depth = 0
    for statement in statements:
        number, text = statement
        if found := _SEQUENCE_MESSAGE.match(text):
            _sequence_known((found[1], found[2]), statement, draft)
            draft.edges.append(Edge(found[1], found[2], found[3], number))
        elif found := _SEQUENCE_NAMED.match(text):
            if found[2].startswith('"'):
                draft.label(statement, "the name of a participant is not quoted")
            draft.see(found[1], found[2])
        elif found := _SEQUENCE_BARE.match(text):
            draft.see(found[1])
            draft.label(statement, f"write participant {found[1]} as Name")
        elif found := _SEQUENCE_NOTE.match(text):
            _sequence_known((found[1], found[2]), statement, draft)
            draft.texts.append(found[3])
        elif found := _SEQUENCE_BLOCK.match(text):
            depth += 1
            draft.texts.append(found[2])
        elif depth and (found := _SEQUENCE_SECTION.match(text)):
            draft.texts.append(found[2])
        elif depth and text == "end":
            depth -= 1
        else:
            draft.syntax(statement, "write participant A as Name, A->>B: text, B-->>A: text, or Note over A: text")
    if depth:
        draft.syntax((statements[-1][0], statements[-1][1]), "a block above has no `end`")


READERS: Final[dict[str, Callable[[list[Statement], _Draft], None]]] = {
    "flowchart": _read_flowchart,
    "graph": _read_flowchart,
    "sequenceDiagram": _read_sequence,
    "stateDiagram-v2": _read_state,
    "erDiagram": _read_er,
    "classDiagram": _read_class,
}


def is_style_line(kind: str, text: str) -> bool:
    """Whether a line only changes colours or adds links.

    Args:
        kind: of the diagram that it stands in; in a class diagram `class` declares a box.
        text: the line without surrounding blanks.
    """
    return bool(_STYLE.match(text)) or (kind != "classDiagram" and bool(_STYLE_CLASS.match(text)))


def _statements(source: str) -> Iterator[Statement]:
    """Yields the number and the text of every line that is neither blank nor a comment."""
    for number, line in enumerate(source.split("\n"), start=1):
        text = line.strip()
        if text and not (text.startswith("%%") and not text.startswith("%%{")):
            yield number, text


@lru_cache(maxsize=512)
def parse_diagram(source: str) -> Diagram:
    """Reads a diagram as far as it can be read; never raises.

    Args:
        source: Mermaid text.

    Returns:
        The diagram, with a fault for every line that was not understood. A header that no reader knows gives a
        diagram without kind, nodes and statements.
    """
    statements = list(_statements(source))
    header = statements[0][1] if statements else ""
    words = header.split()
    reader = READERS.get(words[0]) if words else None
    if reader is None:
        return Diagram(header, "", "TD", (), (), (), (), (), ())
    draft = _Draft(direction="LR" if words[1:] and words[1] in ("LR", "RL") else "TD")
    body = statements[1:]
    reader([statement for statement in body if not is_style_line(words[0], statement[1])], draft)
    return Diagram(
        header,
        words[0],
        draft.direction,
        tuple(draft.nodes.values()),
        tuple(draft.edges),
        tuple(draft.groups),
        tuple(text for text in draft.texts if text),
        tuple(body),
        tuple(draft.faults),
    )
