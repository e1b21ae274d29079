"""Every key, screen by screen, and what the marks mean."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen

from tui.views.keys import ANSWERING, keys_of, keys_table
from tui.views.states import MARKS, MEANINGS, WORDS
from tui.widgets.option_list import NavigableOptionList
from tui.widgets.plain_static import PlainStatic

EVERYWHERE = (
    ("/", "search"),
    ("?", "this help"),
    ("^p", "palette: actions, entries by name, themes"),
    ("^q", "quit at once; confirmed answers are saved"),
    ("↑ ↓ PgUp PgDn", "scroll, or move in a list"),
    ("Tab", "into a picture that is wider than the screen; arrows scroll it"),
)


def screens() -> list[tuple[str, type[Screen[Any]]]]:
    """The screens that have keys of their own, with their names."""
    from tui.screens.concept import ConceptScreen
    from tui.screens.exercise import ExerciseScreen
    from tui.screens.placement import PlacementScreen
    from tui.screens.progress import ProgressScreen
    from tui.screens.search import SearchScreen
    from tui.screens.staircase import StaircaseScreen
    from tui.screens.step import StepScreen
    from tui.screens.study import StudyScreen
    from tui.screens.summary import SummaryScreen
    from tui.screens.tradeoff import TradeoffScreen
    from tui.screens.walk import WalkScreen

    return [
        ("The staircase", StaircaseScreen),
        ("A step", StepScreen),
        ("Studying", StudyScreen),
        ("After a session", SummaryScreen),
        ("Reading a concept", ConceptScreen),
        ("Reading a trade-off", TradeoffScreen),
        ("Reading an exercise", ExerciseScreen),
        ("Walking through a step", WalkScreen),
        ("Progress", ProgressScreen),
        ("Searching", SearchScreen),
        ("The placement", PlacementScreen),
    ]


def bindings_of(screen: type[Screen[Any]]) -> list[BindingType]:
    """The keys of a screen: those of its own class, then those that it inherits within this program and does not change."""
    found: dict[str, BindingType] = {}
    for cls in screen.__mro__:
        if cls.__module__.startswith("tui."):
            for binding in cls.__dict__.get("BINDINGS", ()):
                if isinstance(binding, Binding):
                    found.setdefault(binding.key.split(",")[0], binding)
    return list(found.values())


class HelpScreen(ModalScreen[None]):
    """All keys over the screen.

    Args:
        asked_from: the screen that was open; its keys come first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter,question_mark", "dismiss", "Close")]

    def __init__(self, asked_from: Screen[Any]) -> None:
        super().__init__()
        self.asked_from = asked_from

    def compose(self) -> ComposeResult:
        """Groups of keys."""
        groups = screens()
        groups.sort(key=lambda group: not isinstance(self.asked_from, group[1]))
        with VerticalScroll(classes="dialog"):
            yield PlainStatic(keys_table("Everywhere", EVERYWHERE))
            for title, screen in groups:
                keys = keys_of(bindings_of(screen))
                yield PlainStatic(keys_table(title, keys))
                if title == "Studying":
                    yield PlainStatic(keys_table("Studying, as the line at the bottom says", ANSWERING))
            yield PlainStatic(keys_table("In a list", keys_of(NavigableOptionList.BINDINGS)))
            marks = [(f"{MARKS[state]} {WORDS[state]}", MEANINGS[state]) for state in MARKS]
            yield PlainStatic(keys_table("Marks", marks))
