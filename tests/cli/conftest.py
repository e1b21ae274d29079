"""Runs the command in this process, as a shell would."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kb.__main__ import main
from kb.cli.options import Chosen


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Its output as JSON."""
        return json.loads(self.out)


Kb = Callable[..., Outcome]


@pytest.fixture
def kb(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caching_root: Path) -> Kb:
    monkeypatch.setenv("KB_CONTENT", str(caching_root))

    def run(*arguments: str, stdin: str = "") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["kb", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        monkeypatch.setattr(Chosen, "content", None)
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        captured = capfd.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def content(tmp_path: Path, caching_root: Path) -> Path:
    """A copy of the content that a test may spoil."""
    shutil.copytree(caching_root, tmp_path / "content")
    return tmp_path / "content"
