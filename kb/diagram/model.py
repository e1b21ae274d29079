"""What a diagram is once it is read: boxes, edges, groups, and the lines that were not understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

START: Final = "[*]start"
"""Id of the dot that a state diagram begins with."""

END: Final = "[*]end"
"""Id of the dot that a state diagram ends with."""


@dataclass(frozen=True, slots=True)
class Node:
    """A box, a state, a class, an entity or a participant.

    Args:
        id: its name in the source.
        label: what is drawn in it.
        rows: the lines below the title of a class or an entity.
        group: id of the subgraph that it was first named in, or empty.
    """

    id: str
    label: str
    rows: tuple[str, ...] = ()
    group: str = ""

    @property
    def is_dot(self) -> bool:
        """Whether it is the begin or end mark of a state diagram, which has no text."""
        return self.id in (START, END)


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow, a transition, a relation or a message.

    Args:
        source: id of the node it leaves.
        target: id of the node it enters.
        label: its text, or empty.
        line: line of the source that it stands on, the first is 1.
    """

    source: str
    target: str
    label: str
    line: int


@dataclass(frozen=True, slots=True)
class Group:
    """A subgraph.

    Args:
        id: its name in the source.
        label: the title of its frame.
    """

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that the reader could not take as the subset wants it.

    Args:
        rule: name of the rule that reports it.
        text: what is wrong and how to mend it.
    """

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """A diagram as read from its source.

    Args:
        header: its first line.
        kind: the first word of the header when a reader for it exists, otherwise empty.
        direction: `TD` or `LR`.
        nodes: in the order in which the source names them first.
        edges: in the order of the source.
        groups: in the order of the source.
        texts: notes and block titles of a sequence diagram.
        statements: line number and text of every line that is neither blank nor a comment, without the header.
        faults: what the reader could not take.
    """

    header: str
    kind: str
    direction: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...]
    texts: tuple[str, ...]
    statements: tuple[tuple[int, str], ...]
    faults: tuple[Fault, ...]
