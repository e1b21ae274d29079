from __future__ import annotations

from math import ceil
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cards import Card, Deck, derive
from engine.mastery import mastery_of, requirements
from engine.memory import MemoryState
from engine.plan import FINAL_DAYS, SETTLES, Plan, Planned, core_first, day_of, plan_for, pulled_forward
from engine.progress import CardProgress
from engine.queue import Limits, Scope
from engine.schedule import CardState, Policy, weekday
from engine.settings import Settings
from engine.workspace import Workspace
from kb.content import Library
from kb.models import Concept

TODAY = 20778


def deck_of(sizes: dict[str, int]) -> Deck:
    cards = {
        f"{e}#q.{n}": Card(f"{e}#q.{n}", e, "q", "essential", "?", "!")
        for e, size in sizes.items()
        for n in range(size)
    }
    return Deck(cards, {e: tuple(c for c in cards if cards[c].entry == e) for e in sizes})


def made(
    deck: Deck,
    days: int,
    requires: dict[str, tuple[str, ...]] | None = None,
    cards: dict[str, CardProgress] | None = None,
    new: int = 15,
    **more: Any,
) -> Plan | None:
    held = cards or {}
    mastery = {e: mastery_of(e, deck, held, TODAY) for e in deck.by_entry}
    return plan_for(
        TODAY + days,
        deck,
        held,
        mastery,
        requires or {},
        TODAY,
        order=list(deck.by_entry),
        limits=Limits(new=new, new_of_one=3),
        **more,
    )


def test_a_date_is_a_day_number() -> None:
    assert [day_of(text) for text in ("1970-01-01", "2026-11-21", "2027-01-15")] == [0, 20778, 20833]


def test_once_the_day_has_come_there_is_no_plan() -> None:
    deck = deck_of({"a": 3})
    assert made(deck, 0) is None
    assert made(deck, -3) is None


def test_prerequisites_settle_before_what_builds_on_them_where_there_is_time() -> None:
    plan = made(deck_of({"a": 3, "b": 5, "c": 3}), 40, {"b": ("a",), "c": ("b",)})
    assert plan is not None
    assert plan.entries == (
        Planned("a", TODAY, TODAY, 3),
        Planned("b", TODAY + SETTLES, TODAY + SETTLES + 1, 5),
        Planned("c", TODAY + 2 * SETTLES + 1, TODAY + 2 * SETTLES + 1, 3),
    )
    assert (plan.ahead, plan.left_out, plan.new_per_day) == (False, (), 15)
    assert plan.final == plan.target - FINAL_DAYS


def test_where_time_is_short_nothing_waits_and_what_does_not_fit_is_named() -> None:
    chain = {chr(98 + n): (chr(97 + n),) for n in range(6)}
    deck = deck_of(dict.fromkeys("abcdefg", 3))
    plan = made(deck, FINAL_DAYS + 3, chain, new=5)
    assert plan is not None
    assert (plan.ahead, plan.new_per_day, plan.usual) == (True, 7, 5)
    assert plan.left_out == ()
    tight = made(deck, FINAL_DAYS + 1, chain, new=5)
    assert tight is not None
    assert tight.new_per_day == 10
    assert [p.entry for p in tight.entries] == ["a", "b", "c", "d"]
    assert tight.left_out == ("d", "e", "f", "g")


def test_in_the_last_week_nothing_new_comes() -> None:
    plan = made(deck_of({"a": 3}), FINAL_DAYS)
    assert plan is not None
    assert (plan.new_per_day, plan.entries, plan.left_out, plan.final) == (0, (), ("a",), TODAY)


def seen(card: str, stability: float, due: int, last: int) -> CardProgress:
    return CardProgress(card, CardState(card, MemoryState(stability, 5.0), 3, 0, last - 9, last, due, retained=True))


def test_the_weakest_on_the_day_are_pulled_forward_a_share_each_day() -> None:
    deck = deck_of({"a": 20})
    cards = {
        f"a#q.{n}": seen(f"a#q.{n}", 30 + n, due=TODAY + 20, last=TODAY - 20) for n in range(14)
    }  # all below .95 on the day
    cards["a#q.14"] = seen("a#q.14", 9000, due=TODAY + 900, last=TODAY - 20)
    cards["a#q.15"] = seen("a#q.15", 30, due=TODAY + 20, last=TODAY - 1)
    cards["a#q.16"] = seen("a#q.16", 30, due=TODAY, last=TODAY - 30)
    assert pulled_forward(deck, cards, TODAY, TODAY + 5) == ["a#q.0", "a#q.1", "a#q.2"]
    assert len(pulled_forward(deck, cards, TODAY, TODAY + 1)) == 14


