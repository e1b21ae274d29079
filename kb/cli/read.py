"""`kb show`, `list`, `path`, `graph`: reading the library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from kb import paths
from kb.cli import options, output
from kb.errors import ContentError, UsageError

if TYPE_CHECKING:
    from kb.content import Library
    from kb.models import Kind


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(show)
    app.command(name="list")(list_entries)
    app.command()(path)
    app.command()(graph)


def show(
    entry: Annotated[
        str, typer.Argument(help="An id, title or alias, such as cache-stampede, or the id of an own note.")
    ],
    section: Annotated[
        str | None, typer.Option("--section", help="Only this section, such as mechanism or pitfalls.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Shows one entry with its diagram."""
    if entry.startswith("note:"):
        from kb.cli import vault

        vault.show(entry, as_json)
        return
    from kb.content import Library
    from kb.diagram import render_diagram
    from kb.sections import sections_of

    library = Library.load(options.content())
    found = library.find(named(library, entry))
    if as_json:
        output.data(
            {"kind": library.kind(found.id), "step": library.step_of[found.id], **found.model_dump(mode="json")}
        )
        return
    sections = sections_of(library, found)
    if section is not None:
        chosen = tuple(s for s in sections if s.key == section)
        if not chosen:
            keys = ", ".join(dict.fromkeys(s.key for s in sections))
            raise UsageError(f"`{found.id}` has no section `{section}`", hint=f"Sections: {keys}.")
        sections = chosen
    output.markdown(f"# {found.title}\n\n{library.kind(found.id)} · {library.step_of[found.id]} · `{found.id}`")
    for part in sections:
        ask = f"*Predict: {part.ask}*\n\n" if part.ask else ""
        output.markdown(f"\n## {part.title}\n\n{ask}{part.markdown}")
        if part.diagram:
            output.line()
            output.lines(render_diagram(part.diagram, min(100, output.terminal_width()) - 2, part.alt).lines)
            output.line(f"({part.alt})")
    if section is None:
        _own_note(library, found.id)


def _own_note(library: Library, entry: str) -> None:
    """The learner's own note, below the entry."""
    if not (paths.own_dir() / "notes").is_dir():
        return
    from engine.own import note_of

    _, text = note_of(paths.own_dir(), library, entry)
    if text:
        output.markdown(f"\n## Your note\n\n{text}")


def named(library: Library, text: str) -> str:
    """The id that a user means: an id, a title or an alias, written in any case.

    Raises:
        ContentError: it names a step of the staircase that is not written yet.
    """
    if text in library.entries or text in library.renamed:
        return text
    wanted = text.casefold().strip()
    for entry in library.entries.values():
        if wanted in (entry.title.casefold(), *(a.casefold() for a in getattr(entry, "aliases", ()))):
            return entry.id
    for stair in library.staircase.steps:
        if wanted in (stair.id, stair.title.casefold()):
            raise ContentError(
                f"the step `{stair.id}` is planned and not written yet",
                hint=f"`kb list --planned --step {stair.id}` shows what it will hold.",
            )
    return wanted.replace(" ", "-") if wanted.replace(" ", "-") in (library.entries | library.planned) else text


