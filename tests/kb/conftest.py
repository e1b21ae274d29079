"""A small valid library, written out for each test, so that a test can break one thing and see what is said about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from kb.content import Library
from kb.lint import lint
from kb.problems import Problem
from kb.roots import Roots

# How long one example takes says more about the machine than about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

STAIRCASE = """\
steps:
  - id: messaging
    title: Messaging
    purpose: Hand work over without waiting for it.
    concepts:
      - {id: message-queue, title: Message queue, level: core}
      - {id: dead-letter-queue, title: Dead letter queue, level: core}
      - {id: competing-consumers, title: Competing consumers, level: advanced}
    tradeoffs:
      - {id: park-or-retry, question: Park it or try again?, priority: core}
      - {id: push-or-pull, question: Push or pull?, priority: advanced}
  - id: resilience
    title: Resilience
    purpose: Stay up while something else is down.
    concepts:
      - {id: circuit-breaker, title: Circuit breaker, level: advanced}
      - {id: bulkhead, title: Bulkhead, level: advanced}
    tradeoffs:
      - {id: fail-fast-or-wait, question: Fail fast or wait?, priority: core}
"""

SOURCES = """\
atoms:
  - {id: s000-01, document: "000", lines: [1, 20], heading: Queues, gist: Work waits in a queue., kind: concept, step: messaging}
  - {id: s000-01a, document: "000", lines: [3, 9], heading: Parking, gist: A bad message is parked., kind: concept, step: messaging, parent: s000-01}
  - {id: s000-01b, document: "000", lines: [10, 20], heading: Drawing, gist: A drawing., kind: diagram-only, step: messaging, parent: s000-01}
  - {id: s000-02, document: "000", lines: [30, 40], heading: Breakers, gist: Stop calling what is down., kind: concept, step: resilience}
  - {id: s000-03, document: "000", lines: [50, 60], heading: Bulkheads, gist: One leak does not sink the ship., kind: concept, step: resilience}
"""

REFERENCES = """\
references:
  - {id: queue-book, kind: book, title: On Queues, authors: A. Writer, year: 2020, checked: from-memory}
  - {id: breaker-paper, kind: paper, title: On Breakers, authors: B. Author, year: 2021, url: "https://example.org/breakers", checked: opened}
"""

NUMBERS = """\
numbers:
  - {id: queue-depth, name: Depth of a queue, low: 1, high: 100, typical: 10, unit: messages, year: 2020, ref: queue-book, at: "page 3", concepts: [message-queue]}
"""

MECHANISM = """\
  A sender hands over a message and goes on with its own work. The message waits in a list that is kept on disk, so a
  crash of the receiver loses nothing. The receiver asks for the next message, does the work, and confirms it. Only then
  does the message leave the list.

  When the receiver dies in between, no confirmation comes. After a while the message is handed out again, to the same
  receiver or to another one. So a message may arrive twice, and the work must bear being done twice. That is the price
  of losing nothing, and a table of finished work pays it.
"""

CONCEPT = """\
id: {id}
title: {title}
aliases: [{alias}]
level: {level}
summary: >-
  The one thing about {alias} that is said in a sentence.
symptom: >-
  A page hangs while a mail server sleeps. Nobody sees an error, and everybody waits.
mechanism: |
{mechanism}
guarantees:
  holds: ["What was accepted is done at some time."]
  does_not_hold: ["It is done exactly once."]
{diagram}use_when:
  - {{key: slow-work, text: "The work takes longer than the caller can wait."}}
avoid_when:
  - {{key: answer-needed, text: "The caller needs the answer before it can go on."}}
pitfalls:
  - key: nobody-looks
    trap: Nobody looks at the depth.
    instead: Alert on the age of the oldest message.
numbers:
  - {{key: attempts, claim: "Attempts before it gives up", low: 1, high: 10, unit: attempts, year: 2020, ref: queue-book, at: "page 4"}}
