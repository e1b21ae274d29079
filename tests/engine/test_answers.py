from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from engine.answers import SELF_GRADED, check
from engine.cards import Card
from engine.faces import Face, face_of
from engine.grading import Confidence
from engine.memory import Rating
from kb.errors import UsageError
from kb.models import Question

QUESTION: TypeAdapter[Question] = TypeAdapter(Question)
COMMON = {"id": "one", "ask": "What is it that happens here?", "why": "Because it does so.", "difficulty": 2}
OPTIONS = [{"text": "right"}, *({"text": f"wrong {i}", "why_not": "It is not."} for i in range(3))]
QUESTIONS: dict[str, dict[str, Any]] = {
    "choice": {"kind": "choice", "options": OPTIONS},
    "diagnose by choice": {
        "kind": "diagnose",
        "form": "choice",
        "symptom": "Every answer is late at noon.",
        "options": OPTIONS,
    },
    "multi": {"kind": "multi", "options": [{"text": "also right"}, *OPTIONS]},
    "order": {"kind": "order", "items": ["first", "second", "third", "fourth"], "because": ["a", "b", "c"]},
    "match": {"kind": "match", "pairs": [{"left": f"left {i}", "right": f"right {i}"} for i in range(4)]},
    "cloze": {"kind": "cloze", "text": "A {{cache|buffer}} keeps what was read {{recently}}."},
    "estimate": {
        "kind": "estimate",
        "inputs": {
            "users": {"label": "Users", "unit": "users", "value": 1000},
            "each": {"label": "Each", "unit": "req/s", "low": 2, "high": 9},
        },
        "derive": "users * each",
        "unit": "req/s",
        "tolerance": 2,
    },
    "recall": {
        "kind": "recall",
        "must": [
            {"point": "Reads are fast.", "any": ["reads are fast"]},
            {"point": "Writes wait.", "any": ["writes wait"]},
        ],
        "must_not": [{"point": "Data is lost.", "any": ["data is lost"]}],
    },
}
FACES = {"diagnose by choice": "choice"}


def card_of(kind: str) -> Card:
    if kind == "self":
        return Card("a#symptom", "a", "symptom", "essential", "What is it?", "It is that.")
    if kind == "case":
        choices = (("one way", None), ("another way", "It would win where it is hot."), ("a third", "Never."))
        return Card("t#case.k", "t", "case", "essential", "Which way?", "Because.", choices=choices)
    question = QUESTION.validate_python({**COMMON, **QUESTIONS[kind]})
    return Card("a#q.one", "a", "q", "essential", question.ask, question.why, question=question)


def typed(numbers: Any) -> str:
    return " ".join(str(n + 1) for n in numbers)


def right(face: Face) -> str:
    """The right answer as a learner reads it off the screen."""
    match face.kind:
        case "choice" | "multi" | "order" | "match":
            return typed(face.right)
        case "cloze":
            return "; ".join(spellings[0] for spellings in face.spellings)
        case "estimate":
            return f"{face.value!r} req/s"
        case "recall":
            return "Reads are fast. Writes wait."
        case "self":
            return ""


def swapped(face: Face) -> str:
    """The right answer with its first two parts changed for each other."""
    first, second, *rest = face.right
    return typed([second, first, *rest])


MACHINE_CHECKED = [*QUESTIONS, "case"]
repetitions = st.integers(0, 500)


@settings(deadline=None)  # the first free answer loads the model
@given(st.sampled_from(MACHINE_CHECKED), repetitions)
def test_the_right_answer_is_good_however_the_card_is_shuffled(kind: str, repetition: int) -> None:
    card = card_of(kind)
    face = face_of(card, repetition)
    grade = check(face, card, right(face))
    assert grade.suggested is Rating.GOOD
    assert grade.score == 1


@given(st.sampled_from(["choice", "diagnose by choice", "case"]), repetitions, st.integers(1, 9))
def test_any_other_option_of_a_choice_is_wrong_and_the_evidence_names_it_as_shown(
    kind: str, repetition: int, step: int
) -> None:
    card = card_of(kind)
    face = face_of(card, repetition)
    other = (face.right[0] + 1 + step % (len(face.options) - 1)) % len(face.options)
    grade = check(face, card, typed([other]))
    assert grade.suggested is Rating.AGAIN
    assert grade.evidence[0].index == other
    assert face.why_not[other]


@given(repetitions, st.sets(st.integers(0, 4), min_size=1))
def test_several_are_right_only_as_the_whole_set(repetition: int, chosen: set[int]) -> None:
    card = card_of("multi")
    face = face_of(card, repetition)
    grade = check(face, card, typed(sorted(chosen)))
    assert (grade.suggested is Rating.GOOD) == (chosen == set(face.right))


