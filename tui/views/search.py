"""Search results as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.views.words import counted

if TYPE_CHECKING:
    from kb.search import Hit
    from tui.snapshots.search import Found, Narrowing

KINDS = {"tradeoff": "trade-off"}
"""How kinds are called where that is not their name."""

_PASSAGE = 600
_KEYS = " ↑ ↓ choose, Enter opens."


def kind_word(kind: str) -> str:
    """What a kind is called."""
    return KINDS.get(kind, kind)


def hit_line(hit: Hit, width: int) -> Content:
    """Title, kind and step of a hit, on one line.

    Args:
        hit: what was found.
        width: columns; the title gives way where it is too long.
    """
    place = ", ".join(part for part in (kind_word(hit.kind), hit.step) if part)
    room = width - len(place) - 2
    if room < len(hit.title) and room < width // 2:
        place, room = kind_word(hit.kind), width - len(kind_word(hit.kind)) - 2
    title = hit.title if len(hit.title) <= room else hit.title[: max(room - 1, 4)] + "…"
    return Content.assemble((title, "bold"), (f"  {place}", "$foreground-muted"))


def status_line(found: Found) -> Content:
    """What can be said about an answer as a whole: how well it fits, for what was searched, and where."""
    result = found.result
    where = narrowing_words(found.narrowing)
    mended = "" if result.searched_for in ("", result.query) else f" Searched for “{result.searched_for}”."
    if result.match == "none":
        wider = "Widen it with Tab or Shift+Tab." if where else "Try other words, or describe what you see."
        return Content(f"No close match for “{result.query}”{where}.{mended} {wider}")
    if result.match == "weak":
        return Content.assemble(
            ("Weak match", "bold"), f": nothing is close{where}; these come nearest.{mended}{_KEYS}"
        )
    return Content.assemble(("Good match", "bold"), f": {counted(len(result.hits), 'hit')}{where}.{mended}{_KEYS}")


def narrowing_words(narrowing: Narrowing) -> str:
    """Where a search looks, such as ` among trade-offs in caching`; empty where it looks everywhere."""
    kind = f" among {kind_word(narrowing.kind)}s" if narrowing.kind else ""
    return f"{kind} in {narrowing.step}" if narrowing.step else kind


def filter_line(narrowing: Narrowing) -> Content:
    """What the two filters stand at; a chosen one is set in brackets."""

    def value(chosen: str | None) -> tuple[str, str]:
        return (f"[{chosen}]", "bold $text-accent") if chosen else ("all", "$foreground-muted")

    kind = kind_word(narrowing.kind) if narrowing.kind else None
    return Content.assemble("Kind: ", value(kind), "   Step: ", value(narrowing.step))


def next_choice(chosen: str | None, choices: Sequence[str]) -> str | None:
    """What a filter stands at after one more press of its key: each of the choices in turn, then all.

    Args:
        chosen: what it stands at now; None for all. It may be none of the choices, as after another query.
        choices: what there is.
    """
    if chosen is None:
        return choices[0] if choices else None
    after = choices.index(chosen) + 1 if chosen in choices else len(choices)
    return choices[after] if after < len(choices) else None


def preview(hit: Hit) -> Content:
    """A hit with its summary and why it was found."""
    place = " · ".join(part for part in (kind_word(hit.kind), hit.step, hit.level) if part)
    lines = [
        Content.assemble((hit.title, "bold"), (f"  {place}", "$foreground-muted")),
        Content(hit.summary),
        Content(""),
        Content.assemble(("Why it was found  ", "bold underline"), why_line(hit)),
    ]
    if hit.origin is not None:
        heading = f", under “{hit.origin.heading}”" if hit.origin.heading else ""
        lines.append(Content(f"Your note: {hit.origin.path}, line {hit.origin.line}{heading}."))
    if hit.why.quote:
        lines.append(Content.assemble(("Nearest passage: ", "$foreground-muted"), passage(hit)))
    return Content("\n").join(lines)


def why_line(hit: Hit) -> str:
    """Which words of the query an entry holds."""
    if not hit.why.words:
        return "none of your words; it comes near in meaning."
    return f"it holds {', '.join(f'“{word}”' for word in hit.why.words)}."


def passage(hit: Hit) -> Content:
    """The passage that is nearest in meaning on one line, the words of the query underlined."""
    text = " ".join(hit.why.quote.split())
    text = text if len(text) <= _PASSAGE else text[:_PASSAGE].rsplit(" ", 1)[0] + " …"
    found = Content(text)
    for word in hit.why.words:
        # A word counts in its other forms too (Porter's stems), so the beginning of a word is enough here.
        stem = word[: max(len(word) - 2, 3)]
        found = found.highlight_regex(re.compile(rf"\b{re.escape(stem)}\w*", re.IGNORECASE), style="bold underline")
    return found