@settings(deadline=None)  # the machine may be busy
@given(
    st.lists(st.tuples(st.floats(1, 400), st.integers(1, 90)), max_size=40),
)
def test_in_the_last_days_every_card_that_would_be_weak_is_looked_at(memories: list[tuple[float, int]]) -> None:
    deck, target = deck_of({"a": 40}), TODAY + FINAL_DAYS
    cards = {
        f"a#q.{n}": seen(f"a#q.{n}", s, due=target + 50, last=TODAY - back) for n, (s, back) in enumerate(memories)
    }
    weak = [
        c
        for c, p in cards.items()
        if p.state and Policy().model.retrievability(p.state.memory, target - p.state.last_day) < 0.95
    ]
    looked_at = []
    for day in range(TODAY, target):
        today = pulled_forward(deck, cards, day, target)
        assert len(today) <= ceil(len(weak) / 1)
        for card in today:
            looked_at.append(card)
            cards[card] = seen(card, 400, due=target + 50, last=day)
    assert sorted(looked_at) == sorted(weak)


sizes = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 6), max_size=8)


@settings(deadline=None)  # the machine may be busy
@given(sizes, st.integers(1, 30), st.integers(0, 8), st.sampled_from([(1.0,) * 7, (1, 1, 1, 1, 1, 0.5, 0)]))
def test_a_plan_begins_every_card_once_or_names_its_entry(
    of: dict[str, int], days: int, new: int, easy: tuple[float, ...]
) -> None:
    of = dict(sorted(of.items()))
    deck = deck_of(of)
    chain = {e: (before,) for before, e in zip(of, list(of)[1:], strict=False)}
    plan = made(deck, days, chain, new=new, policy=Policy(easy_days=easy))
    assert plan is not None
    begun = {p.entry: p.cards for p in plan.entries}
    assert all(begun[e] <= of[e] for e in begun)
    assert set(plan.left_out) == {e for e, size in of.items() if begun.get(e, 0) < size}
    assert sum(plan.new.values()) == sum(begun.values())
    assert all(TODAY <= p.first <= p.last < plan.final for p in plan.entries)
    assert all(plan.new[d] <= ceil(plan.new_per_day * easy[weekday(d)]) for d in plan.new)
    assert plan.new_per_day <= 2 * new


def test_the_core_comes_first_with_all_that_it_builds_on(shipped: Library) -> None:
    deck, requires = derive(shipped), requirements(shipped)
    order = core_first(shipped, deck, requires)
    assert sorted(order) == sorted(deck.by_entry)
    place = {entry: n for n, entry in enumerate(order)}
    core = [e for e, c in shipped.concepts.items() if c.level == "core"]
    assert all(place[n] < place[e] for e in core for n in requires[e])
    rest = [e for e in order if not isinstance(shipped.entries[e], Concept)]
    assert max(place[e] for e in core) < min(place[e] for e in rest)


def test_the_day_to_be_ready_on_changes_what_a_session_offers(caching: Library, clock) -> None:
    def opened(**settings: object) -> Workspace:
        workspace = Workspace(clock=clock, settings=Settings(**settings))  # type: ignore[arg-type]
        workspace.__dict__["library"] = caching
        return workspace

    usual, soon = opened(), opened(interview_date="2026-12-05")
    assert usual.plan() is None
    plan = soon.plan()
    assert plan is not None
    assert plan.ahead
    assert len(usual.queue().new) == 3
    assert len(soon.queue().new) == plan.new_per_day
    assert {soon.deck.cards[c].entry for c in soon.queue().new} <= {p.entry for p in plan.entries}
    assert {r.entry for r in soon.ready()} >= {p.entry for p in plan.entries}
    assert (
        soon.queue(Scope(frozenset({"cdn"}), ahead=True)).new == usual.queue(Scope(frozenset({"cdn"}), ahead=True)).new
    )
    late = opened(interview_date="2026-11-24")
    assert late.queue().new == ()
