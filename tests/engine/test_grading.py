"""Grading: what each kind suggests for right, nearly right and wrong answers."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from engine.grading import (
    Confidence,
    Verdict,
    convert,
    grade_choice,
    grade_cloze,
    grade_estimate,
    grade_match,
    grade_multi,
    grade_order,
    parse_quantity,
)
from engine.grading.spelling import fold, slip_of
from engine.memory import Rating
from kb.errors import UsageError

AGAIN, HARD, GOOD = Rating.AGAIN, Rating.HARD, Rating.GOOD


@pytest.mark.parametrize(
    ("chosen", "confidence", "score", "suggested"),
    [
        (1, None, 1, GOOD),
        (1, Confidence.CERTAIN, 1, GOOD),
        (1, Confidence.UNSURE, 1, GOOD),
        (1, Confidence.GUESS, 1, HARD),
        (0, Confidence.CERTAIN, 0, AGAIN),
        (0, Confidence.GUESS, 0, AGAIN),
    ],
)
def test_a_choice_is_right_or_wrong_and_a_right_guess_is_hard(
    chosen: int, confidence: Confidence | None, score: float, suggested: Rating
) -> None:
    grade = grade_choice(1, chosen, confidence)
    assert (grade.score, grade.suggested) == (score, suggested)
    assert grade.evidence[0].index == chosen


@pytest.mark.parametrize(
    ("chosen", "score", "suggested"),
    [
        ({0, 2}, 1, GOOD),
        ({0}, 0.75, HARD),
        ({0, 1, 2}, 0.75, HARD),
        ({0, 1}, 0.5, AGAIN),
        (set(), 0.5, AGAIN),
        ({0, 1, 2, 3}, 0.5, AGAIN),
        ({1, 3}, 0, AGAIN),
    ],
)
def test_a_multi_counts_each_option_taken_or_left_rightly(chosen: set[int], score: float, suggested: Rating) -> None:
    grade = grade_multi({0, 2}, chosen, 4)
    assert (grade.score, grade.suggested) == (score, suggested)
    assert [line.index for line in grade.evidence] == [0, 1, 2, 3]


def test_a_multi_tells_what_was_missed_from_what_was_wrong() -> None:
    assert [line.verdict for line in grade_multi({0, 2}, {0, 1}, 4).evidence] == [
        Verdict.RIGHT,
        Verdict.WRONG,
        Verdict.MISSING,
        Verdict.RIGHT,
    ]


@pytest.mark.parametrize(
    ("given_order", "score", "suggested"),
    [
        ([2, 0, 1, 3], 1, GOOD),
        ([0, 2, 1, 3], 5 / 6, HARD),
        ([0, 1, 2, 3], 4 / 6, AGAIN),
        ([3, 1, 0, 2], 0, AGAIN),
    ],
)
def test_an_order_is_scored_by_its_inversions(given_order: list[int], score: float, suggested: Rating) -> None:
    grade = grade_order([2, 0, 1, 3], given_order)
    assert grade.score == pytest.approx(score)
    assert grade.suggested is suggested


def test_the_evidence_of_an_order_names_the_neighbours_that_were_swapped() -> None:
    verdicts = [line.verdict for line in grade_order([0, 1, 2, 3], [0, 2, 1, 3]).evidence]
    assert verdicts == [Verdict.RIGHT, Verdict.WRONG, Verdict.RIGHT]


@given(st.permutations(range(6)))
def test_every_swap_of_neighbours_costs_the_same(order: list[int]) -> None:
    inversions = sum(a > b for a, b in itertools.combinations(order, 2))
    assert grade_order(range(6), order).score == pytest.approx(1 - inversions / 15)


@pytest.mark.parametrize(
    ("pairs", "score", "suggested"),
    [
        ([1, 0, 3, 2], 1, GOOD),
        ([1, 0, 3, None], 0.75, HARD),
        ([1, 0, 2, 3], 0.5, AGAIN),
        ([None] * 4, 0, AGAIN),
    ],
)
def test_a_match_counts_its_pairs(pairs: list[int | None], score: float, suggested: Rating) -> None:
    grade = grade_match([1, 0, 3, 2], pairs)
    assert (grade.score, grade.suggested) == (score, suggested)


GAPS = [["sleep window", "wait time"], ["probe", "trial call"]]


@pytest.mark.parametrize(
    ("answers", "verdicts", "suggested"),
    [
        (["sleep window", "probe"], "right right", GOOD),
        (["  Sleep-Window. ", "PROBE"], "right right", GOOD),
        (["wait time", "a probe"], "right wrong", AGAIN),
        (["wait time", "Trial  call"], "right right", GOOD),
        (["sleep windwo", "probe"], "typo right", GOOD),
        (["sleep windows", "probe"], "typo right", GOOD),
        (["slepe window", "probe"], "wrong right", AGAIN),
        (["sleep window", "prob"], "right wrong", AGAIN),
        (["sleep window"], "right missing", AGAIN),
        (["", " "], "missing missing", AGAIN),
        (["ｓｌｅｅｐ　ｗｉｎｄｏｗ", "“probe”"], "right right", GOOD),
    ],
)
def test_gaps_forgive_case_space_and_one_slip_in_a_long_word(
    answers: list[str], verdicts: str, suggested: Rating
) -> None:
    grade = grade_cloze(GAPS, answers)
    assert [line.verdict.value for line in grade.evidence] == verdicts.split()
    assert grade.suggested is suggested


@pytest.mark.parametrize(
    ("expected", "given_word"),
    [
        ("synchronous", "asynchronous"),
        ("affect", "effect"),
        ("inbound", "unbound"),
        ("sha256", "sha512"),
        ("http2x", "http3x"),
        ("cache", "cahce"),
        ("consistent", "inconsistent"),
        ("replica", "repliac2"),
    ],
)
def test_a_word_that_means_something_else_is_no_slip(expected: str, given_word: str) -> None:
    assert grade_cloze([[expected]], [given_word]).suggested is AGAIN


@pytest.mark.parametrize("symbol", ["*", "O(n)", "/", "C++", "99.9%", "::"])
def test_a_gap_may_hold_symbols(symbol: str) -> None:
    assert grade_cloze([[symbol]], [f" {symbol} "]).suggested is GOOD
    assert grade_cloze([[symbol]], ["something"]).suggested is AGAIN


letters = st.text(alphabet="abc", min_size=0, max_size=9)


@given(letters, letters)
def test_one_slip_is_a_damerau_levenshtein_distance_of_one(rest: str, other: str) -> None:
    expected, written = "abcabc" + rest, "a" + other
    assert slip_of(expected, written) == (DamerauLevenshtein.distance(expected, written) == 1)


@given(st.text(min_size=1), st.text())
def test_any_text_can_be_put_into_a_gap(spelling: str, answer: str) -> None:
    grade = grade_cloze([[spelling]], [answer])
    if fold(answer):
        assert (grade.suggested is GOOD) or fold(spelling) != fold(answer)


@pytest.mark.parametrize(
    ("value", "score", "suggested"),
    [
        (100, 1, GOOD),
        (50, 1, GOOD),
        (200, 1, GOOD),
        (201, 0.996, HARD),
        (49, 0.985, HARD),
        (400, 0.5, HARD),
        (25, 0.5, HARD),
        (401, 0.498, AGAIN),
        (24, 0.47, AGAIN),
        (800, 0, AGAIN),
        (1e9, 0, AGAIN),
        (0, 0, AGAIN),
        (-100, 0, AGAIN),
        (math.inf, 0, AGAIN),
        (math.nan, 0, AGAIN),
    ],
)
def test_an_estimate_is_held_to_its_ratio(value: float, score: float, suggested: Rating) -> None:
    grade = grade_estimate(100, value, 2)
    assert grade.score == pytest.approx(score, abs=0.001)
    assert grade.suggested is suggested


@given(st.floats(1e-9, 1e12), st.floats(1.1, 10))
def test_the_edges_of_the_tolerance_belong_to_it(expected: float, tolerance: float) -> None:
    for edge in (expected * tolerance, expected / tolerance):
        assert grade_estimate(expected, edge, tolerance).suggested is GOOD
    for edge in (expected * tolerance**2, expected / tolerance**2):
        assert grade_estimate(expected, edge, tolerance).suggested is HARD


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("3000", "", 3000),
        ("3k", "", 3000),
        ("3 K", "", 3000),
        ("1.5e6", "", 1.5e6),
        ("6.02E23", "", 6.02e23),
        ("2 million", "", 2e6),
        ("2 million users", "users", 2e6),
        ("2bn", "", 2e9),
        ("2mio", "", 2e6),
        ("1,000", "", 1000),
        ("1,000.5", "", 1000.5),
        ("1 000 000", "", 1e6),
        ("1_000", "", 1000),
        ("1.000.000", "", 1e6),
        ("1,5", "", 1.5),
        ("0,001", "", 0.001),
        (".5", "", 0.5),
        ("-3", "", -3),
        ("−3", "", -3),
        ("10^6", "", 1e6),
        ("10**6", "", 1e6),
        ("10⁶", "", 1e6),
        ("2*10^6", "", 2e6),
        ("2 x 10^-3", "", 2e-3),
        ("3·10⁹", "", 3e9),
        ("~500", "", 500),
        ("about 20 minutes", "s", 1200),
        ("10 ms", "ms", 10),
        ("10 ms", "s", 0.01),
        ("10ms", "s", 0.01),
        ("5 µs", "ms", 0.005),
        ("2h", "minutes", 120),
        ("3 days", "hours", 72),
        ("1 year", "days", 365),
        ("5 m", "min", 5),
        ("5 m", "users", 5e6),
        ("5M", "seconds", 5e6),
        ("1,5 GB", "MB", 1500),
        ("1 GiB", "MiB", 1024),
        ("5 TB", "GB", 5000),
        ("5g", "GB", 5),
        ("5 kilobytes", "B", 5000),
        ("8 Mbit", "MB", 1),
        ("8 Mb", "MB", 1),
        ("8 mb", "MB", 8),
        ("100 Mbps", "MB/s", 12.5),
        ("8 Mbit/s", "MB per second", 1),
        ("86.4 GB per day", "MB/s", 1),
        ("500 req/s", "requests per second", 500),
        ("3k rps", "requests per second", 3000),
        ("2.5K/s", "requests/s", 2500),
        ("500/s", "requests/s", 500),
        ("60 requests per minute", "requests/s", 1),
        ("1 server", "servers", 1),
        ("90%", "percent", 90),
        ("$5k", "$", 5000),
        ("5 dollars", "USD", 5),
    ],
)
def test_numbers_are_read_as_people_type_them(text: str, unit: str, expected: float) -> None:
    assert convert(parse_quantity(text, unit), unit) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("", ""),
        ("many", ""),
        ("1-2 ms", "ms"),
        ("10 x 5", ""),
        ("300 4000", ""),
        ("5 GB", "ms"),
        ("5 requests", "requests/s"),
        ("5 requests/s", "requests"),
        ("5 s", "servers"),
        ("30 seks", "s"),
        ("500 machines", "servers"),
        ("5 ms", ""),
    ],
)
def test_what_is_no_number_of_that_kind_is_asked_for_again_with_a_hint(text: str, unit: str) -> None:
    with pytest.raises(UsageError) as caught:
        convert(parse_quantity(text, unit), unit)
    assert caught.value.hint
    if unit and text[:1].isdigit() and "number" not in caught.value.what:
        assert unit in caught.value.what


@given(st.floats(1e-6, 1e12), st.sampled_from(["", "k", " million", "e3"]), st.sampled_from(["", " ms", " GB"]))
def test_written_numbers_come_back(value: float, multiplier: str, unit: str) -> None:
    factor = {"": 1, "k": 1e3, " million": 1e6, "e3": 1e3}[multiplier]
    assert parse_quantity(f"{value:.9f}{multiplier}{unit}").value == pytest.approx(value * factor, abs=1e-3)


@given(st.text(), st.sampled_from(["", "ms", "GB", "requests/s", "servers"]))
def test_no_text_raises_anything_but_a_usage_error(text: str, unit: str) -> None:
    try:
        convert(parse_quantity(text, unit), unit)
    except UsageError:
        return
