"""Skeletons of new entries: every key, with what belongs there, valid as they stand but for the words."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

from kb.content import Library, kind_of
from kb.errors import ContentError, UsageError
from kb.models.base import SLUG

CONCEPT = """\
id: {id}
title: {title}
aliases: []                              # acronyms, other names, spellings people search for
level: {level}
summary: >-                              # the quintessence in one sentence, at most 200 characters
  Say in one sentence what only this one is.
symptom: >-                              # 2-4 sentences, no jargon, before anybody knows the name
  Say what somebody sees. Say what they tried.
mechanism: |                             # 80-250 words: how it works and why, in the order in which it happens
  Say what happens first, and why.
guarantees:
  holds: ["Say what one may rely on."]
  does_not_hold: ["Say what one may not rely on."]
diagram:                                 # required for core concepts; see the Mermaid subset in concepts/README.md
  alt: Say in one sentence what the picture shows.
  mermaid: |
    flowchart LR
      a["First"] --> b["Then"]
use_when:
  - {{key: first-reason, text: "Say when it is right."}}
avoid_when:
  - {{key: first-reason, text: "Say when it is wrong."}}
pitfalls:
  - key: first-trap
    trap: Say the mistake that happens.
    instead: Say what to do instead.
numbers: []                              # - {{key:, claim:, low:, high:, unit:, year:, ref:, at:}}
example: |
  Give one real system with its source, or a short worked case.
links:
  requires: {requires}
  part_of: []
  contrasts_with: []                     # - {{id:, difference: "..."}}, written once, in the later entry
  mitigates: []
  fails_with: []
  related: []
sources: []                              # - {{atom: s003-t3-fp-1}} or {{ref: rfc-9111, at: "Section 4.2"}}
corrections: []                          # - {{erratum: e036, says: "...", truth: ..., ref: ..., at: ...}}
reviewed: {today}
"""

QUESTIONS = """\
concept: {id}
questions:
  - id: first-decision
    kind: choice
    ask: Say the situation, then ask what to do.
    options:
      - {{text: "The right thing"}}
      - {{text: "A real mistake", why_not: "Say the misconception."}}
      - {{text: "Another mistake", why_not: "Say the misconception."}}
    why: Say what the right answer rests on.
    difficulty: 3
    essential: true
"""

TRADEOFF = """\
id: {id}
title: {title}
question: Which question decides?
sides:
  - key: first
    phrase: The one way
    gains: ["Say what it gains."]
    costs: ["Say what it costs."]
    wins_when: Say when it wins.
  - key: second
    phrase: The other way
    gains: ["Say what it gains."]
    costs: ["Say what it costs."]
    wins_when: Say when it wins.
tipping_point:
  at: The number or the condition at which the answer flips.
  derived: Say how it was computed or observed.
cases:                                   # each side wins at least once, one case is close
  - {{key: clear-first, situation: "Describe a situation with numbers.", pick: first, because: "Say why."}}
  - {{key: clear-second, situation: "Describe a situation with numbers.", pick: second, because: "Say why."}}
  - {{key: close-call, situation: "Describe a situation with numbers.", pick: first, because: "Say why.", close: true}}
links: {{requires: [], related: []}}
sources: []
corrections: []
reviewed: {today}
"""

EXERCISE = """\
id: {id}
title: {title}
goal: Say what one can do or see afterwards.
concepts: [{concept}]
minutes: 10
tools: [Python 3.11]
needs: [offline]                         # offline, network, redis, docker, browser; more than offline needs `offline:`
predict:
  ask: What will be seen?
  answer: Say what is seen, and why.
steps:
  - do: Say what to do.
    run: |
      print("hello")
    language: python
    prints: |
      hello
    expect: Say what should be seen.
learned: Say what it showed.
check: Say how one can tell that it worked.
sources: []
corrections: []
reviewed: {today}
"""

PART = "    ask: What do you expect?\n    text: Say it in your own words.\n"
SCALE = "    ask: What do you expect?\n    actors: Who acts.\n    mechanism: What they do, in order.\n    design_principle: The principle behind it.\n"
CARD = "  card: {{ask: What is to be kept?, answer: The one thing to keep.}}\n"

STEP = (
    """\
