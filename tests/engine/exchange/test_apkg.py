"""Exports are imported into a real Anki collection and read back."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection, ImportAnkiPackageRequest
from anki.import_export_pb2 import ImportAnkiPackageOptions

from engine.cards import Deck, derive
from engine.events import Event, EventKind, Review
from engine.exchange.apkg import export_apkg, guid_of
from engine.exchange.export import ExportSummary, part_of
from engine.exchange.history import histories
from engine.exchange.notes import FIELDS
from engine.identifiers import uuid7
from engine.memory import Rating
from engine.schedule import DEFAULT_POLICY, local_day, review
from kb.content import Library
from kb.errors import ExchangeError

Build = Callable[..., Library]
Files = dict[str, Any]

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST_DAY = datetime(2025, 6, 1, 20, 30, tzinfo=UTC)
"""No zone of the world begins an Anki day, at 4 am, at this time of the day."""


class Log:
    """Events on given days, as a session would have logged them: the due day was decided when the card was graded."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._states: dict[str, Any] = {}

    def add(
        self, day: int, kind: EventKind, card: str, payload: dict[str, Any] | None = None, review: Review | None = None
    ) -> Event:
        at = FIRST_DAY + timedelta(days=day, seconds=len(self.events))
        number = len(self.events) + 1
        self.events.append(
            Event(
                uuid7(int(at.timestamp() * 1000), number.to_bytes(10, "big")),
                "me",
                "d",
                number,
                at,
                0,
                local_day(at, UTC),
                kind,
                card,
                payload or {},
                review,
            )
        )
        return self.events[-1]

    def review(self, day: int, card: str, rating: int) -> Event:
        today = local_day(FIRST_DAY, UTC) + day
        after = review(self._states.get(card), card, Rating(rating), today, DEFAULT_POLICY)
        self._states[card] = after
        return self.add(day, "review", card, {"due": after.due_day}, Review(rating, 1000 + len(self.events)))

    def reset(self, day: int, card: str) -> None:
        self._states.pop(card, None)
        self.add(day, "reset", card)


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Collection]:
    collection = Collection(str(tmp_path / "collection.anki2"))
    yield collection
    collection.close()


def imported(collection: Collection, package: Path, scheduling: bool = False) -> tuple[int, int, int]:
    """Imports as Anki's dialog does; returns how many notes were new, updated and unchanged."""
    options = ImportAnkiPackageOptions(merge_notetypes=True, with_scheduling=scheduling)
    log = collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(package), options=options)).log
    assert [*log.conflicting, *log.missing_notetype, *log.missing_deck, *log.empty_first_field] == []
    return len(log.new), len(log.updated), len(log.duplicate)


def export(
    library: Library, target: Path, minutes: int = 0, events: list[Event] | None = None, deck: Deck | None = None
) -> ExportSummary:
    return export_apkg(
        deck or derive(library), target, library=library, at=AT + timedelta(minutes=minutes), events=events
    )


def contents(collection: Collection) -> dict[str, tuple[list[str], list[str], str]]:
    """Fields, tags and deck of every note, by the id of its card."""
    found = {}
    for note_id in collection.find_notes(""):
        note = collection.get_note(note_id)
        deck = collection.decks.name(note.cards()[0].did)
        found[note["CardId"]] = (list(note.fields), sorted(note.tags), deck)
    return found


