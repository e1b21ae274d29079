"""A folder of Markdown for Obsidian: an entry a note, joined by wikilinks, and its cards in the syntax of the spaced-repetition plugin.

The plugin (obsidian-spaced-repetition, `src/parser.ts`) reads a note as paragraphs: a line that is `?` parts front from back, `==text==` is a gap, an empty
line ends the card, and it writes its schedule behind the card as `<!--SR:...-->`. So cards stand in notes of their own, no text inside one can
be taken for syntax, and a schedule that the plugin wrote stays where it is when the vault is written again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from engine.cards import Card, Deck
from engine.events import Event
from engine.exchange.export import ExportSummary, Tick, entries_of, need_cards, replacing
from engine.faces import face_of
from engine.schedule import DEFAULT_POLICY, Policy
from kb.content import Library
from kb.errors import ExchangeError
from kb.links import Link, LinkKind, links_of
from kb.models import Cloze, Concept, Entry, Failure
from kb.models.question import GAP
from kb.sections import sections_of
from kb.text import plain

TAG = "flashcards"
"""The tag by which the plugin knows notes with cards; what follows a slash names the deck."""

OVERVIEW = "System design"
"""The note that lists all others."""

_SCHEDULE = re.compile(r"<!--SR:[^\n]*?-->")
_BLOCK = re.compile(r"(?:^|[ \n])\^([A-Za-z0-9-]+)(?=\n|$)")
_FENCE = re.compile(r"^(```.*?^```[ \t]*$)", re.M | re.S)
_APART = "\u200b"
"""A space without width: parts two signs that would be syntax together, and is not seen."""

_ASIDE = {"links"}
"""Sections that are written with wikilinks here."""

_TITLES: dict[LinkKind, str] = {
    "requires": "Understand first",
    "contrasts_with": "Easily taken for",
    "part_of": "Part of",
    "mitigates": "Helps against",
    "fails_with": "Breaks with",
    "related": "Related",
    "decides": "Decides between",
    "practises": "Practises",
    "weighs": "Weighs",
}


def export_obsidian(
    deck: Deck,
    target: Path,
    *,
    library: Library,
    at: datetime,  # noqa: ARG001 - every format is called alike; the same cards give the same bytes at any time
    events: Sequence[Event] | None = None,  # noqa: ARG001 - the plugin keeps a schedule of its own
    policy: Policy = DEFAULT_POLICY,  # noqa: ARG001 - as above
    tick: Tick | None = None,
) -> ExportSummary:
    """Writes a vault, or a folder in one. See `Exporter`.

    Args:
        deck: the cards to write; the notes are those of their entries.
        target: the folder; made where it does not exist. Notes of one's own in it are never touched, and a note that would not change is not written.
        library: the entries.
        at: not used.
        events: not used.
        policy: not used.
        tick: is told of the progress.

    Raises:
        ExchangeError: there are no cards, a file is in the place of the folder, or a note cannot be written.
    """
    need_cards(deck, target)
    _make(target)
    entries = entries_of(deck, library)
    written = {entry: note_name(entry) for entry in library.entries}
    links: dict[str, list[Link]] = {}
    for link in links_of(library):
        links.setdefault(link.source, []).append(link)
    _put(target / f"{OVERVIEW}.md", _overview(entries, library, written))
    done = 0
    for entry in entries:
        folder = target / note_name(library.step_of[entry])
        _make(folder)
        _put(folder / f"{written[entry]}.md", _note(library.entries[entry], library, written, links.get(entry, ())))
        cards = [deck.cards[card] for card in deck.by_entry.get(entry, ()) if card in deck.cards]
        if cards:
            path = folder / f"{written[entry]} cards.md"
            _put(path, _cards_note(cards, library, written, _schedules(path)))
        done += len(cards)
        if tick is not None:
            tick(done, len(deck.cards))
    decks = dict.fromkeys(_deck_of(card.entry, library) for card in deck.cards.values())
    return ExportSummary(target=target, cards=done, decks=tuple(decks))


def note_name(entry: str) -> str:
    """The name of an entry's note, without its suffix: the id, but for the colon of a pack, which file names must not have."""
    return entry.replace(":", ".")


