from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Event, EventKind, Review
from engine.rows import COLUMNS, UNNUMBERED_DEVICE, event_of, row_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
REVIEW = Review(3, 4100, 4, 0.75, "sleep window; “日本”", "fsrs6/1", "abc")
EVENT = Event("e-1", "me", "d1", 7, NOON, 60, 20778, "review", "a#symptom", {"due": 20780}, REVIEW)
ROW = row_of(EVENT)

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
names = st.text("abcdef#.-0123", min_size=1, max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(get_args(EventKind)))
    payload = draw(st.dictionaries(texts.filter(lambda k: k not in ("due", "event", "on")), values, max_size=3))
    payload |= {"review": {"due": 20800}, "undo": {"event": "e-9"}, "flag": {"on": True}}.get(kind, {})
    review = None
    if kind == "review":
        review = Review(
            draw(st.integers(1, 4)),
            draw(st.integers(0, 2**31 - 1)),
            draw(st.none() | st.integers(1, 4)),
            draw(st.none() | st.floats(0, 1)),
            draw(st.none() | st.text()),
            draw(names),
            draw(names),
        )
    at = NOON + timedelta(microseconds=draw(st.integers(0, 10**15)))
    offset = draw(st.integers(-14 * 60, 14 * 60))
    return Event(
        draw(names),
        "me",
        draw(names),
        draw(st.integers(0, 10**6)),
        at,
        offset,
        20778,
        kind,
        draw(names),
        payload,
        review,
    )


@given(events())
def test_an_event_comes_back_from_its_row_whatever_it_holds(event: Event) -> None:
    assert event_of(json.loads(json.dumps(row_of(event))), "me") == event


def test_a_row_has_the_documented_keys_and_never_the_learner() -> None:
    assert tuple(ROW) == COLUMNS
    assert event_of(ROW, "you") == replace(EVENT, learner="you")
    assert set(row_of(replace(EVENT, kind="known", review=None, payload={}))) == set(COLUMNS[:9])


SHORT = {"kind": "review", "subject": "a#symptom", "at": "2026-11-21T13:00:00+01:00", "rating": 3}


def test_what_is_missing_follows_from_the_rest_and_always_in_the_same_way() -> None:
    first, again = (event_of(row, "me", lambda _: 20778) for row in (SHORT, dict(reversed(SHORT.items()))))
    assert first == again
    assert (first.at, first.utc_offset, first.local_day) == (NOON, 60, 20778)
    assert (first.device, first.seq) == (UNNUMBERED_DEVICE, 0)
    assert first.id[14] == "7"
    others = [{**SHORT, "rating": 2}, {**SHORT, "subject": "b"}, {**SHORT, "at": "2026-11-21T12:00:01Z"}]
    assert len({first.id, *(event_of(row, "me", lambda _: 20778).id for row in others)}) == 4


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"mood": "good"}, "unknown field `mood`"),
        ({"learner": "you"}, "unknown field `learner`"),
        ({"at": "yesterday"}, "no instant"),
        ({"at": "2026-11-21T12:00:00"}, "time zone"),
        ({"at": "1969-12-31T23:59:59Z"}, "no instant"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "no instant"),
        ({"at": 17}, "no instant"),
        ({"kind": "Review"}, "kind"),
        ({"kind": ["review"]}, "kind"),
        ({"subject": ""}, "subject"),
        ({"subject": "a\x00b"}, "subject"),
        ({"subject": "a\nb"}, "subject"),
        ({"id": "\ud800"}, "id"),
        ({"id": 3}, "id"),
        ({"device": None}, "device"),
        ({"seq": -1}, "seq"),
        ({"seq": True}, "seq"),
        ({"seq": 2**31}, "seq"),
        ({"utc_offset": 5000}, "utc_offset"),
        ({"local_day": 1.5}, "local_day"),
        ({"payload": []}, "payload"),
        ({"payload": {"due": "soon"}}, "payload.due"),
        ({"payload": {"x": float("nan")}}, "payload"),
        ({"payload": {"x": "\x00"}}, "NUL"),
        ({"payload": {"x": "\udcff"}}, "payload"),
        ({"rating": 5}, "rating"),
        ({"rating": True}, "rating"),
        ({"rating": "3"}, "rating"),
        ({"duration_ms": -1}, "duration_ms"),
        ({"duration_ms": 0.5}, "duration_ms"),
        ({"confidence": 0}, "confidence"),
        ({"score": 1.01}, "score"),
        ({"score": float("nan")}, "score"),
        ({"answer": 3}, "answer"),
        ({"model": 6}, "model"),
        ({"kind": "known"}, "belongs to a review"),
        ({"kind": "undo", **dict.fromkeys(COLUMNS[9:])}, "payload.event"),
        ({"kind": "flag", **dict.fromkeys(COLUMNS[9:]), "payload": {"on": 1}}, "payload.on"),
    ],
)
def test_what_no_program_of_ours_writes_is_named(change: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        event_of({**ROW, **change}, "me")


@pytest.mark.parametrize("name", ["kind", "subject", "at", "rating", "local_day"])
def test_what_is_needed_is_named_where_it_is_missing(name: str) -> None:
    with pytest.raises(ValueError, match=f"the field `{name}` is missing"):
        event_of({key: value for key, value in ROW.items() if key != name}, "me")


def test_a_kind_of_a_newer_program_is_kept() -> None:
    row = {key: value for key, value in ROW.items() if key in COLUMNS[:9]} | {"kind": "dreamt"}
    assert event_of(row, "me").kind == "dreamt"