example: |
  A shop sends its mails from a queue.

  ```python run
  print("sent")
  ```

  ```text
  sent
  ```
links:
  requires: [{requires}]
  contrasts_with: [{contrasts}]
  mitigates: [{{failure: "a slow mail server"}}]
  related: [{related}]
sources: [{{atom: {atom}}}, {{ref: {ref}, at: "chapter 1"}}]
corrections:
  - {{erratum: e001, says: A queue makes everything faster., truth: It moves the waiting elsewhere., ref: queue-book, at: "page 5"}}
reviewed: 2026-11-21
"""

DIAGRAM = """\
diagram:
  alt: A sender puts a message into a queue, from which a worker takes it.
  mermaid: |
    flowchart LR
      a["Sender"] --> b["Queue"]
      b --> c["Worker"]
"""

SEPARATING = """\
  - id: which-of-two
    kind: choice
    ask: A message failed five times. Where should it wait now?
    options:
      - {text: "In a queue of its own"}
      - {text: "In the queue it came from", why_not: "There it holds up the others."}
      - {text: "In the memory of the worker", why_not: "A restart would lose it."}
    why: It must not hold up the others.
    difficulty: 2
    essential: true
    separates: message-queue
"""

FOUR = """\
concept: {id}
questions:
  - id: first-decision
    kind: choice
    ask: The mail server sleeps for an hour. What does the shop do?
    options:
      - {{text: "It takes orders as before"}}
      - {{text: "It refuses all the orders", why_not: "The order does not need the mail."}}
      - {{text: "It waits for that server", why_not: "Nobody waits for what is queued."}}
    why: The order and its mail are apart.
    difficulty: 2
    essential: true
    sources: [{{ref: queue-book, at: "page 6"}}]
  - id: gap
    kind: cloze
    ask: What must the work bear, when messages may arrive twice?
    text: The work must be {{{{idempotent|repeatable}}}}.
    why: Doing it twice must change nothing.
    difficulty: 2
  - id: in-order
    kind: order
    ask: Bring the way of a message into order, from the sender on.
    items: ["It is sent", "It is handed out", "It is confirmed"]
    because: ["It must be there to be handed out.", "Only finished work is confirmed."]
    why: What is not confirmed is handed out again.
    difficulty: 1
  - id: in-words
    kind: recall
    ask: Why may a message arrive twice, though it was sent once?
    must:
      - {{point: The confirmation got lost., any: ["lost confirmation", "no confirmation"]}}
    must_not:
      - {{point: The sender is broken., any: ["broken sender"]}}
    direction: [["lost confirmation", "second delivery"]]
    why: Without a confirmation the queue cannot know that the work was done.
    difficulty: 3
"""

REST = """\
  - id: several
    kind: multi
    ask: What does a queue between two services change for them?
    options:
      - {text: "The sender need not wait"}
      - {text: "The receiver may be down"}
      - {text: "The work itself is faster", why_not: "It takes as long as before."}
    why: The two are apart in time.
    difficulty: 2
  - id: pairs
    kind: match
    ask: Which part does what on the way of a message?
    pairs:
      - {left: Sender, right: puts it in}
      - {left: Queue, right: keeps it}
      - {left: Worker, right: takes it out}
    why: Each part has one task.
    difficulty: 1
  - id: how-many
    kind: estimate
    ask: How many workers keep up with the orders of a busy day?
    inputs:
      orders: {value: 86400, unit: orders/day, label: orders a day}
      seconds: {low: 1, high: 4, unit: s, label: work on one order}
    derive: ceil(orders / 86400 * seconds)
    unit: workers
    why: Arrivals a second times seconds of work.
    difficulty: 3
  - id: what-is-wrong
    kind: diagnose
    form: choice
    symptom: The queue grows all day, and the workers are idle for most of the time.
    ask: What is the most likely cause?
    options:
      - {text: "They wait for one lock"}
      - {text: "There are too few of them", why_not: "Then they would be busy."}
      - {text: "The messages are too big", why_not: "Then they would be busy."}
    why: Idle workers and a growing queue mean that they wait.
    difficulty: 4
  - id: what-is-wrong-in-words
    kind: diagnose
    form: recall
    symptom: One message is handed out again and again, and nothing else moves.
    ask: What is going on, and what helps?
    must:
      - {point: The message can never succeed., any: ["poison message", "never succeeds"]}
    why: A message that fails each time must be put aside.
    difficulty: 4
