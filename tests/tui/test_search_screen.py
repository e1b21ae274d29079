from __future__ import annotations


async def test_what_is_typed_is_found_and_opened(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        await person.press("slash")
        await person.screen("SearchScreen")
        await person.write("dead letters")
        await person.until("Dead letters [red]  concept, queues", "A side queue for jobs", "Enter opens.")
        await person.press("enter")
        await person.until("Queues › Dead letters [red]")
        await person.press("escape")
        await person.screen("SearchScreen")
        await person.press("escape")
        await person.screen("StaircaseScreen")


async def test_the_selection_moves_while_the_cursor_stays_in_the_line(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        await person.press("slash")
        await person.write("queue")
        await person.wait_for(lambda: len(getattr(person.app.screen.result, "hits", ())) > 1)
        hits = person.app.screen.query_one("#hits")
        first = hits.selected
        await person.press("down")
        assert hits.selected != first
        await person.press("up")
        assert hits.selected == first
        assert person.app.screen.query_one("#query").has_focus


async def test_nothing_close_is_said_plainly(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        await person.press("slash")
        await person.write("banana bread recipe")
        await person.until("No close match for “banana bread recipe”.")
        await person.press(*["backspace"] * 19)
        await person.wait_for(lambda: not person.says("No close match"))
