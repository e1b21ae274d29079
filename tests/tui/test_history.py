from __future__ import annotations

from tui.history import History, Place

A, B, C = (Place(name, "concept") for name in "abc")


def walked(*places: Place) -> History:
    history = History()
    for place in places:
        history.visit(place)
    return history


def test_back_and_forward_lead_over_the_places_that_were_visited() -> None:
    history = walked(A, B, C)
    assert [history.back(), history.back(), history.back()] == [B, A, None]
    assert [history.forward(), history.forward(), history.forward()] == [B, C, None]


def test_a_new_visit_forgets_what_lay_ahead() -> None:
    history = walked(A, B)
    history.back()
    history.visit(C)
    assert history.forward() is None
    assert history.behind == [A, C]


def test_the_open_page_is_found_again() -> None:
    history = walked(A)
    history.stay(4)
    history.visit(B)
    assert history.back() == Place("a", "concept", 4)
