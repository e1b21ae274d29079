from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


async def opened(person: Any) -> None:
    await person.until("1 Queues")
    person.app.open_entry("queue-or-call", "tradeoff")
    await person.until("Must the caller know the result before it goes on?")


async def logged(person: Any) -> list[str]:
    return await person.app.background.run(lambda desk: [e.kind for e in desk.workspace.store.events()])


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_cases_are_played_before_the_sides_are_told(at, size: tuple[int, int]) -> None:
    async with at(*size) as person:
        await opened(person)
        await person.press("enter")
        await person.until("Case 1 of 3", "A shop sends a mail after each order. What would you pick here?")
        await person.until("1  Work queue", "2  A direct call", "1 to 2 picks.")
        assert not person.says("Nobody waits for the mail.")
        await person.press("1")
        await person.until("✓ 1  Work queue (your pick)", "Right: Work queue. Nobody waits for the mail.")
        await person.press("enter")
        await person.until("Case 2 of 3")
        await person.press("1")
        await person.until("✗ 1  Work queue (your pick)", "✓ 2  A direct call", "Not here: A direct call wins.")
        await person.press("2")
        assert person.says("✗ 1  Work queue (your pick)")
        await person.press("enter", "enter")
        await person.until("Here Work queue wins. No page may wait a minute. This one is close.")
        await person.press("enter")
        await person.until("How you did", "1 of 3 cases as this entry sees it.")
        await person.until("✗ Case 2 of 3: you picked Work queue, A direct call wins", "– Case 3 of 3: not played")
        await person.press("enter")
        await person.until("The sides", "Bursts are smoothed.", "The caller waits.")
        assert await logged(person) == []
        await person.press("enter")
        await person.until("Where the answer flips", "The caller's patience.")


async def test_the_cases_can_be_left_out(at) -> None:
    async with at() as person:
        await opened(person)
        await person.press("enter")
        await person.until("Case 1 of 3")
        await person.press("x")
        await person.until("The sides", "Wins when", "The caller can go on.")
        await person.press("p")
        await person.until("You left out the 3 cases.")


async def test_a_side_that_is_not_there_cannot_be_picked(at) -> None:
    async with at() as person:
        await opened(person)
        await person.press("4", "enter", "6")
        await person.until("Case 1 of 3")
        assert not person.says("your pick")


async def test_a_bar_in_a_text_does_not_break_the_table(at, content: Path) -> None:
    path = content / "concepts/queues/tradeoffs/queue-or-call.yaml"
    path.write_text(path.read_text().replace("Bursts are smoothed.", "Bursts a|b are smoothed."))
    async with at() as person:
        await opened(person)
        await person.press("enter")
        await person.until("Case 1 of 3")
        await person.press("x")
        await person.until("Bursts a|b are", "A direct call")


async def test_a_trade_off_that_does_not_exist_is_explained(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        person.app.open_entry("queue-or-cal", "tradeoff")
        await person.screen("ErrorDialog")
        await person.until("there is no entry `queue-or-cal`")
