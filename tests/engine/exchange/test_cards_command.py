"""`kb cards` as it is typed, on the small library."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from engine.cards import derive
from engine.memory import Rating
from engine.session import Ask
from engine.settings import Settings
from engine.workspace import Workspace
from kb.cli import cards
from kb.cli.options import Chosen
from kb.content import Library
from kb.errors import ContentError, ExchangeError, UsageError

Run = Callable[..., Result]


@pytest.fixture
def library(small: Callable[..., Library], monkeypatch: pytest.MonkeyPatch) -> Library:
    """The small library, chosen as with `kb --content`."""
    made = small()
    monkeypatch.setattr(Chosen, "content", made.roots.concepts.parent)
    return made


@pytest.fixture
def run(library: Library) -> Run:
    app = typer.Typer()
    cards.register(app)

    def typed(*words: str) -> Result:
        result = CliRunner().invoke(app, ["cards", *words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return typed


def listed(run: Run, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("list", "--json", *words).stdout)
    return found


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def answer_one(library: Library) -> str:
    workspace = Workspace(library.roots.concepts.parent, settings=Settings())
    session = workspace.study()
    while not isinstance(session.current, Ask):
        session.read()
    card = session.current.card.id
    session.answer("")
    session.grade(Rating.GOOD)
    workspace.close()
    return card


def test_all_cards_are_listed_in_study_order(run: Run, library: Library) -> None:
    rows = listed(run)
    assert ids(rows) == list(derive(library).cards)
    assert rows[0] == {
        "id": "near-copy#symptom",
        "kind": "symptom",
        "depth": "essential",
        "state": "new",
        "due": None,
        "leech": False,
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--step", "queues", "--depth", "essential"], ["work-queue#symptom"]),
        (["--entry", "Work queue", "--kind", "term"], ["work-queue#term"]),
        (["--kind", "estimate"], ["near-copy#q.work-out"]),
        (["--kind", "contrast"], ["aside-copy#contrast.near-copy", "aside-copy#contrast.tiny-copy"]),
        (["--kind", "term", "--depth", "more"], []),
        (["--entry", "tiny-copy", "--depth", "essential"], ["tiny-copy#symptom", "aside-copy#contrast.tiny-copy"]),
    ],
)
def test_filters_narrow_the_list(run: Run, words: list[str], expected: list[str]) -> None:
    assert ids(listed(run, *words)) == expected


def test_questions_are_found_by_their_own_kind_and_all_together(run: Run) -> None:
    assert len(listed(run, "--kind", "q")) == 9
    assert len(listed(run, "--kind", "diagnose")) == 2


def test_the_list_says_when_a_card_comes_back(run: Run, library: Library) -> None:
    card = answer_one(library)
    (row,) = listed(run, "--state", "learning")
    assert row["id"] == card
    assert row["due"] > "2026"
    assert card not in ids(listed(run, "--state", "new"))
    assert f"{card}  symptom  essential  learning  {row['due']}" in run("list", "--state", "learning").stdout


def test_cards_are_put_aside_and_brought_back(run: Run) -> None:
    card = "near-copy#symptom"
    for words, state in ((["suspend"], "suspended"), (["resume"], "new"), (["known"], "known"), (["reset"], "new")):
        result = run(*words, card)
        assert result.stdout == f"{card}: {state}\n"
        assert ids(listed(run, "--state", state)).count(card) == 1


def test_several_cards_are_put_aside_at_once(run: Run) -> None:
    result = run("suspend", "--json", "near-copy#symptom", "tiny-copy#symptom", "near-copy#symptom")
    assert json.loads(result.stdout) == [
        {"id": "near-copy#symptom", "state": "suspended"},
        {"id": "tiny-copy#symptom", "state": "suspended"},
    ]


def test_nothing_is_put_aside_when_one_of_the_ids_is_wrong(run: Run) -> None:
    with pytest.raises(UsageError, match="near-copy#sympton") as error:
        run("suspend", "tiny-copy#symptom", "near-copy#sympton")
    assert "near-copy#symptom" in error.value.hint
    assert listed(run, "--state", "suspended") == []


def test_an_export_says_what_it_wrote(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "deck.apkg"
    result = run("export", "--to", str(target))
    assert result.stdout == f"{target}: 14 cards\n"
    assert result.stderr == ""
    assert target.exists()


def test_an_export_in_json_names_decks_and_counts(run: Run, library: Library, tmp_path: Path) -> None:
    card = answer_one(library)
    target = tmp_path / "deck.apkg"
    result = run(
        "export", "--to", str(target), "--entry", card.partition("#")[0], "--depth", "off", "--history", "--json"
    )
    assert json.loads(result.stdout) == {
        "file": str(target),
        "cards": 18,
        "decks": ["System design::Caching"],
        "reviews": 1,
        "scheduled": 1,
    }
    assert "learning progress" in result.stderr


def test_an_export_without_history_makes_no_database(run: Run, home: Path, tmp_path: Path) -> None:
    run("export", "--to", str(tmp_path / "deck.apkg"))
    assert not (home / "data").exists()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["list", "--state", "asleep"], UsageError),
        (["list", "--kind", "poem"], UsageError),
        (["list", "--depth", "deep"], UsageError),
        (["list", "--step", "cooking"], ContentError),
        (["list", "--entry", "no-such-thing"], ContentError),
        (["export", "--to", "deck.xyz"], ExchangeError),
        (["export", "--to", "nowhere/deck.apkg"], ExchangeError),
        (["known", "nothing#at.all"], UsageError),
    ],
)
def test_what_does_not_exist_is_named_with_a_remedy(
    run: Run, words: list[str], error: type[UsageError], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error) as raised:
        run(*words)
    assert raised.value.hint