"""

TRADEOFF = """\
id: park-or-retry
title: Park or retry
question: Should a failed message be parked or tried again?
sides:
  - key: park
    concept: dead-letter-queue
    gains: ["The others go on."]
    costs: ["Somebody must look."]
    wins_when: The message can never succeed.
  - key: retry
    phrase: Try again with a pause
    gains: ["It heals by itself."]
    costs: ["The others wait."]
    wins_when: The fault passes by itself.
tipping_point:
  at: More than one in a hundred messages can never succeed.
  derived: At 1 in 100 and five attempts, 5 % of the work is wasted.
cases:
  - {key: bad-format, situation: "A message does not parse, today or tomorrow.", pick: park, because: "It never will."}
  - {key: short-outage, situation: "A service is down for a minute at night.", pick: retry, because: "It comes back."}
  - {key: unknown-cause, situation: "It fails, and the log is empty since a while.", pick: retry, because: "Three attempts cost little.", close: true}
links: {requires: [message-queue], related: [competing-consumers]}
sources: [{atom: s000-01a}, {ref: queue-book, at: "page 7"}]
reviewed: 2026-11-21
"""

EXERCISE = """\
id: drain-a-queue
title: Drain a queue
goal: See what one bad message does to the others.
concepts: [message-queue, dead-letter-queue]
minutes: 5
tools: [Python 3.11]
needs: [network]
predict:
  ask: How many messages are done when the second of three fails?
  answer: One, for the worker stops at the second.
steps:
  - do: Ask the server for its queue.
    run: |
      curl -s https://example.org/queue
    expect: A list of three messages.
learned: One bad message holds up all the others.
check: You saw that only one message was done.
offline:
  steps:
    - do: Run it.
      run: |
        print("done: 1")
      language: python
      prints: |
        done: 1
      expect: One message is done.
  check: It printed one.
