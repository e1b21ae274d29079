"""A small content folder with every kind of entry and question, and an application over it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from tui.app import KbApp

STAIRCASE = """
steps:
- id: queues
  title: Queues
  purpose: Know how work waits.
  concepts:
  - {id: work-queue, title: Work queue, level: core}
  - {id: dead-letters, title: Dead letters, level: core}
  - {id: back-pressure, title: Back pressure, level: advanced}
  tradeoffs:
  - {id: queue-or-call, question: 'Must the caller know the result?', priority: core}
  - {id: push-or-pull, question: 'Who sets the pace?', priority: minor}
- id: clocks
  title: Clocks
  purpose: Know what time it is.
  concepts:
  - {id: wall-clock, title: Wall clock, level: core}
"""

WORK_QUEUE = """
id: work-queue
title: Work queue
aliases: [task queue]
level: core
summary: A line in which jobs wait until a worker is free, so that a burst costs time and not jobs.
symptom: >-
  At noon the orders come in faster than they can be handled. Some are refused, though the machines idle an hour later.
mechanism: |
  A sender puts a job at the end and goes on. A worker takes the **first** job, does it, and says that it is done.
guarantees:
  holds: ["A job that was accepted waits until it is done."]
  does_not_hold: ["Order between jobs that different workers took."]
diagram:
  alt: A sender fills the queue and a worker empties it.
  mermaid: |
    flowchart LR
      s["Sender"] --> q["Queue"]
      q --> w["Worker"]
use_when:
  - {key: bursts, text: "Work comes in bursts."}
avoid_when:
  - {key: result-now, text: "The caller waits for the result."}
pitfalls:
  - {key: no-bound, trap: "The queue has no bound.", instead: "Refuse jobs beyond a length that can still be worked off in time."}
numbers:
  - {key: wait, claim: "Wait behind 600 jobs at 10 a second", low: 60, high: 60, unit: s, year: 2026, derived: "600 / 10"}
example: |
  A shop writes mails into a queue:

  ```python
  queue.append(mail)
  ```
links:
  requires: []
  mitigates: [{failure: "lost orders"}]
corrections:
  - {says: "A queue makes work faster.", truth: "It makes work wait; only workers make it faster.", derived: "a queue does no work"}
reviewed: 2026-11-01
"""

DEAD_LETTERS = """
id: dead-letters
title: "Dead letters [red]"
level: core
summary: A side queue for jobs that failed too often, so that one bad job cannot hold up the good ones.
symptom: >-
  One worker keeps crashing on the same job. It is handed out again at once, and all that stands behind it waits.
