from __future__ import annotations

import pytest


def learn(kb, entry: str) -> None:
    """Marks every card of an entry as known, which counts as learned."""
    ids = [row["id"] for row in kb("cards", "list", "--entry", entry, "--depth", "essential", "--json").data]
    kb("cards", "known", *ids)


def test_next_says_what_is_open_why_and_what_it_leads_to(kb) -> None:
    (first,) = kb("next", "--json").data["ready"]
    assert (first["id"], first["cards"], first["begun"], first["held"]) == ("memory-hierarchy", 3, False, [])
    assert "caching-fundamentals" in first["unlocks"]
    assert first["minutes"] >= 1
    text = kb("next").out
    assert "Memory hierarchy and locality (memory-hierarchy)" in text
    assert "why: it builds on nothing that is written yet" in text


def test_next_moves_on_when_a_prerequisite_is_held(kb) -> None:
    learn(kb, "memory-hierarchy")
    found = kb("next", "--limit", "1", "--json").data
    (first,) = found["ready"]
    assert first["held"] == ["memory-hierarchy"]
    assert found["more"] >= 0
    assert "you hold Memory hierarchy and locality" in kb("next").out


def test_next_of_a_step_and_of_a_step_that_is_none(kb) -> None:
    assert kb("next", "--step", "caching", "--json").data["ready"]
    assert kb("next", "--step", "clocks", "--json").code in (0, 3)
    assert kb("next", "--step", "no-such-step").code == 3


def test_why_names_what_is_missing_in_order_with_its_weak_cards(kb) -> None:
    found = kb("why", "cache-stampede", "--json").data
    assert found["standing"] == "waiting"
    assert found["missing"][0]["entry"] == "memory-hierarchy"
    assert {w["standing"] for h in found["missing"] for w in h["weak"]} == {"new"}
    assert found["path"][-1] == "cache-stampede"
    assert found["nights"] >= 1
    out = kb("why", "Cache stampede").out
    assert "needs Memory hierarchy and locality (memory-hierarchy), ready, 0% known" in out
    assert "memory-hierarchy#symptom: never asked" in out
    assert "shortest way: Memory hierarchy and locality →" in out


def test_why_of_what_is_ready_and_of_what_is_learned(kb) -> None:
    assert "nothing holds you back" in kb("why", "memory-hierarchy").out
    learn(kb, "memory-hierarchy")
    assert "You have learned it." in kb("why", "memory-hierarchy").out


@pytest.mark.parametrize(("name", "code"), [("no-such-entry", 3), ("cdn#no-such-card", 2)])
def test_why_of_something_that_does_not_exist_is_refused(kb, name: str, code: int) -> None:
    outcome = kb("why", name)
    assert outcome.code == code
    assert "Traceback" not in outcome.err


def test_why_of_an_exercise_is_refused(kb) -> None:
    (first, *_) = [row["id"] for row in kb("list", "--kind", "exercise", "--json").data]
    assert kb("why", first).code == 2


def test_why_of_a_card_says_whether_there_is_something_to_repair(kb) -> None:
    assert "no reason to repair" in kb("why", "cdn#symptom").out
    assert kb("why", "cdn#symptom", "--json").data == {"card": "cdn#symptom", "leech": False, "repair": None}


def test_leeches_can_be_listed(kb) -> None:
    assert kb("cards", "list", "--state", "leech", "--json").data == []
