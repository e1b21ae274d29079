"""The vault read again: notes by a small reader of front matter and wikilinks, cards by a reader that follows the plugin's own, line by line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.cards import Deck, derive
from engine.exchange.export import part_of
from engine.exchange.obsidian import OVERVIEW, block_of, export_obsidian
from kb.content import Library
from kb.errors import ExchangeError

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LINK = re.compile(r"\[\[([^\]|]+)\|([^\]]+)\]\]")


@dataclass
class Card:
    """A card as the plugin sees it."""

    kind: str
    text: str


def plugin_cards(text: str) -> list[Card]:
    """What the plugin finds in a note, by the rules of its parser with its default settings."""
    lines = text.split("\n")
    found: list[Card] = []
    held: list[str] = []
    kind = ""
    i = 0
    while i < len(lines):
        line = lines[i]
        if line == "":
            if kind:
                found.append(Card(kind, "\n".join(held)))
            held, kind = [], ""
        elif line.startswith("<!--") and not line.startswith("<!--SR:"):
            while i + 1 < len(lines) and "-->" not in lines[i + 1]:
                i += 1
            i += 1
        else:
            held.append(line)
            if "::" in line:
                found.append(Card("inline", line))
                held, kind = [], ""
            elif not kind and re.search(r"==.*?==", line):
                kind = "cloze"
            elif line in ("?", "??"):
                kind = "basic" if line == "?" else "reversed"
            elif line.startswith("```"):
                while i + 1 < len(lines) and not lines[i + 1].startswith("```"):
                    i += 1
                    held.append(lines[i])
                held.append("```")
                i += 1
        i += 1
    if kind and held:
        found.append(Card(kind, "\n".join(held)))
    return found


def front_matter(path: Path) -> tuple[dict[str, Any], str]:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("---\n")
    head, _, body = text[4:].partition("\n---\n")
    return yaml.safe_load(head), body


def write(deck: Deck, target: Path, library: Library) -> dict[str, bytes]:
    export_obsidian(deck, target, library=library, at=NOON)
    return {str(p.relative_to(target)): p.read_bytes() for p in sorted(target.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory, shipped: Library) -> Path:
    target = tmp_path_factory.mktemp("vault") / "vault"
    write(derive(shipped), target, shipped)
    return target


def test_every_entry_is_a_note_that_names_it(vault: Path, shipped: Library) -> None:
    for entry in shipped.entries.values():
        head, body = front_matter(vault / shipped.step_of[entry.id] / f"{entry.id}.md")
        assert (head["id"], head["title"]) == (entry.id, entry.title)
        assert entry.title in head["aliases"]
        assert f"\n# {entry.title}\n" in body


def test_every_wikilink_leads_to_a_note_of_the_vault(vault: Path, shipped: Library) -> None:
    notes = {path.stem for path in vault.rglob("*.md")}
    linked: set[str] = set()
    for path in vault.rglob("*.md"):
        for name, title in LINK.findall(path.read_text(encoding="utf-8")):
            assert name in notes, f"{path.name}: {name}"
            assert title == shipped.title(name)
            linked.add(name)
    assert linked >= set(shipped.entries)


def test_links_of_an_entry_are_those_that_it_writes(vault: Path, shipped: Library) -> None:
    for concept in (e for e in shipped.entries.values() if shipped.kind(e.id) == "concept"):
        _, body = front_matter(vault / shipped.step_of[concept.id] / f"{concept.id}.md")
        written = {name for name, _ in LINK.findall(body)}
        wanted = {*concept.links.requires, *concept.links.related, *(c.id for c in concept.links.contrasts_with)}  # type: ignore[union-attr]
        assert {shipped.renamed.get(w, w) for w in wanted} & set(shipped.entries) <= written


def test_the_plugin_finds_every_card_once_and_nothing_else(vault: Path, shipped: Library) -> None:
    deck = derive(shipped)
    blocks: list[str] = []
    by_block = {block_of(card): card for card in deck.cards.values()}
    for path in vault.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        if not path.name.endswith(" cards.md"):
            assert "flashcards" not in text.split("\n---\n")[0]
            continue
        head, body = front_matter(path)
        assert head["tags"] == [f"flashcards/{path.parent.name}"]
        for card in plugin_cards(body):
            ends = re.findall(r"[ \n]\^([A-Za-z0-9-]+)$", card.text)
            assert len(ends) == 1, card.text
            blocks += ends
            kind = by_block[ends[0]].question
            assert card.kind == ("cloze" if kind is not None and kind.kind == "cloze" else "basic"), card.text
    assert sorted(blocks) == sorted(by_block)
    assert len(by_block) == len(deck.cards)


def test_front_and_back_say_what_the_card_asks_and_answers(small: Callable[..., Library], tmp_path: Path) -> None:
    library = small()
    deck = derive(library)
    write(deck, tmp_path / "vault", library)
    _, body = front_matter(tmp_path / "vault" / "caching" / "near-copy cards.md")
    found = {re.search(r"\^(\S+)$", c.text)[1]: c for c in plugin_cards(body)}  # type: ignore[index]
    front, back = found["near-copy-q-pick-one"].text.split("\n?\n")
    assert front.startswith("What is asked in the question pick-one?\nA) ")
    assert {"the right one", "a wrong one", "another wrong one"} == {line[3:] for line in front.splitlines()[1:]}
    assert back.startswith("the right one\nBecause the right answer rests on this.")
    cloze = found["near-copy-q-fill-gaps"]
    assert (
        cloze.text
        == "What is asked in the question fill-gaps?\nA copy is ==near== and ==small==. ^near-copy-q-fill-gaps"
    )


NASTY = "std::map a:::b\n\n?\n\n??\n==x== == y ==\n<!-- hidden\n[[no-link]] `a::b`\n^block\n{{curly}}"


def test_text_that_looks_like_syntax_is_not_obeyed(small: Callable[..., Library], tmp_path: Path) -> None:
    def change(files: dict[str, Any]) -> None:
        questions = files["quizzes/caching/near-copy.yaml"]["questions"]
        questions[0].update(ask=NASTY, why=NASTY[:290])
        questions[1]["options"][0]["text"] = "a::b ==c== ?"

    library = small(change)
    deck = derive(library)
    write(deck, tmp_path / "vault", library)
    _, body = front_matter(tmp_path / "vault" / "caching" / "near-copy cards.md")
    found = plugin_cards(body)
    assert len(found) == len(deck.by_entry["near-copy"])
    assert {c.kind for c in found} == {"basic", "cloze"}
    nasty = next(c for c in found if c.text.endswith("^near-copy-q-pick-one"))
    assert nasty.text.count("\n?\n") == 1
    assert "std:" in nasty.text.split("\n?\n")[0]
    assert nasty.text.replace("\u200b", "").count("std::map") == 2


def test_code_in_fences_stays_as_it_is(small: Callable[..., Library], tmp_path: Path) -> None:
    code = "Look:\n\n```python\nif a == b:\n\n    std::x\n```\n\nWhat then?"

    def change(files: dict[str, Any]) -> None:
        files["quizzes/caching/near-copy.yaml"]["questions"][0].update(ask=code)

    library = small(change)
    write(derive(library), tmp_path / "vault", library)
    _, body = front_matter(tmp_path / "vault" / "caching" / "near-copy cards.md")
    card = next(c for c in plugin_cards(body) if c.text.endswith("^near-copy-q-pick-one"))
    assert "```python\nif a == b:\n\n    std::x\n```" in card.text


def test_writing_it_again_changes_no_file_and_no_time(small: Callable[..., Library], tmp_path: Path) -> None:
    library = small()
    deck = derive(library)
    first = write(deck, tmp_path / "vault", library)
    own = tmp_path / "vault" / "caching" / "my own note.md"
    own.write_text("mine")
    times = {p: p.stat().st_mtime_ns for p in (tmp_path / "vault").rglob("*.md")}
    again = write(deck, tmp_path / "vault", library)
    assert again == first | {"caching/my own note.md": b"mine"}
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "vault").rglob("*.md")} == times


@pytest.mark.parametrize("apart", ["\n", " "])
def test_the_schedule_of_the_plugin_stays_behind_its_card(
    small: Callable[..., Library], tmp_path: Path, apart: str
) -> None:
    library = small()
    deck = derive(library)
    write(deck, tmp_path / "vault", library)
    path = tmp_path / "vault" / "caching" / "near-copy cards.md"
    schedules = {
        "near-copy-symptom": "<!--SR:!2026-12-01,4,270-->",
        "near-copy-q-fill-gaps": "<!--SR:!2026-12-02,3,250!2026-12-05,6,250-->",
    }
    text = path.read_text(encoding="utf-8")
    for block, schedule in schedules.items():
        text = text.replace(f"^{block}\n", f"^{block}{apart}{schedule}\n")
    path.write_text(text, encoding="utf-8")

    def change(files: dict[str, Any]) -> None:
        files["concepts/caching/near-copy.yaml"]["symptom"] = (
            "Somebody who waits for far data sees this before they know."
        )

    changed = small(change)
    for _ in range(2):
        write(derive(changed), tmp_path / "vault", changed)
        text = path.read_text(encoding="utf-8")
        assert "waits for far data" in text
        for block, schedule in schedules.items():
            assert f" ^{block}\n{schedule}\n" in text
        assert text.count("<!--SR:") == 2


def test_a_renamed_entry_keeps_the_blocks_of_its_cards(small: Callable[..., Library]) -> None:
    before = derive(small())

    def change(files: dict[str, Any]) -> None:
        files["concepts/caching/near-copy.yaml"]["pitfalls"][0].update(key="unbounded", formerly=["no-bound"])

    after = derive(small(change))
    assert block_of(after.cards["near-copy#pitfall.unbounded"]) == block_of(before.cards["near-copy#pitfall.no-bound"])


def test_one_entry_alone_is_one_note_and_its_cards(small: Callable[..., Library], tmp_path: Path) -> None:
    library = small()
    deck = part_of(derive(library), lambda card: card.startswith("tiny-copy#"))
    files = write(deck, tmp_path / "vault", library)
    assert set(files) == {f"{OVERVIEW}.md", "caching/tiny-copy.md", "caching/tiny-copy cards.md"}


def test_a_place_that_cannot_hold_a_vault_is_explained(small: Callable[..., Library], tmp_path: Path) -> None:
    library = small()
    deck = derive(library)
    (tmp_path / "file").write_text("mine")
    for target, what in ((tmp_path / "file", "is a file"), (tmp_path / "no" / "vault", "does not exist")):
        with pytest.raises(ExchangeError, match=what):
            export_obsidian(deck, target, library=library, at=NOON)
    with pytest.raises(ExchangeError, match="no card"):
        export_obsidian(part_of(deck, lambda _: False), tmp_path / "vault", library=library, at=NOON)
    assert (tmp_path / "file").read_text() == "mine"
