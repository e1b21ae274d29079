"""The formats that a deck can be written in. A further one is a module of its own and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.exchange.apkg import export_apkg
from engine.exchange.document import export_json
from engine.exchange.dot import export_dot
from engine.exchange.export import Exporter
from engine.exchange.obsidian import export_obsidian
from engine.exchange.table import export_csv
from kb.errors import ExchangeError


@dataclass(frozen=True)
class Format:
    """A kind of file, or of folder.

    Attributes:
        name: how it is chosen where the suffix does not say it.
        title: what it is, for a person.
        export: writes one.
        history: what to do in the other program so that the history is taken over; empty where nothing is to be done.
    """

    name: str
    title: str
    export: Exporter
    history: str = ""


FORMATS: Mapping[str, Format] = {
    ".apkg": Format(
        "anki", "Anki deck", export_apkg, history="In Anki's import dialog, switch “Import any learning progress” on."
    ),
    ".csv": Format("csv", "table, a row a card", export_csv),
    ".json": Format("json", "JSON document, with the history one that `kb import` reads", export_json),
    ".dot": Format("dot", "graph of the entries for Graphviz", export_dot),
    "/": Format("obsidian", "folder of Markdown for Obsidian", export_obsidian, history="A vault takes no history."),
}
"""By suffix; a folder ends in a slash."""


def format_for(target: Path, name: str | None = None) -> Format:
    """The format that is meant.

    Args:
        target: the file to be written; its suffix names the format where nothing else does.
        name: the name of a format.

    Raises:
        ExchangeError: there is no such format, or none has the suffix; the known ones are listed.
    """
    known = ", ".join(f"{form.name} ({suffix}, {form.title})" for suffix, form in FORMATS.items())
    if name is not None:
        found = next((form for form in FORMATS.values() if form.name == name.lower()), None)
        if found is None:
            raise ExchangeError(f"there is no format `{name}`", where="--format", hint=f"Known formats: {known}.")
        return found
    found = FORMATS.get(target.suffix.lower())
    if found is None:
        named = f"`{target.suffix}` is no known format" if target.suffix else "the name has no suffix"
        raise ExchangeError(
            named, where=str(target), hint=f"Name it with --format, or by its suffix. Known formats: {known}."
        )
    return found
