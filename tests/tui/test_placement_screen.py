from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.placement import placement
from tui.app import KbApp
from tui.snapshots.placement import Round
from tui.views.placement import head_line, noted, outcome


async def logged(person: Any) -> list[tuple[str, str]]:
    return await person.app.background.run(
        lambda desk: [(e.kind, e.subject) for e in desk.workspace.store.events() if e.kind != "setting"]
    )


async def opened(person: Any) -> None:
    await person.until("1 Queues")
    person.app.action_placement()
    await person.until("Placement: question 1 of at most 12", "Jobs come in bursts", "1  A queue.")


def test_the_head_says_how_far_it_is_and_the_end_what_it_came_to() -> None:
    requires = {"a": (), "b": ("a",)}
    begun = placement(requires, requires, requires)
    assert outcome(Round(begun, "", None)).plain.startswith("Nothing was found that you know already")
    done = begun.answered("b", right=True)
    text = outcome(Round(done, "", None, (("Queues", 2, 2),))).plain
    assert "You seem to know 2 of 2 concepts:" in text
    assert "Queues  ████████████  2 of 2" in text
    assert head_line(Round(done, "", None)).plain == " Placement: done after 1 question"


def test_what_was_noted_is_counted() -> None:
    assert noted(3, 0) == "3 cards noted as known."
    assert noted(0, 1).endswith("1 card of an earlier placement will be asked again.")


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_a_right_answer_marks_the_concept_as_known_once_the_learner_agrees(at, size: tuple[int, int]) -> None:
    async with at(*size) as person:
        await opened(person)
        await person.press("1")
        await person.until("Placement: done after 1 question", "You seem to know 1 of 2 concepts", "Queues")
        assert await logged(person) == []
        await person.press("enter")
        await person.screen("StaircaseScreen")
        events = await logged(person)
        assert events
        assert {kind for kind, _ in events} == {"known"}
        assert all("work-queue" in subject for _, subject in events)
        await person.wait_for(lambda: any("noted as known" in text for text in person.told()))
        await person.until("1 learned")


async def test_done_again_with_another_answer_the_cards_are_asked_again(at) -> None:
    async with at() as person:
        for key in ("1", "0"):
            await opened(person)
            await person.press(key)
            await person.until("Placement: done")
            await person.press("enter")
            await person.screen("StaircaseScreen")
            await person.wait_for(lambda: not person.app.workers._workers or person.app.screen.home)
        events = await logged(person)
        known = {subject for kind, subject in events if kind == "known"}
        assert known == {subject for kind, subject in events if kind == "resume"}


async def test_whoever_leaves_has_nothing_noted(at) -> None:
    async with at() as person:
        await opened(person)
        await person.press("5", "1")
        await person.until("Placement: done")
        await person.press("escape")
        await person.screen("StaircaseScreen")
        assert await logged(person) == []


async def test_a_damaged_database_is_explained(at, home: Path) -> None:
    database = home / "data" / "progress.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"this is no database" * 400)
    async with at() as person:
        await person.screen("ErrorDialog")
        await person.press("enter")
        await person.screen("StaircaseScreen")
        person.app.action_placement()
        await person.screen("ErrorDialog")
        await person.press("enter")
        await person.screen("PlacementScreen")
        await person.press("1", "enter")
        await person.until("This could not be read.")


async def test_the_palette_opens_it(at, content: Path, clock) -> None:
    async with at(over=KbApp(content, clock)) as person:
        await person.until("1 Queues")
        await person.press("ctrl+p")
        await person.write("placement")
        await person.until("About a dozen questions")
        await person.press("enter")
        await person.screen("PlacementScreen")
