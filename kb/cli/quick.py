"""The short way to `kb search`: Typer with all commands takes longer to import than the search itself takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.cli.finding import Request

_TEXTS = {"--kind": "kind", "--step": "step", "--level": "level"}
_FLAGS = {"--json": "as_json", "--stdin": "stdin", "--explain": "explain"}


def request(arguments: Sequence[str]) -> Request | None:
    """A plain search, understood without Typer.

    Args:
        arguments: those of the process, without its name.

    Returns:
        None for another command and for anything unusual, such as `--help`, `--` or a number that is none: Typer then
        parses it again and explains.
    """
    if not arguments or arguments[0] != "search":
        return None
    words: list[str] = []
    flags: dict[str, bool] = {}
    texts: dict[str, str] = {}
    limits: list[int] = []
    rest = iter(arguments[1:])
    for argument in rest:
        if not argument.startswith("-"):
            words.append(argument)
            continue
        name, equals, value = argument.partition("=")
        if name in _FLAGS and not equals:
            flags[_FLAGS[name]] = True
            continue
        if not equals:
            value = next(rest, "")
        if name in _TEXTS and value and not value.startswith("-"):
            texts[_TEXTS[name]] = value
        elif name == "--limit" and value.isascii() and value.isdigit():
            limits.append(int(value))
        else:
            return None

    from kb.cli.finding import LIMIT, Request

    return Request(
        " ".join(words),
        kind=texts.get("kind"),
        step=texts.get("step"),
        level=texts.get("level"),
        limit=limits[-1] if limits else LIMIT,
        explain=flags.get("explain", False),
        as_json=flags.get("as_json", False),
        stdin=flags.get("stdin", False),
    )
