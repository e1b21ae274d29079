"""`kb index`: builds the search index now, or says whether it is current."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.cli import options, output


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(index)


def index(
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the index is current; exit code 1 when it is not.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Builds the search index now. Searching does so by itself whenever the content has changed."""
    from kb.search import Index, store

    path = store.index_path(options.content())
    state = "current"
    if check:
        state = store.state(path)
        if state == "current":
            connection = store.opened(path)
    else:
        connection = store.rebuild(options.content(), output.say)
    if state != "current":
        if as_json:
            output.data({"path": str(path), "state": state})
        output.say(f"The search index is {state}. `kb index` builds it.")
        raise typer.Exit(1)
    size = path.stat().st_size if path.exists() else 0
    with Index(connection) as found:
        entries, passages, model = found.entries, found.passages, found.model
    if as_json:
        output.data(
            {
                "path": str(path),
                "state": state if size else "in memory",
                "bytes": size,
                "entries": entries,
                "passages": passages,
                "model": model,
            }
        )
        return
    output.line(f"{entries} entries, {passages} passages, {size / 1e6:.1f} MB")
    output.line(f"model {model}")
    output.line(str(path) if size else "in memory only")
