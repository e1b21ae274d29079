"""How far a learner is with an entry: a mark and a word, never only a colour."""

from __future__ import annotations

from typing import Literal

State = Literal["planned", "waits", "new", "read", "begun", "learned", "done"]

MARKS: dict[State, str] = {
    "planned": "·",
    "waits": "◌",
    "new": "○",
    "read": "◔",
    "begun": "◑",
    "learned": "●",
    "done": "●",
}

WORDS: dict[State, str] = {
    "planned": "planned",
    "waits": "later",
    "new": "new",
    "read": "read",
    "begun": "begun",
    "learned": "learned",
    "done": "done",
}

MEANINGS: dict[State, str] = {
    "planned": "not written yet",
    "waits": "something else comes first",
    "new": "not begun",
    "read": "read, no card answered yet",
    "begun": "cards were answered",
    "learned": "each essential card was answered right on a later day",
    "done": "an exercise that you did, a phase that you walked",
}

STYLES: dict[State, str] = {
    "planned": "$foreground-muted",
    "waits": "$foreground-muted",
    "new": "",
    "read": "$text-accent",
    "begun": "$text-warning",
    "learned": "$text-success",
    "done": "$text-success",
}


def marked(state: State) -> str:
    """The mark and the word, such as `● learned`."""
    return f"{MARKS[state]} {WORDS[state]}"
