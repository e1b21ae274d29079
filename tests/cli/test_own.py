from __future__ import annotations

import sys
from pathlib import Path

import pytest

ENTRY = "concepts/caching/cdn.yaml"


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor that adds a line."""
    script = tmp_path / "editor.py"
    script.write_text("import sys\nopen(sys.argv[1], 'a').write('From the editor.')\n")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")


def test_notes_and_own_cards_are_added_shown_and_listed(kb, home: Path) -> None:
    assert kb("note", "cdn").out.splitlines()[-1].startswith("  Nothing of yours yet")
    kb("note", "cdn", "--add", "Ours is the blue one.")
    kb("note", "Content delivery network", "--ask", "Whose is ours?", "--answer", "The blue one's.")
    found = kb("note", "cdn", "--json").data
    assert found["note"] == "Ours is the blue one."
    assert found["cards"] == [{"id": "cdn#own.whose-is-ours", "ask": "Whose is ours?", "answer": "The blue one's."}]
    assert Path(found["note_file"]) == home / "data" / "own" / "notes" / "cdn.md"
    assert kb("note", "--json").data == [{"entry": "cdn", "title": "Content delivery network", "words": 5, "cards": 1}]
    assert "Ours is the blue one." in kb("show", "cdn").out
    assert "## Your note" not in kb("show", "cdn", "--section", "symptom").out


def test_an_own_card_is_asked_and_shows_in_the_lists(kb) -> None:
    kb("note", "memory-hierarchy", "--ask", "Mine?", "--answer", "Yes.")
    (row,) = kb("cards", "list", "--kind", "own", "--json").data
    assert (row["id"], row["state"]) == ("memory-hierarchy#own.mine", "new")
    kb("config", "new_of_one", "10")
    kb("config", "confidence", "false")
    outcome = kb("study", "memory-hierarchy", "--plain", stdin="\n:n\n:n\n:n\n\n3\n:q\n")
    assert "Mine?" in outcome.out
    assert kb("cards", "list", "--kind", "own", "--json").data[0]["state"] == "learning"
    assert kb("db", "check").code == 0


def test_a_note_opens_in_the_editor_from_the_command_and_from_the_card(kb, editor) -> None:
    kb("note", "cdn", "--edit")
    assert kb("note", "cdn", "--json").data["note"] == "From the editor."
    outcome = kb("study", "memory-hierarchy", "--plain", stdin="\n:e\n:q\n")
    assert outcome.code == 0
    assert kb("note", "memory-hierarchy", "--json").data["note"] == "From the editor."


def test_reset_at_the_card(kb) -> None:
    assert "New again." in kb("study", "memory-hierarchy", "--plain", stdin="\n:r\n:q\n").out
    assert kb("undo").out.startswith("undone: reset")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("no-such-entry",), 3),
        (("cdn", "--ask", "Only a question?"), 2),
        (("--add", "to nothing"), 2),
        (("cdn", "--ask", "?", "--answer", ""), 3),
    ],
)
def test_what_cannot_be_noted_is_explained(kb, arguments: tuple[str, ...], code: int) -> None:
    outcome = kb("note", *arguments)
    assert outcome.code == code
    assert "Traceback" not in outcome.err


def test_a_broken_file_of_own_cards_is_named_and_study_goes_on(kb, home: Path) -> None:
    path = home / "data" / "own" / "cards" / "cdn.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("cards: [")
    assert str(path) in kb("note").err
    outcome = kb("study", "--plain", stdin=":q\n")
    assert outcome.code == 0
    assert str(path) in outcome.err


def test_whatsnew_after_an_update_of_the_content(kb, content: Path) -> None:
    at = ("--content", str(content))
    assert "noted as it is now" in kb(*at, "whatsnew").out
    assert kb(*at, "whatsnew").out == "Nothing is new since you last looked.\n"
    path = content / ENTRY
    path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: New ", 1), encoding="utf-8")
    (content / "quizzes" / "caching" / "cache-tags.yaml").unlink()
    found = kb(*at, "whatsnew", "--keep", "--json").data
    assert found["changed"] == ["cache-tags", "cdn"] or set(found["changed"]) == {"cache-tags", "cdn"}
    assert "(cdn)" in kb(*at, "whatsnew").out
    assert kb(*at, "whatsnew", "--json").data["changed"] == []


def test_studying_notes_the_content_so_that_the_first_update_can_be_told(kb, content: Path) -> None:
    at = ("--content", str(content))
    kb(*at, "study", "--plain", stdin=":q\n")
    path = content / ENTRY
    path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: New ", 1), encoding="utf-8")
    assert kb(*at, "whatsnew", "--json").data["changed"] == ["cdn"]
