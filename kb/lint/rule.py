"""What a rule is: a name, a remedy, and a function from the library to complaints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.content import Library
from kb.problems import Severity
from kb.yamlfile import Place


@dataclass(frozen=True)
class Complaint:
    """One breach of a rule, before its line is looked up.

    Attributes:
        file: an entry's id, `quiz:` and a concept's id, or a path; a place in a file named by its path is in a registry.
        place: keys and indices from the top of the file.
        message: what is wrong.
        severity: where it differs from the rule's.
    """

    file: str | Path
    place: Place
    message: str
    severity: Severity | None = None


Check = Callable[[Library], Iterator[Complaint]]


@dataclass(frozen=True)
class Rule:
    """A named check.

    Attributes:
        name: as printed and as documented.
        mend: what to do about a breach.
        check: finds the breaches.
        severity: whether a breach fails the check.
        needs: registries without which it cannot be told whether the rule is kept.
    """

    name: str
    mend: str
    check: Check
    severity: Severity = "error"
    needs: tuple[str, ...] = ()

    @property
    def explanation(self) -> str:
        """What the rule asks, in a sentence."""
        return (self.check.__doc__ or "").strip().splitlines()[0]
