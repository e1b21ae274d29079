"""This provides the three columns around an entry: what it builds on, what stands beside it, what it leads to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import OptionList

from tui.snapshots.reading import Neighbour, Reading
from tui.views.reading import neighbour_line
from tui.widgets.option_list import NavigableOptionList, Row
from tui.widgets.plain_static import PlainStatic


class Neighbours(Vertical):
    """Three lists side by side, and a line on the selected entry."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "column(1)", "Next column", show=False),
        Binding("left", "column(-1)", "Previous column", show=False),
    ]

    class Chosen(Message):
        """An entry was chosen.

        Attributes:
            neighbour: the entry.
        """

        def __init__(self, neighbour: Neighbour) -> None:
            super().__init__()
            self.neighbour = neighbour

    HEADINGS: ClassVar[tuple[str, ...]] = ("Builds on", "Beside it", "Leads to")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._groups: dict[OptionList, tuple[Neighbour, ...]] = {}

    def compose(self) -> ComposeResult:
        """Three lists, and a line below."""
        with Horizontal():
            for heading in self.HEADINGS:
                column = NavigableOptionList(classes="column")
                column.border_title = heading
                yield column
        yield PlainStatic(classes="note")

    def show(self, reading: Reading) -> None:
        """Replaces what is shown."""
        groups = (reading.needs, reading.around, reading.leads_to)
        for column, group in zip(self.query(NavigableOptionList), groups, strict=True):
            self._groups[column] = group
            column.show(self._rows(group) if group else [Row("nothing")])
            column.can_focus = any(n.id for n in group)
        self.query_one(".note", PlainStatic).show("")

    @staticmethod
    def _rows(group: Iterable[Neighbour]) -> list[Row]:
        return [Row(neighbour_line(n), n.id) for n in group]

    def focus_first(self) -> None:
        """Puts the cursor into the first list that has entries."""
        column = next((c for c in self.query(NavigableOptionList) if c.can_focus), None)
        if column is not None:
            column.focus()

    def action_column(self, step: int) -> None:
        """Moves the cursor to the next list that has entries, round and round."""
        columns = [c for c in self.query(NavigableOptionList) if c.can_focus]
        here = next((i for i, c in enumerate(columns) if c.has_focus), 0)
        if columns:
            columns[(here + step) % len(columns)].focus()

    def on_descendant_focus(self) -> None:
        """Says more about the entry in the list that has the cursor now."""
        focused = self.screen.focused
        if isinstance(focused, NavigableOptionList):
            self._note(self._found(focused, focused.selected))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Says more about the entry under the cursor."""
        event.stop()
        if event.option_list.has_focus:
            self._note(self._found(event.option_list, event.option_id))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tells that an entry was chosen."""
        event.stop()
        found = self._found(event.option_list, event.option_id)
        if found is not None:
            self.post_message(self.Chosen(found))

    def _found(self, column: OptionList, entry: str | None) -> Neighbour | None:
        """The entry in its column; one that stands in two columns is described in each by how it hangs together there."""
        return next((n for n in self._groups.get(column, ()) if n.id is not None and n.id == entry), None)

    def _note(self, found: Neighbour | None) -> None:
        self.query_one(".note", PlainStatic).show(found.note if found else "")
