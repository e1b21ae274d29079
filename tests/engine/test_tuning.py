from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.events import Event, Review
from engine.identifiers import uuid7
from engine.memory import DEFAULT_WEIGHTS, Fsrs6
from engine.models import KINDS
from engine.optimise import Fit
from engine.progress import replay
from engine.settings import Settings
from engine.tuning import FEWEST, Tuning, adopt, compute, prepare, put_back, tuning_of, tuning_subject, worth_trying
from engine.workspace import Workspace
from kb.content import Library

CARD = "near-copy#symptom"
OWN = (*DEFAULT_WEIGHTS[:2], 4.0, *DEFAULT_WEIGHTS[3:])
OTHER = (*DEFAULT_WEIGHTS[:2], 1.5, *DEFAULT_WEIGHTS[3:])


@pytest.fixture
def library(small) -> Library:
    return small()


@pytest.fixture
def reopened(library: Library, clock) -> Callable[..., Workspace]:
    def open_again(**settings: Any) -> Workspace:
        workspace = Workspace(clock=clock, settings=Settings(**settings))
        workspace.__dict__["library"] = library
        return workspace

    return open_again


@pytest.fixture
def workspace(reopened) -> Workspace:
    return reopened()


def review(workspace: Workspace, clock, *ratings: int, card: str = CARD) -> None:
    for rating in ratings:
        workspace.record(
            "review", card, {"due": workspace.today + 3}, Review(rating, model=workspace.policy.model.version)
        )
        clock.forward(days=3)


def stability(workspace: Workspace) -> float:
    state = workspace.cards[CARD].state
    assert state is not None
    return state.memory.stability


def test_without_any_fit_the_defaults_are_used(workspace: Workspace) -> None:
    assert workspace.tuning == Tuning()
    assert workspace.policy.model == Fsrs6()


def test_own_parameters_replay_the_log_and_are_there_at_the_next_start(workspace: Workspace, reopened, clock) -> None:
    review(workspace, clock, 3, 3)
    before, due = stability(workspace), workspace.load()
    adopt(workspace, Fit(OWN, 250, 0.4, 0.35))
    for now in (workspace, reopened()):
        assert now.tuning.weights == OWN
        assert now.tuning.reviews == 250
        assert now.tuning.gain == pytest.approx(0.05)
        assert stability(now) > before
        assert now.load() == due
        assert now.check() == []
        assert now.store.states() == replay(now.store.events(), now.policy).cards


def test_a_session_that_is_open_takes_over_what_a_fit_beside_it_has_set(workspace: Workspace, reopened, clock) -> None:
    review(workspace, clock, 3)
    beside = reopened()
    adopt(beside, Fit(OWN, 250, 0.4, 0.35))
    review(workspace, clock, 3)
    assert workspace.tuning.weights == OWN
    assert workspace.check() == []
    beside.tune(Tuning(None, 250))
    workspace.undo()
    assert workspace.tuning.weights is None
    assert workspace.check() == []


def test_a_fit_that_was_not_accepted_leaves_the_defaults_and_is_remembered(
    workspace: Workspace, reopened, clock
) -> None:
    review(workspace, clock, 3, 3)
    before = workspace.store.state_dump()
    adopt(workspace, Fit(None, 300, 0.4, 0.45))
    assert workspace.store.state_dump() == before
    assert reopened().tuning == Tuning(None, 300, pytest.approx(-0.05))
    assert not workspace.tuning.due(300)


def test_parameters_can_be_put_back_and_forth(workspace: Workspace, clock) -> None:
    review(workspace, clock, 3, 3)
    assert put_back(workspace) is None
    default = stability(workspace)
    adopt(workspace, Fit(OWN, 250, 0.4, 0.35))
    own = stability(workspace)
    adopt(workspace, Fit(OTHER, 300, 0.4, 0.35))
    back = put_back(workspace)
    assert back is not None
    assert back.weights == OWN
    assert back.reviews == 300
    assert stability(workspace) == own
    workspace.tune(Tuning(None, 300))
    assert stability(workspace) == default
    put_back(workspace)
    assert stability(workspace) == own
    assert workspace.check() == []


def test_the_first_fit_can_be_taken_back_to_the_defaults(workspace: Workspace) -> None:
    adopt(workspace, Fit(OWN, 250, 0.4, 0.35))
    back = put_back(workspace)
    assert back is not None
    assert back.weights is None
    assert workspace.policy.model == Fsrs6()


