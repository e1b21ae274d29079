"""A learner's own notes and cards beside the entries: plain files in the data folder, to be edited with anything.

`own/notes/<entry>.md` is a note in Markdown. `own/cards/<entry>.yaml` holds cards: `{id, ask, answer}`, or any question as in `quizzes/`. A card is
scheduled like all others under `<entry>#own.<id>`, but does not count towards learning the entry: what opens with it must not depend on how many
cards somebody adds. An entry that was renamed keeps what was written under its former ids.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Discriminator, Field, Tag

from engine.cards import Card, Deck
from kb.content import validate
from kb.errors import ContentError
from kb.models import Question
from kb.models.base import Key, Model
from kb.problems import Problem
from kb.yamlfile import read_yaml

if TYPE_CHECKING:
    from kb.content import Library

Text = Annotated[str, Field(min_length=1, max_length=4000)]


class PlainCard(Model):
    """A question and its answer, which the learner grades."""

    id: Key
    ask: Text
    answer: Text


def _form(value: object) -> str:
    return "question" if isinstance(value, dict) and "kind" in value else "plain"


OwnCard = Annotated[
    Annotated[PlainCard, Tag("plain")] | Annotated[Question, Tag("question")],
    Discriminator(_form),
]


class OwnFile(Model):
    """A file of own cards."""

    cards: tuple[OwnCard, ...] = ()


@dataclass(frozen=True)
class OwnCards:
    """The own cards of a learner, and what is wrong with their files.

    Attributes:
        cards: those that can be used.
        problems: files or cards that cannot; the rest is used all the same.
    """

    cards: tuple[Card, ...] = ()
    problems: tuple[Problem, ...] = ()


def note_path(folder: Path, entry: str) -> Path:
    """The file of an entry's note, whether it exists or not."""
    return folder / "notes" / f"{_file_name(entry)}.md"


def cards_path(folder: Path, entry: str) -> Path:
    """The file of an entry's own cards, whether it exists or not."""
    return folder / "cards" / f"{_file_name(entry)}.yaml"


def _file_name(entry: str) -> str:
    # An entry of a pack is called `pack:entry`, and not every file system takes a colon.
    return entry.replace(":", "__")


def _names(library: Library, entry: str) -> Iterator[str]:
    """The id of an entry and those that it had before."""
    found = library.entries.get(entry)
    yield entry
    yield from reversed(found.formerly if found is not None else ())


def note_of(folder: Path, library: Library, entry: str) -> tuple[Path, str]:
    """An entry's note.

    Args:
        folder: of all that is the learner's own.
        library: for the former ids of the entry.
        entry: its id.

    Returns:
        The file, and its text; where there is none, the file that it would be, and nothing.

    Raises:
        ContentError: the file cannot be read.
    """
    for name in _names(library, entry):
        path = note_path(folder, name)
        if path.is_file():
            try:
                return path, path.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ContentError(
                    f"cannot be read: {error}", where=str(path), hint="Save it as UTF-8 text."
                ) from error
    return note_path(folder, entry), ""


def noted(folder: Path, library: Library) -> list[str]:
    """The entries that have a note, in study order."""
    names = {path.stem for path in (folder / "notes").glob("*.md")}
    return [e for e in library.entries if any(_file_name(name) in names for name in _names(library, e))]


def add_to_note(folder: Path, library: Library, entry: str, text: str) -> Path:
    """Adds a paragraph to an entry's note.

    Args:
        folder: of all that is the learner's own.
        library: for the former ids of the entry.
        entry: its id.
        text: Markdown.

    Returns:
        The file.

    Raises:
        ContentError: it cannot be written; it is unchanged.
    """
    path, before = note_of(folder, library, entry)
    _write(path, f"{before}\n\n{text.strip()}\n" if before else f"{text.strip()}\n")
    return path


def own_cards(folder: Path, library: Library, deck: Deck) -> OwnCards:
    """Reads all own cards.

    Args:
        folder: of all that is the learner's own.
        library: the entries beside which they stand.
        deck: the cards of the library; only entries with cards can have own ones.
    """
    cards: dict[str, Card] = {}
    problems: list[Problem] = []
    for path in sorted((folder / "cards").glob("*.yaml")):
        written = path.stem.replace("__", ":")
        entry = library.renamed.get(written, written)
        if entry not in deck.by_entry:
            problems.append(
                Problem(path, 1, "own-entry", f"there is no entry `{written}` with cards", "rename the file", "warning")
            )
            continue
        found = _read(path)
        if isinstance(found, list):
            problems += found
            continue
        for number, item in enumerate(found.cards, 1):
            card = _card(library, entry, item)
            if card.id in cards:
                message = f"`{item.id}`, the id of card {number}, is used twice"
                problems.append(Problem(path, 1, "own-id", message, "give it another id"))
            else:
                cards[card.id] = card
    return OwnCards(tuple(cards.values()), tuple(problems))


