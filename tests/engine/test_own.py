from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.cards import Deck, derive
from engine.faces import face_of
from engine.memory import Rating
from engine.own import add_card, add_to_note, cards_path, note_of, note_path, noted, own_cards, with_own
from engine.session import Ask, Introduction
from engine.settings import Settings
from engine.workspace import Workspace
from kb.content import Library
from kb.errors import ContentError


@pytest.fixture
def library(small) -> Library:
    return small()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "own"


def whole(folder: Path, library: Library) -> Deck:
    deck = derive(library)
    return with_own(deck, own_cards(folder, library, deck))


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / "cards" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_folder_nothing_is_there_and_the_deck_stays(folder: Path, library: Library) -> None:
    deck = derive(library)
    found = own_cards(folder, library, deck)
    assert (found.cards, found.problems) == ((), ())
    assert with_own(deck, found) is deck
    assert note_of(folder, library, "near-copy") == (note_path(folder, "near-copy"), "")
    assert noted(folder, library) == []


def test_a_note_grows_by_paragraphs(folder: Path, library: Library) -> None:
    add_to_note(folder, library, "near-copy", "First.")
    path = add_to_note(folder, library, "near-copy", "  Second, with ü.\n")
    assert path.read_text(encoding="utf-8") == "First.\n\nSecond, with ü.\n"
    assert note_of(folder, library, "near-copy")[1] == "First.\n\nSecond, with ü."
    assert noted(folder, library) == ["near-copy"]


def test_added_cards_stand_behind_those_of_the_entry_and_have_ids_that_stay(folder: Path, library: Library) -> None:
    first = add_card(folder, library, "near-copy", "Why do we use it?", "Because: “reads”.")
    second = add_card(folder, library, "near-copy", "Why do we use it?", "- [ ] {{odd}} # answer\n\nwith lines")
    assert (first, second) == ("near-copy#own.why-do-we-use-it", "near-copy#own.why-do-we-use-it-2")
    deck = whole(folder, library)
    assert deck.by_entry["near-copy"][-2:] == (first, second)
    assert list(deck.cards) == [c for ids in deck.by_entry.values() for c in ids]
    card = deck.cards[second]
    assert (card.kind, card.depth, card.answer) == ("own", "essential", "- [ ] {{odd}} # answer\n\nwith lines")
    assert face_of(card, 0).kind == "self"


def test_own_cards_are_not_counted_towards_learning(folder: Path, library: Library) -> None:
    before = derive(library).essential("near-copy")
    add_card(folder, library, "near-copy", "Mine?", "Yes.")
    assert whole(folder, library).essential("near-copy") == before


def test_a_question_of_any_kind_can_be_ones_own(folder: Path, library: Library) -> None:
    written(
        folder,
        "near-copy.yaml",
        """
cards:
  - {id: gaps, kind: cloze, ask: Fill the gap., text: "Ours is {{blue}}.", why: So it is since last year., difficulty: 1}
""",
    )
    deck = whole(folder, library)
    face = face_of(deck.cards["near-copy#own.gaps"], 0)
    assert (face.kind, face.spellings, face.why) == ("cloze", (("blue",),), "So it is since last year.")


def test_what_cannot_be_used_is_named_with_its_line_and_the_rest_is_used(folder: Path, library: Library) -> None:
    written(
        folder, "aside-copy.yaml", "cards:\n  - {id: good, ask: A?, answer: B.}\n  - {id: good, ask: C?, answer: D.}\n"
    )
    written(folder, "near-copy.yaml", "cards:\n  - {id: Bad Id, ask: A?, answer: B.}\n")
    written(folder, "tiny-copy.yaml", "cards: [")
    written(folder, "gone.yaml", "cards: []\n")
    written(folder, "work-queue.yaml", "# nothing yet\n")
    deck = derive(library)
    found = own_cards(folder, library, deck)
    assert [c.id for c in found.cards] == ["aside-copy#own.good"]
    assert {(p.path.name, p.line) for p in found.problems} == {
        ("aside-copy.yaml", 1),
        ("gone.yaml", 1),
        ("near-copy.yaml", 2),
        ("tiny-copy.yaml", 2),
    }


def test_a_file_that_is_broken_is_never_written_over(folder: Path, library: Library) -> None:
    path = written(folder, "near-copy.yaml", "cards: [oops\n")
    with pytest.raises(ContentError, match=r"cards|YAML|expected"):
        add_card(folder, library, "near-copy", "A?", "B.")
    assert path.read_text() == "cards: [oops\n"
    with pytest.raises(ContentError):
        add_card(folder, library, "aside-copy", "A?", "")
    assert not cards_path(folder, "aside-copy").exists()


def test_comments_and_the_hand_of_the_learner_stay_when_a_card_is_added(folder: Path, library: Library) -> None:
    path = written(folder, "near-copy.yaml", "# mine\ncards:\n  - id: one   # the first\n    ask: A?\n    answer: B.")
    add_card(folder, library, "near-copy", "C?", "D.")
    assert path.read_text().startswith("# mine\ncards:\n  - id: one   # the first\n")
    assert [c.id for c in own_cards(folder, library, derive(library)).cards] == ["near-copy#own.one", "near-copy#own.c"]
    comments = written(folder, "aside-copy.yaml", "# nothing yet\n")
    add_card(folder, library, "aside-copy", "C?", "D.")
    assert comments.read_text().startswith("# nothing yet\ncards:\n")


