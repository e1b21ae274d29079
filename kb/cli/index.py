"""`kb index`: builds the search index now, or says whether it is current; adds your own notes, and chooses the model."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb.cli import options, output
from kb.errors import UsageError

if TYPE_CHECKING:
    from kb.search import Index


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(index)


def index(
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the index is current; exit code 1 when it is not.")
    ] = False,
    add: Annotated[
        list[Path] | None,
        typer.Option("--add", help="Search a folder of your own Markdown notes too.", metavar="FOLDER"),
    ] = None,
    remove: Annotated[
        list[Path] | None,
        typer.Option("--remove", help="Leave a folder of notes out again; its files stay.", metavar="FOLDER"),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the folders of notes.")] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="Use another model of sentence-transformers that is on this disk, by folder or name; `default` goes back.",
            metavar="NAME",
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Builds the search index now. Searching does so by itself whenever the content has changed."""
    if sum(map(bool, (check, add, remove, listing, model is not None))) > 1:
        raise UsageError("only one of --check, --add, --remove, --list and --model can be done at a time")
    from kb.cli import vault

    if add:
        vault.add(add, as_json)
    elif remove:
        vault.remove(remove, as_json)
    elif listing:
        vault.listing(as_json)
    elif check:
        _check(as_json)
    else:
        _build(model, as_json)


def _check(as_json: bool) -> None:
    from kb.search import Index, choices, models, notes, notes_index, store

    model = models.current()
    address = os.environ.get("KB_INDEX")
    if address:
        from kb.search import postgres

        if postgres.state(address, options.content(), model) != "current":
            output.say("The server has no index of this content yet. `kb index` builds it.")
            raise typer.Exit(1)
        _shared(address, as_json)
        return
    path = store.index_path(options.content(), model)
    state: str = store.state(path)
    if state == "current":
        waiting = notes_index.changed(model, notes.scan(choices.read().folders))
        with Index(store.opened(path), model=model) as found:
            _print(path, found, f"{len(waiting)} notes behind" if waiting else state, as_json)
        if not waiting:
            return
        state = f"{len(waiting)} notes behind"
    elif as_json:
        output.data({"path": str(path), "state": state})
    output.say(f"The search index is {state}. `kb index` builds it.")
    raise typer.Exit(1)


def _build(name: str | None, as_json: bool) -> None:
    from kb.cli import vault
    from kb.cli.progress import bar
    from kb.search import Index, choices, models, store

    chosen = choices.read()
    model: models.Model = models.SHIPPED
    if name is None:
        model = models.current()
    elif name == models.DEFAULT:
        chosen = replace(chosen, model="", model_name="", dimension=0)
    else:
        folder, model = models.find(name)
        chosen = replace(chosen, model=str(folder), model_name=model.name, dimension=model.dimension)
    address = os.environ.get("KB_INDEX")
    if address:
        if name is not None:
            choices.write(chosen)
        _shared(address, as_json)
        return
    path = store.index_path(options.content(), model)
    with bar("Reading for meaning", "What was read so far is kept, and the old index stays.") as count:
        connection = store.rebuild(options.content(), output.say, model, count)
    with Index(connection, model=model) as found:
        # Only now: who interrupts this goes on with the model that they had.
        if name is not None:
            choices.write(chosen)
        own = vault.told(vault.read()) if chosen.folders else None
        _print(path, found, "current" if path.exists() else "in memory", as_json, own)
    if own and not as_json:
        vault.report(own)


def _shared(address: str, as_json: bool) -> None:
    from kb.cli.progress import bar
    from kb.search import models, postgres

    model = models.current()
    with (
        bar("Reading for meaning", "What was read so far is kept.") as count,
        postgres.open_shared(address, options.content(), output.say, model, count=count) as found,
    ):
        told = {"entries": found.entries, "passages": found.passages, "model": found.model}
        place = f"{found.where} {found.name}"
    if as_json:
        output.data({"path": place, "state": "current", "bytes": None, **told})
        return
    output.line(f"{told['entries']} entries, {told['passages']} passages, on a server")
    output.line(f"model {told['model']}")
    output.line(place)


def _print(path: Path, found: Index, state: str, as_json: bool, own: dict[str, Any] | None = None) -> None:
    size = path.stat().st_size if path.exists() else 0
    if as_json:
        output.data(
            {
                "path": str(path),
                "state": state,
                "bytes": size,
                "entries": found.entries,
                "passages": found.passages,
                "model": found.model,
                **({"notes": own} if own else {}),
            }
        )
        return
    output.line(f"{found.entries} entries, {found.passages} passages, {size / 1e6:.1f} MB")
    output.line(f"model {found.model}")
    output.line(str(path) if size else "in memory only")
