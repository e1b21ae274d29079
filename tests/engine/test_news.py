from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Review
from engine.news import SUBJECT, News, difference, fingerprints
from engine.settings import Settings
from engine.workspace import Workspace
from kb.content import Library

NEAR = "concepts/caching/near-copy.yaml"


def opened(library: Library, clock) -> Workspace:
    workspace = Workspace(clock=clock, settings=Settings())
    workspace.__dict__["library"] = library
    return workspace


def events(workspace: Workspace) -> list[Any]:
    return workspace.store.events(kinds=["setting"], subject=SUBJECT)


def test_the_first_look_notes_what_is_there_and_tells_nothing(small, clock) -> None:
    workspace = opened(small(), clock)
    assert workspace.news() == News(True, (), (), (), (), ())
    assert workspace.note_content()
    assert workspace.news() == News(False, (), (), (), (), ())
    assert workspace.news().nothing
    assert not workspace.note_content()
    workspace.begin_noting_content()
    assert len(events(workspace)) == 1


def test_what_is_new_changed_and_gone_is_told_until_it_was_looked_at(small, clock) -> None:
    opened(small(), clock).note_content()

    def update(files) -> None:
        files[NEAR]["summary"] = "Another sentence about what a near copy is and does."
        files["quizzes/caching/near-copy.yaml"]["questions"].pop()
        files["concepts/caching/aside-copy.yaml"]["reviewed"] = "2027-01-01"
        files["concepts/queues/work-queue.yaml"]["id"] = "job-queue"
        files["concepts/queues/job-queue.yaml"] = files.pop("concepts/queues/work-queue.yaml")
        files["concepts/staircase.yaml"]["steps"][1]["concepts"][0]["id"] = "job-queue"

    workspace = opened(small(update), clock)
    found = workspace.news()
    assert (found.new, found.changed, found.gone) == (("job-queue",), ("near-copy",), ("work-queue",))
    assert workspace.news() == found
    workspace.note_content()
    assert workspace.news().nothing
    value = events(workspace)[-1].payload["value"]
    assert set(value) == {"near-copy", "job-queue", "work-queue"}
    assert value["work-queue"] is None
    assert opened(small(), clock).news().new == ("work-queue",)


def test_a_renamed_entry_is_changed_and_not_new(small, clock) -> None:
    opened(small(), clock).note_content()

    def rename(files) -> None:
        entry = files.pop("concepts/queues/work-queue.yaml")
        files["concepts/queues/job-queue.yaml"] = {**entry, "id": "job-queue", "formerly": ["work-queue"]}
        files["concepts/staircase.yaml"]["steps"][1]["concepts"][0]["id"] = "job-queue"

    found = opened(small(rename), clock).news()
    assert (found.new, found.changed, found.gone) == ((), ("job-queue",), ())


def test_cards_that_were_answered_and_read_otherwise_now_are_named_and_new_ones_counted(small, clock) -> None:
    workspace = opened(small(), clock)
    workspace.note_content()
    card = workspace.deck.cards["near-copy#symptom"]
    for ident in (card.id, "near-copy#q.pick-one"):
        workspace.record(
            "review", ident, {"due": workspace.today + 3}, Review(3, text_hash=workspace.deck.cards[ident].text_hash)
        )

    def update(files) -> None:
        files[NEAR]["symptom"] = "Now something else entirely is seen by somebody who needs a near copy."
        questions = files["quizzes/caching/near-copy.yaml"]["questions"]
        questions[1]["essential"] = True

    found = opened(small(update), clock).news()
    assert found.changed == ("near-copy",)
    assert found.cards == ("near-copy#symptom",)
    assert found.new_cards == ("near-copy#q.pick-some",)


def test_the_fingerprint_is_of_what_is_said_and_not_of_how_it_is_written(small) -> None:
    first, second = small(), small(lambda files: files[NEAR].update(reviewed="2027-02-02"))
    assert fingerprints(first) == fingerprints(second)
    assert set(fingerprints(first)) == set(first.entries)


hashes = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["1", "2", "3"]))


@given(st.lists(hashes, min_size=1, max_size=5))
def test_differences_one_after_the_other_yield_the_last_state(states: list[dict[str, str]]) -> None:
    known: dict[str, str | None] = {}
    for state in states:
        before = {e: h for e, h in known.items() if h}
        known |= difference(before, state)
        assert {e: h for e, h in known.items() if h} == state
    assert difference(states[-1], states[-1]) == {}


@pytest.mark.parametrize("before", [None, {}])
def test_from_nothing_everything_is_noted(before: dict[str, str] | None) -> None:
    assert difference(before, {"a": "1"}) == {"a": "1"}
