"""What of the curriculum is written, what is planned, and which atoms nothing teaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.content import Library
from kb.coverage import StepCoverage, coverage

if TYPE_CHECKING:
    from tests.kb.conftest import Small

TRADEOFF, MQ, BREAKER = "messaging/tradeoffs/park-or-retry", "messaging/message-queue", "resilience/circuit-breaker"


def of(small: Small, step: str) -> StepCoverage:
    (row,) = coverage(Library.load(small.root), [step])
    return row


def test_a_finished_step_misses_nothing(small: Small) -> None:
    assert of(small, "messaging") == StepCoverage(
        step="messaging",
        walk=True,
        concepts=3,
        missing_concepts=(),
        tradeoffs=1,
        missing_tradeoffs=(),
        atoms=1,
        uncited=(),
        questions=18,
    )


def test_a_begun_step_names_what_is_missing(small: Small) -> None:
    assert of(small, "resilience") == StepCoverage(
        step="resilience",
        walk=False,
        concepts=2,
        missing_concepts=("bulkhead",),
        tradeoffs=1,
        missing_tradeoffs=("fail-fast-or-wait",),
        atoms=2,
        uncited=("s000-03",),
        questions=4,
    )


def test_steps_stand_in_the_order_of_the_staircase(small: Small) -> None:
    library = Library.load(small.root)
    assert [row.step for row in coverage(library)] == ["messaging", "resilience"]
    assert [row.step for row in coverage(library, ["resilience"])] == ["resilience"]


def test_a_citation_of_the_parent_counts_for_its_parts(small: Small) -> None:
    for name in (TRADEOFF, "messaging/dead-letter-queue"):
        small.edit(name, ("{atom: s000-01a}", "{atom: s000-01}"))
    assert of(small, "messaging").uncited == ()
    for name in (TRADEOFF, "messaging/dead-letter-queue", "messaging/competing-consumers", "messaging/step"):
        small.edit(name, ("{atom: s000-01}", "{atom: s000-02}"))
    small.edit(MQ, ("{atom: s000-01}", "{atom: s000-02}"))
    small.edit("messaging/exercises/drain-a-queue", ("{atom: s000-01}", "{atom: s000-02}"))
    assert of(small, "messaging").uncited == ("s000-01a",)


def test_a_question_may_be_what_cites_an_atom(small: Small) -> None:
    small.edit("quizzes/resilience/circuit-breaker.yaml", ('{ref: queue-book, at: "page 6"}', "{atom: s000-03}"))
    assert of(small, "resilience").uncited == ()


def test_an_atom_of_two_steps_is_asked_of_both(small: Small) -> None:
    small.edit("sources", ("step: resilience}", "step: resilience, topic_step: messaging}"))
    assert (of(small, "messaging").atoms, of(small, "resilience").atoms) == (2, 2)


def test_an_entry_under_a_new_name_is_not_missing(small: Small) -> None:
    small.edit("staircase", ("{id: bulkhead,", "{id: breaker,"))
    small.edit(BREAKER, ("level: advanced", "formerly: [breaker]\nlevel: advanced"))
    assert of(small, "resilience").missing_concepts == ()
