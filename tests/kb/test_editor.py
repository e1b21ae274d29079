from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kb.editor import edit
from kb.errors import UsageError


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An editor that does to the file what a line of Python says."""

    def choose(line: str) -> None:
        script = tmp_path / "my editor.py"
        script.write_text(f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{line}\n", encoding="utf-8")
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f'"{sys.executable}" "{script}"')

    return choose


def test_a_new_file_is_made_with_its_folder(editor, tmp_path: Path) -> None:
    editor("path.write_text(path.read_text() + 'mine')")
    edit(tmp_path / "notes" / "a.md", "# head\n")
    assert (tmp_path / "notes" / "a.md").read_text() == "# head\nmine"


def test_a_new_file_in_which_nothing_was_written_does_not_stay(editor, tmp_path: Path) -> None:
    editor("pass")
    edit(tmp_path / "a.md", "# head\n")
    assert not (tmp_path / "a.md").exists()


def test_an_old_file_stays_as_the_editor_left_it(editor, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("old")
    editor("pass")
    edit(tmp_path / "a.md", "old")
    assert (tmp_path / "a.md").read_text() == "old"


def test_an_editor_that_fails_or_is_not_there_is_explained(editor, tmp_path: Path, monkeypatch) -> None:
    editor("sys.exit(3)")
    with pytest.raises(UsageError, match="code 3"):
        edit(tmp_path / "a.md")
    monkeypatch.setenv("EDITOR", str(tmp_path / "none"))
    with pytest.raises(UsageError, match="cannot be used"):
        edit(tmp_path / "a.md")
    monkeypatch.delenv("EDITOR")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="no editor"):
        edit(tmp_path / "a.md")
