"""Typed answers: what is understood, and what is asked for again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.responses import parse_choice, parse_cloze, parse_estimate, parse_match, parse_multi, parse_order
from kb.errors import UsageError

READERS: dict[str, Callable[[str, int], object]] = {
    "choice": parse_choice,
    "multi": parse_multi,
    "order": parse_order,
    "match": parse_match,
    "cloze": parse_cloze,
    "estimate": lambda text, _: parse_estimate(text),
}


@pytest.mark.parametrize(
    ("kind", "text", "items", "expected"),
    [
        ("choice", "2", 4, 1),
        ("choice", " b) ", 4, 1),
        ("choice", "B", 4, 1),
        ("choice", "12", 12, 11),
        ("multi", "1 3", 4, frozenset({0, 2})),
        ("multi", "1,3", 4, frozenset({0, 2})),
        ("multi", "a, c", 4, frozenset({0, 2})),
        ("multi", "13", 4, frozenset({0, 2})),
        ("multi", "ac", 4, frozenset({0, 2})),
        ("multi", "1 1", 4, frozenset({0})),
        ("multi", "-", 4, frozenset()),
        ("order", "3,1,2", 3, (2, 0, 1)),
        ("order", "3 1 2", 3, (2, 0, 1)),
        ("order", "312", 3, (2, 0, 1)),
        ("order", "3-1-2", 3, (2, 0, 1)),
        ("order", "c > a > b", 3, (2, 0, 1)),
        ("match", "2 3 1", 3, (1, 2, 0)),
        ("match", "b c a", 3, (1, 2, 0)),
        ("match", "2 - 1", 3, (1, None, 0)),
        ("cloze", "sleep window", 1, ("sleep window",)),
        ("cloze", "open, closed; half", 1, ("open, closed; half",)),
        ("cloze", "sleep window; probe", 2, ("sleep window", "probe")),
        ("cloze", "sleep window, probe", 2, ("sleep window", "probe")),
        ("cloze", "sleep window\nprobe", 2, ("sleep window", "probe")),
        ("cloze", "sleep window", 2, ("sleep window", "")),
        ("cloze", "; probe", 2, ("", "probe")),
        ("estimate", "3k", 0, 3000.0),
    ],
)
def test_answers_are_read_as_they_are_typed(kind: str, text: str, items: int, expected: object) -> None:
    assert READERS[kind](text, items) == expected


def test_an_estimate_is_converted_to_the_unit_of_the_question() -> None:
    assert parse_estimate("2 s", "ms") == pytest.approx(2000)


@pytest.mark.parametrize(
    ("kind", "text", "items"),
    [
        ("choice", "", 4),
        ("choice", "5", 4),
        ("choice", "0", 4),
        ("choice", "1 2", 4),
        ("choice", "-", 4),
        ("choice", "yes", 4),
        ("choice", "²", 4),
        ("multi", "", 4),
        ("multi", "1 9", 4),
        ("order", "1 2", 3),
        ("order", "1 2 2", 3),
        ("order", "1 2 3 1", 3),
        ("match", "1 2", 3),
        ("match", "1 1 2", 3),
        ("cloze", "a; b; c", 2),
        ("estimate", "many", 0),
        ("estimate", "", 0),
    ],
)
def test_what_is_no_answer_is_asked_for_again_with_a_hint(kind: str, text: str, items: int) -> None:
    with pytest.raises(UsageError) as caught:
        READERS[kind](text, items)
    assert caught.value.hint
    assert caught.value.where == "answer"


@given(st.sampled_from(sorted(READERS)), st.text(), st.integers(1, 12))
def test_no_text_raises_anything_else(kind: str, text: str, items: int) -> None:
    try:
        READERS[kind](text, items)
    except UsageError:
        return
