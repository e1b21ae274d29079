"""Entries as sections: nothing that an entry says is lost, and keys stay what front ends and links rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb.content import Library
from kb.lint.texts import all_texts
from kb.sections import Section, number_line, sections_of

if TYPE_CHECKING:
    from tests.kb.conftest import Small


@pytest.fixture
def library(small: Small) -> Library:
    return Library.load(small.root)


def of(library: Library, entry: str) -> dict[str, Section]:
    return {section.key: section for section in sections_of(library, library.find(entry))}


@pytest.mark.parametrize(
    ("entry", "keys"),
    [
        (
            "dead-letter-queue",
            "symptom summary mechanism guarantees when pitfalls numbers example links corrections sources",
        ),
        (
            "park-or-retry",
            "question case.bad-format case.short-outage case.unknown-cause side.park side.retry tipping-point sources",
        ),
        ("drain-a-queue", "goal predict steps offline learned sources"),
        (
            "messaging",
            "purpose foundation foundation foundation deconstruction deconstruction deconstruction deconstruction "
            "deconstruction synthesis synthesis synthesis synthesis capstone capstone capstone capstone sources",
        ),
    ],
)
def test_the_sections_of_each_kind_in_reading_order(library: Library, entry: str, keys: str) -> None:
    sections = sections_of(library, library.find(entry))
    assert " ".join(section.key for section in sections) == keys
    assert all(section.title for section in sections)
    assert all(section.markdown for section in sections)


NOT_SHOWN = {
    "id",
    "key",
    "level",
    "ref",
    "atom",
    "erratum",
    "pick",
    "formerly",
    "aliases",
    "title",
    "language",
    "card",
    "reviewed",
}


@pytest.mark.parametrize("entry", ["dead-letter-queue", "park-or-retry", "drain-a-queue", "messaging"])
def test_no_text_of_an_entry_is_lost(library: Library, entry: str) -> None:
    shown = "\n".join(
        f"{s.title}\n{s.markdown}\n{s.ask}\n{s.diagram}\n{s.alt}" for s in sections_of(library, library.find(entry))
    )
    flat = " ".join(shown.split())
    texts = [(place, text) for name, place, text in all_texts(library) if name == entry]
    assert len(texts) > 10
    for place, text in texts:
        linked = "links" in place or place[0] in ("concepts", "tools")
        if NOT_SHOWN.isdisjoint(place) and not linked and place[-1] not in ("concept", "tradeoff"):
            assert " ".join(text.split()) in flat, place


def test_linked_entries_are_named_by_their_titles(library: Library) -> None:
    links = of(library, "dead-letter-queue")["links"].markdown
    assert "**Understand first**\n\n- Message queue" in links
    assert "**Easily taken for**\n\n- Message queue: The one holds work" in links
    assert "**Helps against**\n\n- a slow mail server" in links
    assert "Related" not in links


def test_a_diagram_stands_with_the_mechanism_and_has_words(library: Library) -> None:
    mechanism = of(library, "message-queue")["mechanism"]
    assert mechanism.diagram.startswith("flowchart LR")
    assert mechanism.alt.startswith("A sender puts")
    assert of(library, "circuit-breaker")["mechanism"].diagram == ""


def test_sources_name_the_work_the_place_and_the_lines(library: Library) -> None:
    lines = of(library, "message-queue")["sources"].markdown.splitlines()
    assert lines == [
        "- Document 000, lines 1-20: Work waits in a queue.",
        "- A. Writer, On Queues (2020), chapter 1",
    ]


def test_a_source_that_is_not_registered_is_shown_by_its_id(small: Small) -> None:
    for name in ("sources", "references"):
        small.path(name).unlink()
    lines = of(Library.load(small.root), "message-queue")["sources"].markdown.splitlines()
    assert lines == ["- s000-01", "- queue-book, chapter 1"]


def test_a_correction_says_what_is_often_said_and_what_is_so(library: Library) -> None:
    text = of(library, "message-queue")["corrections"].markdown
    assert text == (
        "- Often said: A queue makes everything faster.\n"
        "  In fact: It moves the waiting elsewhere. (A. Writer, On Queues (2020), page 5)"
    )


def test_a_case_asks_before_it_answers(library: Library) -> None:
    case = of(library, "park-or-retry")["case.unknown-cause"]
    assert case.ask == "It fails, and the log is empty since a while. What would you pick?"
    assert case.markdown == "Pick: **Try again with a pause**. Three attempts cost little. This one is close."


def test_a_case_that_picks_no_side_can_still_be_read(small: Small) -> None:
    small.edit("messaging/tradeoffs/park-or-retry", ("pick: park", "pick: neither"))
    assert "**neither**" in of(Library.load(small.root), "park-or-retry")["case.bad-format"].markdown


def test_what_is_to_be_predicted_does_not_stand_in_the_text_below(library: Library) -> None:
    for section in sections_of(library, library.find("messaging")):
        if section.ask:
            assert section.ask not in section.markdown


def test_a_number_is_shown_with_range_unit_year_and_source(small: Small) -> None:
    small.edit(
        "messaging/message-queue",
        ("low: 1, high: 10,", "low: 1000, high: 1000,"),
        ('year: 2020, ref: queue-book, at: "page 4"', 'year: 2020, derived: "10 * 100"'),
    )
    library = Library.load(small.root)
    concepts = library.concepts
    first = number_line(library, concepts["message-queue"].numbers[0])
    second = number_line(library, concepts["circuit-breaker"].numbers[0])
    assert first == "Attempts before it gives up: **1,000 attempts** (2020; derived: 10 * 100)"
    assert second == "Attempts before it gives up: **1 to 10 attempts** (2020; A. Writer, On Queues (2020), page 4)"
