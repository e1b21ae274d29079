"""Every rule of the linter: a bad example that breaks it and nothing else, at the right line, with a remedy."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from kb.lint import RULES, SCHEMA_RULES
from kb.problems import Severity

if TYPE_CHECKING:
    from tests.kb.conftest import Small

MQ, DLQ, POOL = "messaging/message-queue", "messaging/dead-letter-queue", "messaging/competing-consumers"
BREAKER = "resilience/circuit-breaker"
TRADEOFF, EXERCISE, STEP = "messaging/tradeoffs/park-or-retry", "messaging/exercises/drain-a-queue", "messaging/step"
Q_MQ, Q_DLQ = "quizzes/messaging/message-queue.yaml", "quizzes/messaging/dead-letter-queue.yaml"
Q_POOL, Q_BREAKER = "quizzes/messaging/competing-consumers.yaml", "quizzes/resilience/circuit-breaker.yaml"


@dataclass(frozen=True)
class Bad:
    """One mistake.

    Attributes:
        rule: the rule that it breaks.
        change: makes it.
        file: where it is to be reported.
        at: a text on the line that is to be named, or the line.
        severity: of the report.
        also: rules that cannot be kept once this one is broken.
    """

    rule: str
    change: Callable[[Small], object]
    file: str
    at: str | int
    severity: Severity = "error"
    also: frozenset[str] = frozenset()


def edit(name: str, old: str, new: str) -> Callable[[Small], object]:
    return lambda small: small.edit(name, (old, new))


def without(name: str, first: str, until: str) -> Callable[[Small], object]:
    """Removes the text from `first` up to `until`."""

    def change(small: Small) -> None:
        text, found = re.subn(rf"(?s){re.escape(first)}.*?(?={re.escape(until)})", "", small.text(name), count=1)
        assert found, f"{name} does not hold {first!r}"
        small.write(name, text)

    return change


def move(name: str, to: str) -> Callable[[Small], object]:
    def change(small: Small) -> None:
        small.write(to, small.text(name))
        small.path(name).unlink()

    return change


BAD = {
    "a folder that is named as a file": Bad(
        "unreadable", lambda s: s.path("messaging/tradeoffs/odd").mkdir(), "messaging/tradeoffs/odd", 1
    ),
    "a key twice": Bad("yaml", edit(TRADEOFF, "question:", "title: Other\nquestion:"), TRADEOFF, "title: Other"),
    "a key nobody knows": Bad("unknown-key", edit(EXERCISE, "minutes:", "colour: red\nminutes:"), EXERCISE, "colour:"),
    "a key missing": Bad("missing-key", without(EXERCISE, "learned:", "check:"), EXERCISE, 1),
    "a key missing further down": Bad("missing-key", edit(MQ, "    instead: Alert", "    #"), MQ, "key: nobody-looks"),
    "a summary too long": Bad("too-long", edit(BREAKER, "The one thing", "The one thing " * 20), BREAKER, "summary:"),
    "a symptom too short": Bad("too-short", without(BREAKER, "A page hangs", " everybody waits"), BREAKER, "symptom:"),
    "an empty list": Bad(
        "too-few", edit(BREAKER, 'holds: ["What was accepted is done at some time."]', "holds: []"), BREAKER, "holds:"
    ),
    "too many prerequisites": Bad(
        "too-many", edit(BREAKER, "competing-consumers]", "a, b, c, d]"), BREAKER, "  requires:"
    ),
    "a key with a capital": Bad("pattern", edit(MQ, "key: slow-work", "key: Slow Work"), MQ, "key: Slow Work"),
    "a link that is no id": Bad(
        "pattern", edit(MQ, 'mitigates: [{failure: "a slow mail server"}]', "mitigates: [Slow Server]"), MQ, "mitigates"
    ),
    "a year in words": Bad("schema", edit(BREAKER, "year: 2020", "year: soon"), BREAKER, "year: soon"),
    "a number without end": Bad("schema", edit(BREAKER, "high: 10", "high: .inf"), BREAKER, "high: .inf"),
    "a number without source": Bad(
        "schema", edit(BREAKER, ', ref: queue-book, at: "page 4"', ""), BREAKER, "key: attempts"
    ),
    "a date that is none": Bad("schema", edit(EXERCISE, "2026-11-21", "2026-02-30"), EXERCISE, "reviewed:"),
    "an option too many that is right": Bad(
        "schema", edit(Q_DLQ, ', why_not: "There it holds up the others."', ""), Q_DLQ, "- id: which-of-two"
    ),
    "a kind of question nobody knows": Bad("schema", edit(Q_MQ, "kind: cloze", "kind: riddle"), Q_MQ, "kind: riddle"),
    "a wrong value inside a diagnosis": Bad(
        "too-long",
        edit(Q_MQ, "They wait for one lock", "They wait for one lock " * 20),
        Q_MQ,
        "They wait for one lock",
    ),
    "an id that is not the file's name": Bad(
        "id-is-file-name", edit(EXERCISE, "id: drain-a-queue", "id: drain-a-pond"), EXERCISE, "id: drain-a-pond"
    ),
    "an id in two files": Bad(
        "unique-id",
        lambda s: s.write("resilience/exercises/drain-a-queue", s.text(EXERCISE)),
        "resilience/exercises/drain-a-queue",
        "id: drain-a-queue",
    ),
    "questions in two files": Bad(
        "unique-id",
        lambda s: s.write("quizzes/resilience/competing-consumers.yaml", s.text(Q_POOL)),
        "quizzes/resilience/competing-consumers.yaml",
        "concept:",
    ),
    "a folder that is no step": Bad(
        "step-folder", move(EXERCISE, "attic/exercises/drain-a-queue"), "attic/exercises/drain-a-queue", "id: "
    ),
    "a concept that the staircase does not list": Bad(
        "concept-in-staircase",
        without("staircase", "      - {id: circuit-breaker", "      - {id: bulkhead"),
        BREAKER,
        "id: circuit-breaker",
    ),
    "another level than the staircase has": Bad(
        "title-as-planned",
        edit("staircase", "title: Competing consumers, level: advanced", "title: Competing consumers, level: core"),
        POOL,
        "level:",
    ),
    "another title than the staircase has": Bad(
        "title-as-planned", edit("staircase", "Competing consumers", "Worker pool"), POOL, "title:", "warning"
    ),
    "a registry nobody reads": Bad("stray-file", lambda s: s.write("notes", "notes: []\n"), "notes", 1),
    "questions outside of a step": Bad(
        "stray-file", lambda s: s.write("quizzes/odd.yaml", "concept: odd\n"), "quizzes/odd.yaml", 1
    ),
    "another ending": Bad(
        "stray-file", lambda s: s.write("concepts/messaging/odd.yml", "id: odd\n"), "concepts/messaging/odd.yml", 1
    ),
    "questions in another step's folder": Bad(
        "question-file",
        move(Q_POOL, "quizzes/resilience/competing-consumers.yaml"),
        "quizzes/resilience/competing-consumers.yaml",
        "concept:",
    ),
    "questions in a file of another name": Bad(
        "question-file", move(Q_POOL, "quizzes/messaging/pool.yaml"), "quizzes/messaging/pool.yaml", "concept:"
    ),
    "questions on nothing": Bad(
        "question-file",
        lambda s: s.write("quizzes/messaging/odd.yaml", s.text(Q_POOL).replace("competing-consumers", "odd")),
        "quizzes/messaging/odd.yaml",
        "concept:",
    ),
    "questions on what is planned": Bad(
        "question-file",
        lambda s: s.write("quizzes/resilience/bulkhead.yaml", s.text(Q_POOL).replace("competing-consumers", "bulkhead")),
        "quizzes/resilience/bulkhead.yaml",
        "concept:",
        "warning",
    ),
    "a key used twice": Bad(
        "unique-key",
        edit(BREAKER, "avoid_when:", '  - {key: slow-work, text: "Again."}\navoid_when:'),
        BREAKER,
        "use_when:",
    ),
    "a key used before": Bad(
        "unique-key",
        edit(TRADEOFF, "key: short-outage,", "key: short-outage, formerly: [bad-format],"),
        TRADEOFF,
        "cases:",
    ),
    "a question's id twice": Bad("unique-key", edit(Q_POOL, "id: gap", "id: in-order"), Q_POOL, "questions:"),
    "a former id that is in use": Bad(
        "former-id", edit(EXERCISE, "goal:", "formerly: [message-queue]\ngoal:"), EXERCISE, "formerly:"
    ),
    "an alias of another": Bad("unique-alias", edit(POOL, "aliases: [worker pool]", "aliases: [dlq]"), POOL, "aliases:"),
    "a reference twice": Bad(
        "registry-id",
        lambda s: s.write("references", s.text("references") + s.text("references").splitlines()[1] + "\n"),
        "references",
        4,
    ),
    "a concept in two steps": Bad(
        "registry-id", edit("staircase", "{id: bulkhead,", "{id: messaging,"), "staircase", "{id: messaging,"
    ),
    "a link to nothing": Bad(
        "broken-link", edit(BREAKER, "related: [message-queue]", "related: [message-queues]"), BREAKER, "related:"
    ),
    "a link to what is planned": Bad(
        "broken-link", edit(BREAKER, "related: [message-queue]", "related: [bulkhead]"), BREAKER, "related:", "warning"
    ),
    "a link to a planned trade-off": Bad(
        "broken-link", edit(MQ, "related: []", "related: [push-or-pull]"), MQ, "related:", "warning"
    ),
    "a link by a former id": Bad(
        "broken-link",
        lambda s: (
            s.edit(EXERCISE, ("goal:", "formerly: [drain]\ngoal:")),
            s.edit(MQ, ("related: []", "related: [drain]")),
        ),
        MQ,
        "related:",
        "warning",
    ),
    "a trade-off as prerequisite": Bad(
        "broken-link", edit(BREAKER, "competing-consumers]", "park-or-retry]"), BREAKER, "  requires:"
    ),
    "a tension without trade-off": Bad(
        "tension-tradeoff", edit(STEP, "tradeoff: park-or-retry", "tradeoff: to-be-or-not"), STEP, "tradeoff: to-be"
    ),
    "a tension with a planned trade-off": Bad(
        "tension-tradeoff",
        edit(STEP, "tradeoff: park-or-retry", "tradeoff: fail-fast-or-wait"),
        STEP,
        "tradeoff: fail-fast",
        "warning",
    ),
    "a circle": Bad(
        "cycle",
        edit(MQ, "requires: []", "requires: [dead-letter-queue]"),
        DLQ,
        "  requires:",
        also=frozenset({"prerequisite-order"}),
    ),
    "a prerequisite that comes later": Bad(
        "prerequisite-order",
        edit(POOL, "requires: [message-queue]", "requires: [message-queue, circuit-breaker]"),
        POOL,
        "  requires:",
        also=frozenset({"cycle"}),
    ),
    "a planned prerequisite that comes later": Bad(
        "prerequisite-order",
        edit(POOL, "requires: [message-queue]", "requires: [message-queue, bulkhead]"),
        POOL,
        "  requires:",
        also=frozenset({"broken-link"}),
    ),
    "no prerequisite": Bad(
        "prerequisite-order", edit(POOL, "requires: [message-queue]", "requires: []"), POOL, "links:"
    ),
    "a pair twice": Bad(
        "contrast-once",
        edit(DLQ, "contrasts_with: [", 'contrasts_with: [{id: message-queue, difference: "The one works."}, '),
        DLQ,
        "contrasts_with:",
    ),
    "an atom that does not exist": Bad("unknown-atom", edit(TRADEOFF, "s000-01a", "s999-01"), TRADEOFF, "atom: s999"),
    "a reference that does not exist": Bad(
        "unknown-reference", edit(Q_POOL, "ref: queue-book", "ref: queue-bok"), Q_POOL, "ref: queue-bok"
    ),
    "a reference without a place in it": Bad(
        "unknown-reference", edit(TRADEOFF, ', at: "page 7"', ""), TRADEOFF, "sources:"
    ),
    "a reference nobody cites": Bad(
        "unused-reference",
        edit(BREAKER, 'ref: breaker-paper, at: "chapter 1"', 'ref: queue-book, at: "chapter 1"'),
        "references",
        "id: breaker-paper",
        "warning",
    ),
    "a typical value outside": Bad("number-source", edit("numbers", "typical: 10", "typical: 999"), "numbers", 2),
    "a known number without source": Bad(
        "number-source", edit("numbers", 'ref: queue-book, at: "page 3", ', ""), "numbers", 2
    ),
    "a known number of a concept that is not": Bad(
        "number-source", edit("numbers", "[message-queue]", "[message-quay]"), "numbers", 2
    ),
    "a control sequence": Bad("control-character", edit(EXERCISE, "goal: See", r'goal: "See \e[2J " #'), EXERCISE, "goal"),
    "a control sequence in code": Bad(
        "control-character", edit(MQ, 'alt: A sender', r'alt: "A \u202E sender" #'), MQ, "alt:"
    ),
    "a filler": Bad("plain-words", edit(EXERCISE, "goal: See", "goal: Simply see"), EXERCISE, "goal:", "warning"),
    "a sentence too long": Bad(
        "long-sentence", edit(EXERCISE, "goal: See", "goal: See" + " and see" * 15), EXERCISE, "goal:", "warning"
    ),
    "a mechanism too long": Bad(
        "mechanism-length", edit(MQ, "  A sender hands", "  It waits. " * 90 + "A sender hands"), MQ, "mechanism:", "warning"
    ),
    "a mechanism too short": Bad(
        "mechanism-length", without(MQ, "  When the receiver dies", "guarantees:"), MQ, "mechanism:", "warning"
    ),
    "a symptom that names it": Bad("symptom", edit(MQ, "A page hangs", "A message queue hangs"), MQ, "symptom:"),
    "a symptom of one sentence": Bad("symptom", edit(MQ, "sleeps. Nobody", "sleeps; nobody"), MQ, "symptom:", "warning"),
    "a correction too long": Bad(
        "correction-length", edit(MQ, "makes everything", "makes " + "very " * 9 + "many things"), MQ, "erratum:"
    ),
    "code without language": Bad("code-language", edit(MQ, "```text", "```"), MQ, "example:"),
    "code without end": Bad("code-language", edit(MQ, "  sent\n  ```\n", "  sent\n"), MQ, "example:"),
    "no diagram": Bad("core-diagram", without(MQ, "diagram:", "use_when:"), MQ, "level:"),
    "a label too long": Bad("diagram", edit(MQ, 'c["Worker"]', f'c["{"Worker " * 8}"]'), MQ, "mermaid:"),
    "no close case": Bad("cases", edit(TRADEOFF, ", close: true", ""), TRADEOFF, "cases:"),
    "a side that never wins": Bad("cases", edit(TRADEOFF, "pick: park", "pick: retry"), TRADEOFF, "cases:"),
    "no offline variant": Bad("offline-variant", without(EXERCISE, "offline:", "sources:"), EXERCISE, "needs:"),
    "too few questions": Bad("questions", without(Q_BREAKER, "  - id: gap", "  - id: in-order"), Q_BREAKER, 1),
    "no questions at all": Bad("questions", lambda s: s.path(Q_BREAKER).unlink(), BREAKER, 1),
    "none is essential": Bad("questions", edit(Q_BREAKER, "    essential: true\n", ""), Q_BREAKER, 1),
    "a pair that nothing separates": Bad(
        "pair-question", edit(Q_DLQ, "    separates: message-queue\n", ""), DLQ, "contrasts_with:"
    ),
    "a question that separates no pair": Bad(
        "separates",
        edit(Q_POOL, "    essential: true\n", "    essential: true\n    separates: message-queue\n"),
        Q_POOL,
        "separates:",
    ),
    "all of the above": Bad("options", edit(Q_POOL, "It waits for that server", "All of the above"), Q_POOL, "options:"),
    "two equal options": Bad(
        "options", edit(Q_POOL, "It waits for that server", "It refuses all the orders"), Q_POOL, "options:"
    ),
    "the longest is right": Bad(
        "options",
        edit(Q_POOL, "It takes orders as before", "It takes orders as before, and sends its mails later"),
        Q_POOL,
        "options:",
        "warning",
    ),
    "an input that is not used": Bad("estimate", edit(Q_MQ, " * seconds)", ")"), Q_MQ, "derive:"),
    "an estimate of nothing": Bad("estimate", edit(Q_MQ, "* seconds)", "* seconds * 0)"), Q_MQ, "derive:"),
    "an estimate that is no arithmetic": Bad("estimate", edit(Q_MQ, "ceil(", "open("), Q_MQ, "derive:"),
    "a wording on both sides": Bad("rubric", edit(Q_POOL, "broken sender", "No confirmation"), Q_POOL, "must_not:"),
}  # fmt: skip


def test_the_clean_library_breaks_no_rule(small: Small) -> None:
    assert small.lint() == []


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_mistake_is_reported_once_at_its_line_with_a_remedy(small: Small, bad: Bad) -> None:
    bad.change(small)
    problems = [p for p in small.lint() if p.rule not in bad.also]
    assert [p.rule for p in problems] == [bad.rule], "\n".join(map(str, problems))
    problem = problems[0]
    line = bad.at if isinstance(bad.at, int) else small.line(bad.file, bad.at)
    assert (problem.path, problem.line, problem.severity) == (small.path(bad.file), line, bad.severity)
    assert problem.message
    assert problem.mend


@pytest.mark.parametrize("rule", [*SCHEMA_RULES, *(rule.name for rule in RULES)])
def test_every_rule_has_a_bad_example_and_an_explanation(rule: str) -> None:
    assert rule in {bad.rule for bad in BAD.values()}
    explanation = SCHEMA_RULES.get(rule) or next(r.explanation for r in RULES if r.name == rule)
    assert explanation.endswith(".")


def test_names_of_rules_are_unique() -> None:
    names = [*SCHEMA_RULES, *(rule.name for rule in RULES)]
    assert len(set(names)) == len(names)


def test_all_mistakes_are_reported_at_once_and_in_order(small: Small) -> None:
    chosen = [
        "a key twice",
        "a key nobody knows",
        "a year in words",
        "a kind of question nobody knows",
        "code without language",
        "a link to nothing",
        "a typical value outside",
        "an alias of another",
        "all of the above",
    ]
    for name in chosen:
        if name != "a link to nothing":
            BAD[name].change(small)
    small.edit(POOL, ("related: []", "related: [message-queues]"))
    problems = small.lint()
    assert {p.rule for p in problems} == {BAD[name].rule for name in chosen}
    assert problems == sorted(problems)


def test_every_mistake_in_one_file_is_reported(small: Small) -> None:
    small.edit(EXERCISE, ("minutes: 5", "minutes: many\ncolour: red"), ("needs: [network]", "needs: [magic]"))
    assert [(p.rule, p.line) for p in small.lint()] == [("schema", 5), ("unknown-key", 6), ("schema", 8)]


def test_one_fault_brings_no_others_in_its_train(small: Small) -> None:
    small.edit(MQ, ("level: core", "level: middling"))
    small.edit(Q_DLQ, ("kind: order", "kind: disorder"))
    small.edit(TRADEOFF, ("question:", "riddle:"))
    rules = [p.rule for p in small.lint()]
    assert sorted(rules) == ["missing-key", "schema", "schema", "unknown-key"]


def test_a_broken_registry_silences_only_the_rules_that_need_it(small: Small) -> None:
    small.edit("references", ("year: 2020", "year: once"))
    small.edit(POOL, ("aliases: [worker pool]", "aliases: [dlq]"), ("atom: s000-01", "atom: s999"))
    assert {p.rule for p in small.lint()} == {"schema", "unique-alias", "unknown-atom"}


def test_a_broken_staircase_leaves_the_problems_of_the_files_themselves(small: Small) -> None:
    small.edit("staircase", ("level: core", "level: middling"), ("level: core", "level: high"))
    small.edit(EXERCISE, ("minutes: 5", "minutes: many"))
    assert [(p.path.stem, p.line) for p in small.lint()] == [("drain-a-queue", 5), ("staircase", 6), ("staircase", 7)]


def test_a_missing_staircase_is_one_problem(small: Small) -> None:
    small.path("staircase").unlink()
    (problem,) = small.lint()
    assert (problem.rule, problem.path.name) == ("unreadable", "staircase.yaml")


def test_registries_may_be_left_out(small: Small) -> None:
    for name in ("sources", "references", "numbers"):
        small.path(name).unlink()
    assert {p.rule for p in small.lint()} == {"unknown-atom", "unknown-reference"}


def test_a_library_without_questions_is_read(small: Small) -> None:
    shutil.rmtree(small.root / "quizzes")
    assert {p.rule for p in small.lint()} == {"questions", "pair-question"}


def test_a_nearby_id_is_suggested(small: Small) -> None:
    small.edit(BREAKER, ("related: [message-queue]", "related: [mesage-queue]"))
    (problem,) = small.lint()
    assert "did you mean `message-queue`?" in problem.message


def test_a_circle_reads_the_same_each_time(small: Small) -> None:
    small.edit(MQ, ("requires: []", "requires: [circuit-breaker]"))
    messages = [p.message for p in small.lint() if p.rule == "cycle"]
    expected = "circuit-breaker -> competing-consumers -> message-queue -> circuit-breaker"
    assert messages == [f"needs itself: {expected}"]


def test_a_problem_prints_as_an_editor_can_follow_it(small: Small) -> None:
    small.edit(EXERCISE, ("minutes: 5", "minutes: 0"))
    (problem,) = small.lint()
    assert str(problem).startswith(f"{small.path(EXERCISE)}:5: error [schema] minutes: ")
