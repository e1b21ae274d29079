from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from tui.widgets.plain_static import clean


def test_markup_is_text() -> None:
    assert clean("[red]x[/red]").plain == "[red]x[/red]"


def test_styles_survive_while_control_characters_become_visible() -> None:
    content = clean(Content.assemble("a\x1b[31m", ("b", "bold")))
    assert content.plain == "a␛[31mb"
    assert [(span.start, span.end, span.style) for span in content.spans] == [(6, 7, "bold")]


@given(st.text())
def test_nothing_that_moves_a_cursor_gets_through(text: str) -> None:
    cleaned = clean(text).plain
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in cleaned)
    assert "\x9b" not in cleaned
