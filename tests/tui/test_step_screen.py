from __future__ import annotations


async def opened(person) -> None:
    await person.until("1 Queues")
    await person.press("enter")
    await person.until("The walk: four phases")


async def test_a_step_lists_phases_concepts_trade_offs_and_exercises_with_their_state(at) -> None:
    async with at(80, 30) as person:
        await opened(person)
        await person.until(
            "1 Queues. Know how work waits.",
            "○ new      Foundation",
            "○ new      Work queue",
            "◌ later    Dead letters [red]",
            "· planned  Back pressure (advanced)",
            "◌ later    Queue it or call it",
            "· planned  Who sets the pace?",
            "○ new      Fill a queue",
        )


async def test_the_selected_part_is_described(at) -> None:
    async with at() as person:
        await opened(person)
        await person.until("3 parts; each asks before it tells.")
        await person.press(*["down"] * 4)
        await person.until("A line in which jobs wait until a worker is free")


async def test_a_planned_concept_says_so_and_stays(at) -> None:
    async with at() as person:
        await opened(person)
        await person.press(*["down"] * 6, "enter")
        assert person.told() == ["Back pressure (advanced) is planned and not written yet."]
        assert type(person.app.screen).__name__ == "StepScreen"


async def test_a_phase_opens_the_walk_where_it_begins(at) -> None:
    async with at() as person:
        await opened(person)
        await person.press("down", "enter")
        await person.screen("WalkScreen")
        await person.until("Deconstruction: what is followed")


async def test_a_session_on_the_selected_concept_can_be_begun(at) -> None:
    async with at() as person:
        await opened(person)
        await person.press("c")
        assert person.told() == ["This has no cards of its own."]
        await person.press(*["down"] * 4, "c")
        screen = await person.screen("StudyScreen")
        assert screen.sitting.names == ("work-queue",)


async def test_a_wide_screen_puts_the_description_beside_the_list(at) -> None:
    async with at(100, 30) as person:
        await opened(person)
        detail = person.app.screen.query_one("#detail")
        await person.wait_for(lambda: detail.region.x > 50)
        assert detail.region.height > 10
