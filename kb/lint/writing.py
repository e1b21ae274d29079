"""Rules about the texts themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.content import Library
from kb.lint.rule import Complaint, Rule
from kb.lint.texts import all_texts, prose, sentences, without_code, words
from kb.text import HARMFUL

MECHANISM_WORDS = (80, 250)
LONG_SENTENCE = 30

HYPE = (
    "simply",
    "obviously",
    "just works",
    "powerful",
    "seamless",
    "seamlessly",
    "leverage",
    "leverages",
    "leveraged",
    "blazing",
    "cutting-edge",
    "it is important to note",
)
_SIGNS = (*HYPE, "!", "—")
_HYPE = re.compile(rf"\b({'|'.join(HYPE)})\b|!(?=\s|$)|—")
_FENCE = re.compile(r"^\s*```(.*)$", re.M)


def no_control_characters(library: Library) -> Iterator[Complaint]:
    """No text holds control characters or direction overrides."""
    for file, place, text in all_texts(library):
        found = HARMFUL.search(text)
        if found:
            yield Complaint(file, place, f"holds the control character U+{ord(found[0]):04X}")


def plain_words(library: Library) -> Iterator[Complaint]:
    """No hype, filler, exclamation marks or long dashes."""
    for file, place, text in prose(library):
        lower = text.lower()
        if "says" in place or not any(sign in lower for sign in _SIGNS):
            continue
        found = _HYPE.search(without_code(lower))
        if found:
            yield Complaint(file, place, f"“{found[0]}” is not plain")


def short_sentences(library: Library) -> Iterator[Complaint]:
    """No sentence has more than 30 words."""
    for file, place, text in prose(library):
        for sentence in sentences(text) if len(text.split()) > LONG_SENTENCE else ():
            count = len(sentence.split())
            if count > LONG_SENTENCE:
                yield Complaint(file, place, f"a sentence of {count} words: “{' '.join(sentence.split()[:6])} ...”")


def mechanism_length(library: Library) -> Iterator[Complaint]:
    """A mechanism has 80 to 250 words."""
    low, high = MECHANISM_WORDS
    for concept in library.concepts.values():
        count = len(words(concept.mechanism))
        if not low <= count <= high:
            yield Complaint(concept.id, ("mechanism",), f"has {count} words, not {low} to {high}")


def symptom_before_the_name(library: Library) -> Iterator[Complaint]:
    """A symptom has two to four sentences and does not name the concept."""
    for concept in library.concepts.values():
        count = len(re.findall(r"[.?](?=\s|$|”|\")", concept.symptom))
        if not 2 <= count <= 4:
            yield Complaint(concept.id, ("symptom",), f"has {count} sentences, not two to four", "warning")
        if re.search(rf"\b{re.escape(concept.title)}\b", concept.symptom, re.I):
            yield Complaint(concept.id, ("symptom",), "names the concept")


def corrections_are_short(library: Library) -> Iterator[Complaint]:
    """What is often said is paraphrased in at most twelve words."""
    for entry in library.entries.values():
        for index, correction in enumerate(entry.corrections):
            if len(correction.says.split()) > 12:
                yield Complaint(entry.id, ("corrections", index, "says"), f"has {len(correction.says.split())} words")


def code_names_its_language(library: Library) -> Iterator[Complaint]:
    """Every fenced block says its language and is closed."""
    for file, place, text in prose(library):
        fences = _FENCE.findall(text)
        if len(fences) % 2:
            yield Complaint(file, place, "a fenced block is not closed")
        elif any(not opening.strip() for opening in fences[::2]):
            yield Complaint(file, place, "a fenced block names no language")


RULES = (
    Rule("control-character", "remove it", no_control_characters),
    Rule("plain-words", "say it plainly", plain_words, "warning"),
    Rule("long-sentence", "make two of it", short_sentences, "warning"),
    Rule("mechanism-length", "say how and why, in the order in which it happens", mechanism_length, "warning"),
    Rule("symptom", "say what somebody sees before they know the name", symptom_before_the_name),
    Rule("correction-length", "paraphrase in at most twelve words", corrections_are_short),
    Rule("code-language", "write ```python, ```text and so on", code_names_its_language),
)
