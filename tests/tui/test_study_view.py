from __future__ import annotations

from dataclasses import replace

import pytest

from engine.faces import Face
from engine.grading import Evidence, Grade, Verdict
from engine.memory import Rating
from engine.session import Reveal
from tui.snapshots.study import Closing
from tui.views.study import (
    VERDICTS,
    choices,
    closing_lines,
    grade_line,
    hanging,
    now_line,
    numbers,
    question,
    result,
)

CHOICE = Face(
    "choice",
    "Which?",
    options=("One", "Two", "Three"),
    right=(0,),
    why_not=(None, "Two is wrong because it is even.", "Three is odd."),
    why="One is the first.",
)


def reveal(response: str, score: float, rating: Rating | None, *evidence: Evidence) -> Reveal:
    return Reveal(response, Grade(score, rating, evidence), dict(zip(Rating, (0, 1, 4, 90), strict=True)), None)


def test_a_paragraph_hangs_under_its_mark() -> None:
    assert hanging(" 1  ", "aaaa bbbb cccc", 14).plain == " 1  aaaa bbbb\n    cccc"


def test_the_prompt_comes_before_the_givens() -> None:
    face = Face("estimate", "How long?\n\nRound it.", givens=("rate: 10 jobs/s",), unit="s")
    assert question(face, 40).plain == "How long?\n\nRound it.\n\n  • rate: 10 jobs/s"


def test_picked_options_are_marked_without_colour() -> None:
    several = Face("multi", "Which?", options=("One", "Two"), right=(0, 1))
    assert choices(several, {1}, 40).plain == "[ ] 1  One\n[x] 2  Two"
    assert choices(CHOICE, {0}, 40).plain.startswith(" ▸  1  One\n    2  Two")
    assert numbers({3, 0}) == "1 4"


def test_both_sides_of_a_match_are_shown() -> None:
    face = Face("match", "Match.", options=("x", "y"), left=("first", "second"), right=(1, 0))
    assert choices(face, (), 40).plain == "    a  first\n    b  second\n\n    1  x\n    2  y"


def test_a_wrong_choice_is_told_why_and_the_right_one_is_named() -> None:
    text = result(CHOICE, reveal("2", 0, Rating.AGAIN, Evidence(Verdict.WRONG, 1)), "Numbers", 60).plain
    assert "✓ 1  One  (right)" in text
    assert "✗ 2  Two  (wrong, and yours)" in text
    assert "Why not: Two is wrong because it is even." in text
    assert "Three is odd" not in text
    assert "Why: One is the first." in text
    assert text.endswith("From: Numbers")


def test_a_multi_tells_what_was_left_out() -> None:
    face = Face("multi", "Which?", options=("One", "Two"), right=(0, 1), why_not=(None, None))
    evidence = (Evidence(Verdict.RIGHT, 0), Evidence(Verdict.MISSING, 1))
    text = result(face, reveal("1", 0.5, Rating.AGAIN, *evidence), "Numbers", 60).plain
    assert "✓ 1  One  (right, and yours)" in text
    assert "✓ 2  Two  (right, and you left it out)" in text


def test_an_order_is_shown_right_with_the_reasons_and_the_swapped_pair_marked() -> None:
    face = Face("order", "Order.", options=("b", "a", "c"), right=(1, 0, 2), because=("a is first", "b is second"))
    evidence = (Evidence(Verdict.WRONG, 0), Evidence(Verdict.RIGHT, 1))
    text = result(face, reveal("1 2 3", 0.67, Rating.AGAIN, *evidence), "Letters", 80).plain
    assert (
        "1  a\n ✗   ↓ wrong, you had these the other way round. a is first\n   2  b\n ✓   ↓ b is second\n   3  c"
        in text
    )


def test_a_match_shows_the_right_pairs_and_ones_own() -> None:
    face = Face("match", "Match.", options=("x", "y"), left=("first", "second"), right=(1, 0))
    evidence = (Evidence(Verdict.WRONG, 0), Evidence(Verdict.WRONG, 1))
    text = result(face, reveal("1 2", 0, Rating.AGAIN, *evidence), "Letters", 60).plain
    assert "✗ first: y\n     wrong; yours: x" in text


def test_gaps_are_compared_one_by_one() -> None:
    face = Face("cloze", "Fill.", gaps=2, spellings=(("sender",), ("worker",)), answer="A sender, a worker.")
    evidence = (Evidence(Verdict.TYPO, 0, "sender", "snder"), Evidence(Verdict.MISSING, 1, "worker"))
    text = result(face, reveal("snder", 0.5, Rating.AGAIN, *evidence), "Queues", 60).plain
    assert "✓ gap 1, right, but for the spelling: snder" in text
    assert "– gap 2, missing: (empty)" in text
    assert "Right answer\n  A sender, a worker." in text


