from __future__ import annotations

from textual.binding import Binding

from tui.screens.help import bindings_of, screens
from tui.views.keys import key_name, keys_of, keys_table


async def test_help_opens_anywhere_with_the_present_screen_first(at) -> None:
    async with at(80, 40) as person:
        await person.until("1 Queues")
        await person.press("enter")
        await person.until("The walk: four phases")
        await person.press("question_mark")
        await person.screen("HelpScreen")
        text = person.shown()
        assert text.index("A step") < text.index("The staircase")
        await person.press("escape")
        await person.screen("StepScreen")


def test_every_key_of_every_screen_is_explained_and_none_is_used_twice() -> None:
    for title, screen in screens():
        keys = keys_of(bindings_of(screen))
        assert keys, title
        names = [name for key, _ in keys for name in key.split()]
        assert len(names) == len(set(names)), title


def test_a_key_that_a_screen_changes_is_explained_as_the_screen_has_it() -> None:
    walk = dict(screens())["Walking through a step"]
    assert ("s", "Its cards") in keys_of(bindings_of(walk))
    assert ("s", "Study") not in keys_of(bindings_of(walk))


def test_keys_are_written_as_people_write_them() -> None:
    assert [key_name(key) for key in ("escape", "enter", "slash", "ctrl+p")] == ["Esc", "⏎", "/", "^p"]
    assert keys_of([Binding("escape,q", "leave", "Leave"), Binding("1", "pick(1)", "One")]) == [("Esc q", "Leave")]
    assert keys_table("Lists", [("j", "Down"), ("Esc", "Leave")]).plain == "Lists\n  j    Down\n  Esc  Leave"
