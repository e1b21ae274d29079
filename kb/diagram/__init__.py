"""Diagrams: a checked subset of Mermaid, drawn with characters.

    parse       text to a `Diagram`: boxes, edges, groups, and the lines that were not understood
    rules       what the subset allows, one named function per rule
    draw        a drawing that fits a width, or the framed source
    parts       the boxes of a diagram, and the same diagram with one of them hidden

Nothing here knows a terminal: a drawing is plain lines of text.
"""

from __future__ import annotations

from kb.diagram.draw import DRAWING_RULES, Drawing, drawn_size, render_diagram
from kb.diagram.model import Diagram, Edge, Node
from kb.diagram.parse import parse_diagram
from kb.diagram.parts import blank_node, nodes_of
from kb.diagram.rules import DIAGRAM_RULES, check_subset

__all__ = [
    "DIAGRAM_RULES",
    "DRAWING_RULES",
    "Diagram",
    "Drawing",
    "Edge",
    "Node",
    "blank_node",
    "check_subset",
    "drawn_size",
    "nodes_of",
    "parse_diagram",
    "render_diagram",
]