@pytest.mark.parametrize(
    ("typed", "score", "words"),
    [
        ("60 s", 1.0, "✓ exactly"),
        ("1.5 min", 1.0, "✓ within the tolerance: 1.5 times what is expected"),
        ("6", 0.0, "✗ 10 times too small"),
        ("600", 0.0, "✗ 10 times what is expected"),
        ("0", 0.0, "✗ not above 0"),
    ],
)
def test_an_estimate_is_told_how_far_off_it_is(typed: str, score: float, words: str) -> None:
    face = Face("estimate", "How long?", unit="s", value=60.0, answer="60 s\njobs / rate")
    verdict = Verdict.RIGHT if score else Verdict.WRONG
    text = result(face, reveal(typed, score, Rating.AGAIN, Evidence(verdict, 0)), "Queues", 60).plain
    assert words in text
    assert "Right answer\n  60 s\n  jobs / rate" in text


def test_a_free_answer_is_held_to_its_points_with_ones_own_words() -> None:
    face = Face("recall", "Why?", answer="- It stores.")
    evidence = (
        Evidence(Verdict.RIGHT, 0, "It stores.", "It keeps them", "keeps"),
        Evidence(Verdict.FORBIDDEN, 0, "It is fast.", "very quick", "fast"),
    )
    text = result(face, reveal("It keeps them, very quick", 1, Rating.AGAIN, *evidence), "Queues", 60).plain
    assert "✓ said: It stores.\n   you wrote: “It keeps them”" in text
    assert "✗ a mistake: It is fast.\n   you wrote: “very quick” (compared with “fast”)" in text
    assert "Right answer" not in text


def test_every_verdict_has_a_mark_and_words() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert all(mark.strip() and words for mark, _, words in VERDICTS.values())


def test_grades_show_when_the_card_comes_back_and_which_one_enter_takes() -> None:
    line = grade_line(reveal("1", 1, Rating.GOOD)).plain
    assert " 1 Again (today)   2 Hard (1 d)  ▸3 Good (4 d)   4 Easy (3.0 mo)" in line
    assert line.endswith("Enter: Good")
    assert grade_line(reveal("", 0, None)).plain.endswith("Your grade?")


NOTHING = Closing(0, 0, 0, 0.0, (), (), (), 0, 0, 0, None, 0)


def test_the_end_of_a_session_says_what_it_came_to_and_what_comes_next() -> None:
    closing = Closing(5, 1, 3, 83.0, ("Queues",), ("Locks",), (("Queues", 2),), 0, 4, 7, (1, 6), 2)
    text = closing_lines(closing, 80).plain
    assert "5 answers saved, 3 new, 1 forgotten, 1:23 on cards." in text
    assert "Read\n  • Queues" in text
    assert "Learned\n  • Locks" in text
    assert "Queues (forgotten 2×)" in text
    assert "Still open here today: 4 new. Press s to go on." in text
    assert "2 more new cards would fit into today" in text
    assert "Tomorrow 6 cards will be due." in text


def test_an_empty_session_says_so_and_why() -> None:
    assert closing_lines(NOTHING, 80).plain.startswith("Nothing to ask here now.")
    assert "3 new cards will come later" in closing_lines(replace(NOTHING, held_back=3), 80).plain


@pytest.mark.parametrize(
    ("face", "words"),
    [
        (None, "Read it, then press Enter for its cards."),
        (CHOICE, "One is right. Type its number."),
        (replace(CHOICE, kind="multi", hint="x"), "mark them, Enter commits.  h: a hint."),
        (Face("self", "Why?"), "Enter or Space shows the answer."),
        (Face("estimate", "How much?"), "1.5e6. Enter commits, Esc leaves the field."),
        (Face("recall", "Why?"), "Answer in a sentence or two. Enter commits, Esc leaves the field."),
    ],
)
def test_what_to_do_now_follows_from_the_kind_of_card(face: Face | None, words: str) -> None:
    assert now_line("asking", face, None).plain.endswith(words)


def test_sureness_is_asked_before_the_grade() -> None:
    told = reveal("1", 1, Rating.GOOD)
    assert "How sure?" in now_line("sureness", CHOICE, told).plain
    assert "Enter: Good" in now_line("revealed", CHOICE, told).plain
