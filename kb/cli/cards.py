"""`kb cards`: lists cards, exports them, and puts single ones aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from kb.cli import options, output
from kb.errors import UsageError

if TYPE_CHECKING:
    from engine.cards import Card
    from engine.events import EventKind
    from engine.progress import CardProgress
    from engine.workspace import Workspace

STATES = ("new", "due", "learning", "known", "suspended", "leech")

Depth = Annotated[
    str | None,
    typer.Option(
        "--depth", help="essential; more: also uses, traps, numbers, diagrams; off: everything.", show_default=False
    ),
]
Entry = Annotated[str | None, typer.Option("--entry", help="Only the cards of this entry.")]
Form = Annotated[
    str | None,
    typer.Option(
        "--format", help="anki, csv, json, dot or obsidian, where the suffix does not say it.", metavar="NAME"
    ),
]
History = Annotated[bool, typer.Option("--history", help="Also your reviews, due days and memory states.")]
Ids = Annotated[list[str], typer.Argument(help="Ids of cards, such as cache-aside#symptom.", metavar="ID...")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(
        help="List and export cards; put single ones aside.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command(name="list")(list_cards)
    for command in (export, suspend, resume, known, reset):
        group.command()(command)
    app.add_typer(group, name="cards")


def list_cards(
    step: options.Step = None,
    entry: Entry = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only this kind, such as symptom, contrast, q, cloze or estimate.")
    ] = None,
    depth: Depth = None,
    state: Annotated[str | None, typer.Option("--state", help=f"Only this state: {', '.join(STATES)}.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Lists cards in study order, with what is known of each."""
    from engine.workspace import Workspace

    if state not in (None, *STATES):
        raise UsageError(f"there is no state `{state}`", where="--state", hint=f"States: {', '.join(STATES)}.")
    workspace = Workspace.open(options.content())
    wanted = _selection(workspace, step, entry, depth or "off", kind)
    rows = [row for row in _rows(workspace, wanted) if state in (None, row["state"], "leech" if row["leech"] else None)]
    if as_json:
        output.data(rows)
        return
    output.table(
        ("id", "kind", "depth", "state", "due"),
        ((r["id"], r["kind"], r["depth"], r["state"], r["due"] or "") for r in rows),
    )
    output.say(f"{len(rows)} card{'' if len(rows) == 1 else 's'}")


def _rows(workspace: Workspace, wanted: Callable[[str], bool]) -> Iterator[dict[str, Any]]:
    from engine.leech import is_leech

    today = workspace.today
    for card in workspace.deck.cards.values():
        if wanted(card.id):
            progress = workspace.cards.get(card.id)
            due = progress.state.due_day if progress and progress.state else None
            yield {
                "id": card.id,
                "kind": _kind(card),
                "depth": card.depth,
                "state": _state(progress, today),
                "leech": is_leech(progress),
                "due": None if due is None else (date(1970, 1, 1) + timedelta(days=due)).isoformat(),
            }


def _kind(card: Card) -> str:
    return card.question.kind if card.question else card.kind


def _state(progress: CardProgress | None, today: int) -> str:
    if progress is None:
        return "new"
    if progress.suspended:
        return "suspended"
    if progress.known:
        return "known"
    if progress.state is None:
        return "new"
    return "due" if progress.state.due_day <= today else "learning"


def _selection(
    workspace: Workspace, step: str | None, entry: str | None, depth: str, kind: str | None = None
) -> Callable[[str], bool]:
    """Which cards are meant.

    Raises:
        UsageError: there is no such depth or kind.
        ContentError: there is no such step or entry.
    """
    from engine.cards import DEPTHS, CardKind
    from kb.cli.read import named

    library, cards = workspace.library, workspace.deck.cards
    if step is not None:
        library.stair(step)
    if depth not in DEPTHS:
        raise UsageError(f"there is no depth `{depth}`", where="--depth", hint=f"Depths: {', '.join(DEPTHS)}.")
    kinds = sorted({*get_args(CardKind), *(c.question.kind for c in cards.values() if c.question)})
    if kind is not None and kind not in kinds:
        raise UsageError(f"there is no kind `{kind}`", where="--kind", hint=f"Kinds: {', '.join(kinds)}.")
    chosen = None if entry is None else library.find(named(library, entry)).id
    depths = DEPTHS[: DEPTHS.index(depth) + 1]

    def wanted(card_id: str) -> bool:
        card = cards[card_id]
        return (
            card.depth in depths
            and step in (None, library.step_of[card.entry])
            and chosen in (None, card.entry)
            and kind in (None, card.kind, _kind(card))
        )

    return wanted


