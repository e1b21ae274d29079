"""What `kb search` does. It knows no Typer, so that a plain search need not wait for Typer's import."""

from __future__ import annotations

import shlex
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.cli import output
from kb.errors import UsageError

if TYPE_CHECKING:
    from kb.search import Hit, Index, Origin, Result

LIMIT = 10


@dataclass(frozen=True)
class Request:
    """A search as asked for on the command line.

    Attributes:
        query: the words after the command, joined.
        kind: only entries of this kind.
        step: only entries of this step.
        level: only concepts of this level.
        limit: how many hits at most.
        explain: say why each was found.
        as_json: print JSON instead of text.
        stdin: answer each line of the standard input with a line of JSON.
        content: the content folder; None for that of `KB_CONTENT` or the shipped one.
        only: only these entries, such as what is due; None for all.
    """

    query: str = ""
    kind: str | None = None
    step: str | None = None
    level: str | None = None
    limit: int = LIMIT
    explain: bool = False
    as_json: bool = False
    stdin: bool = False
    content: Path | None = None
    only: frozenset[str] | None = None


def run(request: Request) -> None:
    """Searches and prints what was found.

    Raises:
        UsageError: there is nothing to search for, or an option asks for something unknown.
        ContentError: the content cannot be used.
        SearchError: the index or the model cannot be used.
    """
    if not request.stdin and not request.query.strip():
        raise UsageError(
            "nothing to search for",
            hint='Say it in your own words, as in: kb search "users see old data after saving". `--stdin` reads a query a line.',
        )
    from kb.search import open_index

    with open_index(request.content, output.say) as index:
        if request.stdin:
            _answer_lines(index, request)
            return
        result = _found(index, request.query, request)
    if request.as_json:
        output.data(as_data(result, request.explain))
    else:
        _print(result, request)


def as_data(result: Result, explain: bool = False) -> dict[str, Any]:
    """A result in the form that `--json` promises, with why each hit was found where that is asked for."""
    hits: list[dict[str, Any]] = [
        {
            "id": hit.id,
            "kind": hit.kind,
            "title": hit.title,
            "step": hit.step,
            "summary": hit.summary,
            "score": hit.score,
            "cosine": hit.cosine,
            "sources": list(hit.sources),
        }
        for hit in result.hits
    ]
    for shown, hit in zip(hits, result.hits, strict=True):
        if hit.origin:
            shown["source"] = {"path": hit.origin.path, "heading": hit.origin.heading, "line": hit.origin.line}
    if explain:
        for shown, hit in zip(hits, result.hits, strict=True):
            shown["why"] = {"words": list(hit.why.words), "quote": hit.why.quote}
    return {"query": result.query, "searched_for": result.searched_for, "match": result.match, "hits": hits}


def _found(index: Index, query: str, request: Request) -> Result:
    return index.search(
        query, kind=request.kind, step=request.step, level=request.level, only=request.only, limit=request.limit
    )


def _answer_lines(index: Index, request: Request) -> None:
    # Bytes, because only \n ends a query: text mode would also cut at other line ends, and stop at what is not UTF-8.
    for raw in sys.stdin.buffer:
        query = raw.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
        output.data(as_data(_found(index, query, request), request.explain))


def _print(result: Result, request: Request) -> None:
    if result.searched_for != result.query:
        output.line(f"searched for: {result.searched_for}")
    if result.match == "none":
        output.line("No close match.")
        if request.only is not None:
            output.say(f"Entries that are so today: {len(request.only)}.")
        output.say("Try other words, or `kb list` for all entries.")
        return
    if result.match == "weak":
        output.line("No close match. The nearest:")
    width = max(min(output.terminal_width(), 100), 40)
    for rank, hit in enumerate(result.hits, 1):
        output.lines(_lines(rank, hit, width))
        if request.explain:
            output.lines(_reasons(hit, width))
    output.say(f"`kb show {shlex.quote(result.hits[0].id)}` shows the first.")


def _lines(rank: int, hit: Hit, width: int) -> list[str]:
    place = " · ".join(part for part in (hit.kind, hit.step, hit.level) if part)
    head = f"{rank:2}  {hit.title}"
    right = f"{place} · {hit.id}"
    gap = width - len(head) - len(right)
    first = [f"{head}{' ' * gap}{right}"] if gap >= 2 else [head, f"    {right}"]
    summary = textwrap.wrap(hit.summary, width, initial_indent="    ", subsequent_indent="    ")
    return [*first, *summary, *([f"    from {_place(hit.origin)}"] if hit.origin else [])]


def _place(origin: Origin) -> str:
    """Where a note stands, on one line and unbroken, so that a terminal can open it."""
    return f"{origin.path}:{origin.line}{f' ({origin.heading})' if origin.heading else ''}"


def _reasons(hit: Hit, width: int) -> list[str]:
    """Why something was found: the words that it holds, and its passage that is nearest in meaning."""
    words = f"words: {', '.join(hit.why.words)}" if hit.why.words else "words: none of them"
    near = f"nearest passage: {textwrap.shorten(hit.why.quote, 240, placeholder=' ...')}"
    return [
        line
        for reason in (words, near)
        for line in textwrap.wrap(reason, width, initial_indent="    | ", subsequent_indent="    | ")
    ]
