"""`kb note`: your own notes and cards beside an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli import options, output
from kb.errors import UsageError

if TYPE_CHECKING:
    from engine.workspace import Workspace

NEW_CARDS = """\
# Your own cards on this entry. Each needs an id that you never change.
# cards:
#   - id: our-price-list
#     ask: Why does our price list use this?
#     answer: Because it is read a thousand times for each change.
"""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(note)


def note(
    entry: Annotated[str | None, typer.Argument(help="An id, title or alias; all that is yours if left out.")] = None,
    add: Annotated[str | None, typer.Option("--add", help="Add a paragraph to the note.", metavar="TEXT")] = None,
    ask: Annotated[str | None, typer.Option("--ask", help="Add a card: its question.", metavar="TEXT")] = None,
    answer: Annotated[str | None, typer.Option("--answer", help="Its answer.", metavar="TEXT")] = None,
    edit: Annotated[bool, typer.Option("--edit", help="Open the note in your editor.")] = False,
    cards: Annotated[bool, typer.Option("--cards", help="Open your cards on it in your editor.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Shows your own note and cards on an entry, or adds to them."""
    from engine import own
    from engine.workspace import Workspace
    from kb.cli.read import named
    from kb.editor import edit as open_editor

    workspace = Workspace(options.content())
    library, folder = workspace.library, workspace.own_folder
    if entry is None:
        if add or ask or answer or edit or cards:
            raise UsageError("name the entry that it is about", hint="For example `kb note cache-aside --edit`.")
        _list(workspace, as_json)
        return
    if (ask is None) != (answer is None):
        raise UsageError("a card needs both", where="--ask, --answer", hint="Give a question and its answer.")
    found = library.find(named(library, entry)).id
    if (ask is not None or cards) and found not in workspace.deck.by_entry:
        raise UsageError(f"`{found}` has no cards", hint="Own cards stand beside concepts, trade-offs and steps.")
    if add:
        own.add_to_note(folder, library, found, add)
    if ask is not None and answer is not None:
        output.say(f"Added {own.add_card(folder, library, found, ask, answer)}")
    if edit:
        open_editor(own.note_of(folder, library, found)[0])
    if cards:
        open_editor(own.card_file(folder, library, found), NEW_CARDS)
    workspace.renew_own()
    _show(workspace, found, as_json)


def _show(workspace: Workspace, entry: str, as_json: bool) -> None:
    from engine import own

    path, text = own.note_of(workspace.own_folder, workspace.library, entry)
    mine = [c for c in workspace.own.cards if c.entry == entry]
    where = own.card_file(workspace.own_folder, workspace.library, entry)
    if as_json:
        rows = [{"id": c.id, "ask": c.prompt, "answer": c.answer} for c in mine]
        output.data({"entry": entry, "note": text, "cards": rows, "note_file": str(path), "cards_file": str(where)})
    else:
        output.line(f"{workspace.library.title(entry)} ({entry})")
        if text:
            output.markdown(text)
        output.lines(f"  {c.id}: {c.prompt}" for c in mine)
        if not text and not mine:
            output.line("  Nothing of yours yet; --edit, --add, or --ask and --answer.")
        output.say(f"{path}")
    _problems(workspace)


def _list(workspace: Workspace, as_json: bool) -> None:
    from engine import own

    library = workspace.library
    texts = {e: own.note_of(workspace.own_folder, library, e)[1] for e in own.noted(workspace.own_folder, library)}
    counts: dict[str, int] = {}
    for card in workspace.own.cards:
        counts[card.entry] = counts.get(card.entry, 0) + 1
    rows = [
        {"entry": e, "title": library.title(e), "words": len(texts.get(e, "").split()), "cards": counts.get(e, 0)}
        for e in library.entries
        if e in texts or e in counts
    ]
    if as_json:
        output.data(rows)
    else:
        output.table(("entry", "words", "cards"), ((r["entry"], r["words"], r["cards"]) for r in rows))
        output.say(f"Kept in {workspace.own_folder}")
    _problems(workspace)


def _problems(workspace: Workspace) -> None:
    for problem in workspace.own.problems:
        output.say(str(problem))
