"""`kb next`, `why`: what you are ready to learn, and what holds you back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb.cli import options, output
from kb.cli.planned import iso, plan_data
from kb.errors import UsageError

if TYPE_CHECKING:
    from engine.frontier import Hold, Ready, WeakCard
    from engine.leech import Repair
    from engine.plan import Plan
    from engine.workspace import Workspace

WORDS_A_MINUTE = 200
"""How fast an introduction is read: explanations of technical matter are read more slowly than prose."""

STANDINGS = {
    "new": "never asked",
    "unsettled": "not yet right on a later day",
    "fading": "fading",
}


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command(name="next")(next_entries)
    app.command()(why)


def next_entries(
    step: options.Step = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many are shown.")] = 8,
    as_json: options.AsJson = False,
) -> None:
    """Shows what you are ready to learn, and why."""
    from engine.workspace import Workspace

    workspace = Workspace.open(options.content())
    library = workspace.library
    if step is not None:
        library.stair(step)
    found = [r for r in workspace.ready() if step in (None, library.step_of[r.entry])]
    plan, seconds = workspace.plan(), _seconds_a_card(workspace)
    rows = [_row(workspace, one, seconds, plan) for one in found[:limit]]
    if as_json:
        output.data({"ready": rows, "more": max(0, len(found) - limit), "plan": plan_data(plan, workspace.today)})
        return
    for row in rows:
        output.line(f"{row['title']} ({row['id']})")
        output.line(f"  {output.counted(row['cards'], 'new card')}, about {row['minutes']} min")
        output.line(f"  why: {'; '.join(_reasons(workspace, row))}")
        if row["unlocks"]:
            output.line(f"  leads to: {_some(workspace, row['unlocks'])}")
    if not rows:
        output.line("Nothing new is open. `kb due` shows what comes back; `kb study --ahead` does not wait.")
    elif len(found) > limit:
        output.say(f"{len(found) - limit} more are open; --limit shows them.")


def _row(workspace: Workspace, one: Ready, seconds: float, plan: Plan | None) -> dict[str, Any]:
    from kb.models import Concept

    library = workspace.library
    entry = library.entries[one.entry]
    words = len(f"{entry.summary} {entry.mechanism}".split()) if isinstance(entry, Concept) and not one.begun else 0
    return {
        "id": one.entry,
        "title": library.title(one.entry),
        "kind": library.kind(one.entry),
        "step": library.step_of[one.entry],
        "level": entry.level if isinstance(entry, Concept) else "",
        "begun": one.begun,
        "opened": one.opened,
        "held": list(one.held),
        "planned": [n for n in _written_needs(workspace, one.entry) if n not in library.entries],
        "cards": len(one.cards),
        "minutes": max(1, round(len(one.cards) * seconds / 60 + words / WORDS_A_MINUTE)),
        "unlocks": list(one.unlocks),
        "opens": list(one.alone),
        "begin": next((iso(p.first) for p in plan.entries if p.entry == one.entry), None) if plan else None,
    }


def _written_needs(workspace: Workspace, entry: str) -> tuple[str, ...]:
    from kb.models import Concept

    found = workspace.library.entries[entry]
    return found.links.requires if isinstance(found, Concept) else ()


def _seconds_a_card(workspace: Workspace) -> float:
    from engine.histories import kept_reviews
    from engine.simulate import habits_of

    return habits_of(kept_reviews(workspace.store.events(kinds=["review", "undo"]))).new_seconds


def _reasons(workspace: Workspace, row: dict[str, Any]) -> list[str]:
    reasons = []
    if row["begun"]:
        reasons.append("you have begun it")
    if row["opened"]:
        own = row["id"] in workspace.overrides
        reasons.append("you opened it" if own else "the day you plan for does not let it wait")
    if row["held"]:
        reasons.append(f"you hold {_some(workspace, row['held'])}")
    if not reasons:
        reasons.append("it builds on nothing that is written yet" if row["planned"] else "it builds on nothing")
    if row["opens"]:
        reasons.append(f"only it still keeps back {_some(workspace, row['opens'])}")
    if row["begin"]:
        reasons.append(f"planned for {row['begin']}")
    return reasons


def _some(workspace: Workspace, ids: list[str], most: int = 3) -> str:
    named = ", ".join(workspace.library.title(i) for i in ids[:most])
    return named if len(ids) <= most else f"{named} and {len(ids) - most} more"


def why(
    concept: Annotated[str, typer.Argument(help="An entry by id, title or alias, or a card that you keep forgetting.")],
    as_json: options.AsJson = False,
) -> None:
    """Shows what holds you back from an entry. Of a card that you keep forgetting, what to repair below it."""
    from engine.workspace import Workspace
    from kb.cli.read import named

    workspace = Workspace.open(options.content())
    library = workspace.library
    if "#" in concept:
        _why_card(workspace, concept, as_json)
        return
    entry = library.find(named(library, concept)).id
    if entry not in workspace.deck.by_entry:
        raise UsageError(f"`{entry}` has no cards, so nothing holds it back", hint="Ask for a concept or a trade-off.")
    found = workspace.why(entry)
    if as_json:
        output.data({"title": library.title(entry), **asdict(found)})
        return
    title = library.title
    lead = {
        "learned": "You have learned it.",
        "begun": "You have begun it.",
        "ready": "You are ready for it: nothing holds you back.",
        "waiting": f"{output.counted(len(found.missing), 'prerequisite')} to learn first"
        f"; it can open in {output.counted(found.nights, 'day')} at the earliest.",
    }
    output.line(f"{title(entry)} ({entry})")
    output.line(f"  {lead[found.standing]}")
    _weak_lines(found.weak)
    for one in found.missing:
        _hold_lines(workspace, one, "needs")
    for one in found.fading:
        _hold_lines(workspace, one, "is fading:")
    if found.path:
        output.line(f"  shortest way: {' → '.join(title(i) for i in found.path)}")
        output.say(f"`kb study {found.path[0]}` begins it; `kb study {entry}` does not wait.")


def _hold_lines(workspace: Workspace, one: Hold, verb: str) -> None:
    output.line(f"  {verb} {workspace.library.title(one.entry)} ({one.entry}), {one.standing}, {one.share:.0%} known")
    _weak_lines(one.weak)


def _weak_lines(weak: tuple[WeakCard, ...]) -> None:
    for card in weak:
        recall = "" if card.standing == "new" else f", recall {card.recall:.0%}"
        output.line(f"    {card.card}: {STANDINGS[card.standing]}{recall}")


def _why_card(workspace: Workspace, text: str, as_json: bool) -> None:
    from kb.cli.cards import card_named

    card = card_named(workspace, text)
    repair = workspace.repair(card)
    if as_json:
        output.data({"card": card, "leech": repair is not None, "repair": None if repair is None else asdict(repair)})
    elif repair is None:
        progress = workspace.cards.get(card)
        lapses = progress.state.lapses if progress is not None and progress.state is not None else 0
        output.line(f"{card}: forgotten {output.counted(lapses, 'time')}, which is no reason to repair anything.")
        output.say(f"`kb why {workspace.deck.cards[card].entry}` looks at its entry.")
    else:
        _repair_lines(workspace, repair)


def _repair_lines(workspace: Workspace, repair: Repair) -> None:
    title = workspace.library.title
    output.line(f"{repair.card}: forgotten {repair.lapses} times.")
    if repair.ask:
        entry = workspace.deck.cards[repair.ask[0]].entry
        output.line(f"  Below it {title(entry)} ({entry}) is weak. Read it again, then answer its cards:")
        output.lines(f"    {card}" for card in repair.ask)
    else:
        entry = workspace.deck.cards[repair.card].entry
        output.line(f"  All that it builds on holds. Read {title(entry)} ({entry}) again; if the card is bad, flag it.")
