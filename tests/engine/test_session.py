from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.grading import Confidence
from engine.memory import Rating
from engine.queue import Scope
from engine.session import Ask, Introduction, StudySession
from engine.settings import Settings
from engine.workspace import Workspace
from kb.content import Library
from kb.errors import UsageError


@pytest.fixture
def workspace(caching: Library, clock) -> Workspace:
    return opened(caching, clock)


def opened(library: Library, clock, **settings: object) -> Workspace:
    workspace = Workspace(clock=clock, settings=Settings(**settings))  # type: ignore[arg-type]
    workspace.__dict__["library"] = library
    return workspace


def typed(item: Ask, right: bool = True) -> str:
    """A right answer to a card as a learner would type it, or a wrong one."""
    face = item.face
    match face.kind:
        case "choice":
            return str((face.right[0] if right else (face.right[0] + 1) % len(face.options)) + 1)
        case "multi":
            return " ".join(str(i + 1) for i in range(len(face.options)) if (i in face.right) == right)
        case "order" | "match":
            return " ".join(str(i + 1) for i in (face.right if right else reversed(face.right)))
        case "cloze":
            return "; ".join(s[0] if right else "nonsense" for s in face.spellings)
        case "estimate":
            return repr(face.value if right else face.value * 100)
        case "recall":
            return " ".join(f"{p.any[0]}." for p in item.card.question.must) if right else "I do not know."  # type: ignore[union-attr]
        case "self":
            return ""


def step(session: StudySession, right: bool = True, rating: Rating | None = None) -> str:
    """Reads what is to be read, then answers one card; returns its id."""
    while isinstance(session.current, Introduction):
        session.read()
    item = session.current
    assert isinstance(item, Ask)
    reveal = session.answer(typed(item, right))
    session.grade(rating or reveal.grade.suggested or (Rating.GOOD if right else Rating.AGAIN), seconds=12)
    return item.card.id


def test_a_new_concept_is_read_before_it_is_asked(workspace: Workspace) -> None:
    session = workspace.study()
    item = session.current
    assert isinstance(item, Introduction)
    assert item.entry == "memory-hierarchy"
    with pytest.raises(UsageError):
        session.answer("1")
    session.read()
    assert isinstance(session.current, Ask)
    assert workspace.walked == {"memory-hierarchy": workspace.today}


def test_planned_prerequisites_never_block(workspace: Workspace) -> None:
    first = workspace.library.concepts["memory-hierarchy"]
    assert any(n not in workspace.library.concepts for n in first.links.requires)
    assert workspace.readiness("memory-hierarchy").open


def test_written_prerequisites_hold_new_concepts_back_until_they_are_learned(workspace: Workspace) -> None:
    assert workspace.readiness("caching-fundamentals").missing == ("memory-hierarchy",)
    assert {workspace.deck.cards[c].entry for c in workspace.queue().new} == {"memory-hierarchy"}
    workspace.record("override", "caching-fundamentals")
    assert workspace.readiness("caching-fundamentals").open


def test_every_kind_of_card_can_be_answered_right_and_wrong(caching: Library, clock) -> None:
    workspace = opened(caching, clock, new_per_day=1000, new_of_one=50, depth="more", reviews_per_day=10000)
    for entry in workspace.deck.by_entry:
        workspace.record("override", entry)
    seen: Counter[str] = Counter()
    for right in (True, False):
        session = workspace.study()
        for _ in range(session.remaining):
            while isinstance(session.current, Introduction):
                session.read()
            item = session.current
            assert isinstance(item, Ask)
            if seen[item.face.kind] > 12:
                session.skip()
                continue
            seen[item.face.kind] += 1
            reveal = session.answer(typed(item, right))
            if item.face.kind not in ("self", "recall"):
                assert reveal.grade.suggested is (Rating.GOOD if right else Rating.AGAIN), item.card.id
            session.grade(Rating.GOOD)
    assert set(seen) == {"self", "choice", "multi", "cloze", "order", "match", "estimate", "recall"}


def test_nothing_is_logged_before_the_grade(workspace: Workspace) -> None:
    session = workspace.study()
    session.read()
    item = session.current
    assert isinstance(item, Ask)
    session.answer(typed(item), Confidence.CERTAIN)
    assert workspace.store.events(kinds=["review"]) == []
    session.grade(Rating.GOOD, seconds=3.5)
    (event,) = workspace.store.events(kinds=["review"])
    assert event.review is not None
    assert (event.review.rating, event.review.confidence, event.review.duration_ms) == (3, 4, 3500)
    assert event.review.text_hash == item.card.text_hash
    assert event.payload["due"] == workspace.cards[item.card.id].state.due_day  # type: ignore[union-attr]


def test_an_answer_that_cannot_be_read_changes_nothing(caching: Library, clock) -> None:
    workspace = opened(caching, clock)
    session = workspace.study()
    while not (isinstance(session.current, Ask) and session.current.face.kind == "choice"):
        step(session)
    with pytest.raises(UsageError):
        session.answer("the first one, I think")
    assert session.reveal is None


def test_the_daily_limit_counts_across_sessions(caching: Library, clock) -> None:
    session = opened(caching, clock, new_per_day=1).study()
    step(session)
    assert session.current is None
    assert opened(caching, clock, new_per_day=1).study().current is None
    clock.forward(days=1)
    assert len(opened(caching, clock, new_per_day=1).queue().new) == 1


