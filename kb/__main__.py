"""The entry point of the command `kb`."""

from __future__ import annotations


def main() -> None:
    """Runs the command line; errors that a user can meet are printed here, once."""
    from kb.cli.output import explained

    with explained():
        from kb.cli.app import app

        app()


if __name__ == "__main__":
    main()