def test_what_stands_beside_a_renamed_entry_goes_with_it(folder: Path, small) -> None:
    old = small()
    add_to_note(folder, old, "near-copy", "Mine.")
    ident = add_card(folder, old, "near-copy", "Mine?", "Yes.")

    def rename(files) -> None:
        files["concepts/caching/near-copy.yaml"]["formerly"] = ["nearby-copy"]

    def back(files) -> None:
        files["concepts/caching/work-queue.yaml"] = files.pop("concepts/queues/work-queue.yaml")

    library = small(rename)
    path = cards_path(folder, "nearby-copy")
    cards_path(folder, "near-copy").rename(path)
    note_path(folder, "near-copy").rename(note_path(folder, "nearby-copy"))
    deck = whole(folder, library)
    assert note_of(folder, library, "near-copy")[1] == "Mine."
    assert noted(folder, library) == ["near-copy"]
    assert deck.cards[ident].formerly == ("nearby-copy#own.mine",)
    assert deck.log_ids["near-copy#own.mine"] == "nearby-copy#own.mine"
    assert add_card(folder, library, "near-copy", "Another?", "Yes.") == "near-copy#own.another"
    assert not cards_path(folder, "near-copy").exists()


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60).filter(lambda t: t.strip())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(cards=st.lists(st.tuples(texts, texts), min_size=1, max_size=4))
def test_whatever_is_typed_comes_back(cards: list[tuple[str, str]], library: Library, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("own")
    ids = [add_card(folder, library, "near-copy", ask, answer) for ask, answer in cards]
    deck = whole(folder, library)
    assert [(deck.cards[i].prompt, deck.cards[i].answer) for i in ids] == [(a.strip(), b.strip()) for a, b in cards]
    assert len(set(ids)) == len(ids)


def answer(session, rating: Rating) -> str:
    while isinstance(session.current, Introduction):
        session.read()
    assert isinstance(session.current, Ask)
    item = session.current
    session.answer("")
    session.grade(rating)
    return item.card.id


@pytest.fixture
def workspace(library: Library, clock) -> Workspace:
    workspace = Workspace(clock=clock, settings=Settings(new_of_one=50, confidence=False))
    workspace.__dict__["library"] = library
    return workspace


def test_own_cards_are_scheduled_like_others_and_survive_that_their_file_goes(workspace: Workspace) -> None:
    ident = add_card(workspace.own_folder, workspace.library, "work-queue", "Mine?", "Yes.")
    session = workspace.study(workspace.scope_of(["work-queue"]))
    assert ident in list(session.upcoming())
    while (item := session.current) is not None:
        if isinstance(item, Introduction):
            session.read()
        elif item.card.id == ident:
            answer(session, Rating.GOOD)
        else:
            session.skip() if session.remaining > 1 else session.bury()
            if ident not in list(session.upcoming()):
                break
    state = workspace.cards[ident].state
    assert state is not None
    assert state.due_day > workspace.today
    path = workspace.own_file(ident)
    assert path is not None
    path.unlink()
    workspace.renew_own()
    assert ident not in workspace.deck.cards
    assert workspace.own_file(ident) is None
    assert ident not in workspace.queue().all
    assert workspace.check() == []


def test_an_own_card_that_is_edited_or_removed_in_a_session_leaves_it_whole(workspace: Workspace) -> None:
    kept = add_card(workspace.own_folder, workspace.library, "work-queue", "Kept?", "Yes.")
    gone = add_card(workspace.own_folder, workspace.library, "work-queue", "Gone?", "Yes.")
    session = workspace.study(workspace.scope_of(["work-queue"]))
    session.read()
    while session.current.card.id != gone:  # type: ignore[union-attr]
        session.skip()
    answer(session, Rating.AGAIN)
    path = workspace.own_file(gone)
    assert path is not None
    path.write_text("cards:\n  - {id: kept, ask: Changed?, answer: Yes.}\n", encoding="utf-8")
    session.renew()
    assert gone not in list(session.upcoming())
    while session.current.card.id != kept:  # type: ignore[union-attr]
        session.skip()
    assert session.current.face.prompt == "Changed?"  # type: ignore[union-attr]
    assert session.undo() == gone
    assert gone not in list(session.upcoming())
    session.reset()
    assert session.undo() == kept


def test_reset_at_the_card_makes_it_new_and_takes_it_out_of_the_session(workspace: Workspace) -> None:
    session = workspace.study(workspace.scope_of(["work-queue"]))
    card = answer(session, Rating.AGAIN)
    while not isinstance(session.current, Ask) or session.current.card.id != card:
        session.skip()
    session.reset()
    assert workspace.cards[card].state is None
    assert card not in list(session.upcoming())
    assert card in workspace.queue(workspace.scope_of(["work-queue"])).new
    assert session.undo() == card
    assert workspace.cards[card].state is not None