def test_at_most_three_new_cards_of_a_concept_a_day(workspace: Workspace) -> None:
    entries = Counter(workspace.deck.cards[c].entry for c in workspace.queue().new)
    assert max(entries.values()) == 3


def test_a_forgotten_card_comes_back_in_the_same_session_and_rests_after_four_failures(caching: Library, clock) -> None:
    workspace = opened(caching, clock, new_per_day=1)
    session = workspace.study()
    card = step(session, right=False, rating=Rating.AGAIN)
    for _ in range(3):
        assert step(session, right=False, rating=Rating.AGAIN) == card
    assert session.current is None
    state = workspace.cards[card].state
    assert state is not None
    assert state.due_day > workspace.today
    assert session.summary().shaky == {workspace.deck.cards[card].entry: 4}


def test_undo_takes_answers_back_one_by_one_also_after_a_restart(caching: Library, clock) -> None:
    workspace = opened(caching, clock)
    session = workspace.study()
    first, second = step(session), step(session)
    assert session.undo() == second
    assert isinstance(session.current, Ask)
    assert session.current.card.id == second
    assert session.summary().answered == 1
    workspace.close()
    clock.forward(minutes=5)
    later = opened(caching, clock)
    again = later.study()
    assert again.undo() == first
    assert isinstance(again.current, Ask)
    assert again.current.card.id == first
    assert again.undo() is None
    assert later.cards == {}
    assert [e.kind for e in later.store.events()] == ["walked", "review", "review", "undo", "undo"]


def test_quitting_in_the_middle_shows_the_same_card_again(caching: Library, clock) -> None:
    session = opened(caching, clock).study()
    step(session)
    waiting = session.current
    assert opened(caching, clock).study().current == waiting


def test_cards_put_aside_stay_away_as_long_as_they_should(caching: Library, clock) -> None:
    workspace = opened(caching, clock)
    session = workspace.study()
    cards = []
    for act in (StudySession.suspend, StudySession.bury, StudySession.know):
        while isinstance(session.current, Introduction):
            session.read()
        item = session.current
        assert isinstance(item, Ask)
        cards.append(item.card.id)
        act(session)
    assert not set(cards) & set(workspace.queue().new)
    clock.forward(days=1)
    tomorrow = opened(caching, clock).queue().new
    assert cards[0] not in tomorrow
    assert cards[1] in tomorrow
    assert cards[2] not in tomorrow
    assert workspace.undo() is not None
    assert cards[2] not in workspace.cards or not workspace.cards[cards[2]].known


def test_a_flag_is_set_and_taken_away(workspace: Workspace) -> None:
    session = workspace.study()
    session.read()
    assert session.flag() is True
    assert session.flag() is False
    assert session.current is not None


def test_a_concept_is_learned_once_each_essential_card_was_right_on_a_later_day(caching: Library, clock) -> None:
    entry = "memory-hierarchy"
    learned_on = None
    for day in range(40):
        workspace = opened(caching, clock, new_per_day=50, new_of_one=50)
        session = workspace.study(Scope(frozenset({entry})))
        while session.current is not None:
            step(session)
        if workspace.mastery_of(entry).learned:
            learned_on = day
            break
        workspace.close()
        clock.forward(days=1)
    assert learned_on is not None
    assert learned_on > 0
    assert session.summary().learned == [entry]
    assert workspace.readiness("caching-fundamentals").open


def test_no_card_is_ever_unreachable(caching: Library, clock) -> None:
    """A learner who answers everything right meets every essential card."""
    seen: set[str] = set()
    workspace = opened(caching, clock, new_per_day=1000, new_of_one=50, reviews_per_day=10000)
    essential = {c.id for c in workspace.deck.cards.values() if c.depth == "essential"}
    for _ in range(60):
        session = workspace.study()
        if seen >= essential:
            break
        while session.current is not None:
            seen.add(step(session, rating=Rating.EASY))
        clock.forward(days=3)
    assert essential - seen == set()


def test_a_changed_card_is_announced_to_who_knew_the_old_one(workspace: Workspace) -> None:
    session = workspace.study()
    card = step(session)
    progress = workspace.cards[card]
    from dataclasses import replace

    workspace.cards[card] = replace(progress, text_hash="another")
    session._waiting.insert(0, card)
    item = session.current
    assert isinstance(item, Ask)
    assert item.changed


def test_settings_that_shape_scheduling_are_noted_in_the_log(caching: Library, clock) -> None:
    opened(caching, clock).cards  # noqa: B018
    workspace = opened(caching, clock, desired_retention=0.95)
    workspace.cards  # noqa: B018
    opened(caching, clock, desired_retention=0.95).cards  # noqa: B018
    noted = [(e.subject, e.payload) for e in workspace.store.events(kinds=["setting"])]
    assert noted == [("desired_retention", {"value": 0.95})]


def test_the_database_is_backed_up_once_a_day(caching: Library, clock, home: Path) -> None:
    step(opened(caching, clock).study())
    for _ in range(3):
        clock.forward(days=1)
        for _ in range(2):
            opened(caching, clock).cards  # noqa: B018
    assert len(list((home / "data" / "backups").glob("progress-*.db"))) == 3
