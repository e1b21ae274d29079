"""`kb db`: looks after the learner's database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb import paths
from kb.cli import options, output
from kb.errors import StoreError

if TYPE_CHECKING:
    from engine.merge import Union


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(
        help="Look after your progress: check, merge, back up, restore.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    for command in (check, backup, restore, merge, export, states, rebuild):
        group.command()(command)
    app.add_typer(group, name="db")


def check(as_json: options.AsJson = False) -> None:
    """Looks for damage and says what it means. Exit code 1 when something is wrong."""
    from engine.workspace import Workspace

    workspace = Workspace(options.content())
    found = workspace.examine()
    problems = [finding for finding in found if finding.severity == "damage"]
    notes = [finding for finding in found if finding.severity == "note"]
    events = None if problems else len(workspace.store.events())
    if as_json:
        output.data(
            {
                "database": workspace.store.where,
                "problems": [{"what": f.what, "hint": f.hint} for f in problems],
                "notes": [{"what": f.what, "hint": f.hint} for f in notes],
                "events": events,
            }
        )
    else:
        output.lines(
            map(str, problems)
            if problems
            else [f"{workspace.store.where}: sound, {output.counted(events or 0, 'event')}"]
        )
        output.lines(f"Note: {note}" for note in notes)
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


def merge(
    source: Annotated[
        Path, typer.Argument(help="The progress.db of another machine, or a copy of it.", metavar="FILE")
    ],
    as_json: options.AsJson = False,
) -> None:
    """Takes in what another database has. Both logs are joined event by event; doing it again changes nothing."""
    from engine.foreign import events_of_file
    from engine.workspace import Workspace

    workspace = Workspace(options.content())
    events, unreadable = events_of_file(source.expanduser())
    say_union(workspace.absorb(events), str(source), unreadable, as_json)


def export(
    target: Annotated[Path, typer.Argument(help="The file to write, such as log.jsonl; - for stdout.", metavar="FILE")],
) -> None:
    """Writes your whole log as JSON Lines. One line an event; `kb import` reads it again."""
    from kb.cli.exchange import write_log

    write_log(target, as_json=False)


def states(as_json: options.AsJson = False) -> None:
    """Lists what is remembered of each card. Memory model, stability in days, difficulty from 1 to 10, and the day on which it is due."""
    from engine.workspace import Workspace

    workspace = Workspace.open(options.content())
    model = workspace.policy.model.version
    rows = [
        {
            "card": progress.card,
            "model": model,
            "stability": progress.state.memory.stability,
            "difficulty": progress.state.memory.difficulty,
            "due_day": progress.state.due_day,
            "due": (date(1970, 1, 1) + timedelta(days=progress.state.due_day)).isoformat(),
            "last_day": progress.state.last_day,
            "reps": progress.state.reps,
            "lapses": progress.state.lapses,
        }
        for _, progress in sorted(workspace.cards.items())
        if progress.state is not None
    ]
    if as_json:
        output.data(rows)
        return
    output.table(
        ("card", "model", "stability", "difficulty", "due"),
        ((r["card"], r["model"], f"{r['stability']:.2f}", f"{r['difficulty']:.2f}", r["due"]) for r in rows),
    )


def say_union(found: Union, source: str, unreadable: Sequence[str], as_json: bool) -> None:
    """Says what a log gained.

    Args:
        found: what was new.
        source: where it came from.
        unreadable: what is wrong with each row that was left out.
        as_json: say it in JSON.
    """
    if as_json:
        output.data(
            {
                "file": source,
                "new": len(found.new),
                "known": found.known,
                "unreadable": list(unreadable),
                "copied_devices": list(found.copies),
            }
        )
    else:
        output.line(f"{source}: {output.counted(len(found.new), 'new event')}, {found.known} known already")
    if unreadable:
        output.say(f"{output.counted(len(unreadable), 'row')} could not be read and stayed out: {unreadable[0]}")
    if found.copies:
        output.say(
            f"Two copies of a data folder wrote under the name {', '.join(found.copies)}. Everything is kept; from now on each has its own."
        )
