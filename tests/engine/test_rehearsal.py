from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from engine.memory import Rating
from engine.queue import Scope
from engine.rehearsal import Purpose
from engine.session import Ask, Introduction, StudySession
from engine.settings import Settings
from engine.workspace import Workspace
from kb.content import Library
from kb.errors import UsageError


@pytest.fixture
def workspace(caching: Library, clock) -> Workspace:
    workspace = Workspace(clock=clock, settings=Settings())
    workspace.__dict__["library"] = caching
    session = workspace.study()
    for _ in range(3):
        grade(session, Rating.GOOD)
    return workspace


def grade(session: StudySession, rating: Rating) -> str:
    while isinstance(session.current, Introduction):
        session.read()
    item = session.current
    assert isinstance(item, Ask)
    face = item.face
    numbers = " ".join(str(n + 1) for n in range(len(face.options)))
    typed = {"choice": "1", "multi": "1", "order": numbers, "match": numbers, "cloze": "; ".join("x" * face.gaps)}
    session.answer(typed.get(face.kind, "1"))
    session.grade(rating)
    return item.card.id


def log(home: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(home / "data" / "progress.db") as connection:
        rows = [
            *connection.execute("SELECT * FROM event ORDER BY id"),
            *connection.execute("SELECT * FROM state ORDER BY card"),
        ]
    connection.close()
    return rows


@pytest.mark.parametrize("purpose", ["cram", "preview"])
def test_nothing_of_a_rehearsal_reaches_the_log_whatever_is_done_in_it(
    workspace: Workspace, home: Path, purpose: Purpose
) -> None:
    before, cards, walked = log(home), dict(workspace.cards), dict(workspace.walked)
    session = workspace.rehearse(purpose).study(Scope(frozenset({"memory-hierarchy", "cdn"}), ahead=True))
    grade(session, Rating.AGAIN)
    grade(session, Rating.EASY)
    session.undo()
    grade(session, Rating.GOOD)
    for verb in (session.flag, session.suspend, session.skip):
        while isinstance(session.current, Introduction):
            session.read()
        verb()
    session.summary()
    assert log(home) == before
    assert workspace.cards == cards
    assert workspace.walked == walked


def test_a_cram_asks_every_card_of_a_step_until_it_was_answered_right_the_begun_ones_first(
    workspace: Workspace,
) -> None:
    copy = workspace.rehearse("cram")
    scope = copy.scope_of(["memory-hierarchy", "cdn"])
    wanted = [c for e in sorted(scope.entries or ()) for c in copy.deck.essential(e)]
    session = copy.study(scope)
    assert sorted(session.upcoming()) == sorted(wanted)
    first = grade(session, Rating.AGAIN)
    assert first in workspace.cards
    while session.current is not None:
        grade(session, Rating.GOOD)
    assert session.answered == len(wanted) + 1
    assert session.ahead() == 0
    assert session.summary().due_left == 0


def test_a_cram_without_names_asks_what_was_begun_the_weakest_first(workspace: Workspace) -> None:
    assert sorted(workspace.rehearse("cram").study().upcoming()) == sorted(workspace.cards)


def test_a_preview_shows_what_is_new_and_it_is_still_new_afterwards(workspace: Workspace) -> None:
    scope = workspace.scope_of(["cdn"])
    copy = workspace.rehearse("preview")
    session = copy.study(scope)
    assert set(session.upcoming()) == set(copy.deck.essential("cdn"))
    while session.current is not None:
        grade(session, Rating.GOOD)
    again = workspace.study(scope)
    assert isinstance(again.current, Introduction)
    assert len(list(again.upcoming())) == 3


def test_a_rehearsal_has_no_log_to_write_to(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="no log"):
        workspace.rehearse("cram").store  # noqa: B018


def test_undo_in_a_rehearsal_ends_where_it_began(workspace: Workspace) -> None:
    copy = workspace.rehearse("cram")
    session = copy.study()
    first = grade(session, Rating.GOOD)
    assert session.undo() == first
    assert session.undo() is None
    assert copy.cards == workspace.cards
