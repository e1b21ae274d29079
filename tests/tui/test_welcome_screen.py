from __future__ import annotations

from pathlib import Path

import pytest

from engine.settings import read_settings
from kb import paths
from tui.app import KbApp
from tui.views.welcome import GOALS, TITLES, goal_line, welcome_head, welcome_line, welcome_page


@pytest.mark.parametrize("page", range(len(TITLES)))
def test_each_page_fits_a_small_terminal(page: int) -> None:
    lines = welcome_page(page, 15).plain.splitlines()
    assert len(lines) <= 16
    assert max(map(len, lines)) <= 96
    assert len(welcome_line(page)) <= 78
    assert f"{page + 1}/{len(TITLES)}" in welcome_head(page).plain


def test_the_chosen_goal_is_marked_without_a_colour() -> None:
    text = welcome_page(2, GOALS[1]).plain
    assert text.count("▸") == 1
    assert "▸ 2  10 new cards: about" in text
    assert "Now: 7 new cards a day." in welcome_page(2, 7).plain
    assert goal_line(1, 5, False) == "   1   5 new cards: about 5 minutes at first, about 14 minutes later"


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_the_first_run_is_welcomed_sets_a_goal_and_leads_to_the_placement(
    at, content: Path, clock, size: tuple[int, int]
) -> None:
    async with at(*size, over=KbApp(content, clock, welcome=True)) as person:
        await person.screen("WelcomeScreen")
        await person.until("Welcome 1/4", "Each step holds concepts")
        await person.press("enter")
        await person.until("All you need at first")
        await person.press("enter")
        await person.until("▸ 3  15 new cards: about")
        await person.press("2")
        await person.until("▸ 2  10 new cards: about")
        assert read_settings(paths.config_path()).new_per_day == 10
        await person.press("enter")
        await person.until("Do you know some of it already?")
        await person.press("enter")
        await person.screen("PlacementScreen")
        await person.press("escape")
        await person.screen("StaircaseScreen")


async def test_it_can_be_skipped_and_comes_only_once(at, content: Path, clock) -> None:
    async with at(over=KbApp(content, clock, welcome=True)) as person:
        await person.screen("WelcomeScreen")
        await person.press("escape")
        await person.screen("StaircaseScreen")
        await person.wait_for(lambda: not [w for w in person.app.workers if w.group == "welcome" and not w.is_finished])
    async with at(over=KbApp(content, clock, welcome=True)) as person:
        await person.until("1 Queues")
        await person.wait_for(lambda: not [w for w in person.app.workers if w.group == "greet" and not w.is_finished])
        await person.screen("StaircaseScreen")


async def test_settings_that_cannot_be_written_are_explained(at, content: Path, clock) -> None:
    async with at(over=KbApp(content, clock, welcome=True)) as person:
        await person.screen("WelcomeScreen")
        await person.press("enter", "enter")
        await person.until("▸ 3  15 new cards: about")
        path = paths.config_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("new_per_day = [")
        await person.press("1")
        await person.screen("ErrorDialog")
        await person.press("enter")
        await person.screen("WelcomeScreen")
