"""Text made harmless for a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text import HARMFUL, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain text, ünïcode, 字, 🚀", "plain text, ünïcode, 字, 🚀"),
        ("a\nb\tc", "a\nb\tc"),
        ("\x1b[2J\x1b[31mred", "␛[2J␛[31mred"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("a\rb", "a␍b"),
        ("a\x00b\x08c", "a␀b␈c"),
        ("\x7f", "␡"),
        ("\x9b31m", "\N{REPLACEMENT CHARACTER}31m"),
        ("\x85", "\N{REPLACEMENT CHARACTER}"),
        ("user\u202etxt.exe", "user\N{REPLACEMENT CHARACTER}txt.exe"),
        ("\u2066a\u2069\u200e\u200f", "\ufffda\ufffd\ufffd\ufffd"),
        ("\ud800", "\N{REPLACEMENT CHARACTER}"),
        ("[bold]markup[/bold] stays", "[bold]markup[/bold] stays"),
    ],
)
def test_what_would_act_on_the_terminal_is_shown(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(st.characters(codec=None)))
def test_no_control_character_survives(text: str) -> None:
    shown = plain(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert not [
        c
        for c in shown
        if unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI")
    ]


@given(st.text(st.characters(codec=None)))
def test_making_harmless_twice_changes_nothing_more(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(st.characters(codec=None)))
def test_lengths_and_line_breaks_and_harmless_characters_stay(text: str) -> None:
    shown = plain(text)
    assert len(shown) == len(text)
    assert [c for c in shown if c in "\n\t"] == [c for c in text if c in "\n\t"]
    assert all(a == b or HARMFUL.fullmatch(a) for a, b in zip(text, shown, strict=True))
    shown.encode()
