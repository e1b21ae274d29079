"""What a learner types as an answer, read by the kind of question: "2", "b", "1 3", "3,1,2", "sleep window; probe", "3k req/s".

Items are numbered from 1 as shown on the screen, or lettered from a; the results count from 0 in the order of the display.
"""

from __future__ import annotations

import re
from string import ascii_lowercase

from engine.grading.units import convert, parse_quantity
from kb.errors import UsageError


def parse_choice(text: str, items: int) -> int:
    """Reads the number or letter of one option.

    Args:
        text: such as "2" or "b".
        items: how many options are shown.

    Returns:
        The index of the option.

    Raises:
        UsageError: when it is not one option.
    """
    chosen = _indices(text, items)
    if len(chosen) != 1 or chosen[0] is None:
        raise UsageError("One option is asked for.", where="answer", hint=f"Type one of {_shown(items)}.")
    return chosen[0]


def parse_multi(text: str, items: int) -> frozenset[int]:
    """Reads the numbers or letters of several options.

    Args:
        text: such as "1 3", "1,3", "13" or "ac"; "-" for none of them.
        items: how many options are shown.

    Returns:
        The indices.

    Raises:
        UsageError: when there is none, or one that is not shown.
    """
    if text.strip() == "-":
        return frozenset()
    return frozenset(index for index in _indices(text, items) if index is not None)


def parse_order(text: str, items: int) -> tuple[int, ...]:
    """Reads the items in the learner's order.

    Args:
        text: such as "3,1,2", "3 1 2", "312" or "c a b".
        items: how many items are shown.

    Returns:
        The indices, each once.

    Raises:
        UsageError: when an item is missing or stands there twice.
    """
    order = tuple(index for index in _indices(text, items) if index is not None)
    if sorted(order) != list(range(items)):
        raise UsageError(
            f"Each of the {items} items is asked for once.",
            where="answer",
            hint="Type all their numbers in the right order, as in: " + " ".join(str(n) for n in range(items, 0, -1)),
        )
    return order


def parse_match(text: str, items: int) -> tuple[int | None, ...]:
    """Reads, line by line of the left side, the number of the right side.

    Args:
        text: such as "2 3 1" or "b c a"; "-" leaves a line open.
        items: how many pairs are shown.

    Returns:
        For each left side the index of the right side, or None.

    Raises:
        UsageError: when there is not one for each line, or one is used twice.
    """
    partners = tuple(_indices(text, items))
    used = [index for index in partners if index is not None]
    if len(partners) != items or len(set(used)) != len(used):
        raise UsageError(
            f"One number for each of the {items} lines is asked for, none of them twice.",
            where="answer",
            hint="Type them in the order of the left side, as in: "
            + " ".join(str(n) for n in range(items, 0, -1))
            + "; - leaves a line open.",
        )
    return partners


def parse_cloze(text: str, items: int) -> tuple[str, ...]:
    """Reads the words for the gaps.

    Args:
        text: separated by semicolons or line ends; by commas where that gives as many parts as there are gaps.
        items: how many gaps there are.

    Returns:
        One text for each gap, "" for a gap left open at the end.

    Raises:
        UsageError: when there are more parts than gaps.
    """
    if items == 1:
        return (text.strip(),)
    parts = [part.strip() for part in re.split(r"[;\n]", text.strip())]
    if len(parts) == 1:
        by_comma = [part.strip() for part in text.split(",")]
        parts = by_comma if len(by_comma) == items else parts
    if len(parts) > items:
        raise UsageError(
            f"There are {items} gaps and {len(parts)} answers.", where="answer", hint="Separate the gaps by ;"
        )
    return (*parts, *[""] * (items - len(parts)))


def parse_estimate(text: str, unit: str = "") -> float:
    """Reads a number, converted to the unit of the question.

    Args:
        text: such as "3k", "1.5e6", "2 million", "10 ms", "1,000 req/s".
        unit: the unit of the question.

    Returns:
        The number in that unit.

    Raises:
        UsageError: when it is not a number, or its unit measures something else.
    """
    return convert(parse_quantity(text, unit), unit)


def _shown(items: int) -> str:
    return f"1 to {items}"


def _indices(text: str, items: int) -> list[int | None]:
    """Numbers or letters as indices, None for "-"; written apart, or together while one character is enough for each item."""
    parts = re.findall(r"[0-9]+|[A-Za-z]+|-|[^\s,;.)>/-]", text)
    symbols: list[str] = []
    for part in parts:
        together = (
            len(part) > 1 and items <= 9 and (part.isdigit() or set(part.casefold()) <= set(ascii_lowercase[:items]))
        )
        symbols += list(part) if together else [part]
    if not symbols:
        raise UsageError("There is no answer.", where="answer", hint=f"Type {_shown(items)}, or the letters.")
    return [_index(symbol.casefold(), items) for symbol in symbols]


def _index(symbol: str, items: int) -> int | None:
    if symbol == "-":
        return None
    if symbol.isascii() and symbol.isdigit():
        index = int(symbol) - 1
    else:
        index = ascii_lowercase.find(symbol) if len(symbol) == 1 else -1
    if not 0 <= index < items:
        raise UsageError(f"{symbol!r} is not shown.", where="answer", hint=f"Type {_shown(items)}, or the letters.")
    return index
