"""What `kb index --add`, `--remove` and `--list` do, and `kb show` with a note."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kb.cli import output
from kb.cli.progress import bar
from kb.search import choices, models, notes, notes_index
from kb.search.notes_index import Outcome

COMPLAINTS = 20
"""That are printed one by one; the number of the others follows."""


def add(folders: Sequence[Path], as_json: bool) -> None:
    """Adds folders of notes and reads them.

    Raises:
        UsageError: one is no folder, or lies in an added one or around it.
        SearchError: the choice cannot be kept, or the model cannot be used.
    """
    chosen = choices.read()
    for path in folders:
        folder = notes.new_folder(path, chosen)
        if folder not in chosen.folders:
            chosen = chosen.with_folder(folder)
    choices.write(chosen)
    _print(read(), as_json)


def remove(folders: Sequence[Path], as_json: bool) -> None:
    """Takes folders of notes out of the search; their files are not touched.

    Raises:
        UsageError: one was never added.
        SearchError: the choice cannot be kept, or the model cannot be used.
    """
    chosen = choices.read()
    for path in folders:
        chosen = chosen.without_folder(notes.added_folder(path, chosen))
    choices.write(chosen)
    outcome = read()
    notes_index.forget_others(notes_index.index_path(models.current(), notes.scan(chosen.folders)))
    _print(outcome, as_json)


def listing(as_json: bool) -> None:
    """Prints the added folders.

    Raises:
        SearchError: the list cannot be read, or the model is not there.
    """
    chosen = choices.read()
    seen = notes.scan(chosen.folders)
    changed = notes_index.changed(models.current(), seen)
    rows: list[dict[str, Any]] = []
    for folder in chosen.folders:
        start = f"{notes.PREFIX}{folder.name}/"
        waiting = sum(entry.startswith(start) for entry in changed)
        state = "not there" if folder in seen.missing else f"{waiting} to read" if waiting else "current"
        files = sum(file.id.startswith(start) for file in seen.files)
        rows.append({"name": folder.name, "path": folder.path, "notes": files, "state": state})
    if as_json:
        output.data(rows)
    elif rows:
        output.table(
            ("name", "notes", "state", "folder"), ((r["name"], r["notes"], r["state"], r["path"]) for r in rows)
        )
    else:
        output.say("No folder of notes is added. `kb index --add FOLDER` adds one.")


def read() -> Outcome:
    """Reads all added notes with a progress bar.

    Raises:
        SearchError: the model cannot be used.
    """
    kept = "What was read so far is kept, and the old index stays; `kb index` goes on from there."
    with bar("Reading notes", kept) as count:
        return notes_index.refresh(models.current(), output.say, count=count)


def told(outcome: Outcome) -> dict[str, Any]:
    """What reading the notes came to, as JSON has it; closes their index."""
    sections = 0
    if outcome.connection:
        (sections,) = outcome.connection.execute("select count(*) from entry").fetchone()
        outcome.connection.close()
    return {
        "notes": outcome.files,
        "sections": sections,
        "encoded": outcome.encoded,
        "complaints": list(outcome.complaints),
    }


def report(came_to: dict[str, Any]) -> None:
    """Prints the same for people: the counts, then what was left out and why."""
    files, sections = output.counted(came_to["notes"], "note"), output.counted(came_to["sections"], "section")
    output.line(f"{files}, {sections}, {output.counted(came_to['encoded'], 'passage')} new or changed")
    complaints = came_to["complaints"]
    for complaint in complaints[:COMPLAINTS]:
        output.say(complaint)
    if len(complaints) > COMPLAINTS:
        output.say(f"and {len(complaints) - COMPLAINTS} more")


def _print(outcome: Outcome, as_json: bool) -> None:
    if as_json:
        output.data(told(outcome))
    else:
        report(told(outcome))


def show(entry: str, as_json: bool) -> None:
    """Prints the part of a note that an id names.

    Raises:
        UsageError: there is no such note or heading.
        ContentError: the file cannot be read.
    """
    file, section = notes.find_section(entry, choices.read())
    heading = " > ".join((*section.trail, section.heading)) if section.heading else ""
    title = section.heading or Path(file.path).stem
    if as_json:
        source = {"path": file.path, "heading": heading, "line": section.line}
        output.data({"kind": "note", "id": entry, "title": title, "source": source, "markdown": section.markdown})
        return
    output.markdown(f"# {title}\n\nnote · {file.path}, line {section.line}{f' · {heading}' if heading else ''}")
    output.line()
    output.markdown(section.markdown)
