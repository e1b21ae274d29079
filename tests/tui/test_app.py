from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tui.app import DEFAULT_THEME, KbApp, chosen_theme
from tui.sitting import Sitting


def test_importing_the_application_loads_nothing_heavy() -> None:
    code = (
        "import sys, tui.app; "
        "print(*{'pydantic', 'numpy', 'networkx', 'sqlmodel', 'sqlalchemy', 'yaml', 'kb.content', 'kb.search', "
        "'engine.workspace', 'engine.store'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert loaded.stdout.split() == []


@pytest.mark.parametrize(
    ("text", "theme"),
    [('theme = "nord"', "nord"), ("theme = 3", DEFAULT_THEME), ("theme = [", DEFAULT_THEME), ("", DEFAULT_THEME)],
)
def test_the_theme_is_read_without_the_engine(tmp_path: Path, text: str, theme: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    assert chosen_theme(path) == theme
    assert chosen_theme(tmp_path / "none.toml") == DEFAULT_THEME


async def test_a_theme_that_does_not_exist_gives_the_default(at, settings, content: Path, clock) -> None:
    settings(theme="no-such-theme")
    async with at(over=KbApp(content, clock)) as person:
        assert person.app.theme == DEFAULT_THEME
        await person.until("1 Queues")


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
async def test_home_can_be_read_in_other_themes(at, settings, content: Path, clock, theme: str) -> None:
    settings(theme=theme)
    async with at(over=KbApp(content, clock)) as person:
        await person.until("1 Queues ◂ you")
        assert person.app.theme == theme


async def test_without_colour_the_selection_is_reversed(
    at, monkeypatch: pytest.MonkeyPatch, content: Path, clock
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with at(over=KbApp(content, clock)) as person:
        await person.until("1 Queues ◂ you")
        style = person.app.screen.query_one("#stairs").get_component_rich_style("option-list--option-highlighted")
        assert style.reverse


@pytest.mark.parametrize(("columns", "rows"), [(40, 10), (80, 14)])
async def test_a_small_terminal_is_told_so_and_works(at, columns: int, rows: int) -> None:
    async with at(columns, rows) as person:
        await person.until(f"Small terminal ({columns}x{rows})", "1 Queues")
        await person.press("s")
        await person.until("New: Work queue")
        await person.press("enter", "enter", "enter", "3")
        await person.until("2 of 3")


async def test_a_session_can_be_opened_at_once(at, content: Path, clock) -> None:
    async with at(over=KbApp(content, clock, study=Sitting(("queues",)))) as person:
        await person.until("New: Work queue")
        await person.press("escape")
        await person.screen("StaircaseScreen")


async def test_a_session_on_something_unknown_is_explained(at, content: Path, clock) -> None:
    async with at(over=KbApp(content, clock, study=Sitting(("quees",)))) as person:
        await person.until("there is no entry `quees`")


async def test_the_palette_finds_actions_and_entries(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        await person.press("ctrl+p")
        await person.until("Study what is due")
        await person.write("dead let")
        await person.until("Dead letters [red]", "concept in queues")
        await person.press("enter")
        await person.until("Queues › Dead letters [red]")


async def test_a_theme_that_was_chosen_is_kept(at, home: Path) -> None:
    async with at() as person:
        await person.until("1 Queues")
        person.app.theme = "nord"
        await person.wait_for(lambda: chosen_theme(home / "config" / "config.toml") == "nord")