mechanism: |
  The queue counts the failures of each job. Beyond a bound it moves the job aside. \\e[31mA person\\e[0m looks at it.
guarantees:
  holds: ["A failing job is kept."]
  does_not_hold: ["Order: later jobs overtake it."]
use_when:
  - {key: retries, text: "Workers try again by themselves."}
avoid_when:
  - {key: order, text: "Order must hold."}
pitfalls:
  - {key: nobody-looks, trap: "Nobody looks.", instead: "Alert on its length."}
example: A mail to an address that does not exist.
links:
  requires: [work-queue]
  contrasts_with: [{id: work-queue, difference: "A work queue holds what is to be done, a dead letter queue what could not be."}]
reviewed: 2026-11-01
"""

TRADEOFF = """
id: queue-or-call
title: Queue it or call it
question: Must the caller know the result before it goes on?
sides:
  - {key: queue, concept: work-queue, gains: ["Bursts are smoothed."], costs: ["The result comes later."], wins_when: "The caller can go on."}
  - {key: call, phrase: "A direct call", gains: ["The result is there."], costs: ["The caller waits."], wins_when: "The caller needs the result."}
tipping_point: {at: "The caller's patience.", derived: "A person waits about a second."}
cases:
  - {key: mail, situation: "A shop sends a mail after each order.", pick: queue, because: "Nobody waits for the mail."}
  - {key: price, situation: "A page shows the price of a cart.", pick: call, because: "The page is nothing without the price."}
  - {key: report, situation: "A report takes a minute to build.", pick: queue, because: "No page may wait a minute.", close: true}
reviewed: 2026-11-01
"""

EXERCISE = """
id: fill-a-queue
title: Fill a queue
goal: See how long a job waits.
concepts: [work-queue]
minutes: 5
needs: [offline]
predict: {ask: "How long does the hundredth job wait?", answer: "Ten seconds at ten a second."}
steps:
  - {do: "Start it.", run: "print(100 / 10)", language: python, prints: "10.0", expect: "Ten."}
learned: The wait is the length divided by the rate.
check: It printed 10.0.
reviewed: 2026-11-01
"""

STEP = """
id: queues
title: Queues
purpose: Know how work waits.
after: It stands on what a process is.
foundation:
  card: {ask: "What does a queue trade?", answer: "Time for loss."}
  quintessence: {ask: "What is a queue?", text: "A place to wait."}
  first_principles:
    - {title: Rate, ask: "What if more comes than goes?", text: "It grows.", law: "Length grows by the difference of the rates."}
    - {title: Wait, ask: "How long does one wait?", text: "Length by rate.", law: "Little's law."}
deconstruction:
  card: {ask: "Who holds a job?", answer: "Sender, queue, worker, one after the other."}
  entity: {ask: "What moves?", text: "A job."}
  process: {ask: "How?", text: "In line."}
  micro: {ask: "Who acts first?", actors: "A worker", mechanism: "It takes a job.", design_principle: "One at a time."}
  meso: {ask: "And many workers?", actors: "Workers", mechanism: "They share a queue.", design_principle: "No two the same job."}
  macro: {ask: "And many queues?", actors: "Teams", mechanism: "Queues feed queues.", design_principle: "Bound each."}
synthesis:
  card: {ask: "What drives it?", answer: "Bursts cost money."}
  techno_economic: {ask: "Who pays?", text: "Whoever waits."}
  socio_political: {ask: "Who decides?", text: "Whoever owns the queue."}
  intellectual_historical: {ask: "Where from?", text: "Telephone exchanges."}
  interplay: {ask: "Together?", text: "Cost shapes who waits."}
capstone:
  card: {ask: "What is held in tension?", answer: "Wait and loss."}
  tensions:
    - {title: Now or later, ask: "When is the result needed?", text: "That decides.", tradeoff: queue-or-call}
    - {title: Long or short, ask: "How long may it be?", text: "As long as one may wait.", tradeoff: queue-or-call}
  second_order_effects:
    - {title: Hiding, ask: "What does a queue hide?", text: "Overload."}
    - {title: Memory, ask: "What does it keep?", text: "Old jobs."}
reviewed: 2026-11-01
"""

QUESTIONS = """
concept: work-queue
questions:
  - id: pick
    kind: choice
    ask: "Jobs come in bursts and nobody waits for them. What helps?"
    options: [{text: "A queue."}, {text: "A lock.", why_not: "A lock makes the senders wait."}, {text: "A cache.", why_not: "Nothing is read twice."}]
    fixed: true
    why: "A queue turns a burst into a wait."
    hint: "Think of noon."
    difficulty: 1
    essential: true
  - id: several
    kind: multi
    ask: "Which of these does a queue give?"
    options: [{text: "Smoothing."}, {text: "Decoupling."}, {text: "Speed.", why_not: "It only makes jobs wait."}]
    fixed: true
    why: "It stores, it does not work."
    difficulty: 1
    essential: true
  - id: gap
    kind: cloze
    ask: "Fill in the two words."
    text: "A {{sender}} puts a job in, a {{worker|consumer}} takes it out."
    why: "Two parties that do not meet."
    difficulty: 1
  - id: order
    kind: order
    ask: "Order the life of a job."
    items: ["it is sent", "it waits", "it is done"]
    because: ["Nothing waits before it is sent.", "Nothing is done before a worker is free."]
    why: "First in, first out."
    difficulty: 1
  - id: pairs
    kind: match
    ask: "Match each part with its work."
    pairs: [{left: sender, right: fills}, {left: worker, right: empties}, {left: queue, right: holds}]
    why: "Each part does one thing."
    difficulty: 1
  - id: wait
    kind: estimate
    ask: "How long does the last of these jobs wait?"
    inputs: {jobs: {value: 600, unit: jobs, label: waiting}, rate: {value: 10, unit: jobs/s, label: done}}
    derive: jobs / rate
    unit: s
    why: "Length divided by rate."
    difficulty: 1
  - id: why
    kind: recall
    ask: "Why does a queue not make work faster?"
    must: [{point: "It only stores jobs.", any: ["only stores", "stores jobs"]}, {point: "Workers set the rate.", any: ["workers set the rate"]}]
    why: "Storing is not working."
    difficulty: 1
"""

FILES = {
    "concepts/staircase.yaml": STAIRCASE,
    "concepts/queues/step.yaml": STEP,
    "concepts/queues/work-queue.yaml": WORK_QUEUE,
    "concepts/queues/dead-letters.yaml": DEAD_LETTERS,
    "concepts/queues/tradeoffs/queue-or-call.yaml": TRADEOFF,
    "concepts/queues/exercises/fill-a-queue.yaml": EXERCISE,
    "quizzes/queues/work-queue.yaml": QUESTIONS,
}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A small library: one written step and one planned."""
    root = tmp_path / "content"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip(), encoding="utf-8")
    # An escape character cannot be typed into YAML's plain text; it gets in by way of a quoted string.
    dead = root / "concepts/queues/dead-letters.yaml"
    text = dead.read_text(encoding="utf-8")
    mechanism = text[text.index("mechanism: |") : text.index("guarantees:")]
    line = mechanism.splitlines()[1].strip()
    dead.write_text(text.replace(mechanism, f'mechanism: "{line}"\n'), encoding="utf-8")
    return root


@pytest.fixture
def settings(home: Path) -> Callable[..., None]:
    """Writes the learner's settings."""

    def write(**values: object) -> None:
        path = home / "config" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (f"{name} = {str(v).lower() if isinstance(v, bool) else repr(v)}" for name, v in values.items())
        path.write_text("\n".join(lines), encoding="utf-8")

    return write


@pytest.fixture
def app(content: Path, clock: Any) -> KbApp:
    """The application over the small library, with a clock that stands still."""
    return KbApp(content, clock)


class Driver:
    """A person at the keyboard.

    Args:
        app: the application.
        size: columns and rows.
    """

    def __init__(self, app: KbApp, size: tuple[int, int]) -> None:
        self.app = app
        # Nothing is to be waited for that only pleases the eye.
        app.animation_level = "none"
        self._test = app.run_test(size=size, notifications=True)
        self.pilot: Pilot[Any]

    async def __aenter__(self) -> Driver:
        self.pilot = await self._test.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._test.__aexit__(*error)  # type: ignore[arg-type]

    async def press(self, *keys: str) -> None:
        """Presses keys, one after the other."""
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Puts a text into the field that has the cursor, all at once as a terminal pastes it."""
        self.app.post_message(events.Paste(text))
        await self.pilot.pause()

    def shown(self) -> str:
        """The text of the screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    def says(self, text: str) -> bool:
        """Whether a text is on the screen, however it is wrapped."""
        borders = str.maketrans("", "", "│┃▏▎▍▊")
        shown = "".join(self.shown().translate(borders).split())
        return "".join(text.translate(borders).split()) in shown

    async def wait_for(self, condition: Callable[[], object], seconds: float = 6) -> None:
        """Waits until a condition holds.

        Raises:
            AssertionError: it did not in time; the screen is shown.
        """
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not in {seconds} s:\n{self.shown()}")
            await self.pilot.pause(0.02)

    async def until(self, *texts: str) -> None:
        """Waits until all texts are on the screen."""
        for text in texts:
            await self.wait_for(lambda text=text: self.says(text))

    def told(self) -> list[str]:
        """What was said in passing."""
        return [notification.message for notification in self.app._notifications]

    async def screen(self, name: str) -> Any:
        """Waits until a screen of this class is on top, and returns it."""
        await self.wait_for(lambda: type(self.app.screen).__name__ == name)
        return self.app.screen


@pytest.fixture
def at(app: KbApp) -> Callable[..., Driver]:
    """Sits down at a terminal of some size, 80 by 24 if nothing is said."""

    def sit(columns: int = 80, rows: int = 24, over: KbApp | None = None) -> Driver:
        return Driver(over or app, (columns, rows))

    return sit