def tables(package: Path, tmp_path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows inside a package."""
    with zipfile.ZipFile(package) as archive:
        inner = Path(archive.extract("collection.anki2", tmp_path / "inside"))
    with closing(sqlite3.connect(inner)) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY id").fetchall()  # noqa: S608
            for name in ("notes", "cards", "revlog")
        }


def test_the_first_import_adds_every_card_and_the_second_changes_nothing(
    shipped: Library, anki: Collection, tmp_path: Path
) -> None:
    target = tmp_path / "deck.apkg"
    summary = export(shipped, target)
    deck = derive(shipped)
    count = len(deck.cards)
    begun = {shipped.step_of[entry] for entry in deck.by_entry}
    decks = tuple(f"System design::{s.title}" for s in shipped.staircase.steps if s.id in begun)
    assert summary == ExportSummary(target, count, decks)
    assert imported(anki, target) == (count, 0, 0)
    before = contents(anki)
    assert imported(anki, target) == (0, 0, count)
    assert contents(anki) == before
    assert anki.card_count() == anki.note_count() == count
    assert anki.fix_integrity()[1]


def test_fields_tags_and_subdecks_arrive_as_written(small: Build, anki: Collection, tmp_path: Path) -> None:
    library = small()
    summary = export(library, tmp_path / "deck.apkg")
    assert summary.decks == ("System design::Caching", "System design::Queues")
    imported(anki, tmp_path / "deck.apkg")
    found = contents(anki)
    assert set(found) == set(derive(library).cards)
    fields, tags, deck = found["near-copy#number.local-read"]
    assert dict(zip(FIELDS, fields, strict=True)) == {
        "Front": "Near copy. In numbers: A local read takes. How much?",
        "Options": "",
        "Diagram": "",
        "Hint": "",
        "Back": "50 to 100 ns (2026)",
        "Why": "",
        "Entry": "Near copy",
        "Source": "A. Writer, On copies (1999), table 1. https://example.org/copies",
        "CardId": "near-copy#number.local-read",
    }
    assert tags == ["concept::near-copy", "depth::more", "kind::number", "step::caching"]
    assert deck == "System design::Caching"
    assert found["work-queue#symptom"][2] == "System design::Queues"
    assert found["near-copy#q.work-out"][1] == ["concept::near-copy", "depth::more", "kind::estimate", "step::caching"]
    assert found["near-or-aside#case.case-a"][1][-1] == "tradeoff::near-or-aside"
    assert found["caching#phase.synthesis"][1][-1] == "step::caching"


def test_new_cards_come_in_study_order(small: Build, anki: Collection, tmp_path: Path) -> None:
    library = small()
    export(library, tmp_path / "deck.apkg")
    imported(anki, tmp_path / "deck.apkg")
    new = sorted((anki.get_card(c) for c in anki.find_cards("is:new")), key=lambda card: card.due)
    assert [card.note()["CardId"] for card in new] == list(derive(library).cards)


def test_the_same_content_gives_the_same_file(small: Build, tmp_path: Path) -> None:
    first, second = tmp_path / "a.apkg", tmp_path / "b.apkg"
    library, log = small(), Log()
    log.review(0, "near-copy#symptom", 3)
    export(library, first, events=log.events)
    export(library, second, events=log.events)
    assert first.read_bytes() == second.read_bytes()


def test_a_changed_text_updates_its_note_and_duplicates_nothing(small: Build, anki: Collection, tmp_path: Path) -> None:
    def change(files: Files) -> None:
        files["concepts/caching/near-copy.yaml"]["pitfalls"][0]["instead"] = "Bound it by entries."

    target = tmp_path / "deck.apkg"
    export(small(), target)
    new, _, _ = imported(anki, target)
    before = contents(anki)
    export(small(change), target, minutes=1)
    assert imported(anki, target)[0] == 0
    after = contents(anki)
    assert anki.card_count() == new
    assert {card for card in before if before[card] != after[card]} == {"near-copy#pitfall.no-bound"}
    assert after["near-copy#pitfall.no-bound"][0][FIELDS.index("Back")] == "Bound it by entries."


def test_a_renamed_card_keeps_its_note(small: Build, anki: Collection, tmp_path: Path) -> None:
    def change(files: Files) -> None:
        files["concepts/caching/near-copy.yaml"]["pitfalls"][0].update(key="unbounded", formerly=["no-bound"])

    target = tmp_path / "deck.apkg"
    export(small(), target)
    new, _, _ = imported(anki, target)
    export(small(change), target, minutes=1)
    assert imported(anki, target)[0] == 0
    assert anki.card_count() == new
    assert "near-copy#pitfall.unbounded" in contents(anki)


def test_an_own_style_of_the_learner_survives_a_later_import(small: Build, anki: Collection, tmp_path: Path) -> None:
    target = tmp_path / "deck.apkg"
    export(small(), target)
    imported(anki, target)
    note_type = anki.models.by_name("System design")
    assert note_type is not None
    note_type["css"] = ".card { color: teal }"
    anki.models.update_dict(note_type)
    export(small(), target, minutes=1)
    imported(anki, target)
    kept = anki.models.by_name("System design")
    assert kept is not None
    assert kept["css"] == ".card { color: teal }"


def test_a_part_of_the_deck_and_then_the_whole_make_one_deck(small: Build, anki: Collection, tmp_path: Path) -> None:
    library, target = small(), tmp_path / "deck.apkg"
    deck = derive(library)
    part = part_of(deck, lambda card: deck.cards[card].depth == "essential")
    assert export(library, target, deck=part).cards == len(part.cards)
    assert imported(anki, target) == (len(part.cards), 0, 0)
    export(library, target)
    assert imported(anki, target) == (len(deck.cards) - len(part.cards), 0, len(part.cards))


HARMFUL = (
    "<b>bold</b> & <script>alert(1)</script> <img src=x onerror=alert(1)> {{Front}} {{c1::gap}} [sound:x.mp3] "
    "[latex]x[/latex] [anki:tts lang=en]x[/anki:tts] \\(x\\) <!-- note --> &lt; &#91; a\u200bb\u202ec"
)


def test_markup_and_commands_in_texts_are_shown_and_not_obeyed(small: Build, anki: Collection, tmp_path: Path) -> None:
    def change(files: Files) -> None:
        pitfall = files["concepts/caching/near-copy.yaml"]["pitfalls"][0]
        pitfall.update(trap=HARMFUL, instead=HARMFUL)

    library = small(change)
    export(library, tmp_path / "deck.apkg")
    imported(anki, tmp_path / "deck.apkg")
    (card_id,) = anki.find_cards("CardId:near-copy#pitfall.no-bound")
    card = anki.get_card(card_id)
    shown = card.answer()
    for obeyed in ("<b>bold", "<script", "<img", "<!-- note", "[sound:", "[latex]", "[anki:", "\u202e"):
        assert obeyed not in shown
    assert card.answer_av_tags() == card.question_av_tags() == []
    visible = "&lt;script&gt;alert(1)&lt;/script&gt;", "{{Front}} {{c1::gap}}", "&#91;sound:x.mp3]", "&amp;lt;"
    assert all(text in shown for text in visible)
    assert "mathjax_ignore" in shown
    assert anki.fix_integrity()[1]


def test_no_field_of_a_shipped_card_ends_in_the_middle(shipped: Library, tmp_path: Path) -> None:
    export(shipped, tmp_path / "deck.apkg")
    for row in tables(tmp_path / "deck.apkg", tmp_path)["notes"]:
        fields = row[6].split("\x1f")
        assert len(fields) == len(FIELDS)
        assert all(fields[FIELDS.index(name)] for name in ("Front", "Back", "Entry", "CardId"))


def test_the_front_of_a_symptom_does_not_name_its_concept(shipped: Library, anki: Collection, tmp_path: Path) -> None:
    export(shipped, tmp_path / "deck.apkg")
    imported(anki, tmp_path / "deck.apkg")
    cards = [anki.get_card(c) for c in anki.find_cards("tag:kind::symptom")]
    assert cards
    for card in cards:
        front = card.question().partition("</style>")[2]
        assert card.note()["Entry"] not in front
        assert card.note()["Entry"] in card.answer()


# History

SYMPTOM, ASIDE, TINY, QUEUE = (f"{c}#symptom" for c in ("near-copy", "aside-copy", "tiny-copy", "work-queue"))
USE, AVOID, PITFALL = (f"near-copy#{part}" for part in ("use.many-reads", "avoid.few-reads", "pitfall.no-bound"))


@pytest.fixture
def log() -> Log:
    """A lapse, a bad start, an easy one, a reset, a card that waits for its repetition, and cards that were put aside."""
    made = Log()
    for day, rating in ((0, 3), (3, 3), (14, 1), (14, 3), (17, 2)):
        made.review(day, SYMPTOM, rating)
    for day, rating in ((0, 1), (0, 1), (0, 3), (2, 3), (9, 4)):
        made.review(day, ASIDE, rating)
    made.review(1, TINY, 4)
    made.review(1, QUEUE, 3)
    made.review(4, QUEUE, 1)
    made.reset(5, QUEUE)
    made.review(6, QUEUE, 3)
    made.review(8, USE, 1)
    made.review(8, AVOID, 3)
    made.add(9, "suspend", AVOID)
    made.add(9, "known", PITFALL)
    made.add(9, "flag", TINY, {"on": True})
    wrong = made.review(9, TINY, 1)
    made.add(9, "undo", TINY, {"event": wrong.id, "kind": "review"})
    return made


def anki_card(collection: Collection, card_id: str) -> Any:
    (found,) = collection.find_cards(f'"CardId:{card_id}"')
    return collection.get_card(found)


@pytest.fixture
def studied(small: Build, anki: Collection, tmp_path: Path, log: Log) -> tuple[Collection, Path, dict[str, Any]]:
    """A collection into which a deck with history was imported, the package, and what the log says."""
    library, target = small(), tmp_path / "deck.apkg"
    deck = derive(library)
    summary = export(library, target, events=log.events)
    assert (summary.reviews, summary.scheduled) == (16, 6)
    assert imported(anki, target, scheduling=True) == (len(deck.cards), 0, 0)
    return anki, target, histories(log.events, DEFAULT_POLICY, {}, deck.cards)


def test_every_review_arrives_as_it_was(
    studied: tuple[Collection, Path, dict[str, Any]], tmp_path: Path, log: Log
) -> None:
    collection, package, known = studied
    assert collection.db is not None
    sent = [row[:1] + row[3:] for row in tables(package, tmp_path)["revlog"]]
    kept = collection.db.all("SELECT id, ease, ivl, lastIvl, factor, time, type FROM revlog ORDER BY id")
    assert [tuple(row) for row in kept] == sent
    for card_id, history in known.items():
        rows = collection.db.all(
            "SELECT id, ease, time FROM revlog WHERE cid = ? ORDER BY id", anki_card(collection, card_id).id
        )
        assert [tuple(row) for row in rows] == [(r.id, r.ease, r.duration_ms) for r in history.rows]
    instants = {int(e.at.timestamp() * 1000) for e in log.events if e.kind in ("review", "reset")}
    assert {row[0] for row in sent} < instants  # all but the one that was undone


def test_the_memory_state_and_the_due_day_arrive_as_they_were(
    studied: tuple[Collection, Path, dict[str, Any]],
) -> None:
    collection, _, known = studied
    today = local_day(datetime.now(UTC), datetime.now().astimezone().tzinfo or UTC)
    for card_id in (SYMPTOM, ASIDE, TINY, QUEUE, AVOID):
        card, state = anki_card(collection, card_id), known[card_id].progress.state
        assert card.memory_state.stability == pytest.approx(state.memory.stability, abs=1e-4)
        assert card.memory_state.difficulty == pytest.approx(state.memory.difficulty, abs=1e-3)
        assert card.desired_retention == pytest.approx(0.9)
        assert card.decay == pytest.approx(0.1542, abs=1e-3)  # Anki keeps three digits
        assert card.last_review_time == int(known[card_id].seen.timestamp())
        assert card.due - collection.sched.today == state.due_day - today
        assert (card.ivl, card.reps, card.lapses) == (state.due_day - state.last_day, state.reps, state.lapses)
        assert card.type == 2


def test_anki_computes_the_same_memory_state_from_the_reviews(
    studied: tuple[Collection, Path, dict[str, Any]],
) -> None:
    collection, _, known = studied
    collection.set_config("fsrs", True)
    for card_id in (SYMPTOM, ASIDE, TINY, QUEUE, USE, AVOID):
        computed = collection.compute_memory_state(anki_card(collection, card_id).id)
        memory = known[card_id].progress.state.memory
        assert computed.stability == pytest.approx(memory.stability, rel=1e-3)
        assert computed.difficulty == pytest.approx(memory.difficulty, abs=1e-2)


def test_a_card_that_waits_for_its_repetition_is_still_being_learned(
    studied: tuple[Collection, Path, dict[str, Any]],
) -> None:
    collection, _, known = studied
    card = anki_card(collection, USE)
    assert (card.type, card.queue) == (1, 1)
    assert card.due == int(known[USE].seen.timestamp()) + 600


def test_cards_put_aside_stay_so(studied: tuple[Collection, Path, dict[str, Any]]) -> None:
    collection, _, _ = studied
    assert anki_card(collection, AVOID).queue == anki_card(collection, PITFALL).queue == -1
    assert (anki_card(collection, PITFALL).type, anki_card(collection, PITFALL).reps) == (0, 0)
    assert anki_card(collection, TINY).user_flag() == 1
    assert anki_card(collection, TINY).reps == 1
    assert collection.fix_integrity()[1]


def test_importing_a_history_again_changes_nothing(studied: tuple[Collection, Path, dict[str, Any]]) -> None:
    collection, package, _ = studied
    assert collection.db is not None

    def everything() -> list[Any]:
        assert collection.db is not None
        return [collection.db.all(f"SELECT * FROM {name} ORDER BY id") for name in ("cards", "revlog", "notes")]  # noqa: S608

    before = everything()
    assert imported(collection, package, scheduling=True)[0] == 0
    assert everything() == before


def test_anki_can_go_on_studying_what_was_imported(studied: tuple[Collection, Path, dict[str, Any]]) -> None:
    collection, _, _ = studied
    collection.set_config("fsrs", True)
    collection.decks.select(collection.decks.id("System design"))
    queued = collection.sched.get_queued_cards()
    assert (queued.review_count, queued.learning_count) == (4, 1)
    known = {anki_card(collection, name).id for name in (SYMPTOM, ASIDE, TINY, QUEUE, USE)}
    while known:
        top = collection.sched.get_queued_cards().cards[0]
        before = collection.get_card(top.card.id)
        before.start_timer()
        good = collection.sched.build_answer(card=before, states=top.states, rating=2)
        collection.sched.answer_card(good)
        after = collection.get_card(before.id)
        if after.id in known:
            known.remove(after.id)
            assert after.memory_state.stability > before.memory_state.stability
            assert after.reps == before.reps + 1


def test_without_scheduling_anki_takes_the_cards_as_new(
    small: Build, anki: Collection, tmp_path: Path, log: Log
) -> None:
    export(small(), tmp_path / "deck.apkg", events=log.events)
    imported(anki, tmp_path / "deck.apkg")
    assert all(anki.get_card(c).type == 0 for c in anki.find_cards(""))


def test_the_history_of_a_card_under_its_former_id_travels_with_it(
    small: Build, anki: Collection, tmp_path: Path
) -> None:
    def change(files: Files) -> None:
        files["concepts/caching/near-copy.yaml"]["pitfalls"][0].update(key="unbounded", formerly=["no-bound"])

    log = Log()
    log.review(0, PITFALL, 3)
    summary = export(small(change), tmp_path / "deck.apkg", events=log.events)
    assert (summary.reviews, summary.scheduled) == (1, 1)
    imported(anki, tmp_path / "deck.apkg", scheduling=True)
    assert anki_card(anki, "near-copy#pitfall.unbounded").reps == 1


def test_a_package_without_history_holds_nothing_of_the_learner(small: Build, tmp_path: Path) -> None:
    export(small(), tmp_path / "deck.apkg")
    rows = tables(tmp_path / "deck.apkg", tmp_path)
    assert rows["revlog"] == []
    assert {row[17] for row in rows["cards"]} == {""}


def test_two_reviews_in_one_millisecond_are_both_kept(small: Build, tmp_path: Path) -> None:
    log = Log()
    for card in (SYMPTOM, ASIDE, TINY):
        log.review(0, card, 3)
    at = log.events[0].at
    events = [
        Event(**{**e.__dict__, "at": at + timedelta(microseconds=n)})  # the store keeps instants apart by 1 us
        for n, e in enumerate(log.events)
    ]
    assert export(small(), tmp_path / "deck.apkg", events=events).reviews == 3
    ids = [row[0] for row in tables(tmp_path / "deck.apkg", tmp_path)["revlog"]]
    assert ids == [int(at.timestamp() * 1000) + n for n in range(3)]


# Files


def test_the_identity_of_a_note_follows_from_the_card_alone(small: Build) -> None:
    cards = derive(small()).cards
    assert guid_of(cards[SYMPTOM]) == "J8h0W/X=3t"  # in learners' collections: never to be changed
    assert len({guid_of(card) for card in cards.values()}) == len(cards)


def test_note_type_and_decks_have_the_same_numbers_for_ever(small: Build, tmp_path: Path) -> None:
    export(small(), tmp_path / "deck.apkg")
    rows = tables(tmp_path / "deck.apkg", tmp_path)
    assert {row[2] for row in rows["notes"]} == {1152384174}
    assert {row[2] for row in rows["cards"]} == {1891670352, 2099955436}


def test_a_package_is_a_zip_with_a_collection_and_no_media(small: Build, tmp_path: Path) -> None:
    export(small(), tmp_path / "deck.apkg")
    with zipfile.ZipFile(tmp_path / "deck.apkg") as archive:
        assert archive.namelist() == ["collection.anki2", "media"]
        assert json.loads(archive.read("media")) == {}


@pytest.mark.parametrize("name", ["deck.txt", "deck"])
def test_another_suffix_is_refused(small: Build, tmp_path: Path, name: str) -> None:
    with pytest.raises(ExchangeError, match=r"\.apkg"):
        export(small(), tmp_path / name)
    assert not (tmp_path / name).exists()


def test_an_empty_deck_is_refused_and_the_old_file_stays(small: Build, tmp_path: Path) -> None:
    library, target = small(), tmp_path / "deck.apkg"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(ExchangeError, match="no card"):
        export(library, target, deck=part_of(derive(library), lambda _: False))
    assert target.read_text(encoding="utf-8") == "old"


def test_an_interrupted_export_leaves_the_old_file_and_nothing_beside_it(small: Build, tmp_path: Path) -> None:
    library, target = small(), tmp_path / "out" / "deck.apkg"
    target.parent.mkdir()
    target.write_text("old", encoding="utf-8")

    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_apkg(derive(library), target, library=library, at=AT, tick=interrupt)
    assert [p.name for p in target.parent.iterdir()] == ["deck.apkg"]
    assert target.read_text(encoding="utf-8") == "old"


def test_progress_is_told_for_every_card(small: Build, tmp_path: Path) -> None:
    library, told = small(), []
    export_apkg(
        derive(library), tmp_path / "d.apkg", library=library, at=AT, tick=lambda done, of: told.append((done, of))
    )
    count = len(derive(library).cards)
    assert told == [(n, count) for n in range(1, count + 1)]
