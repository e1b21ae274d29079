"""`kb study`, `due`, `stats`, `undo`: studying in plain lines, for pipes, slow lines and screen readers."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli import options, output

if TYPE_CHECKING:
    from engine.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(study)
    app.command()(due)
    app.command()(stats)
    app.command()(undo)


def study(
    what: Annotated[list[str] | None, typer.Argument(help="Steps or entries to study; everything if left out.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of the full screen.")] = False,
    new_only: Annotated[bool, typer.Option("--new", help="Only new cards.")] = False,
    due_only: Annotated[bool, typer.Option("--due", help="Only due cards.")] = False,
    ahead: Annotated[
        bool, typer.Option("--ahead", help="New cards in study order, before their prerequisites are learned.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Stop after so many answers.")] = None,
) -> None:
    """Asks what is due, then what you are ready to learn."""
    from dataclasses import replace

    from engine.workspace import Workspace

    if not plain and sys.stdin.isatty() and sys.stdout.isatty():
        from tui.app import run
        from tui.sitting import Sitting

        sitting = Sitting(tuple(what or ()), new_only=new_only, due_only=due_only, ahead=ahead)
        raise typer.Exit(run(options.content(), sitting))
    from kb.cli.plain_study import PlainStudy

    workspace = Workspace.open(options.content())
    scope = workspace.scope_of(what or [])
    scope = replace(scope, new_only=new_only, due_only=due_only, ahead=ahead or scope.ahead)
    PlainStudy(workspace.study(scope), workspace, read=_reader(), clock=time.monotonic).run(limit)


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
    as_json: options.AsJson = False,
) -> None:
    """Shows what is due today and in the next days."""
    from engine.workspace import Workspace

    workspace = Workspace.open(options.content())
    today, load, queue = workspace.today, workspace.load(), workspace.queue()
    overdue = sum(count for day, count in load.items() if day < today)
    ahead = [{"day": _date(today + i), "due": load.get(today + i, 0)} for i in range(days)]
    minutes = round((len(queue.due) + len(queue.new)) * 20 / 60)
    if as_json:
        output.data(
            {
                "due": len(queue.due),
                "overdue": overdue,
                "new": len(queue.new),
                "waiting": queue.held_back,
                "minutes": minutes,
                "days": ahead,
            }
        )
        return
    output.line(f"{len(queue.due)} due ({overdue} from earlier days), {len(queue.new)} new, about {minutes} min")
    output.table(("day", "due"), ((row["day"], row["due"]) for row in ahead))
    if queue.held_back and not queue.new:
        output.say("The other new cards wait for what they build on; `kb study --ahead` does not.")


def _date(day: int) -> str:
    from datetime import date, timedelta

    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def stats(as_json: options.AsJson = False) -> None:
    """Shows how far you are up the staircase, and how well it holds."""
    from dataclasses import asdict

    from engine.memory import Rating
    from engine.workspace import Workspace

    workspace = Workspace.open(options.content())
    steps = workspace.staircase()
    today = workspace.today
    reviews = [e for e in workspace.store.events(kinds=["review"]) if e.review is not None]
    cancelled = {str(e.payload.get("event")) for e in workspace.store.events(kinds=["undo"])}
    kept = [e for e in reviews if e.id not in cancelled]
    recent = [e for e in kept if e.local_day > today - 30]
    mature = [e for e in recent if _was_repeat(workspace, e.subject, e.local_day)]
    retention = sum(e.review.rating > Rating.AGAIN for e in mature if e.review) / len(mature) if mature else None
    days = len({e.local_day for e in kept})
    begun = sum(p.state is not None for p in workspace.cards.values())
    summary = {
        "reviews": len(kept),
        "days": days,
        "cards": begun,
        "learned": sum(m.learned for m in workspace.mastery().values()),
        "retention_30_days": retention,
    }
    if as_json:
        output.data({**summary, "steps": [asdict(s) for s in steps]})
        return
    rate = "not known yet" if retention is None else f"{retention:.0%}"
    learned = "1 entry" if summary["learned"] == 1 else f"{summary['learned']} entries"
    counts = f"{output.counted(len(kept), 'review')} on {output.counted(days, 'day')}"
    output.line(f"{counts}, {output.counted(begun, 'card')} begun, {learned} learned, retention of 30 days: {rate}")
    output.table(
        ("step", "learned", "begun", "concepts", "mastery", "due", "new"),
        ((s.title, s.learned, s.begun, s.concepts, f"{s.mastery:.0%}", s.due, s.new) for s in steps if s.written),
    )
    planned = sum(not s.written for s in steps)
    if planned:
        output.say(f"{planned} of {len(steps)} steps are planned and not written yet; `kb list --planned` shows them.")


def _was_repeat(workspace: Workspace, card: str, day: int) -> bool:
    progress = workspace.cards.get(workspace.deck.renamed.get(card, card))
    return progress is not None and progress.state is not None and progress.state.first_day < day


def undo() -> None:
    """Takes the newest answer back, also one of an earlier session."""
    from engine.workspace import Workspace

    cancelled = Workspace.open(options.content()).undo()
    output.line("nothing to undo" if cancelled is None else f"undone: {cancelled.kind} of {cancelled.subject}")
