"""`kb db`: looks after the learner's database."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from kb import paths
from kb.cli import options, output
from kb.errors import StoreError


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(
        help="Look after your progress: check, back up, restore, rebuild.", no_args_is_help=True, rich_markup_mode=None
    )
    for command in (check, backup, restore, rebuild):
        group.command()(command)
    app.add_typer(group, name="db")


def check(as_json: options.AsJson = False) -> None:
    """Looks for damage and says what it means. Exit code 1 when something is wrong."""
    from engine.workspace import Workspace

    workspace = Workspace(options.content())
    problems = workspace.check()
    events = len(workspace.store.events()) if not problems else None
    if as_json:
        output.data({"database": workspace.store.where, "problems": problems, "events": events})
    else:
        output.lines(problems or [f"{workspace.store.where}: sound, {output.counted(events or 0, 'event')}"])
    if problems:
        raise typer.Exit(1)


def backup(
    target: Annotated[
        Path | None, typer.Argument(help="The file to write; a dated one in the backup folder if left out.")
    ] = None,
) -> None:
    """Copies the database, also while it is in use."""
    from engine.workspace import Workspace

    output.line(str(Workspace(options.content()).backup(target)))


def restore(
    source: Annotated[Path | None, typer.Argument(help="The backup to bring back; the newest if left out.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Brings a backup back. What is there now is kept beside it first."""
    from engine import backups
    from engine.restore import events_in
    from engine.restore import restore as bring_back
    from engine.workspace import system_clock

    listed = backups.listed(paths.backup_dir())
    chosen = source or (listed[0][1] if listed else None)
    if chosen is None or not chosen.exists():
        raise StoreError(
            "there is no backup", where=str(chosen or paths.backup_dir()), hint="`kb db backup` makes one."
        )
    count = events_in(chosen)
    current = paths.database_path()
    if not yes and not typer.confirm(f"Replace {current} with {chosen} ({output.counted(count, 'event')})?", err=True):
        raise typer.Exit(1)
    aside = paths.backup_dir() / backups.name_for(system_clock().astimezone(UTC), "before-restore")
    bring_back(chosen, current, aside)
    if aside.exists():
        output.say(f"What was there is kept as {aside}")
    output.line(f"{current}: {output.counted(count, 'event')}")


def rebuild() -> None:
    """Computes all card states anew from the log."""
    from engine.workspace import Workspace

    output.line(f"{Workspace(options.content()).rebuild()} cards rebuilt from the log")