def list_entries(
    kind: Annotated[str | None, typer.Option("--kind", help="concept, tradeoff, exercise or step.")] = None,
    step: options.Step = None,
    level: options.Level = None,
    planned: Annotated[bool, typer.Option("--planned", help="Also concepts that are not written yet.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Lists entries in study order."""
    from kb.content import Library

    library = Library.load(options.content())
    if step is not None:
        library.stair(step)
    if kind not in (None, "concept", "tradeoff", "exercise", "step"):
        raise UsageError(f"there is no kind `{kind}`", where="--kind", hint="Kinds: concept, tradeoff, exercise, step.")
    rows = [row for row in _rows(library, planned) if _wanted(row, kind, step, level)]
    if as_json:
        output.data(rows)
        return
    output.table(
        ("id", "kind", "step", "level", "title"),
        ((r["id"], r["kind"], r["step"], r["level"], r["title"]) for r in rows),
    )
    output.say(f"{len(rows)} entries")


def _rows(library: Library, planned: bool) -> Iterator[dict[str, Any]]:
    from kb.models import Concept

    for stair in library.staircase.steps:
        for concept in stair.concepts:
            if concept.id in library.concepts or planned:
                state = "concept" if concept.id in library.concepts else "planned"
                yield {
                    "id": concept.id,
                    "kind": state,
                    "step": stair.id,
                    "level": concept.level,
                    "title": library.title(concept.id),
                }
        for entry in library.entries.values():
            if library.step_of[entry.id] == stair.id and not isinstance(entry, Concept):
                yield {
                    "id": entry.id,
                    "kind": library.kind(entry.id),
                    "step": stair.id,
                    "level": "",
                    "title": entry.title,
                }


def _wanted(row: dict[str, Any], kind: str | None, step: str | None, level: str | None) -> bool:
    kinds: tuple[Kind | str, ...] = (kind, "planned") if kind == "concept" else (kind or "",)
    return (kind is None or row["kind"] in kinds) and step in (None, row["step"]) and level in (None, row["level"])


def path(
    concept: Annotated[str, typer.Argument(help="The concept to reach.")],
    everything: Annotated[bool, typer.Option("--all", help="Also what you have learned already.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Shows what to learn first, in order, to be ready for a concept."""
    from engine.workspace import Workspace
    from kb.graph import Graph

    workspace = Workspace(options.content())
    library = workspace.library
    goal = named(library, concept)
    known: set[str] = set()
    if not everything and paths.database_path().exists():
        known = {entry for entry, mastery in workspace.mastery().items() if mastery.learned}
    steps = Graph(library).path_to(goal, known - {goal})
    rows = [
        {
            "id": c,
            "title": library.title(c),
            "step": library.step_of.get(c, ""),
            "state": "written" if c in library.entries else "planned",
        }
        for c in steps
    ]
    if as_json:
        output.data(rows)
        return
    output.table(
        ("", "concept", "step", "state"), ((n, r["title"], r["step"], r["state"]) for n, r in enumerate(rows, 1))
    )
    if known:
        output.say(f"What you have learned is left out ({len(known)} entries); --all shows it.")


def graph(
    around: Annotated[str, typer.Option("--around", help="The entry in the middle.", metavar="ID")],
    distance: Annotated[int, typer.Option("--distance", min=1, max=3, help="How many links away.")] = 1,
    form: Annotated[str, typer.Option("--format", help="text, mermaid or json.")] = "text",
) -> None:
    """Shows what stands around an entry. What it needs, what it leads to, what it is taken for."""
    from kb.content import Library
    from kb.graph import Graph

    library = Library.load(options.content())
    whole = Graph(library)
    middle = named(library, around)
    forms: dict[str, Literal["text", "mermaid", "json"]] = {"text": "text", "mermaid": "mermaid", "json": "json"}
    if form not in forms:
        raise UsageError(f"there is no format `{form}`", where="--format", hint="Formats: text, mermaid, json.")
    nodes, links = whole.around(middle, distance)
    if forms[form] == "json":
        output.data(
            {
                "nodes": [{"id": n, "title": library.title(n), "written": n in library.entries} for n in nodes],
                "links": [{"source": e.source, "target": e.target, "kind": e.kind, "note": e.note} for e in links],
            }
        )
    elif forms[form] == "mermaid":
        output.line("flowchart LR")
        numbers = {node: f"n{i}" for i, node in enumerate(nodes)}
        output.lines(f'  {numbers[n]}["{library.title(n).replace(chr(34), chr(39))}"]' for n in nodes)
        output.lines(f'  {numbers[e.source]} -->|"{e.kind.replace("_", " ")}"| {numbers[e.target]}' for e in links)
    else:
        near = whole.neighbours(middle)
        output.line(f"{library.title(near.entry)} ({near.entry})")
        for title, ids in (
            ("needs", near.needs),
            ("leads to", near.leads_to),
            ("easily taken for", near.contrasts),
            ("weighed in", near.decided_by),
            ("practised in", near.practised_by),
            ("see also", near.other),
        ):
            if ids:
                output.line(f"  {title}")
                output.lines(f"    {library.title(i)} ({i}){'' if i in library.entries else ', planned'}" for i in ids)
