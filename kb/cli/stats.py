"""`kb stats`: how far a learner is, how well the memory model and the learner predict, and what the coming days would hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb.cli import options, output
from kb.errors import UsageError

if TYPE_CHECKING:
    from engine.evaluation import Misjudged
    from engine.events import Event
    from engine.simulate import Course
    from engine.workspace import Workspace

WORDS = {1: "guess", 2: "unsure", 3: "fairly sure", 4: "certain"}
LISTED = 20
GONE = "no longer there"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(stats)


def stats(
    model: Annotated[bool, typer.Option("--model", help="How well the memory model predicts your answers.")] = False,
    calibration: Annotated[
        bool,
        typer.Option("--calibration", help="How well you predict your own answers, and where you were sure and wrong."),
    ] = False,
    simulate: Annotated[
        bool,
        typer.Option(
            "--simulate", help="What each desired retention would cost a day, and how long the staircase takes."
        ),
    ] = False,
    days: Annotated[int, typer.Option("--days", min=1, max=1000, help="How many days are simulated.")] = 90,
    new: Annotated[
        int | None,
        typer.Option("--new", min=0, max=1000, help="New cards a day in the simulation; as set if left out."),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Shows how far you are up the staircase, and how well it holds."""
    from engine.workspace import Workspace

    if model + calibration + simulate > 1:
        raise UsageError("only one of these can be shown at a time", where="--model, --calibration, --simulate")
    workspace = Workspace.open(options.content())
    if model:
        _model(workspace, as_json)
    elif calibration:
        _calibration(workspace, as_json)
    elif simulate:
        _simulate(workspace, days, workspace.settings.new_per_day if new is None else new, as_json)
    else:
        _overview(workspace, as_json)


def _reviews(workspace: Workspace) -> list[Event]:
    from engine.histories import kept_reviews

    return kept_reviews(workspace.store.events(kinds=["review", "undo"]))


def _overview(workspace: Workspace, as_json: bool) -> None:
    from engine.memory import Rating

    steps = workspace.staircase()
    today = workspace.today
    kept = _reviews(workspace)
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


def _model(workspace: Workspace, as_json: bool) -> None:
    from engine.evaluation import constant, predictions, quality, running_average
    from engine.histories import histories
    from engine.models import KINDS, kind_of, model_of

    read = histories(workspace.store.events(kinds=["review", "reset", "undo"]), workspace.deck.renamed)
    in_force, tuning = workspace.policy.model, workspace.tuning
    name = kind_of(in_force.version).name
    own = predictions(read, in_force)
    judged = [(f"{name}, yours", quality(own))] if tuning.weights is not None else []
    judged += [(f"{kind}, defaults", quality(predictions(read, model_of(kind)))) for kind in KINDS]
    judged += [("one number for all", quality(own, constant(own)))]
    judged += [("running average", quality(own, running_average(own)))]
    right = sum(p.right for p in own)
    if as_json:
        rows = [{"prediction": label, **(asdict(found) if found else {})} for label, found in judged]
        share = right / len(own) if own else None
        output.data(
            {"model": in_force.version, **tuning.as_data(), "answers": len(own), "right": share, "predictions": rows}
        )
        return
    whose = "its default parameters" if tuning.weights is None else "your own parameters"
    output.line(f"In use: {in_force.version} with {whose}.")
    if not own:
        output.line("No card was answered on a second day yet, so nothing was predicted.")
        return
    output.line(
        f"{output.counted(len(own), 'answer')} on a later day than the one before, {right / len(own):.0%} right"
    )
    output.table(
        ("prediction", "log loss", "RMSE(bins)", "AUC"),
        (
            (label, f"{q.log_loss:.4f}", f"{q.rmse_bins:.4f}", "-" if q.auc is None else f"{q.auc:.3f}")
            for label, q in judged
            if q is not None
        ),
    )
    output.say("Log loss and RMSE: less is better. AUC: .5 cannot tell what will be forgotten, 1 always can.")
    if tuning.weights is not None and tuning.gain is not None:
        output.say(
            f"Your own parameters know these answers. On answers that the trial had not seen, log loss was {tuning.gain:.4f} lower than with the defaults."
        )


def _calibration(workspace: Workspace, as_json: bool) -> None:
    from engine.evaluation import calibration

    found = calibration(_reviews(workspace), workspace.deck.renamed)
    if found is None:
        if as_json:
            output.data({"answers": 0})
        else:
            output.line("No answer came with a confidence yet; `kb config confidence true` has it asked.")
        return
    areas = _areas(workspace, found.misjudged)
    if as_json:
        data = {key: value for key, value in asdict(found).items() if key != "misjudged"}
        data["levels"] = [{**asdict(level), "share": level.share} for level in found.levels if level.answers]
        data["areas"] = [
            {"step": step, "title": title, "wrong": len(cards), "answers": [asdict(card) for card in cards]}
            for step, title, cards in areas
        ]
        output.data(data)
        return
    output.line(
        f"{output.counted(found.answers, 'answer')} with a confidence. Brier score {found.brier:.3f}: reliability {found.reliability:.3f} "
        f"- resolution {found.resolution:.3f} + uncertainty {found.uncertainty:.3f}"
    )
    output.table(
        ("you said", "that means", "it was right", "surely between", "answers", ""),
        (
            (
                WORDS[level.confidence],
                f"{level.promised:.0%}",
                f"{level.share:.0%}",
                f"{level.low:.0%} and {level.high:.0%}",
                level.answers,
                _verdict(level.promised, level.low, level.high),
            )
            for level in found.levels
            if level.answers
        ),
    )
    output.line()
    output.line("Sure and wrong:" if areas else "Never sure and wrong.")
    shown = 0
    for _, title, cards in areas:
        output.line(f"{title}: {output.counted(len(cards), 'time')}")
        for card in cards[: max(0, LISTED - shown)]:
            mended = ", right since" if card.mended else ""
            output.line(f"  {card.card}  {WORDS[card.confidence]}, {_date(card.day)}{mended}")
            shown += 1


