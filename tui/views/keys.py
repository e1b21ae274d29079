"""What each key does, as the help shows it; taken from the screens themselves, so that it cannot be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.keys import format_key

ANSWERING = (
    ("1 to 6", "pick an option; mark several, then Enter"),
    ("1 to 4", "say how sure you are: guess, unsure, fairly sure, certain"),
    ("1 to 4", "grade: Again, Hard, Good, Easy"),
    ("⏎", "commit, go on, take the suggested grade"),
    ("Esc", "leave the answer field, then the session; confirmed answers are saved"),
)
"""What the keys of the study screen mean at each stage."""


def keys_of(bindings: Iterable[BindingType]) -> list[tuple[str, str]]:
    """Keys and what they do.

    Args:
        bindings: of a screen or a widget; those without a description are left out, numbers are explained elsewhere.
    """
    found = []
    for binding in bindings:
        if isinstance(binding, Binding) and binding.description and not binding.key.isdigit():
            keys = " ".join(key_name(key.strip()) for key in binding.key.split(","))
            found.append((keys, binding.description))
    return found


def key_name(key: str) -> str:
    """A key as people write it: `Esc`, `⏎`, `/`, `^p`."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    return {"escape": "Esc", "enter": "⏎", "space": "Space", "backspace": "⌫"}.get(key, format_key(key))


def keys_table(title: str, keys: Sequence[tuple[str, str]]) -> Content:
    """A group of keys under a title."""
    width = max((len(key) for key, _ in keys), default=0)
    lines = [Content.assemble((f"  {key:<{width}}  ", "bold $text-accent"), text) for key, text in keys]
    return Content("\n").join([Content.styled(title, "bold underline"), *lines])
