"""What of the curriculum the library holds: what is written, what is planned, and which atoms nothing teaches yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from kb.content import Library


@dataclass(frozen=True)
class StepCoverage:
    """One step of the staircase.

    Attributes:
        step: its id.
        walk: whether its four phases are written.
        concepts: how many it has.
        missing_concepts: ids of those not written yet.
        tradeoffs: how many core trade-offs it has.
        missing_tradeoffs: ids of those not written yet.
        atoms: how many atoms of the sources belong to it.
        uncited: ids of those that nothing cites.
        questions: authored questions.
    """

    step: str
    walk: bool
    concepts: int
    missing_concepts: tuple[str, ...]
    tradeoffs: int
    missing_tradeoffs: tuple[str, ...]
    atoms: int
    uncited: tuple[str, ...]
    questions: int


def coverage(library: Library, steps: Collection[str] = ()) -> list[StepCoverage]:
    """What is written of each step, lowest first.

    A citation of an atom's parent counts for the atom. Atoms that are only a picture, or only the sum of their parts, need none.

    Args:
        library: the entries.
        steps: only these; all where empty.
    """
    cited = {atom for file in library.files.values() for atom in _atoms(file.data)}
    parents = {a.parent for a in library.atoms.values() if a.parent}
    leaves = [a for a in library.atoms.values() if a.id not in parents and a.kind != "diagram-only"]
    known = set(library.entries) | set(library.renamed)
    found = []
    for stair in library.staircase.steps:
        if steps and stair.id not in steps:
            continue
        atoms = [a for a in leaves if stair.id in (a.step, a.topic_step)]
        core = [t.id for t in stair.tradeoffs if t.priority == "core"]
        found.append(
            StepCoverage(
                step=stair.id,
                walk=stair.id in library.steps,
                concepts=len(stair.concepts),
                missing_concepts=tuple(c.id for c in stair.concepts if c.id not in known),
                tradeoffs=len(core),
                missing_tradeoffs=tuple(t for t in core if t not in known),
                atoms=len(atoms),
                uncited=tuple(a.id for a in atoms if a.id not in cited and a.parent not in cited),
                questions=sum(len(library.questions.get(c.id, ())) for c in stair.concepts),
            )
        )
    return found


def _atoms(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["atom"]} if isinstance(value.get("atom"), str) else set()
        return own.union(*(_atoms(v) for v in value.values()))
    return set().union(*(_atoms(v) for v in value)) if isinstance(value, list) else set()
