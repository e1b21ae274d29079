"""`kb export`, `kb import`: cards and the log in files of other programs, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb.cli import cards, options, output
from kb.errors import UsageError

LOG = "jsonl"


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(export)
    app.command(name="import")(import_file)


def export(
    target: Annotated[
        Path, typer.Argument(help="The file or folder to write, such as log.jsonl or deck.apkg.", metavar="FILE")
    ],
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="jsonl (your whole log), anki, csv, json, dot or obsidian, where the suffix does not say it.",
            metavar="NAME",
        ),
    ] = None,
    step: options.Step = None,
    entry: cards.Entry = None,
    depth: cards.Depth = None,
    history: cards.History = False,
    as_json: options.AsJson = False,
) -> None:
    """Writes your log as JSON Lines, or cards in another format. The suffix or --format names it; - is stdout, for JSON Lines."""
    name = (form or target.suffix.removeprefix(".")).lower()
    if name == LOG or (form is None and target == Path("-")):
        if step or entry or depth:
            raise UsageError(
                "the log is written whole", where="--format jsonl", hint="Leave --step, --entry and --depth out."
            )
        write_log(target, as_json)
    else:
        cards.write_cards(target.expanduser(), form, (step, entry, depth), history, as_json)


def write_log(target: Path, as_json: bool) -> None:
    """Writes the whole log as JSON Lines and says how much it was.

    Args:
        target: the file; `-` for stdout.
        as_json: say it in JSON.

    Raises:
        ExchangeError: the file cannot be written.
    """
    from engine.exchange.export import replacing
    from engine.exchange.jsonl import lines_of
    from engine.workspace import Workspace

    events = Workspace(options.content()).store.events()
    if target == Path("-"):
        output.raw(lines_of(events))
        return
    chosen = target.expanduser()
    with replacing(chosen) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines_of(events))
    if as_json:
        output.data({"file": str(chosen), "events": len(events)})
    else:
        output.line(f"{chosen}: {output.counted(len(events), 'event')}")


def import_file(
    source: Annotated[Path, typer.Argument(help="The file to read, such as log.jsonl; - for stdin.", metavar="FILE")],
    form: Annotated[
        str | None, typer.Option("--format", help="jsonl or json, where the suffix does not say it.", metavar="NAME")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Takes the events of a file into your log. What is there already is passed over, so that doing it again changes nothing."""
    from engine.exchange.importing import read_events
    from engine.workspace import Workspace
    from kb.cli.db import say_union

    workspace = Workspace(options.content())
    events = read_events(source.expanduser(), workspace.store.learner, workspace.day_of, form)
    say_union(workspace.absorb(events), str(source), (), as_json)
