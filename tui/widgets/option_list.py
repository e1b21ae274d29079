"""This provides a list that knows j and k, g and G, and whose lines are never read as markup."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.widgets.plain_static import clean


@dataclass(frozen=True)
class Row:
    """One line of a list.

    Attributes:
        text: as shown.
        id: what is selected; None for a heading, over which the cursor passes.
    """

    text: str | Content
    id: str | None = None


class NavigableOptionList(OptionList):
    """A list for the keyboard."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", key_display="⏎"),
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(markup=False, id=id, classes=classes)

    def show(self, rows: Iterable[Row], selected: str | None = None) -> None:
        """Replaces all lines and keeps the selection where it can.

        Args:
            rows: the lines.
            selected: the id to select; None for the one that is selected now, else the first that can be.
        """
        wanted = selected if selected is not None else self.selected
        self.clear_options()
        self.add_options(Option(clean(row.text), id=row.id, disabled=row.id is None) for row in rows)
        ids = [option.id for option in self.options]
        if wanted is not None and wanted in ids:
            self.highlighted = ids.index(wanted)
        else:
            self.highlighted = next((i for i, name in enumerate(ids) if name is not None), None)
        # The new lines have no height yet, so the list cannot know now how far to scroll.
        self.call_after_refresh(self.scroll_to_highlight)

    @property
    def text_width(self) -> int:
        """Columns for the text of a line, the scroll bar left free, whether it is shown or not."""
        padding = self.get_component_styles("option-list--option").padding
        return max(
            self.container_size.width - self.gutter.width - self.styles.scrollbar_size_vertical - padding.width, 10
        )

    @property
    def selected(self) -> str | None:
        """The id of the selected line."""
        option = self.highlighted_option
        return option.id if option is not None else None
