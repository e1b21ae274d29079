"""Where a reader has been: back and forward, as in a browser."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """A page of an entry.

    Attributes:
        entry: the entry's id.
        kind: its kind, which decides the screen.
        page: the page that was open, from 0.
    """

    entry: str
    kind: str
    page: int = 0


@dataclass
class History:
    """The places that were visited; the last of `behind` is where the reader is.

    Attributes:
        behind: places from the first to the present one.
        ahead: places that `back` left, the nearest last.
    """

    behind: list[Place] = field(default_factory=list)
    ahead: list[Place] = field(default_factory=list)

    def visit(self, place: Place) -> None:
        """Goes to a new place; what lay ahead is forgotten."""
        self.behind.append(place)
        self.ahead.clear()

    def stay(self, page: int) -> None:
        """Notes the page that is open at the present place."""
        if self.behind:
            here = self.behind[-1]
            self.behind[-1] = Place(here.entry, here.kind, page)

    def back(self) -> Place | None:
        """Goes back.

        Returns:
            The place before; None where there is none.
        """
        if len(self.behind) < 2:
            return None
        self.ahead.append(self.behind.pop())
        return self.behind[-1]

    def forward(self) -> Place | None:
        """Goes forward again.

        Returns:
            The place that `back` left last; None where there is none.
        """
        if not self.ahead:
            return None
        self.behind.append(self.ahead.pop())
        return self.behind[-1]
