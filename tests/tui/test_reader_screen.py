from __future__ import annotations

import pytest


async def walked(person) -> set[str]:
    return set(await person.app.background.run(lambda desk: dict(desk.workspace.walked)))


async def opened(person, entry: str, kind: str) -> None:
    await person.until("1 Queues")
    person.app.open_entry(entry, kind)
    await person.until("1/")


async def test_a_concept_is_read_page_by_page(at) -> None:
    async with at() as person:
        await opened(person, "work-queue", "concept")
        await person.until("Queues › Work queue", "○ new", "What you see", "At noon the orders come in")
        for texts in (
            ("A line in which jobs wait", "says that it is done."),
            ("Sender", "A sender fills the queue and a worker empties it."),
            ("Holds", "Does not hold"),
            ("Work comes in bursts.", "The caller waits for the result."),
            ("The queue has no bound. Refuse jobs"),
            ("60 s (2026; derived: 600 / 10)"),
            ("queue.append(mail)"),
            ("Often said: A queue makes work faster.", "In fact: It makes work wait"),
            ("Builds on", "Beside it", "Leads to"),
        ):
            await person.press("enter")
            await person.until(*([texts] if isinstance(texts, str) else texts))


async def test_a_concept_counts_as_read_once_its_mechanism_was_shown(at) -> None:
    async with at() as person:
        await opened(person, "work-queue", "concept")
        assert await walked(person) == set()
        await person.press("right")
        await person.until("How it works")
        await person.wait_for(lambda: not person.app.screen.workers)
        assert await walked(person) == {"work-queue"}


async def test_control_sequences_and_markup_of_a_file_are_shown_as_text(at) -> None:
    async with at() as person:
        await opened(person, "dead-letters", "concept")
        await person.until("Dead letters [red]")
        await person.press("n")
        await person.until("␛[31mA person␛[0m looks at it.")


async def test_links_are_walked_along_and_back_and_forward(at) -> None:
    async with at() as person:
        await opened(person, "work-queue", "concept")
        await person.press("l")
        await person.until("Where to go from here", "lost orders")
        await person.until("A work queue holds what is to be done")
        await person.press("right")
        await person.until("A side queue for jobs that failed too often")
        await person.press("enter")
        await person.until("Queues › Dead letters [red]", "Builds on Work queue, not learned yet.")
        await person.press("left_square_bracket")
        await person.until("Queues › Work queue", "Where to go from here")
        await person.press("right_square_bracket")
        await person.until("Queues › Dead letters [red]")
        await person.press("escape")
        await person.screen("StaircaseScreen")


async def test_an_exercise_asks_for_a_prediction_and_is_noted_as_done(at) -> None:
    async with at() as person:
        await opened(person, "fill-a-queue", "exercise")
        await person.until("See how long a job waits.", "About 5 minutes.")
        await person.press("n")
        await person.until("How long does the hundredth job wait?")
        assert not person.says("Ten seconds")
        await person.press("space", "n")
        await person.until("print(100 / 10)", "It worked if It printed 10.0.")
        await person.press("d")
        await person.until("● done")


async def test_a_phase_counts_as_walked_once_all_its_parts_were_told(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        person.app.open_walk("queues", 1)
        await person.until("What is a queue?")
        await person.press(*["enter"] * 4)
        await person.until("How long does one wait?")
        assert await walked(person) == set()
        await person.press("enter")
        await person.until("The law behind it: Little's law.")
        await person.wait_for(lambda: not person.app.screen.workers)
        assert await walked(person) == {"queues#phase.foundation"}


async def test_a_wide_screen_shows_the_table_of_contents(at) -> None:
    async with at(120, 30) as person:
        await person.until("1 Queues")
        person.app.open_entry("work-queue", "concept")
        await person.until("▸ What you see", "Often said, and wrong")


async def test_an_entry_that_does_not_exist_is_explained(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        person.app.open_entry("work-queu", "concept")
        await person.screen("ErrorDialog")
        await person.until("there is no entry `work-queu`", "Did you mean work-queue?")
        await person.press("escape")
        await person.screen("ConceptScreen")
        await person.press("q")
        await person.screen("StaircaseScreen")


@pytest.mark.parametrize("width", [40, 80])
async def test_a_picture_is_drawn_to_the_width(at, width: int) -> None:
    async with at(width, 24) as person:
        await opened(person, "work-queue", "concept")
        await person.press("n", "n")
        await person.until("Sender", "Worker")
        drawing = person.app.screen.query_one(".drawing")
        assert drawing.region.width <= width