def _card(library: Library, entry: str, item: Any) -> Card:
    former = tuple(f"{name}#own.{item.id}" for name in library.entries[entry].formerly)
    ident = f"{entry}#own.{item.id}"
    if isinstance(item, PlainCard):
        return Card(ident, entry, "own", "essential", item.ask, item.answer, formerly=former)
    symptom = getattr(item, "symptom", "")
    prompt = f"{symptom}\n\n{item.ask}" if symptom else item.ask
    return Card(ident, entry, "own", "essential", prompt, item.why, question=item, formerly=former)


def with_own(deck: Deck, own: OwnCards) -> Deck:
    """A deck with own cards behind those of their entries.

    Args:
        deck: the cards of the library.
        own: see `own_cards`.
    """
    if not own.cards:
        return deck
    by_entry = {entry: list(ids) for entry, ids in deck.by_entry.items()}
    added = {card.id: card for card in own.cards}
    for card in own.cards:
        by_entry[card.entry].append(card.id)
    cards = {ident: deck.cards.get(ident) or added[ident] for ids in by_entry.values() for ident in ids}
    renamed = {old: card.id for card in own.cards for old in card.formerly if old not in cards}
    return Deck(cards, {entry: tuple(ids) for entry, ids in by_entry.items()}, {**deck.renamed, **renamed})


def card_file(folder: Path, library: Library, entry: str) -> Path:
    """The file of an entry's own cards, also one under a former id; where there is none, the one that it would be."""
    named = (cards_path(folder, name) for name in _names(library, entry))
    return next((path for path in named if path.is_file()), cards_path(folder, entry))


def add_card(folder: Path, library: Library, entry: str, ask: str, answer: str) -> str:
    """Adds a card to the file of an entry, behind what stands there.

    Args:
        folder: of all that is the learner's own.
        library: for the former ids of the entry.
        entry: its id.
        ask: the front.
        answer: the back.

    Returns:
        The card's id.

    Raises:
        ContentError: the file cannot be read or written, or a text is empty or too long; the file is unchanged.
    """
    path = card_file(folder, library, entry)
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"cannot be read: {error}", where=str(path), hint="Save it as UTF-8 text.") from error
    taken = {item.id for item in _checked(path).cards} if before else set()
    key = _free_key(ask, taken)
    item = (f"  - id: {_quoted(key)}", f"    ask: {_quoted(ask)}", f"    answer: {_quoted(answer)}")
    head = f"{before}\n" if before and not before.endswith("\n") else before
    _write(path, head + "\n".join((*(() if taken else ("cards:",)), *item, "")))
    try:
        _checked(path)
    except ContentError:
        if before:
            _write(path, before)
        else:
            path.unlink()
        raise
    return f"{entry}#own.{key}"


def _read(path: Path) -> OwnFile | list[Problem]:
    """The cards of one file, or what is wrong with it; a file that holds only comments holds no cards."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return [Problem(path, 1, "own-file", f"cannot be read: {error}", "save it as UTF-8 text")]
    if all(not line.strip() or line.lstrip().startswith("#") for line in lines):
        return OwnFile()
    file = read_yaml(path)
    return [file] if isinstance(file, Problem) else validate(OwnFile, file)


def _checked(path: Path) -> OwnFile:
    """The cards of one file.

    Raises:
        ContentError: it cannot be used.
    """
    found = _read(path)
    if isinstance(found, list):
        first = found[0]
        raise ContentError(first.message, where=f"{path}:{first.line}", hint=f"To mend it: {first.mend}.")
    return found


def _quoted(text: str) -> str:
    """A text as a double-quoted scalar of YAML: JSON's form, with what YAML does not take as it is written as an escape."""
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in json.dumps(text, ensure_ascii=False))


def _free_key(text: str, taken: set[str]) -> str:
    """A short key made of the first words of a text, with a number where it is taken."""
    words = re.findall(r"[a-z0-9]+", text.lower())[:5]
    stem = "-".join(words)[:32].strip("-") or "card"
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except (OSError, UnicodeEncodeError) as error:
        raise ContentError(
            f"cannot be written: {error}", where=str(path), hint="Set KB_HOME to a folder you may write."
        ) from error
