"""A progress bar for work of minutes, on a terminal; nothing where nobody watches."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kb.cli import output
from kb.errors import KbError


@contextmanager
def bar(what: str, kept: str) -> Iterator[Callable[[int, int], None]]:
    """Shows how far long work is and how long it will take.

    Args:
        what: is done, such as "passages".
        kept: is said when the work is interrupted.

    Yields:
        A function of how many are done, and of how many.
    """
    try:
        if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            with _drawn(what) as count:
                yield count
        else:
            yield lambda _done, _total: None
    except KbError:
        raise
    except BaseException:
        output.say(kept)
        raise


@contextmanager
def _drawn(what: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True, no_color="NO_COLOR" in os.environ)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
