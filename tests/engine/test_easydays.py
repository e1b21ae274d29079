from __future__ import annotations

import pytest

from engine.easydays import USUAL, shares_of
from engine.schedule import Policy, eased


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("", USUAL),
        ("sun 0", (1, 1, 1, 1, 1, 1, 0)),
        ("Sat 0.5, sun 0", (1, 1, 1, 1, 1, 0.5, 0)),
        ("monday=.25,Friday: 1", (0.25, 1, 1, 1, 1, 1, 1)),
    ],
)
def test_weekdays_are_read_as_a_learner_writes_them(text: str, shares: tuple[float, ...]) -> None:
    assert shares_of(text) == shares


@pytest.mark.parametrize(
    "text",
    ["x", "sun", "sun 2", "sun -1", "sun 0, sun 1", "0.5", "sun 0 sat 0", "mon 0,tue 0,wed 0,thu 0,fri 0,sat 0,sun 0"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"load|weekday"):
        shares_of(text)


def test_an_easy_day_takes_fewer_new_cards_and_only_a_day_off_none() -> None:
    policy = Policy(easy_days=shares_of("sat 0.5, sun 0"))
    friday = 1  # day 0 was a Thursday
    assert [eased(15, policy, friday + n) for n in range(4)] == [15, 8, 0, 15]
    assert eased(1, policy, friday + 1) == 1
