"""What the welcome needs: whether this is a first run, and the daily goal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.background import Desk, Job

SUBJECT = "welcome"


def first_run(desk: Desk) -> bool:
    """Whether the learner has neither done anything nor been welcomed.

    Raises:
        KbError: the database cannot be used.
    """
    store = desk.workspace.store
    done = store.events(kinds=["review", "walked", "exercised", "known", "suspend"], limit=1)
    return not done and not store.events(kinds=["setting"], subject=SUBJECT, limit=1)


def goal(desk: Desk) -> int:
    """New cards a day, as set now."""
    return desk.workspace.settings.new_per_day


def welcomed(desk: Desk) -> None:
    """Notes that the learner was welcomed, so that it does not happen again; not even on another machine with the same log."""
    desk.workspace.record("setting", SUBJECT, {"value": True})


def setting_goal(new_per_day: int) -> Job[int]:
    """Sets the new cards a day, in the settings file and for this run.

    Returns:
        A job; it hands back the goal, and raises KbError where the file cannot be written.
    """

    def job(desk: Desk) -> int:
        from engine.settings import write_setting
        from kb import paths

        desk.workspace.settings = write_setting(paths.config_path(), "new_per_day", str(new_per_day))
        return new_per_day

    return job
