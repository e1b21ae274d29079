"""Shows authors what is wrong with a diagram, and how it looks: `python -m kb.diagram FILE.yaml|FILE.mmd [--width 78]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from kb.diagram.draw import DRAWING_RULES, MAX_COLUMNS, render_diagram
from kb.diagram.rules import check_subset


def _mermaid_in(value: object, path: str) -> Iterator[tuple[str, str, str]]:
    """Yields place, source and alt sentence of every `mermaid:` below a YAML value."""
    if isinstance(value, dict):
        if isinstance(source := value.get("mermaid"), str):
            yield path.lstrip("."), source, str(value.get("alt") or "")
        for key, child in value.items():
            yield from _mermaid_in(child, f"{path}.{key}")
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _mermaid_in(child, f"{path}[{number}]")


def _diagrams(file: Path) -> list[tuple[str, str, str]]:
    """Place, source and alt sentence of every diagram in a file."""
    text = file.read_text(encoding="utf-8")
    if file.suffix in (".yaml", ".yml"):
        return list(_mermaid_in(yaml.safe_load(text), ""))
    return [("", text, "")]


def _show(place: str, source: str, alt: str, width: int) -> bool:
    """Prints the problems and the drawing of one diagram; returns whether it is clean."""
    problems = check_subset(source)
    drawing = render_diagram(source, MAX_COLUMNS)
    problems += (
        [f"{name}: {problem}" for name, rule in DRAWING_RULES for problem in rule(drawing)] if not problems else []
    )
    shown = render_diagram(source, width, alt)
    print(f"== {place}: {shown.columns} columns, {len(shown.lines)} rows")
    print("\n".join(shown.lines))
    for problem in problems:
        print(f"  {problem}")
    return not problems


def main(arguments: list[str] | None = None) -> int:
    """Checks and draws every diagram of the named files.

    Args:
        arguments: the command line, by default that of the process.

    Returns:
        0 when every diagram is within the subset and fits, 1 when one is not, 2 when a file cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m kb.diagram", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="an entry (.yaml) or Mermaid text (.mmd)")
    parser.add_argument("--width", type=int, default=MAX_COLUMNS, help="columns to draw for (default: %(default)s)")
    options = parser.parse_args(arguments)
    code = 0
    for file in options.files:
        try:
            found = _diagrams(file)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            print(f"{file}: cannot be read: {error}", file=sys.stderr)
            code = 2
            continue
        if not found:
            print(f"== {file}: no diagram")
        for place, source, alt in found:
            clean = _show(f"{file} {place}".strip(), source, alt, options.width)
            code = code or int(not clean)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
