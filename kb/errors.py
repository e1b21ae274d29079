"""The tree of errors that a user can meet.

    KbError                 anything we can explain: what, where, what to do
    ├── UsageError          the command was asked for something it does not know      exit 2
    ├── ContentError        a file of the knowledge base cannot be used               exit 3
    ├── StoreError          the learner's database cannot be read or written          exit 4
    ├── SearchError         the search index or the model cannot be used              exit 5
    └── ExchangeError       a file to be written or read elsewhere (Anki, CSV) fails  exit 6

One place prints them (`kb.cli.output.fail`); nobody else does.
"""

from __future__ import annotations

from typing import ClassVar


class KbError(Exception):
    """An error that a user can act on.

    Args:
        what: one sentence that says what is wrong.
        where: the file, line, option or id that it is about.
        hint: what to do about it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f"\n  {self.hint}" if self.hint else ""
        return f"{place}{self.what}{remedy}"


class UsageError(KbError):
    """The command was asked for something it does not know."""

    exit_code = 2


class ContentError(KbError):
    """A file of the knowledge base cannot be used."""

    exit_code = 3


class StoreError(KbError):
    """The learner's database cannot be read or written."""

    exit_code = 4


class SearchError(KbError):
    """The search index or the model behind it cannot be used."""

    exit_code = 5


class ExchangeError(KbError):
    """A deck, table or export cannot be written or read."""

    exit_code = 6