id: {id}
title: {title}
purpose: {purpose}
after: Say why it comes after the step below.
foundation:
"""
    + CARD
    + "  quintessence:\n"
    + PART
    + "  first_principles:\n"
    + "".join(
        f"    - title: The {nth} principle\n      ask: What bounds it?\n      text: Say it.\n      law: The law or limit behind it.\n"
        for nth in ("first", "second")
    )
    + "deconstruction:\n"
    + CARD
    + "  entity:\n"
    + PART
    + "  process:\n"
    + PART
    + "".join(f"  {name}:\n{SCALE}" for name in ("micro", "meso", "macro"))
    + "synthesis:\n"
    + CARD
    + "".join(
        f"  {name}:\n{PART}" for name in ("techno_economic", "socio_political", "intellectual_historical", "interplay")
    )
    + "capstone:\n"
    + CARD
    + "  tensions:\n"
    + "".join(
        f"    - title: The {nth} tension\n      ask: What can one not have in full?\n      text: Say it.\n      tradeoff: {{tradeoff}}\n"
        for nth in ("first", "second")
    )
    + "  second_order_effects:\n"
    + "".join(
        f"    - {{{{title: The {nth} effect, ask: What follows?, text: Say it.}}}}\n" for nth in ("first", "second")
    )
    + "sources: []\ncorrections: []\nreviewed: {today}\n"
)


def new_files(library: Library, kind: str, entry_id: str, step: str | None, today: date) -> dict[Path, str]:
    """The files of a new entry, not written yet.

    Args:
        library: the content that it joins.
        kind: concept, tradeoff, exercise or step.
        entry_id: its id; for a planned concept the staircase knows title, level and step.
        step: the step to put it into; for a concept or trade-off that is planned, it is known.
        today: for `reviewed`.

    Returns:
        Path and text of each file.

    Raises:
        UsageError: the id or the step cannot be used.
        ContentError: the entry exists already.
    """
    if not re.fullmatch(SLUG, entry_id):
        raise UsageError(
            f"`{entry_id}` is no id", hint="Ids are words in lower case with hyphens, such as write-through-cache."
        )
    if entry_id in library.entries:
        raise ContentError(
            f"`{entry_id}` exists already",
            where=str(library.files[entry_id].path),
            hint="Choose another id, or edit that file.",
        )
    title = entry_id.replace("-", " ").capitalize()
    root = library.roots.concepts
    if kind == "step":
        stair = library.stair(entry_id)
        tradeoff = next((t.id for t in stair.tradeoffs), "a-tradeoff")
        return {
            root / entry_id / "step.yaml": STEP.format(
                id=entry_id, title=_value(stair.title), purpose=_value(stair.purpose), tradeoff=tradeoff, today=today
            )
        }
    folder = _folder(library, entry_id, step)
    if kind == "concept":
        planned = library.planned.get(entry_id)
        earlier = [c for c, rank in library.rank.items() if rank < library.rank.get(entry_id, len(library.rank))]
        text = CONCEPT.format(
            id=entry_id,
            title=_value(planned.title) if planned else title,
            level=planned.level if planned else "core",
            requires=f"[{earlier[-1]}]" if earlier else "[]",
            today=today,
        )
        return {
            root / folder / f"{entry_id}.yaml": text,
            library.roots.quizzes / folder / f"{entry_id}.yaml": QUESTIONS.format(id=entry_id),
        }
    if kind == "tradeoff":
        return {
            root / folder / "tradeoffs" / f"{entry_id}.yaml": TRADEOFF.format(id=entry_id, title=title, today=today)
        }
    if kind == "exercise":
        concept = next((c.id for c in library.stair(folder).concepts), "a-concept")
        text = EXERCISE.format(id=entry_id, title=title, concept=concept, today=today)
        return {root / folder / "exercises" / f"{entry_id}.yaml": text}
    raise UsageError(f"there is no kind `{kind}`", hint="Kinds: concept, tradeoff, exercise, step.")


def _value(text: str) -> str:
    """A text as YAML: quoted where a sign in it could be read as something else."""
    return text if re.fullmatch(r"[A-Za-z][\w ,.;()/-]*", text) else json.dumps(text, ensure_ascii=False)


def _folder(library: Library, entry_id: str, step: str | None) -> str:
    known = {t.id: s.id for s in library.staircase.steps for t in s.tradeoffs} | {
        c.id: s.id for s in library.staircase.steps for c in s.concepts
    }
    folder = step or known.get(entry_id)
    if folder is None:
        raise UsageError(
            "which step does it belong to?", where=entry_id, hint="Add --step, for example --step caching."
        )
    return library.stair(folder).id


def write_new(files: dict[Path, str]) -> list[Path]:
    """Writes the files of a new entry; refuses to overwrite.

    Returns:
        The written paths.

    Raises:
        ContentError: one of them exists, or cannot be written.
    """
    for path in files:
        if path.exists():
            raise ContentError("exists already", where=str(path), hint="Edit it, or choose another id.")
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ContentError(
                f"cannot be written: {error.strerror}",
                where=str(path),
                hint="Use --content with a folder you may write.",
            ) from error
    return sorted(files, key=lambda p: (kind_of(p), p))
