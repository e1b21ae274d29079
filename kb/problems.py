"""A problem in a content file: where it is, which rule it breaks, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Problem:
    """One broken rule.

    Attributes:
        path: the file.
        line: the line in it, counted from 1.
        rule: the rule's name, as listed by `kb check --rules`.
        message: what is wrong.
        mend: what to do about it.
        severity: an error fails the check, a warning does not.
    """

    path: Path
    line: int
    rule: str
    message: str
    mend: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.severity} [{self.rule}] {self.message} ({self.mend})"