def block_of(card: Card) -> str:
    """The block id of a card: letters, digits and hyphens, the same for good."""
    return re.sub(r"[^A-Za-z0-9]+", "-", card.first_id)


def _deck_of(entry: str, library: Library) -> str:
    return f"{TAG}/{note_name(library.step_of[entry])}"


def _make(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ExchangeError("a vault is a folder, and this is a file", where=str(folder), hint="Name another folder.")
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError as error:
        raise ExchangeError(
            "the folder does not exist", where=str(folder.parent), hint="Make it first, or name another one."
        ) from error
    except OSError as error:
        raise ExchangeError(
            f"the folder cannot be made: {error.strerror or error}",
            where=str(folder),
            hint="Check the space and the rights of the folder above.",
        ) from error


def _put(path: Path, text: str) -> None:
    """Writes a note, unless it says this already: a program that watches the folder then sees no change."""
    content = text.encode()
    try:
        same = path.read_bytes() == content
    except OSError:
        same = False
    if not same:
        with replacing(path) as part:
            part.write_bytes(content)


def _front_matter(**keys: str | Sequence[str]) -> str:
    """Properties as YAML; JSON's strings and lists are YAML too."""
    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in keys.items())
    return "---\n" + "".join(f"{line}\n" for line in lines) + "---\n"


def _link(entry: str, library: Library, written: Mapping[str, str]) -> str:
    """A wikilink with the title; the title alone where the entry is only planned."""
    today = library.renamed.get(entry, entry)
    title = re.sub(r"[\[\]|]", "", plain(library.title(today))).replace("\n", " ")
    return f"[[{written[today]}|{title}]]" if today in written else f"{title} (planned)"


def _overview(entries: Sequence[str], library: Library, written: Mapping[str, str]) -> str:
    parts = [f"# {OVERVIEW}"]
    for step in dict.fromkeys(library.step_of[entry] for entry in entries):
        listed = [f"- {_link(e, library, written)}" for e in entries if library.step_of[e] == step]
        stair = next((s.title for s in library.staircase.steps if s.id == step), step)
        parts += [f"## {plain(stair)}", "\n".join(listed)]
    return "\n\n".join(parts) + "\n"


def _note(entry: Entry, library: Library, written: Mapping[str, str], links: Sequence[Link]) -> str:
    step, kind = library.step_of[entry.id], library.kind(entry.id)
    aliases = [entry.title, *(entry.aliases if isinstance(entry, Concept) else ()), *_former(entry.id, library)]
    parts = [
        _front_matter(
            id=entry.id,
            title=plain(entry.title),
            aliases=[plain(alias) for alias in dict.fromkeys(aliases)],
            tags=[f"kind/{kind}", f"step/{note_name(step)}"],
        )
        + f"\n# {plain(entry.title)}"
    ]
    for section in sections_of(library, entry):
        if section.key in _ASIDE:
            continue
        parts.append(f"## {plain(section.title)}")
        parts += [f"*{plain(section.ask)}*"] if section.ask else []
        parts += [plain(section.markdown)] if section.markdown else []
        parts += [f"```mermaid\n{plain(section.diagram).rstrip()}\n```"] if section.diagram else []
    hangs = list(_hangs_together(entry, library, written, links))
    if hangs:
        parts += ["## How it hangs together", *hangs]
    return "\n\n".join(parts) + "\n"


def _former(entry: str, library: Library) -> list[str]:
    return sorted(old for old, today in library.renamed.items() if today == entry)


