from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from engine.events import Event, EventKind, Review
from engine.histories import histories, kept_reviews, predictable

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


def event(number: int, day: int, card: str = "a#x", rating: int | None = 3, kind: EventKind = "review", **payload: Any):
    review = Review(rating) if rating is not None else None
    return Event(f"{number:04}", "me", "d", number, START + timedelta(days=day), 0, day, kind, card, payload, review)


def test_each_card_has_its_reviews_in_the_order_of_the_log() -> None:
    log = [event(3, 9, rating=1), event(1, 1), event(2, 4, "b#x", 2), event(4, 9, "b#x", 4)]
    a, b = histories(log)
    assert (a.card, a.days, a.ratings, a.places) == ("a#x", [1, 9], [3, 1], [0, 2])
    assert (b.card, b.days, b.ratings, b.places) == ("b#x", [4, 9], [2, 4], [1, 3])
    assert [a.elapsed(i) for i in (0, 1)] == [0, 8]


def test_what_was_undone_never_happened_and_a_reset_begins_anew() -> None:
    log = [
        event(1, 1),
        event(2, 2),
        event(3, 2, rating=None, kind="undo", event="0002"),
        event(4, 3),
        event(5, 4, rating=None, kind="reset"),
        event(6, 5),
        event(7, 6, rating=None, kind="suspend"),
        event(8, 9),
    ]
    before, after = histories(log)
    assert before.days == [1, 3]
    assert after.days == [5, 9]
    assert [e.id for e in kept_reviews(log)] == ["0001", "0004", "0006", "0008"]


def test_a_renamed_card_keeps_one_history() -> None:
    (only,) = histories([event(1, 1, "old#x"), event(2, 5, "new#x")], {"old#x": "new#x"})
    assert (only.card, only.days) == ("new#x", [1, 5])


def test_a_day_that_is_repeated_on_a_journey_counts_once() -> None:
    first = event(1, 5)
    later = Event("0002", "me", "d", 2, first.at + timedelta(hours=3), -600, 4, "review", "a#x", {}, Review(3))
    (only,) = histories([first, later])
    assert only.days == [5, 5]


def test_only_reviews_on_a_later_day_can_be_predicted() -> None:
    log = [event(1, 1), event(2, 1), event(3, 2), event(4, 7), event(5, 7), event(6, 8, "b#x")]
    assert predictable(histories(log)) == 2
    assert predictable([]) == 0
