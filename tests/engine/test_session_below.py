"""What a session does after a lapse: it looks below, and under a leech it repairs."""

from __future__ import annotations

import pytest

from engine.events import Review
from engine.leech import LEECH_AFTER
from engine.memory import Rating
from engine.session import Ask, Introduction, StudySession
from engine.settings import Settings
from engine.workspace import Workspace
from kb.content import Library

UPPER, LOWER = "caching-fundamentals", "memory-hierarchy"


def reviewed(workspace: Workspace, card: str, rating: Rating, due_in: int) -> None:
    workspace.record("review", card, {"due": workspace.today + due_in}, Review(int(rating)))


@pytest.fixture
def workspace(caching: Library, clock) -> Workspace:
    """Two concepts that were begun ten days ago: the upper one is due, the lower one is not, and one card of it is weakest."""
    workspace = Workspace(clock=clock, settings=Settings(new_per_day=0, confidence=False))
    workspace.__dict__["library"] = caching
    for number, card in enumerate(workspace.deck.essential(LOWER)):
        reviewed(workspace, card, Rating.HARD if number == 1 else Rating.GOOD, 30)
    for card in workspace.deck.essential(UPPER):
        reviewed(workspace, card, Rating.GOOD, 6)
    clock.forward(days=10)
    return workspace


def asked(session: StudySession) -> Ask:
    assert isinstance(session.current, Ask)
    return session.current


def answer(session: StudySession, rating: Rating) -> str:
    item = asked(session)
    face = item.face
    numbers = " ".join(str(n + 1) for n in range(len(face.options)))
    typed = {"choice": "1", "multi": "1", "order": numbers, "match": numbers, "cloze": "; ".join("x" * face.gaps)}
    session.answer(typed.get(face.kind, "1"))
    session.grade(rating)
    return item.card.id


def test_a_lapse_asks_for_the_weakest_prerequisite_next_and_once(workspace: Workspace) -> None:
    weakest = workspace.deck.essential(LOWER)[1]
    session = workspace.study()
    waiting = session.remaining
    lapsed = answer(session, Rating.AGAIN)
    assert workspace.deck.cards[lapsed].entry == UPPER
    item = asked(session)
    assert (item.card.id, item.below, item.new) == (weakest, lapsed, False)
    assert session.remaining == waiting + 1
    answer(session, Rating.GOOD)
    while asked(session).card.id != lapsed:
        assert asked(session).below == ""
        answer(session, Rating.GOOD)
    answer(session, Rating.AGAIN)
    assert asked(session).card.id == lapsed


def test_a_right_answer_looks_nowhere(workspace: Workspace) -> None:
    session = workspace.study()
    waiting = session.remaining
    answer(session, Rating.HARD)
    assert session.remaining == waiting - 1


def test_a_prerequisite_that_is_due_itself_is_moved_and_not_asked_twice(workspace: Workspace, clock) -> None:
    clock.forward(days=30)
    session = workspace.study()
    before = sorted(session.upcoming())
    while workspace.deck.cards[asked(session).card.id].entry != UPPER:
        session.skip()
    lapsed = answer(session, Rating.AGAIN)
    assert workspace.deck.cards[asked(session).card.id].entry == LOWER
    assert sorted(session.upcoming()) == before
    assert lapsed in before


def test_undoing_the_lapse_takes_the_diagnosis_back(workspace: Workspace) -> None:
    session = workspace.study()
    before = list(session.upcoming())
    answer(session, Rating.AGAIN)
    assert asked(session).below
    session.undo()
    assert list(session.upcoming()) == before
    assert asked(session).below == ""


def test_a_session_that_was_quit_after_a_lapse_goes_on_with_the_prerequisite(workspace: Workspace) -> None:
    lapsed = answer(workspace.study(), Rating.AGAIN)
    queue = workspace.queue()
    assert lapsed in queue.due
    assert queue.diagnosed == (workspace.deck.essential(LOWER)[1],)
    assert queue.all == (*queue.due, *queue.diagnosed)
    assert workspace.queue(workspace.scope_of(["cdn"])).diagnosed == ()


def history_of_a_leech(workspace: Workspace, clock) -> str:
    """A card of the upper concept that was forgotten and learned again, once less than a leech."""
    leech = workspace.deck.essential(UPPER)[0]
    for _ in range(LEECH_AFTER - 1):
        clock.forward(days=3)
        reviewed(workspace, leech, Rating.AGAIN, 0)
        reviewed(workspace, leech, Rating.GOOD, 3)
    clock.forward(days=3)
    return leech


def test_below_a_leech_something_is_read_again_and_asked_and_the_leech_stays(workspace: Workspace, clock) -> None:
    leech = history_of_a_leech(workspace, clock)
    session = workspace.study()
    while asked(session).card.id != leech:
        session.skip()
    assert answer(session, Rating.AGAIN) == leech
    assert session.current == Introduction(LOWER, repairs=leech)
    walked = dict(workspace.walked)
    session.read()
    assert workspace.walked == walked
    below = []
    while isinstance(session.current, Ask) and session.current.below == leech:
        below.append(answer(session, Rating.GOOD))
    assert len(below) == 3
    assert {workspace.deck.cards[c].entry for c in below} == {LOWER}
    assert leech in list(session.upcoming())
    assert session.summary().leeches == [leech]


def test_undo_takes_the_repair_back(workspace: Workspace, clock) -> None:
    leech = history_of_a_leech(workspace, clock)
    session = workspace.study()
    while asked(session).card.id != leech:
        session.skip()
    before = list(session.upcoming())
    answer(session, Rating.AGAIN)
    session.undo()
    assert asked(session).card.id == leech
    assert list(session.upcoming()) == before
    assert session.summary().leeches == []


def test_where_nothing_below_is_weak_the_concept_of_the_leech_is_read_again(workspace: Workspace, clock) -> None:
    leech = history_of_a_leech(workspace, clock)
    for card in workspace.deck.essential(LOWER):
        reviewed(workspace, card, Rating.GOOD, 30)
    session = workspace.study()
    while asked(session).card.id != leech:
        session.skip()
    answer(session, Rating.AGAIN)
    assert session.current == Introduction(UPPER, repairs=leech)
