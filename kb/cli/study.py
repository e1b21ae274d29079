"""`kb study`, `due`, `undo`: studying in plain lines, for pipes, slow lines and screen readers."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli import options, output
from kb.cli.planned import SECONDS_A_REVIEW, catch_up_data, catch_up_line, catch_up_lines, iso, plan_data, plan_lines
from kb.errors import UsageError

if TYPE_CHECKING:
    from engine.rehearsal import Purpose


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(study)
    app.command()(due)
    app.command()(undo)


def study(
    what: Annotated[list[str] | None, typer.Argument(help="Steps or entries to study; everything if left out.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of the full screen.")] = False,
    new_only: Annotated[bool, typer.Option("--new", help="Only new cards.")] = False,
    due_only: Annotated[bool, typer.Option("--due", help="Only due cards.")] = False,
    ahead: Annotated[
        bool, typer.Option("--ahead", help="New cards in study order, before their prerequisites are learned.")
    ] = False,
    catch_up: Annotated[
        bool, typer.Option("--catch-up", help="After a break: a portion of what is due a day, nothing new.")
    ] = False,
    cram: Annotated[
        bool, typer.Option("--cram", help="All cards of a step or entry, the weakest first; nothing is logged.")
    ] = False,
    preview: Annotated[bool, typer.Option("--preview", help="New cards, only to see them; nothing is logged.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Stop after so many answers.")] = None,
) -> None:
    """Asks what is due, then what you are ready to learn."""
    from dataclasses import replace

    from engine.workspace import Workspace

    if catch_up + cram + preview + (new_only or due_only or ahead) > 1:
        raise UsageError(
            "these cannot be joined", where="--catch-up, --cram, --preview, --new, --due, --ahead", hint="Choose one."
        )
    purpose: Purpose | None = "cram" if cram else "preview" if preview else None
    if not plain and sys.stdin.isatty() and sys.stdout.isatty():
        from tui.app import run
        from tui.sitting import Sitting

        sitting = Sitting(
            tuple(what or ()), new_only=new_only, due_only=due_only, ahead=ahead, catch_up=catch_up, purpose=purpose
        )
        raise typer.Exit(run(options.content(), sitting))
    from kb.cli.optimise import begin_if_due
    from kb.cli.plain_study import PlainStudy

    workspace = Workspace.open(options.content())
    scope = workspace.scope_of(what or [])
    if purpose is not None:
        copy = workspace.rehearse(purpose)
        output.line("Nothing of this session is logged.")
        PlainStudy(copy.study(scope), copy, read=_reader(), clock=time.monotonic).run(limit)
        return
    for problem in workspace.own.problems:
        output.say(str(problem))
    if catch_up:
        output.line(catch_up_line(workspace.catch_up()))
    scope = replace(scope, new_only=new_only, due_only=due_only, ahead=ahead or scope.ahead, catch_up=catch_up)
    PlainStudy(workspace.study(scope), workspace, read=_reader(), clock=time.monotonic).run(limit)
    workspace.begin_noting_content()
    begin_if_due(workspace)


def _reader() -> Callable[[str], str]:
    def read(prompt: str) -> str:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        text = sys.stdin.readline()
        if not text:
            raise EOFError
        return text.rstrip("\n")

    return read


def due(
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="How far to look ahead.")] = 7,
    catch_up: Annotated[
        bool, typer.Option("--catch-up", help="After a break: how long the backlog takes in portions.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Shows what is due today and in the next days."""
    from engine.queue import Scope
    from engine.workspace import Workspace

    workspace = Workspace.open(options.content())
    if catch_up:
        found = workspace.catch_up()
        if as_json:
            output.data(catch_up_data(found))
        else:
            catch_up_lines(found)
        return
    plan = workspace.plan()
    today, load, queue = workspace.today, workspace.load(), workspace.queue()
    overdue = sum(count for day, count in load.items() if day < today)
    ahead = [{"day": iso(today + i), "due": load.get(today + i, 0)} for i in range(days)]
    if plan is not None:
        ahead = [{**row, "new": plan.new.get(today + i, 0)} for i, row in enumerate(ahead)]
    minutes = round(len(queue.all) * SECONDS_A_REVIEW / 60)
    if as_json:
        output.data(
            {
                "due": len(queue.due),
                "overdue": overdue,
                "new": len(queue.new),
                "waiting": queue.held_back,
                "minutes": minutes,
                "days": ahead,
                "plan": plan_data(plan, today),
            }
        )
        return
    output.line(f"{len(queue.due)} due ({overdue} from earlier days), {len(queue.new)} new, about {minutes} min")
    output.table(tuple(ahead[0]), (tuple(row.values()) for row in ahead))
    if plan is not None:
        plan_lines(workspace, plan)
    elif overdue > workspace.limits(Scope(catch_up=True)).reviews:
        output.say("That is much for a day; `kb due --catch-up` shows it in portions.")
    if queue.held_back and not queue.new:
        output.say("The other new cards wait for what they build on; `kb study --ahead` does not.")


def undo() -> None:
    """Takes the newest answer back, also one of an earlier session."""
    from engine.workspace import Workspace

    cancelled = Workspace.open(options.content()).undo()
    output.line("nothing to undo" if cancelled is None else f"undone: {cancelled.kind} of {cancelled.subject}")
