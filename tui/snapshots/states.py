"""How far the learner is with each entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.mastery import Mastery
    from engine.workspace import Workspace
    from tui.views.states import State


def state_of(workspace: Workspace, entry: str, mastery: Mapping[str, Mastery]) -> State:
    """How far the learner is with an entry.

    Args:
        workspace: library and progress.
        entry: its id; a planned concept too.
        mastery: of every entry with cards.
    """
    from engine.mastery import readiness

    if entry not in workspace.library.entries:
        return "planned"
    if workspace.library.kind(entry) == "exercise":
        return "done" if entry in workspace.exercised else "new"
    known = mastery.get(entry)
    if known is not None and known.learned:
        return "learned"
    if known is not None and known.begun:
        return "begun"
    if entry in workspace.walked:
        return "read"
    ready = readiness(entry, workspace.requires, mastery, workspace.overrides)
    return "new" if ready.open else "waits"
