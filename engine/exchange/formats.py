"""The formats that a deck can be written in. A further one is a module of its own and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.exchange.apkg import export_apkg
from engine.exchange.export import Exporter
from kb.errors import ExchangeError


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes:
        title: what it is, for a person.
        export: writes one.
        history: what to do in the other program so that the history is taken over; empty where it cannot travel.
    """

    title: str
    export: Exporter
    history: str = ""


FORMATS: Mapping[str, Format] = {
    ".apkg": Format(
        "Anki deck", export_apkg, history="In Anki's import dialog, switch “Import any learning progress” on."
    ),
}


def format_for(target: Path) -> Format:
    """The format that a file name asks for.

    Args:
        target: the file to be written.

    Raises:
        ExchangeError: no format has its suffix; the known ones are listed.
    """
    found = FORMATS.get(target.suffix.lower())
    if found is None:
        known = ", ".join(f"{suffix} ({known.title})" for suffix, known in FORMATS.items())
        named = f"`{target.suffix}` is no known format" if target.suffix else "the name has no suffix"
        raise ExchangeError(named, where=str(target), hint=f"Known formats: {known}.")
    return found
