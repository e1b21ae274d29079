from __future__ import annotations

from pathlib import Path


async def test_home_shows_the_staircase_and_the_one_thing_to_do_next(at) -> None:
    async with at() as person:
        await person.until("Next: 3 new, about 1 minute. Press s to begin.")
        lines = person.shown().splitlines()
        top, bottom = (next(line for line in lines if name in line) for name in ("2 Clocks", "1 Queues"))
        assert "planned" in top
        assert "◂ you" in bottom
        assert top.index("┌") > bottom.index("┌")
        assert lines.index(top) < lines.index(bottom)


async def test_the_frame_is_painted_before_the_library_is_read(at) -> None:
    async with at() as person:
        person.app.screen.workers.cancel_all()
        assert person.app.screen.home is None
        assert "┌┘ 20" in person.shown()


async def test_the_selected_step_is_described_and_opened(at) -> None:
    async with at() as person:
        await person.until("Queues: 3 concepts (2 written), 0 begun")
        await person.press("k")
        await person.until("Clocks: 1 concept planned, none written yet.")
        await person.press("j", "enter")
        await person.screen("StepScreen")


async def test_the_selection_stays_in_view_on_a_low_screen(at) -> None:
    async with at(60, 15) as person:
        await person.until("1 Queues")
        await person.press("g")
        await person.until("2 Clocks")


async def test_a_damaged_database_is_explained_once_and_the_program_goes_on(at, home: Path) -> None:
    database = home / "data" / "progress.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"this is no database" * 400)
    async with at() as person:
        await person.screen("ErrorDialog")
        await person.until("the database is damaged", str(database), "What to do: `kb db check`")
        await person.press("enter")
        await person.screen("StaircaseScreen")
        await person.until("This could not be read.")
        database.unlink()
        await person.press("r")
        await person.until("Next: 3 new")


async def test_a_broken_entry_is_named_with_its_file_and_line(at, content: Path) -> None:
    broken = content / "concepts" / "queues" / "work-queue.yaml"
    broken.write_text(broken.read_text().replace("level: core", "level: core\nlevle: core"))
    async with at(100, 30) as person:
        await person.until("levle: is no key here", "work-queue.yaml:5", "`kb check`")