def _hangs_together(entry: Entry, library: Library, written: Mapping[str, str], links: Sequence[Link]) -> Iterator[str]:
    """The links of an entry by their kind, and what it fails with or helps against that is no entry."""
    lines: dict[LinkKind, list[str]] = {kind: [] for kind in _TITLES}
    for link in links:
        note = f": {plain(link.note)}" if link.note else ""
        lines[link.kind].append(f"- {_link(link.target, library, written)}{note}")
    if isinstance(entry, Concept):
        for kind, targets in (("mitigates", entry.links.mitigates), ("fails_with", entry.links.fails_with)):
            lines[kind] += [f"- {plain(t.failure)}" for t in targets if isinstance(t, Failure)]  # type: ignore[index]
    for kind, title in _TITLES.items():
        if lines[kind]:
            yield f"**{title}**\n\n" + "\n".join(lines[kind])


def _cards_note(
    cards: Sequence[Card], library: Library, written: Mapping[str, str], schedules: Mapping[str, str]
) -> str:
    entry = cards[0].entry
    title = plain(library.title(entry)).replace("\n", " ")
    head = _front_matter(title=f"{title}: cards", tags=[_deck_of(entry, library)])
    parts = [f"{head}\n# {_inert(title)}: cards", f"The entry: {_link(entry, library, written)}."]
    for card in cards:
        block = block_of(card)
        schedule = f"\n{schedules[block]}" if block in schedules else ""
        parts.append(f"{_marked(_text_of(card), block)}{schedule}")
    return "\n\n".join(parts) + "\n"


def _marked(text: str, block: str) -> str:
    """A paragraph with its block id; behind a fence it needs a line of its own."""
    return f"{text}{chr(10) if text.endswith('```') else ' '}^{block}"


def _text_of(card: Card) -> str:
    """A card as one paragraph of the plugin."""
    if isinstance(card.question, Cloze):
        return f"{_paragraph(card.question.ask)}\n{_gapped(card.question)}"
    face = face_of(card, 0)
    front = [face.prompt, *face.givens]
    front += [f"{number}) {text}" for number, text in enumerate(face.left, 1)]
    front += [f"{letter}) {text}" for letter, text in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", face.options, strict=False)]
    if face.diagram:
        front.append(f"```mermaid\n{face.diagram.rstrip()}\n```")
    back = [face.answer, *([face.why] if face.why else [])]
    return f"{_paragraph(chr(10).join(front))}\n?\n{_paragraph(chr(10).join(back))}"


def _gapped(question: Cloze) -> str:
    """The text with each gap as the plugin writes it; of several spellings the first."""
    pieces, last = [], 0
    for match in GAP.finditer(question.text):
        pieces.append(_paragraph(question.text[last : match.start()]) if match.start() > last else "")
        pieces.append(f"=={_paragraph(match[1].split('|')[0].strip())}==")
        last = match.end()
    return "".join([*pieces, _paragraph(question.text[last:]) if last < len(question.text) else ""])


def _paragraph(text: str) -> str:
    """Text without an empty line and without anything that the plugin obeys; code in fences stays as it is."""
    pieces = _FENCE.split(plain(text).strip("\n"))
    return "".join(piece if piece.startswith("```") else _inert(piece) for piece in pieces)


def _inert(text: str) -> str:
    filled = re.sub(r"\n[ \t]*(?=\n)", "\n<br>", text)
    parted = re.sub(r"(?<=:)(?=:)|(?<=\{)(?=\{)", _APART, re.sub(r"(?<==)(?==)", _APART, filled))
    return re.sub(r"^(?=\?\??[ \t]*$|<!--|\^[\w-]+[ \t]*$)", _APART, parted, flags=re.M)


def _schedules(path: Path) -> dict[str, str]:
    """What the plugin noted behind the cards of a note that is there already, by block id."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    found = {}
    for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        schedule, without = _SCHEDULE.search(paragraph), _SCHEDULE.sub("", paragraph).rstrip()
        blocks = _BLOCK.findall(without)
        if schedule is not None and blocks:
            found[blocks[-1]] = schedule[0]
    return found
