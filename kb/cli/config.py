"""`kb config`: shows and sets what a learner can choose."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from kb import paths
from kb.cli import options, output


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(config)


def config(
    name: Annotated[str | None, typer.Argument(help="The setting; all are shown if left out.")] = None,
    value: Annotated[str | None, typer.Argument(help="The new value.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Put the default back.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Shows the settings, or sets one: kb config new_per_day 10."""
    from engine.settings import HELP, checked, read_settings, write_setting

    name = name.replace("-", "_") if name is not None else None
    settings = read_settings(paths.config_path())
    if name is not None and (value is not None or reset):
        settings = write_setting(paths.config_path(), name, None if reset else value)
    elif name is not None:
        checked(name, getattr(settings, name, None))
    shown = {key: item for key, item in asdict(settings).items() if name in (None, key)}
    if as_json:
        output.data(shown)
        return
    output.table(("setting", "value", "what it does"), ((key, _shown(item), HELP[key]) for key, item in shown.items()))
    if name is None:
        output.say(f"Kept in {paths.config_path()}")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "-" if value == "" else str(value)
