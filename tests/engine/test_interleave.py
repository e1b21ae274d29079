from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cards import Card, Deck
from engine.interleave import interleaved, partners_of

PARTNERS = partners_of([("a", "b"), ("a", "c")])


def deck_of(ids: list[str]) -> Deck:
    return Deck({c: Card(c, c[0], "q", "essential", "?", "!") for c in ids})


def test_partners_are_known_from_both_sides() -> None:
    assert PARTNERS == {"a": ("b", "c"), "b": ("a",), "c": ("a",)}


@pytest.mark.parametrize(
    ("given_order", "result"),
    [
        ("a1 x1 y1 b1", "a1 b1 x1 y1"),
        ("a1 x1 b1 y1 a2 b2", "a1 b1 x1 y1 a2 b2"),
        ("b1 x1 a1 c1", "b1 a1 x1 c1"),
        ("a1 x1 c1", "a1 c1 x1"),
        ("x1 y1 a1", "x1 y1 a1"),
        ("", ""),
    ],
)
def test_a_card_is_followed_by_one_of_what_is_easily_taken_for_it(given_order: str, result: str) -> None:
    ids = given_order.split()
    assert interleaved(ids, deck_of(ids), PARTNERS) == result.split()


@given(st.lists(st.sampled_from("abcxy"), max_size=40))
def test_no_card_is_lost_and_each_entry_keeps_its_own_order(entries: list[str]) -> None:
    ids = [f"{e}{i}" for i, e in enumerate(entries)]
    result = interleaved(ids, deck_of(ids), PARTNERS)
    assert sorted(result) == sorted(ids)
    for entry in "abcxy":
        assert [c for c in result if c[0] == entry] == [c for c in ids if c[0] == entry]
    assert interleaved(ids, deck_of(ids), {}) == ids
