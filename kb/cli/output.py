"""The only writer to stdout and stderr: results on the one, talk on the other, errors in one form."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kb.errors import KbError
from kb.text import plain

INTERRUPTED = 130
NARROWEST = 20


def line(text: str = "") -> None:
    """Prints one line of result; control sequences in it are shown, not obeyed."""
    try:
        sys.stdout.write(f"{plain(text)}\n")
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        sys.stdout.write(f"{plain(text).encode(encoding, 'replace').decode(encoding)}\n")


def lines(texts: Iterable[str]) -> None:
    """Prints several lines."""
    for text in texts:
        line(text)


def data(value: Any) -> None:
    """Prints a value as one line of JSON."""
    readable = (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf16")
    sys.stdout.write(json.dumps(value, ensure_ascii=not readable, default=str) + "\n")
    sys.stdout.flush()


def raw(lines: Iterable[str]) -> None:
    """Passes lines on as they are, in UTF-8, for another program to read."""
    for one in lines:
        sys.stdout.buffer.write(one.encode())
    sys.stdout.buffer.flush()


def counted(number: int, noun: str) -> str:
    """A number with its noun, as in "1 review" and "2 reviews".

    Args:
        number: how many.
        noun: in the singular; the plural takes an s.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say(text: str) -> None:
    """Says something about the work, on stderr."""
    sys.stderr.write(f"{plain(text)}\n")
    sys.stderr.flush()


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Counts long work on stderr, on one line that is written over and cleared at the end; silent where nobody watches.

    Args:
        what: what is counted, such as "cards".

    Yields:
        A function of how many are done, and of how many.
    """
    watched = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    shown = ""

    def count(done: int, total: int) -> None:
        nonlocal shown
        text = f"{what}: {done * 100 // max(total, 1)} % of {total}"
        if watched and text != shown:
            shown = text
            sys.stderr.write(f"\r{plain(text)}")
            sys.stderr.flush()

    try:
        yield count
    finally:
        if shown:
            sys.stderr.write("\r" + " " * len(shown) + "\r")
            sys.stderr.flush()


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints columns, as wide as what is in them; numbers stand on the right."""
    body = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [list(headings), *body]) for i in range(len(headings))]
    numeric = [
        bool(body)
        and all(row[i].replace(".", "").replace("%", "").replace("-", "").isdigit() for row in body if row[i])
        for i in range(len(headings))
    ]
    for row in [list(headings), *body]:
        cells = (cell.rjust(w) if right else cell.ljust(w) for cell, w, right in zip(row, widths, numeric, strict=True))
        lines(_wrapped("  ".join(cells).rstrip(), sum(widths[:-1]) + 2 * len(widths[:-1])))


def _wrapped(row: str, indent: int) -> list[str]:
    """A row of a table, its last column wrapped at words where a person reads it and enough room is left for it."""
    room = terminal_width() - indent
    if not interactive() or room < NARROWEST or len(row) <= terminal_width():
        return [row]
    import textwrap

    first, *rest = textwrap.wrap(row[indent:], room, break_long_words=False, break_on_hyphens=False)
    return [row[:indent] + first, *(" " * indent + part for part in rest)]


def markdown(text: str) -> None:
    """Prints Markdown: formatted on a terminal, as it is elsewhere."""
    if not interactive():
        lines(plain(text).splitlines())
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(no_color="NO_COLOR" in os.environ, width=min(100, terminal_width())).print(Markdown(plain(text)))


def interactive() -> bool:
    """Whether a person reads what is printed."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    import shutil

    return shutil.get_terminal_size((80, 24)).columns


@contextmanager
def explained() -> Iterator[None]:
    """Turns errors into messages and exit codes. Nobody sees a traceback for a mistake of their own.

    Raises:
        SystemExit: with the error's exit code, after it was printed.
    """
    _open_closed_streams()
    previous = signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    except KbError as error:
        say(f"kb: {error}")
        raise SystemExit(error.exit_code) from None
    except (KeyboardInterrupt, _Interrupted):
        say("kb: interrupted. Every confirmed answer is saved.")
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of our output went away, as `head` does. Python would complain once more while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    finally:
        signal.signal(signal.SIGINT, previous)


def _open_closed_streams() -> None:
    """Python sets a stream to None that the caller closed, as in `kb <&-`; reading it then ends at once, writing goes nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - stays open


class _Interrupted(BaseException):
    """Ctrl+C. A KeyboardInterrupt would be turned into a bare "Aborted" by the command-line library on its way here."""


def _interrupt(_number: int, _frame: object) -> None:
    raise _Interrupted