@given(st.sampled_from(["order", "match"]), repetitions)
def test_two_things_in_each_other_s_place_are_not_good(kind: str, repetition: int) -> None:
    card = card_of(kind)
    face = face_of(card, repetition)
    grade = check(face, card, swapped(face))
    assert grade.suggested is not Rating.GOOD
    assert 0 <= grade.score < 1


@pytest.mark.parametrize(
    ("confidence", "suggested"),
    [
        (None, Rating.GOOD),
        (Confidence.GUESS, Rating.HARD),
        (Confidence.UNSURE, Rating.GOOD),
        (Confidence.FAIRLY_SURE, Rating.GOOD),
        (Confidence.CERTAIN, Rating.GOOD),
    ],
)
def test_a_right_choice_while_guessing_is_hard(confidence: Confidence | None, suggested: Rating) -> None:
    card = card_of("choice")
    face = face_of(card, 0)
    assert check(face, card, right(face), confidence).suggested is suggested


@pytest.mark.parametrize("confidence", [None, *Confidence])
def test_a_wrong_choice_is_again_however_sure_one_was(confidence: Confidence | None) -> None:
    card = card_of("choice")
    face = face_of(card, 0)
    wrong = next(i for i in range(len(face.options)) if i not in face.right)
    assert check(face, card, typed([wrong]), confidence).suggested is Rating.AGAIN


@pytest.mark.parametrize(
    ("kind", "answer", "suggested"),
    [
        ("cloze", "cache; recently", Rating.GOOD),
        ("cloze", "buffer; recently", Rating.GOOD),
        ("cloze", "Cache, Recently", Rating.GOOD),
        ("cloze", "cache; recentyl", Rating.GOOD),
        ("cloze", "cache", Rating.AGAIN),
        ("cloze", "recently; cache", Rating.AGAIN),
        ("cloze", "", Rating.AGAIN),
        ("recall", "writes wait, and reads are fast", Rating.GOOD),
        ("recall", "reads are fast", Rating.HARD),
        ("recall", "something else entirely", Rating.AGAIN),
        ("recall", "", Rating.AGAIN),
        ("recall", "reads are fast. writes wait. data is lost.", Rating.AGAIN),
    ],
)
def test_words_are_held_to_what_the_question_accepts(kind: str, answer: str, suggested: Rating) -> None:
    card = card_of(kind)
    assert check(face_of(card, 0), card, answer).suggested is suggested


@given(repetitions, st.floats(0.05, 20))
def test_an_estimate_is_good_within_its_tolerance_and_hard_within_its_square(repetition: int, factor: float) -> None:
    card = card_of("estimate")
    face = face_of(card, repetition)
    off = max(factor, 1 / factor)
    if min(abs(off - 2), abs(off - 4)) < 1e-6:
        return
    expected = Rating.GOOD if off < 2 else Rating.HARD if off < 4 else Rating.AGAIN
    assert check(face, card, repr(face.value * factor)).suggested is expected


@pytest.mark.parametrize("answer", ["", "anything at all", "\x1b[2J", "1"])
def test_a_card_without_a_machine_check_is_the_learner_s_to_grade(answer: str) -> None:
    card = card_of("self")
    assert check(face_of(card, 0), card, answer) is SELF_GRADED
    assert SELF_GRADED.suggested is None


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        *(
            (kind, answer)
            for kind in ("choice", "diagnose by choice", "case")
            for answer in ("", "0", "9", "1 2", "yes")
        ),
        *(("multi", answer) for answer in ("", "6", "1 9", "yes")),
        *(("order", answer) for answer in ("", "1 2 3", "1 1 2 3", "1 2 3 4 5")),
        *(("match", answer) for answer in ("", "1 2 3", "1 1 2 3", "1 2 3 9")),
        ("cloze", "one; two; three"),
        *(("estimate", answer) for answer in ("", "many", "3 ms")),
    ],
)
def test_what_is_no_answer_to_such_a_card_is_asked_for_again(kind: str, answer: str) -> None:
    card = card_of(kind)
    with pytest.raises(UsageError) as caught:
        check(face_of(card, 0), card, answer)
    assert caught.value.what
    assert caught.value.hint


@settings(deadline=None)  # as above
@given(st.sampled_from([*MACHINE_CHECKED, "self"]), st.text(max_size=30))
def test_any_text_is_graded_or_asked_for_again_and_easy_is_never_suggested(kind: str, answer: str) -> None:
    card = card_of(kind)
    face = face_of(card, 0)
    assert face.kind == FACES.get(kind, {"case": "choice"}.get(kind, kind))
    try:
        grade = check(face, card, answer)
    except UsageError:
        return
    assert grade.suggested is not Rating.EASY
    assert 0 <= grade.score <= 1
