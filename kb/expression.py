"""Arithmetic in content files: evaluated without `eval`, bounded, and explained when it is wrong.

An estimate question says how its answer follows from its inputs, for example `users * reads / 86400 * peak`. Allowed are numbers, names,
`+ - * / **`, parentheses, and the functions min, max, ceil, floor, log2 and sqrt. All numbers are floats, so that no power can hang.
"""

from __future__ import annotations

import ast
import math
import re
from difflib import get_close_matches
from hashlib import blake2b
from typing import TYPE_CHECKING

from kb.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_LENGTH = 400
_MAX_ARGUMENTS = 20

_TOKEN = re.compile(
    r"\s+|(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z_])|[A-Za-z_][A-Za-z_0-9]*|\*\*|[-+*/(),]",
    re.ASCII,
)

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: math.pow,
}

_FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": min,
    "max": max,
    "ceil": lambda x: float(math.ceil(x)),
    "floor": lambda x: float(math.floor(x)),
    "log2": math.log2,
    "sqrt": math.sqrt,
}
_VARIADIC = {"min", "max"}

_ALLOWED = "Allowed are numbers, names, + - * / ** ( ), and min, max, ceil, floor, log2, sqrt."


def evaluate(expr: str, names: Mapping[str, float]) -> float:
    """The value of an expression.

    Args:
        expr: the expression, at most `MAX_LENGTH` characters.
        names: the value of every name in it; more are no harm.

    Returns:
        A finite number.

    Raises:
        ContentError: when the expression uses anything but the allowed parts, names a value that is not given, or has no finite value.
    """
    tree = _parse(expr)
    try:
        value = _value(tree, names, expr)
    except ZeroDivisionError:
        raise ContentError(
            "The expression divides by zero.", where=expr, hint="Check the inputs that the divisor is made of."
        ) from None
    except (OverflowError, ValueError):
        raise ContentError(
            "The expression has no value for these inputs.",
            where=expr,
            hint="A logarithm or root of a negative number, or a number beyond 1e308, has none.",
        ) from None
    if not math.isfinite(value):
        raise ContentError(
            "The expression has no finite value.", where=expr, hint="Check the inputs and the exponents."
        )
    return value


def names_in(expr: str) -> set[str]:
    """The names of the values that an expression needs, functions left out.

    Args:
        expr: the expression.

    Returns:
        The names.

    Raises:
        ContentError: when the expression uses anything but the allowed parts.
    """
    return {node.id for node in ast.walk(_parse(expr)) if isinstance(node, ast.Name)} - set(_FUNCTIONS)


def draw(low: float, high: float, seed: str) -> float:
    """A round number between two bounds, the same for the same seed on every machine.

    Equal ratios are equally likely (1 to 10 as often as 10 to 100), since an input of an estimate may span several orders of magnitude.

    Args:
        low: the lowest value, above 0.
        high: the highest value, at least `low`.
        seed: what decides, for example the card's id and the number of its repetition.

    Returns:
        A number of at most two significant digits, or a bound where rounding would leave the range.

    Raises:
        ContentError: when the bounds are not 0 < low <= high.
    """
    if not 0 < low <= high < math.inf:
        raise ContentError(
            f"Nothing can be drawn between {low:g} and {high:g}.",
            where="range",
            hint="Write the lower bound first; both are above 0.",
        )
    share = int.from_bytes(blake2b(seed.encode(), digest_size=7).digest(), "big") / 2**56
    exact = low * (high / low) ** share
    return min(max(float(f"{exact:.1e}"), low), high)


def _parse(expr: str) -> ast.expr:
    if len(expr) > MAX_LENGTH:
        raise ContentError(
            f"The expression is longer than {MAX_LENGTH} characters.",
            where=expr[:40] + "…",
            hint="Name intermediate results as inputs, or ask for less at once.",
        )
    # Python's parser knows far more than arithmetic, and warns about some of it: nothing else may reach it.
    position = 0
    while position < len(expr):
        token = _TOKEN.match(expr, position)
        if token is None:
            raise ContentError(
                f"{expr[position]!r} at character {position + 1} is not allowed in an expression.",
                where=expr,
                hint="Write powers as **, and fractions with a point. " + _ALLOWED
                if expr[position] in "^;"
                else _ALLOWED,
            )
        position = token.end()
    try:
        tree = ast.parse(" ".join(expr.split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ContentError("The expression cannot be read.", where=expr, hint=_ALLOWED) from None
    _check(tree, expr)
    return tree


def _check(node: ast.expr, expr: str) -> None:
    """Refuses every part that is not allowed, before anything is computed."""
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            pass
        case ast.Name(id=name) if name not in _FUNCTIONS:
            pass
        case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=operand):
            _check(operand, expr)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            _check(left, expr)
            _check(right, expr)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            most = _MAX_ARGUMENTS if name in _VARIADIC else 1
            least = 2 if name in _VARIADIC else 1
            if not least <= len(args) <= most:
                raise ContentError(
                    f"{name} takes {least if least == most else f'{least} or more'} values, not {len(args)}.",
                    where=expr,
                    hint=_ALLOWED,
                )
            for arg in args:
                _check(arg, expr)
        case ast.Call(func=ast.Name(id=name)):
            near = get_close_matches(name, _FUNCTIONS, n=1)
            raise ContentError(
                f"There is no function {name}.", where=expr, hint=f"Did you mean {near[0]}?" if near else _ALLOWED
            )
        case _:
            raise ContentError(f"{ast.unparse(node)!r} is not allowed in an expression.", where=expr, hint=_ALLOWED)


def _value(node: ast.expr, names: Mapping[str, float], expr: str) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            if name not in names:
                near = get_close_matches(name, names, n=1)
                raise ContentError(
                    f"The expression needs {name}, which is not among the inputs.",
                    where=expr,
                    hint=f"Did you mean {near[0]}?"
                    if near
                    else "Inputs: " + (", ".join(sorted(names)) or "none") + ".",
                )
            return float(names[name])
        case ast.UnaryOp(op=op, operand=operand):
            value = _value(operand, names, expr)
            return -value if isinstance(op, ast.USub) else value
        case ast.BinOp(left=left, op=operator, right=right):
            return _OPERATORS[type(operator)](_value(left, names, expr), _value(right, names, expr))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _FUNCTIONS[name](*(_value(arg, names, expr) for arg in args))
        case _:
            raise AssertionError("_check lets nothing else through")
