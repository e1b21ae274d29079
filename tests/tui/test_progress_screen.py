from __future__ import annotations

from pathlib import Path

import pytest

from engine.grading import Confidence
from engine.memory import Rating
from engine.session import Introduction
from engine.workspace import Workspace
from tui.app import KbApp


@pytest.fixture
def learner(content: Path, clock) -> None:
    """Answers on two days; on the second everything was forgotten."""
    workspace = Workspace.open(content, clock)
    clock.forward(days=-10)
    for rating in (Rating.GOOD, Rating.AGAIN):
        session = workspace.study()
        for _ in range(20):
            if session.current is None:
                break
            if isinstance(session.current, Introduction):
                session.read()
                continue
            session.answer("1", Confidence(4))
            session.grade(rating, 10)
        clock.forward(days=5)
    workspace.close()


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_progress_shows_pictures_page_by_page(at, learner, size: tuple[int, int]) -> None:
    async with at(*size) as person:
        await person.until("1 Queues")
        await person.press("p")
        await person.screen("ProgressScreen")
        await person.until("0 entries learned", "[1 Steps]", "Known today, by step", "0 of 2 learned")
        await person.press("right")
        await person.until("[2 Days]", "Due in the next 14 days", "Answers in 12 weeks", "^ today")
        await person.press("n")
        await person.until("[3 Memory]", "0% of", "certain", "too sure", "Sure and wrong:")
        await person.press("4")
        await person.until("[4 Hardest cards]", "1x  Work queue")
        await person.press("enter")
        await person.screen("ConceptScreen")
        await person.press("escape")
        await person.screen("ProgressScreen")
        await person.press("escape")
        await person.screen("StaircaseScreen")


async def test_before_the_first_answer_each_page_says_what_is_missing(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        await person.press("p")
        await person.until("Known today, by step")
        await person.press("2")
        await person.until("Nothing is scheduled yet.")
        await person.press("3")
        await person.until("No card came back on a later day yet.", "No answer came with a confidence yet")
        await person.press("4")
        await person.until("No card was forgotten yet.")
        await person.press("right")
        await person.until("[1 Steps]")


async def test_without_colour_nothing_is_lost(at, learner, monkeypatch, content: Path, clock) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with at(over=KbApp(content, clock)) as person:
        await person.until("1 Queues")
        await person.press("p", "2")
        await person.until("[2 Days]", "░▒▓█")


async def test_a_damaged_database_is_explained(at, home: Path) -> None:
    database = home / "data" / "progress.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"this is no database" * 400)
    async with at() as person:
        await person.screen("ErrorDialog")
        await person.press("enter")
        await person.screen("StaircaseScreen")
        await person.press("p")
        await person.screen("ErrorDialog")
        await person.until("the database is damaged")
        await person.press("enter")
        await person.screen("ProgressScreen")
        await person.until("This could not be read.")
