"""The plan until a day to be ready on, and catching up after a break, as `kb due`, `kb next` and `kb study` show them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from kb.cli import output

if TYPE_CHECKING:
    from engine.catchup import CatchUp, CatchUpDay
    from engine.plan import Plan
    from engine.workspace import Workspace

SECONDS_A_REVIEW = 20
"""The usual time for an answer, as in the minutes of `kb due`."""

_SHOWN = 14


def iso(day: int) -> str:
    """The date of a day number."""
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def plan_data(plan: Plan | None, today: int) -> dict[str, Any] | None:
    """A plan as plain JSON; None where there is none."""
    if plan is None:
        return None
    return {
        "date": iso(plan.target),
        "days_left": plan.target - today,
        "final_from": iso(plan.final),
        "new_per_day": plan.new_per_day,
        "usual": plan.usual,
        "ahead": plan.ahead,
        "cards": sum(plan.new.values()),
        "early_today": len(plan.pulled),
        "entries": [{"id": e.entry, "from": iso(e.first), "to": iso(e.last), "cards": e.cards} for e in plan.entries],
        "left_out": list(plan.left_out),
    }


def plan_lines(workspace: Workspace, plan: Plan) -> None:
    """Prints what to see when."""
    left = output.counted(plan.target - workspace.today, "day")
    output.line(
        f"{left} until {iso(plan.target)}. From {iso(plan.final)} on nothing new, only what would be weakest then."
    )
    if plan.entries:
        pace = f"{plan.new_per_day} new cards a day, not the usual {plan.usual}"
        pace = pace if plan.new_per_day != plan.usual else f"{plan.usual} new cards a day"
        last = iso(max(e.last for e in plan.entries))
        output.line(f"With {pace}, {sum(plan.new.values())} cards of {len(plan.entries)} entries are begun by {last}:")
        title = workspace.library.title
        shown = plan.entries[:_SHOWN]
        output.table(("begin", "entry", "cards"), ((iso(e.first), title(e.entry), e.cards) for e in shown))
        if len(plan.entries) > len(shown):
            output.line(f"and {len(plan.entries) - len(shown)} more; --json lists all.")
    if plan.ahead:
        output.line("Time is short, so new cards do not wait until what they build on has settled.")
    if plan.left_out:
        output.line(f"{len(plan.left_out)} entries do not fit in whole; the core of the staircase comes first.")


def catch_up_data(found: CatchUp) -> dict[str, Any]:
    """The preview of catching up as plain JSON."""
    return {
        "overdue": found.overdue,
        "due": found.due,
        "usual": round(found.usual, 1),
        "portion": found.portion,
        "done": iso(found.days[-1].day) if found.days and found.done else None,
        "days": [
            {
                "day": iso(d.day),
                "reviews": d.reviews,
                "again": round(d.again, 1),
                "minutes": _minutes(d),
                "left": d.left,
            }
            for d in found.days
        ],
    }


def catch_up_line(found: CatchUp) -> str:
    """The preview in a sentence."""
    if not found.days:
        return "Nothing is due, so there is nothing to catch up on."
    end = (
        f"done in {output.counted(len(found.days), 'day')} ({iso(found.days[-1].day)})"
        if found.done
        else "not done in a year"
    )
    return f"{found.due} due, {found.overdue} of them from earlier days. {found.portion} a day, {end}; nothing new until then."


def catch_up_lines(found: CatchUp) -> None:
    """Prints the preview of catching up."""
    output.line(catch_up_line(found))
    if found.days:
        rows = ((iso(d.day), d.reviews, round(d.again), _minutes(d), d.left) for d in found.days)
        output.table(("day", "reviews", "again", "min", "left"), rows)
        output.say(f"Your cards ask for about {found.usual:.0f} reviews on a usual day. `kb study --catch-up` begins.")


def _minutes(day: CatchUpDay) -> int:
    return round((day.reviews + day.again) * SECONDS_A_REVIEW / 60)