sources: [{atom: s000-01}]
reviewed: 2026-11-21
"""

PART = "    ask: What do you expect?\n    text: Work waits, and nobody waits for it.\n"
SCALE = "    ask: Who acts here?\n    actors: A sender and a worker.\n    mechanism: The one puts in, the other takes out.\n    design_principle: Nobody waits.\n"
CARD = "  card: {ask: What is to be kept?, answer: Waiting is moved elsewhere.}\n"

STEP = (
    "id: messaging\ntitle: Messaging\npurpose: Hand work over.\nafter: It comes first.\nfoundation:\n"
    + CARD
    + "  quintessence:\n"
    + PART
    + "  first_principles:\n"
    + "".join(f"    - title: {n} law\n      ask: What bounds it?\n      text: Time.\n      law: Little's law.\n" for n in ("First", "Second"))
    + "deconstruction:\n"
    + CARD
    + "".join(f"  {name}:\n{PART}" for name in ("entity", "process"))
    + "".join(f"  {name}:\n{SCALE}" for name in ("micro", "meso", "macro"))
    + "synthesis:\n"
    + CARD
    + "".join(f"  {name}:\n{PART}" for name in ("techno_economic", "socio_political", "intellectual_historical", "interplay"))
    + "capstone:\n"
    + CARD
    + "  tensions:\n"
    + "".join(f"    - title: {n}\n      ask: What now?\n      text: Both.\n      tradeoff: park-or-retry\n" for n in ("One", "Two"))
    + "  second_order_effects:\n"
    + "".join(f"    - {{title: {n} effect, ask: What follows?, text: More queues.}}\n" for n in ("First", "Second"))
    + "sources: [{atom: s000-01}]\nreviewed: 2026-11-21\n"
)  # fmt: skip


def concept(name: str, title: str, alias: str, level: str = "core", **more: str) -> str:
    """A valid concept as YAML."""
    fields = {"requires": "", "contrasts": "", "related": "", "atom": "s000-01", "ref": "queue-book", **more}
    diagram = DIAGRAM if level == "core" else ""
    return CONCEPT.format(
        id=name, title=title, alias=alias, level=level, mechanism=MECHANISM.rstrip(), diagram=diagram, **fields
    )


def files() -> dict[str, str]:
    """The small library: path and text of each file."""
    pair = '{id: message-queue, difference: "The one holds work, the other holds what failed."}'
    return {
        "concepts/staircase.yaml": STAIRCASE,
        "concepts/sources.yaml": SOURCES,
        "concepts/references.yaml": REFERENCES,
        "concepts/numbers.yaml": NUMBERS,
        "concepts/messaging/step.yaml": STEP,
        "concepts/messaging/message-queue.yaml": concept("message-queue", "Message queue", "MQ"),
        "concepts/messaging/dead-letter-queue.yaml": concept(
            "dead-letter-queue", "Dead letter queue", "DLQ", requires="message-queue", contrasts=pair, atom="s000-01a"
        ),
        "concepts/messaging/competing-consumers.yaml": concept(
            "competing-consumers", "Competing consumers", "worker pool", "advanced", requires="message-queue"
        ),
        "concepts/resilience/circuit-breaker.yaml": concept(
            "circuit-breaker",
            "Circuit breaker",
            "breaker",
            "advanced",
            requires="dead-letter-queue, competing-consumers",
            related="message-queue",
            atom="s000-02",
            ref="breaker-paper",
        ),
        "concepts/messaging/tradeoffs/park-or-retry.yaml": TRADEOFF,
        "concepts/messaging/exercises/drain-a-queue.yaml": EXERCISE,
        "quizzes/messaging/message-queue.yaml": FOUR.format(id="message-queue") + REST,
        "quizzes/messaging/dead-letter-queue.yaml": FOUR.format(id="dead-letter-queue") + SEPARATING,
        "quizzes/messaging/competing-consumers.yaml": FOUR.format(id="competing-consumers"),
        "quizzes/resilience/circuit-breaker.yaml": FOUR.format(id="circuit-breaker"),
    }


@dataclass(frozen=True)
class Small:
    """The small library on disk."""

    root: Path

    def path(self, name: str) -> Path:
        """A file of it; `messaging/x` is short for `concepts/messaging/x.yaml`."""
        short = self.root / "concepts" / f"{name}.yaml"
        return self.root / name if "." in name else short

    def text(self, name: str) -> str:
        """What stands in a file."""
        return self.path(name).read_text(encoding="utf-8")

    def write(self, name: str, text: str | bytes) -> Path:
        """Writes a file."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def edit(self, name: str, *changes: tuple[str, str]) -> Path:
        """Replaces texts in a file, each at its first place; a text that is not there is a mistake of the test."""
        text = self.text(name)
        for old, new in changes:
            assert old in text, f"{name} does not hold {old!r}"
            text = text.replace(old, new, 1)
        return self.write(name, text)

    def line(self, name: str, text: str, nth: int = 1) -> int:
        """The line of a text in a file, counted from 1."""
        lines = [number for number, line in enumerate(self.text(name).splitlines(), 1) if text in line]
        return lines[nth - 1]

    def lint(self) -> list[Problem]:
        """Everything that is wrong with it."""
        return lint(self.root)

    def library(self) -> Library:
        """What can be read of it."""
        return Library.read(Roots.find(self.root))


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """A small valid library, the test's own."""
    library = Small(tmp_path / "content")
    for name, text in files().items():
        library.write(name, text)
    return library