def test_another_model_replays_the_log_has_its_own_parameters_and_can_be_left_again(
    workspace: Workspace, reopened, clock
) -> None:
    review(workspace, clock, 3, 1, 3)
    adopt(workspace, Fit(OWN, 250, 0.4, 0.35))
    dump = workspace.store.state_dump()
    seven = reopened(memory_model="fsrs7")
    state = seven.cards[CARD].state
    assert state is not None
    assert state.memory.fast is not None
    assert seven.policy.model.version == "fsrs7/1"
    assert seven.tuning == Tuning()
    assert seven.check() == []
    review(seven, clock, 3)
    assert [e.review.model for e in seven.store.events(kinds=["review"]) if e.review] == ["fsrs6/1"] * 3 + ["fsrs7/1"]
    seven.undo()
    back = reopened(memory_model="fsrs6")
    assert back.tuning.weights == OWN
    assert back.cards[CARD].state is not None
    assert back.store.state_dump() == dump
    assert back.check() == []


def test_parameters_that_the_model_does_not_take_are_refused_and_change_nothing(workspace: Workspace) -> None:
    from kb.errors import UsageError

    with pytest.raises(UsageError):
        workspace.tune(Tuning((0.0,) * 21))
    assert workspace.tuning == Tuning()
    assert workspace.tunings() == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "fsrs6",
        {},
        {"weights": [1, 2]},
        {"weights": [0.0] * 21},
        {"weights": ["x"] * 21},
        {"weights": None},
        {"weights": 5, "reviews": "many", "gain": []},
    ],
)
def test_damaged_parameters_in_a_log_count_as_none(value: Any) -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    event = Event(uuid7(0, bytes(10)), "me", "d", 1, at, 0, 1, "setting", tuning_subject("fsrs6"), {"value": value})
    assert tuning_of(event).weights is None
    assert tuning_of(replace(event, payload={})) == Tuning()


def test_what_is_written_is_read_back_the_same() -> None:
    for tuning in (Tuning(), Tuning(OWN, 12, 0.5), Tuning(None, 400, -0.1)):
        at = datetime(2026, 11, 21, tzinfo=UTC)
        subject = tuning_subject("fsrs6/1")
        assert subject == tuning_subject("fsrs6")
        event = Event("1", "me", "d", 1, at, 0, 1, "setting", subject, {"value": tuning.as_data()})
        assert tuning_of(event) == tuning


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [(0, FEWEST - 1, False), (0, FEWEST, True), (500, 599, False), (500, 600, True), (200, 240, True)],
)
def test_a_fit_is_due_after_a_fifth_more_answers(last: int, now: int, due: bool) -> None:
    assert Tuning(None, last).due(now) is due


def fill(workspace: Workspace, count: int) -> None:
    """A log of cards that were answered on two or more days, written at once."""
    cards = list(workspace.deck.cards)
    events = []
    for number in range(count):
        event = workspace._event("review", cards[number % len(cards)], {"due": 30000}, Review(3 if number % 7 else 1))
        events.append(replace(event, local_day=event.local_day + number // len(cards)))
    workspace.store.append(events, workspace.policy)
    workspace.__dict__.pop("cards", None)


def test_at_a_session_s_end_a_fit_is_prepared_computed_and_adopted_once(workspace: Workspace, reopened) -> None:
    assert prepare(workspace) is None
    fill(workspace, 300 + len(workspace.deck.cards))
    assert worth_trying(workspace)
    read = prepare(workspace)
    assert read is not None
    tuning = adopt(workspace, compute(read, workspace.settings.memory_model))
    assert tuning.reviews == 300
    assert workspace.check() == []
    assert prepare(workspace) is None
    assert prepare(workspace, only_if_due=False) is not None
    assert prepare(reopened(optimise=False)) is None


@pytest.mark.parametrize("model", KINDS)
def test_each_model_is_fitted_to_a_real_log(reopened, model: str) -> None:
    workspace = reopened(memory_model=model)
    fill(workspace, 300 + len(workspace.deck.cards))
    read = prepare(workspace)
    assert read is not None
    adopt(workspace, compute(read, model))
    assert workspace.tuning.reviews == 300
    assert reopened(memory_model=model).check() == []