def _verdict(promised: float, low: float, high: float) -> str:
    if high < promised:
        return "too sure"
    return "surer than you think" if low > promised else ""


def _areas(workspace: Workspace, misjudged: Iterable[Misjudged]) -> list[tuple[str, str, list[Misjudged]]]:
    """Confidently wrong answers by step: its id, its title, its answers; the step with the most first."""
    found: dict[str, list[Misjudged]] = {}
    for answer in misjudged:
        card = workspace.deck.cards.get(answer.card)
        found.setdefault(workspace.library.step_of[card.entry] if card else "", []).append(answer)
    titles = {stair.id: stair.title for stair in workspace.library.staircase.steps}
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(step, titles.get(step, GONE), answers) for step, answers in ordered]


def _date(day: int) -> str:
    from datetime import date, timedelta

    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def _simulate(workspace: Workspace, days: int, new: int, as_json: bool) -> None:
    from engine.cards import DEPTHS
    from engine.simulate import RETENTIONS, Plan, begun_cards, compare, habits_of, simulate, staircase_of

    habits, policy = habits_of(_reviews(workspace)), workspace.policy
    begun = begun_cards(workspace.cards.values())
    depths = DEPTHS[: DEPTHS.index(workspace.settings.depth) + 1]
    fresh = [card for card in workspace.deck.cards.values() if card.depth in depths]
    waiting = sum(
        p.state is None and not p.suspended and not p.known for c in fresh if (p := workspace.cards.get(c.id))
    )
    waiting += sum(c.id not in workspace.cards for c in fresh)
    plan = Plan(days, waiting, new)
    levels = sorted({*RETENTIONS, policy.desired_retention})
    with output.counting("desired retentions") as tick:
        courses = []
        for number, level in enumerate(levels):
            tick(number, len(levels))
            courses += compare(begun, plan, policy, workspace.today, habits, [level])
    whole = staircase_of(workspace.library, workspace.deck)
    daily = max(new, 1)
    climb = simulate([], Plan(-(-whole.cards // daily) + 60, whole.cards, daily), policy, habits=habits)
    if as_json:
        output.data(
            {
                "days": days,
                "new_per_day": new,
                "new_cards": waiting,
                "begun": len(begun),
                "habits": asdict(habits),
                "courses": [{**_course(c), "reviews": c.reviews, "new": c.new} for c in courses],
                "staircase": {**asdict(whole), "cards": whole.cards, "new_per_day": daily, **_course(climb)},
            }
        )
        return
    output.line(
        f"The next {output.counted(days, 'day')} from where you stand: {output.counted(len(begun), 'card')} begun, {waiting} to begin, {new} new a day"
    )
    output.table(
        ("desired retention", "reviews a day", "most", "minutes a day", "remembered at the end"),
        (
            (
                f"{c.desired_retention:.0%}{' (yours)' if c.desired_retention == policy.desired_retention else ''}",
                f"{c.mean_reviews:.0f}",
                c.peak,
                f"{c.mean_minutes:.0f}",
                f"{c.known:.0f}",
            )
            for c in courses
        ),
    )
    limit = workspace.settings.reviews_per_day
    if any(c.peak > limit for c in courses):
        output.say(
            f"Some days would have more than the {output.counted(limit, 'review')} that you allow; the rest would wait."
        )
    output.line()
    learned = f", all answered right on a later day after {climb.learned_by}" if climb.learned_by else ""
    output.line(
        f"The whole staircase from nothing at {daily} new cards a day: {whole.cards} essential cards, the last one begun after "
        f"{climb.begun_by} days ({(climb.begun_by or 0) / 30.4:.1f} months){learned}; {climb.mean_reviews:.0f} reviews and {climb.mean_minutes:.0f} minutes a day."
    )
    output.say(
        f"{whole.written} of {whole.entries} entries are written; the others are counted with the mean of these: {whole.per_concept:.1f} essential cards "
        f"a concept, {whole.per_tradeoff:.1f} a trade-off, {whole.per_step:.1f} a step."
    )


def _course(course: Course) -> dict[str, Any]:
    """What a run came to, without its days."""
    return {
        "desired_retention": course.desired_retention,
        "mean_reviews": course.mean_reviews,
        "peak": course.peak,
        "mean_minutes": course.mean_minutes,
        "right": course.right,
        "known": course.known,
        "begun_by": course.begun_by,
        "learned_by": course.learned_by,
    }
