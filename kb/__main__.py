"""The entry point of the command `kb`."""

from __future__ import annotations

import gc
import sys

OBJECTS_BEFORE_COLLECTION = 100_000
"""Entries and cards live as long as the process: looking for garbage among them takes a tenth of a command's time and finds none."""


def main() -> None:
    """Runs the command line; errors that a user can meet are printed here, once."""
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    from kb.cli.output import explained

    with explained():
        from kb.cli.quick import request

        search = request(sys.argv[1:])
        if search is not None:
            from kb.cli.finding import run

            run(search)
            return

        from kb.cli.app import app

        app()


if __name__ == "__main__":
    main()
