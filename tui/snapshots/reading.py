"""What the reading screens show: an entry as pages, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.snapshots.states import state_of

if TYPE_CHECKING:
    from engine.mastery import Mastery
    from kb.models import Concept
    from kb.sections import Section
    from tui.background import Desk, Job
    from tui.views.states import State

LINKS = "links"
"""The key of the page on which one walks on to other entries."""


@dataclass(frozen=True)
class Page:
    """One page of an entry.

    Attributes:
        key: stable name; the phase for a step.
        title: as shown.
        text: Markdown.
        ask: what the reader is to think of before the text is shown; empty where the text is shown at once.
        diagram: Mermaid source.
        alt: what the diagram shows, in words.
        choices: what there is to pick from before the text is shown; empty where there is only to be thought.
        right: the index of the choice that wins.
    """

    key: str
    title: str
    text: str
    ask: str = ""
    diagram: str = ""
    alt: str = ""
    choices: tuple[str, ...] = ()
    right: int = 0


@dataclass(frozen=True)
class Neighbour:
    """An entry beside the one that is read.

    Attributes:
        id: its id; None for a heading, or for something that only has a name.
        kind: its kind; `planned` where it is not written yet.
        text: its title.
        state: how far the learner is with it; None where it has no id.
        note: how the two hang together, or what it is.
    """

    id: str | None
    kind: str
    text: str
    state: State | None = None
    note: str = ""


@dataclass(frozen=True)
class Reading:
    """An entry to be read.

    Attributes:
        entry: its id.
        kind: its kind.
        title: its title.
        step: the title of its step.
        state: how far the learner is with it.
        missing: titles of what is to be learned before it.
        pages: its pages.
        needs: what it builds on.
        around: what stands beside it, under headings.
        leads_to: what builds on it.
    """

    entry: str
    kind: str
    title: str
    step: str
    state: State
    missing: tuple[str, ...]
    pages: tuple[Page, ...]
    needs: tuple[Neighbour, ...] = ()
    around: tuple[Neighbour, ...] = ()
    leads_to: tuple[Neighbour, ...] = ()


def reading(entry_id: str) -> Job[Reading]:
    """Gathers an entry.

    Args:
        entry_id: its id.

    Returns:
        A job; it raises KbError where library or database cannot be used, or the entry does not exist.
    """

    def job(desk: Desk) -> Reading:
        from engine.mastery import readiness
        from engine.own import note_of
        from kb.models import Tradeoff
        from kb.sections import sections_of
        from tui.snapshots.cases import play_pages

        workspace, library = desk.workspace, desk.workspace.library
        entry = library.find(entry_id)
        mastery = workspace.mastery()
        ready = readiness(entry.id, workspace.requires, mastery, workspace.overrides)
        kind = library.kind(entry.id)
        step = library.step_of[entry.id]
        _, note = note_of(workspace.own_folder, library, entry.id)
        pages = tuple(pages_of(sections_of(library, entry)))
        if isinstance(entry, Tradeoff):
            pages = tuple(play_pages(library, entry, pages))
        found = Reading(
            entry=entry.id,
            kind=kind,
            title=entry.title,
            step=next((s.title for s in library.staircase.steps if s.id == step), step),
            state=state_of(workspace, entry.id, mastery),
            missing=() if ready.open else tuple(map(library.title, ready.missing)),
            pages=(*pages, *([Page("note", "Your note", note)] if note else [])),
        )
        return found if kind == "step" else _with_neighbours(desk, found, mastery)

    return job


def pages_of(sections: Sequence[Section]) -> Iterator[Page]:
    """Sections as pages: the summary leads into the next text, a picture has a page of its own, links are walked elsewhere.

    Args:
        sections: of one entry.
    """
    lead = ""
    for section in sections:
        if section.key == "summary":
            lead = f"**{section.markdown}**\n\n"
        elif section.key != LINKS:
            yield Page(section.key, section.title, lead + section.markdown, section.ask)
            lead = ""
            if section.diagram:
                yield Page("picture", "The picture", "", diagram=section.diagram, alt=section.alt)


def _with_neighbours(desk: Desk, found: Reading, mastery: Mapping[str, Mastery]) -> Reading:
    workspace, library = desk.workspace, desk.workspace.library
    near = desk.graph.neighbours(found.entry)
    differences = {
        frozenset((concept.id, contrast.id)): contrast.difference
        for concept in library.concepts.values()
        for contrast in concept.links.contrasts_with
    }

    def neighbour(entry: str, note: str = "") -> Neighbour:
        written = library.entries.get(entry)
        kind = library.kind(entry) if written else "planned"
        about = str(getattr(written, "summary", "") or getattr(written, "question", "") or getattr(written, "goal", ""))
        note = note or (about if written else "Planned, not written yet.")
        return Neighbour(entry, kind, library.title(entry), state_of(workspace, entry, mastery), note)

    def group(heading: str, entries: Iterable[Neighbour]) -> tuple[Neighbour, ...]:
        lines = tuple(entries)
        return (Neighbour(None, "heading", heading), *lines) if lines else ()

    concept = library.concepts.get(found.entry)
    contrasts = (neighbour(c, differences.get(frozenset((found.entry, c)), "")) for c in near.contrasts)
    around = (
        *group("Easily taken for", contrasts),
        *group("Weighed in", map(neighbour, near.decided_by)),
        *group("Practised in", map(neighbour, near.practised_by)),
        *group("See also", map(neighbour, near.other)),
        *(_failures(concept) if concept else ()),
    )
    has_links = near.needs or around or near.leads_to
    walk_on = (Page(LINKS, "Where to go from here", ""),) if has_links else ()
    return replace(
        found,
        pages=(*found.pages, *walk_on),
        needs=tuple(map(neighbour, near.needs)),
        around=around,
        leads_to=tuple(map(neighbour, near.leads_to)),
    )


def _failures(concept: Concept) -> Iterator[Neighbour]:
    """Failures that have a name and no entry."""
    for heading, links in (("Helps against", concept.links.mitigates), ("Breaks with", concept.links.fails_with)):
        named = [link.failure for link in links if not isinstance(link, str)]
        if named:
            yield Neighbour(None, "heading", heading)
            yield from (Neighbour(None, "failure", name) for name in named)
