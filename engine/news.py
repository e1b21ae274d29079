"""What is new in the content since the learner last looked. Hashes of the entries as they were seen are kept in the log.

The event is a `setting` named `content seen`. Its value holds only what differs from the one before, so that an update costs a few lines of log.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.cards import Deck
from engine.events import Event
from engine.progress import CardProgress

if TYPE_CHECKING:
    from kb.content import Library

SUBJECT = "content seen"
"""What the log calls the events that hold the hashes."""


@dataclass(frozen=True)
class News:
    """What differs from what the learner saw last.

    Attributes:
        first: nothing was noted before, so that nothing can be told.
        new: entries that were not there, in study order.
        changed: entries whose text or questions are others now.
        gone: ids of entries that are no longer there.
        cards: cards that the learner has answered and that read otherwise now.
        new_cards: new cards of entries that the learner had begun.
    """

    first: bool
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    cards: tuple[str, ...]
    new_cards: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.new or self.changed or self.gone or self.cards)


def fingerprints(library: Library) -> dict[str, str]:
    """For each entry a hash of what its files say, its questions included and the day of the last review left out.

    The plain values are hashed, not the text of the files: a comment or another line break is no news. Nor is a change of the program.
    """
    found = {}
    for entry in library.entries:
        said = {k: v for k, v in library.files[entry].data.items() if k != "reviewed"}
        quiz = library.files.get(f"quiz:{entry}")
        whole = json.dumps([said, quiz.data if quiz else None], sort_keys=True, default=str, ensure_ascii=False)
        found[entry] = hashlib.blake2b(whole.encode(errors="surrogatepass"), digest_size=6).hexdigest()
    return found


def seen(events: Iterable[Event]) -> dict[str, str] | None:
    """The hashes as the learner saw the entries last.

    Args:
        events: of kind `setting` with the subject `SUBJECT`, in the order of the log.

    Returns:
        By the id that the entry had then; None where nothing was ever noted.
    """
    found: dict[str, str] | None = None
    for event in events:
        value = event.payload.get("value")
        if isinstance(value, dict):
            found = {**(found or {}), **value}
    return None if found is None else {entry: known for entry, known in found.items() if known}


def difference(before: Mapping[str, str] | None, now: Mapping[str, str]) -> dict[str, str | None]:
    """What has to be noted so that `seen` yields `now`: new hashes, and None for what is gone."""
    old = before or {}
    changed: dict[str, str | None] = {e: known for e, known in now.items() if old.get(e) != known}
    return {**changed, **{e: None for e in old if e not in now}}


def news(library: Library, deck: Deck, cards: Mapping[str, CardProgress], before: Mapping[str, str] | None) -> News:
    """What differs from what the learner saw last.

    Args:
        library: all entries.
        deck: all cards.
        cards: what the log says about each touched card.
        before: see `seen`.
    """
    now = fingerprints(library)
    old = {library.renamed.get(e, e): known for e, known in (before or {}).items()}
    reworded = tuple(
        c.id for c in deck.cards.values() if (p := cards.get(c.id)) and p.text_hash and p.text_hash != c.text_hash
    )
    if before is None:
        return News(True, (), (), (), reworded, ())
    changed = tuple(e for e in now if e in old and old[e] != now[e])
    begun = {deck.cards[c].entry for c, p in cards.items() if c in deck.cards and p.state is not None}
    new_cards = tuple(
        c for e in changed if e in begun for c in deck.essential(e) if c not in cards or cards[c].state is None
    )
    return News(
        False,
        tuple(e for e in now if e not in old),
        changed,
        tuple(e for e in old if e not in now),
        reworded,
        new_cards,
    )
