"""The welcome: a few short pages for whoever opens the program for the first time."""

from __future__ import annotations

from textual.content import Content

from tui.views.keys import keys_table
from tui.views.words import minutes

GOALS = (5, 10, 15, 25)
"""New cards a day that are offered."""

TITLES = ("A staircase", "The keys", "A little each day", "Where you begin")

_STAIRS = """\
                              ┌────  and so on, 21 steps
                         ┌────┘  5 APIs
                    ┌────┘  4 Load balancing
               ┌────┘  3 Caching
          ┌────┘  2 Databases
     ┌────┘  1 Networking ◂ you"""

_KEYS = (
    ("↑ ↓ ⏎", "choose a step and open it"),
    ("s", "study what is due and what is new"),
    ("1 to 6", "answer; then 1 to 4 grade it"),
    ("/", "search in your own words"),
    ("p", "see your progress"),
    ("?", "all keys of the screen that is open"),
    ("Esc", "back; every confirmed answer is saved"),
)


def welcome_page(page: int, new_per_day: int) -> Content:
    """A page of the welcome.

    Args:
        page: 0 for the first.
        new_per_day: the daily goal as it is set now.
    """
    return (_about, _keys, lambda: _goal(new_per_day), _placement)[page]()


def welcome_head(page: int) -> Content:
    """Which page is open."""
    return Content.styled(f" Welcome {page + 1}/{len(TITLES)}  {TITLES[page]}", "bold")


def welcome_line(page: int) -> str:
    """What can be done on a page."""
    if page == len(TITLES) - 1:
        return "Enter begins the placement. Esc goes to the staircase without it."
    return "1 to 4 chooses, Enter keeps it and goes on." if page == 2 else "Enter goes on. Esc skips the welcome."


def _about() -> Content:
    return Content("\n").join(
        [
            Content.styled(_STAIRS, "$text-accent"),
            Content(""),
            Content("Each step holds concepts, trade-offs and exercises, and stands on those below."),
            Content("You read a little, answer questions, and they come back just before you would forget."),
        ]
    )


def _keys() -> Content:
    return keys_table("All you need at first", _KEYS)


def goal_line(number: int, new: int, chosen: bool) -> str:
    """One daily goal. Reviews come to about seven times the new cards in the long run, hence eight answers for each."""
    mark = "▸" if chosen else " "
    return f" {mark} {number}  {new:>2} new cards: {minutes(new * 3)} at first, {minutes(new * 8)} later"


def _goal(new_per_day: int) -> Content:
    lines = [
        Content.styled(goal_line(n, new, new == new_per_day), "bold" if new == new_per_day else "")
        for n, new in enumerate(GOALS, 1)
    ]
    own = "" if new_per_day in GOALS else f"\nNow: {new_per_day} new cards a day."
    return Content("\n").join(
        [
            Content.styled("How much a day?", "bold"),
            Content(""),
            *lines,
            Content(f"{own}\n`kb config new_per_day` changes it at any time."),
        ]
    )


def _placement() -> Content:
    return Content(
        "Do you know some of it already?\n\n"
        "About a dozen questions find out, in three minutes. What you know is marked and not asked.\n"
        "“I do not know” is a fine answer.\n\n"
        "Whoever is new to all this leaves it out and begins at the first step."
    )
