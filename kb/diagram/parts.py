"""The parts of a diagram that a card can ask for, and the diagram with one part hidden."""

from __future__ import annotations

import re
from typing import Final

from kb.diagram.model import Node
from kb.diagram.parse import parse_diagram

BLANK: Final = "?"
"""What stands in the place of a hidden label."""


def nodes_of(source: str) -> list[Node]:
    """The boxes, states, classes, entities or participants of a diagram.

    Args:
        source: Mermaid text within the subset.

    Returns:
        In the order in which the source names them; without the dots that a state diagram begins and ends with.
    """
    return [node for node in parse_diagram(source).nodes if not node.is_dot]


def blank_node(source: str, node_id: str) -> str:
    """Hides the label of one node, so that a card can ask which part belongs there.

    Classes and entities have no label but their id; it is replaced wherever it stands as a word, and their rows stay. The result
    can be drawn; for these two kinds real Mermaid refuses it.

    Args:
        source: Mermaid text within the subset.
        node_id: id of the node.

    Returns:
        The source with `?` in the place of the label; unchanged when it names no such node.
    """
    diagram = parse_diagram(source)
    if all(node.id != node_id for node in nodes_of(source)):
        return source
    name = re.escape(node_id)
    if diagram.kind in ("flowchart", "graph"):
        return re.sub(rf'(?<![\w"]){name}\["[^"]*"\]', f'{node_id}["{BLANK}"]', source)
    if diagram.kind == "sequenceDiagram":
        return re.sub(rf"(?m)^(\s*participant\s+{name}\s+as\s).*$", rf"\g<1>{BLANK}", source)
    if diagram.kind == "stateDiagram-v2":
        hidden, count = re.subn(rf'(?m)^(\s*state\s+)"[^"]*"(\s+as\s+{name}\s*)$', rf'\g<1>"{BLANK}"\g<2>', source)
        return (
            hidden if count else source.replace(diagram.header, f'{diagram.header}\n  state "{BLANK}" as {node_id}', 1)
        )
    return "\n".join(_without_name(line, node_id) for line in source.split("\n"))


def _without_name(line: str, name: str) -> str:
    """Replaces a class or an entity in one line, but not in the text behind its colon."""
    before, colon, after = line.partition(":")
    return re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", BLANK, before) + colon + after
