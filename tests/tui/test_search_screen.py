from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from tui.background import Background


async def test_what_is_typed_is_found_previewed_and_opened(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        await person.press("slash")
        await person.screen("SearchScreen")
        await person.write("dead letters")
        await person.until("Dead letters [red]  concept, queues", "Good match", "A side queue for jobs")
        await person.until("it holds “dead”, “letters”", "Nearest passage:")
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
        await person.wait_for(lambda: len(getattr(person.app.screen, "hits", ())) > 1)
        screen = person.app.screen
        hits = screen.query_one("#hits")
        first = hits.selected
        await person.press("down")
        assert hits.selected != first
        await person.until(screen.selected.summary)
        await person.press("up")
        assert hits.selected == first
        assert screen.query_one("#query").has_focus


async def test_nothing_close_is_said_plainly(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        await person.press("slash")
        await person.write("banana bread recipe")
        await person.until("No close match for “banana bread recipe”.")
        await person.press(*["backspace"] * 19)
        await person.wait_for(lambda: not person.says("No close match"))


async def test_a_mended_typo_is_told(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        await person.press("slash")
        await person.write("dead leters")
        await person.until("Searched for “dead letters”.")


async def test_kind_and_step_narrow_what_is_found_and_widen_it_again(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        await person.press("slash")
        await person.write("queue")
        await person.wait_for(lambda: len(getattr(person.app.screen, "hits", ())) > 1)
        screen = person.app.screen
        kinds = screen.found.kinds
        for kind in kinds:
            await person.press("tab")
            await person.wait_for(lambda kind=kind: screen.found.narrowing.kind == kind)
            assert {hit.kind for hit in screen.hits} == {kind}
        await person.press("tab")
        await person.wait_for(lambda: screen.found.narrowing.kind is None)
        await person.press("shift+tab")
        await person.until("Step: [queues]", "hits in queues")


async def test_an_index_that_cannot_be_built_is_explained_and_the_program_goes_on(at, content: Path) -> None:
    async with at() as person:
        await person.until("1 Queues")
        broken = content / "concepts" / "queues" / "work-queue.yaml"
        whole = broken.read_text()
        broken.write_text(whole.replace("level: core", "level: core\nlevle: core"))
        await person.press("slash")
        await person.screen("ErrorDialog")
        await person.until("work-queue.yaml")
        await person.press("escape")
        await person.screen("SearchScreen")
        broken.write_text(whole)
        await person.write("dead letters")
        await person.until("Good match")


async def test_a_query_that_waits_is_dropped_when_a_newer_one_comes() -> None:
    class Nothing:
        def close(self) -> None:
            pass

    background, gate, done = Background(Nothing()), threading.Event(), []
    running = asyncio.create_task(background.run(lambda _: gate.wait(5)))
    await asyncio.sleep(0)
    older = asyncio.create_task(background.run(lambda _: done.append("older")))
    await asyncio.sleep(0)
    older.cancel()
    newest = asyncio.create_task(background.run(lambda _: done.append("newest")))
    await asyncio.sleep(0)
    gate.set()
    await running
    await newest
    background.close()
    assert done == ["newest"]
