"""Prints the figures: `python -m benchmarks` all of them, `python -m benchmarks replay imports` only some, KB_SOAK=1 at full length."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterable, Sequence

from benchmarks import BENCHMARKS, SOAK, Figure
from benchmarks import content as _content  # noqa: F401 - puts its benchmark into the list
from benchmarks import engine as _engine  # noqa: F401 - as above
from benchmarks import imports as _imports  # noqa: F401 - as above
from benchmarks import learners as _learners  # noqa: F401 - as above
from benchmarks import scale as _scale  # noqa: F401 - as above
from benchmarks import store_load as _store_load  # noqa: F401 - as above

HEADINGS = ("what", "measured", "beside it", "ratio", "reach", "reached")
SEARCH = "search"


def row(figure: Figure) -> tuple[str, ...]:
    """A figure as the cells of a line."""
    beside = f"{figure.beside} {figure.base:.3g} {figure.unit}" if figure.base is not None else ""
    ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
    return (figure.what, f"{figure.value:.3g} {figure.unit}", beside, ratio, figure.reach, figure.mark)


def show(rows: Iterable[Sequence[str]], widths: Sequence[int]) -> None:
    """Prints lines in columns."""
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip(), flush=True)


def main(names: Sequence[str]) -> int:
    """Runs the named benchmarks, all where none is named.

    Returns:
        The exit code: 2 for a name that does not exist, else 0, whatever was measured.
    """
    known = [*BENCHMARKS, SEARCH]
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    chosen = names or known
    print(f"# Speed{' (full length)' if SOAK else ' (short; KB_SOAK=1 for full length)'}\n")
    widths = (46, 12, 38, 6, 10, 7)
    if any(name in BENCHMARKS for name in chosen):
        show([HEADINGS], widths)
    for name in chosen:
        if name in BENCHMARKS:
            show(map(row, BENCHMARKS[name]()), widths)
    if SEARCH in chosen and importlib.util.find_spec("benchmarks.search"):
        print("\n# Search\n", flush=True)
        subprocess.run([sys.executable, "-m", "benchmarks.search"], check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