def export(
    to: Annotated[Path, typer.Option("--to", help="The file to write, such as deck.apkg.", metavar="FILE")],
    form: Form = None,
    step: options.Step = None,
    entry: Entry = None,
    depth: Depth = None,
    history: History = False,
    as_json: options.AsJson = False,
) -> None:
    """Writes cards to a file of another program. The suffix names the format. The depth is that of your settings if left out."""
    write_cards(to.expanduser(), form, (step, entry, depth), history, as_json)


def write_cards(
    target: Path, form: str | None, which: tuple[str | None, str | None, str | None], history: bool, as_json: bool
) -> None:
    """Writes cards in a format and says what was written.

    Args:
        target: the file, or the folder where the format is one.
        form: the name of the format; None where the suffix tells.
        which: step, entry and depth; None for all steps, all entries, and the depth of the settings.
        history: also the reviews.
        as_json: say it in JSON.

    Raises:
        ExchangeError: there is no such format, or the file cannot be written.
        UsageError: there is no such depth.
        ContentError: there is no such step or entry.
    """
    from engine.exchange.export import part_of
    from engine.exchange.formats import format_for
    from engine.schedule import DEFAULT_POLICY
    from engine.workspace import Workspace

    chosen = format_for(target, form)
    step, entry, depth = which
    workspace = Workspace(options.content())
    deck = part_of(workspace.deck, _selection(workspace, step, entry, depth or workspace.settings.depth))
    with output.counting("cards") as tick:
        summary = chosen.export(
            deck,
            target,
            library=workspace.library,
            at=workspace.clock(),
            events=workspace.store.events() if history else None,
            policy=workspace.policy if history else DEFAULT_POLICY,
            tick=tick,
        )
    if as_json:
        output.data(
            {
                "file": str(summary.target),
                "cards": summary.cards,
                "decks": summary.decks,
                "reviews": summary.reviews,
                "scheduled": summary.scheduled,
            }
        )
    else:
        travels = f", {summary.scheduled} of them with {summary.reviews} reviews" if history else ""
        output.line(f"{summary.target}: {summary.cards} cards{travels}")
    if history and chosen.history:
        output.say(chosen.history)


def suspend(ids: Ids, as_json: options.AsJson = False) -> None:
    """Takes cards out of all sessions until they are resumed."""
    _record("suspend", ids, as_json)


def resume(ids: Ids, as_json: options.AsJson = False) -> None:
    """Brings cards back. They were suspended, put off until tomorrow, or marked as known."""
    _record("resume", ids, as_json)


def known(ids: Ids, as_json: options.AsJson = False) -> None:
    """Marks cards as known. They are not asked any more and count as learned."""
    _record("known", ids, as_json)


def reset(ids: Ids, as_json: options.AsJson = False) -> None:
    """Makes cards new again. The log keeps their history."""
    _record("reset", ids, as_json)


def _record(kind: EventKind, ids: list[str], as_json: bool) -> None:
    from engine.workspace import Workspace

    workspace = Workspace.open(options.content())
    cards = list(dict.fromkeys(card_named(workspace, text) for text in ids))
    for card in cards:
        workspace.record(kind, card)
    today = workspace.today
    rows = [{"id": card, "state": _state(workspace.cards.get(card), today)} for card in cards]
    if as_json:
        output.data(rows)
    else:
        output.lines(f"{row['id']}: {row['state']}" for row in rows)
        output.say("`kb undo` takes it back.")


def card_named(workspace: Workspace, text: str) -> str:
    """The id of a card from an id of today or a former one.

    Raises:
        UsageError: there is no such card; the nearest ids are suggested.
    """
    deck = workspace.deck
    today = deck.renamed.get(text, text)
    if today in deck.cards:
        return today
    from rapidfuzz import process

    near = [match for match, _, _ in process.extract(text, list(deck.cards), limit=3, score_cutoff=70)]
    hint = f"Did you mean {' or '.join(near)}?" if near else "`kb cards list` shows all cards."
    raise UsageError(f"there is no card `{text}`", hint=hint)
