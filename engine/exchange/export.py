"""What every export format takes and gives back, and files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from engine.cards import Deck
from engine.events import Event
from engine.schedule import DEFAULT_POLICY, Policy
from kb.content import Library
from kb.errors import ExchangeError

Tick = Callable[[int, int], None]
"""Called with how many cards are done, and of how many."""


@dataclass(frozen=True)
class ExportSummary:
    """What an export came to.

    Attributes:
        target: the file that was written.
        cards: how many cards it holds.
        decks: the names of its decks, in study order.
        reviews: how many reviews travel with them.
        scheduled: how many of the cards carry a memory state and a due day.
    """

    target: Path
    cards: int
    decks: tuple[str, ...]
    reviews: int = 0
    scheduled: int = 0


class Exporter(Protocol):
    """Writes a deck to a file."""

    def __call__(
        self,
        deck: Deck,
        target: Path,
        *,
        library: Library,
        at: datetime,
        events: Sequence[Event] | None = None,
        policy: Policy = DEFAULT_POLICY,
        tick: Tick | None = None,
    ) -> ExportSummary:
        """Writes a deck.

        Args:
            deck: the cards to write, in study order; its `renamed` carries the history of cards that had other ids.
            target: the file to write, replaced as a whole.
            library: for the titles, steps and sources of the entries.
            at: the instant of the export, with a time zone.
            events: the learner's log, where the history is to travel too.
            policy: the memory model and the desired retention that the log is replayed with.
            tick: is told of the progress.

        Raises:
            ExchangeError: the file cannot be written; what was there before is untouched.
        """
        ...


def part_of(deck: Deck, wanted: Callable[[str], bool]) -> Deck:
    """The deck with only some of its cards.

    Args:
        deck: all cards.
        wanted: tells by the id whether a card is kept.
    """
    cards = {card_id: card for card_id, card in deck.cards.items() if wanted(card_id)}
    by_entry = {entry: tuple(c for c in ids if c in cards) for entry, ids in deck.by_entry.items()}
    renamed = {old: today for old, today in deck.renamed.items() if today in cards}
    return Deck(cards, {entry: ids for entry, ids in by_entry.items() if ids}, renamed)


def entries_of(deck: Deck, library: Library) -> tuple[str, ...]:
    """The entries that go with some cards, in study order: the one that all of them belong to, else every entry of their steps.

    Args:
        deck: the cards.
        library: the entries.
    """
    chosen = {card.entry for card in deck.cards.values()}
    steps = {library.step_of[entry] for entry in chosen}
    rank = {step.id: place for place, step in enumerate(library.staircase.steps)}
    wanted = chosen if len(chosen) == 1 else {e for e in library.entries if library.step_of[e] in steps}
    return tuple(
        sorted(
            wanted,
            key=lambda e: (rank.get(library.step_of[e], len(rank)), library.rank.get(e, len(library.rank)), e),
        )
    )


def need_cards(deck: Deck, target: Path) -> None:
    """Refuses to export nothing.

    Raises:
        ExchangeError: there are no cards.
    """
    if not deck.cards:
        raise ExchangeError(
            "there is no card to export", where=str(target), hint="`kb cards list` shows which cards there are."
        )


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A file to write instead of `target`; it takes the place of `target` when the block ends well, and vanishes when it does not.

    Args:
        target: the file that is to appear.

    Yields:
        An empty file in the same folder.

    Raises:
        ExchangeError: the folder does not exist, or one of the two cannot be written.
    """
    if target.is_dir():
        raise ExchangeError("this is a folder", where=str(target), hint="Name a file, such as deck.apkg.")
    if not target.parent.is_dir():
        raise ExchangeError(
            "the folder does not exist", where=str(target.parent), hint="Make it first, or name another one."
        )
    part: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        os.close(handle)
        part = Path(name)
        yield part
        part.chmod(0o666 & ~_umask())
        part.replace(target)
    except OSError as error:
        raise ExchangeError(
            f"cannot be written: {error.strerror or error}",
            where=str(target),
            hint="Check the space and the rights of the folder, close the file where it is open, or name another one.",
        ) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _umask() -> int:
    """The rights that new files of this process do not get; a temporary file is made without them for others."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
