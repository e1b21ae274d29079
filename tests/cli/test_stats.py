"""`kb stats` and `kb optimise` over a log of three hundred answers and more."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from engine.events import Review
from engine.workspace import Workspace
from kb.cli.optimise import begin_if_due
from kb.content import Library


@pytest.fixture
def log(caching_root: Path, caching: Library) -> int:
    """A log of cards that were answered on two or three days; how many of the answers can be predicted."""
    workspace = Workspace(caching_root)
    workspace.__dict__["library"] = caching
    cards = list(workspace.deck.cards)[:150]
    events = []
    for number in range(3 * len(cards)):
        card, turn = cards[number % len(cards)], number // len(cards)
        review = Review(1 if number % 8 == 0 else 3, 9000, confidence=number % 4 + 1, model="fsrs6/1")
        event = workspace._event("review", card, {"due": workspace.today}, review)
        events.append(replace(event, local_day=event.local_day - 20 + 7 * turn))
    workspace.store.append(events, workspace.policy)
    workspace.close()
    return 2 * len(cards)


def test_the_overview_counts_what_was_done(kb, log: int) -> None:
    data = kb("stats", "--json").data
    assert data["reviews"] == 450
    assert data["days"] == 3
    assert data["cards"] == 150
    assert 0.8 < data["retention_30_days"] < 0.95
    assert kb("stats").out.startswith("450 reviews on 3 days, 150 cards begun")


def test_the_model_is_judged_beside_one_number_and_a_running_average(kb, log: int) -> None:
    data = kb("stats", "--model", "--json").data
    assert data["model"] == "fsrs6/1"
    assert data["answers"] == log
    rows = {row["prediction"]: row for row in data["predictions"]}
    assert list(rows) == ["fsrs6, defaults", "fsrs7, defaults", "one number for all", "running average"]
    for row in rows.values():
        assert 0 < row["log_loss"] < 2
        assert 0 <= row["rmse_bins"] <= 1
        assert 0 <= row["auc"] <= 1
    assert rows["one number for all"]["auc"] == 0.5
    outcome = kb("stats", "--model")
    assert "In use: fsrs6/1 with its default parameters." in outcome.out
    assert "AUC" in outcome.out
    assert "less is better" in outcome.err


def test_without_answers_there_is_nothing_to_judge(kb) -> None:
    assert "nothing was predicted" in kb("stats", "--model").out
    data = kb("stats", "--model", "--json").data
    assert data["answers"] == 0
    assert data["right"] is None
    assert "kb config confidence true" in kb("stats", "--calibration").out
    assert kb("stats", "--calibration", "--json").data == {"answers": 0}


def test_calibration_shows_the_curve_and_where_one_was_sure_and_wrong(kb, log: int) -> None:
    data = kb("stats", "--calibration", "--json").data
    assert data["answers"] == 450
    assert data["brier"] == pytest.approx(data["reliability"] - data["resolution"] + data["uncertainty"])
    assert [level["confidence"] for level in data["levels"]] == [1, 2, 3, 4]
    # Every eighth answer is wrong, and each of these came with the lowest confidence.
    assert [level["share"] == 1 for level in data["levels"]] == [False, True, True, True]
    assert data["areas"] == []
    text = kb("stats", "--calibration").out
    assert "surer than you think" in text
    assert "Never sure and wrong." in text


def test_a_confident_error_is_listed_under_its_step(kb, log: int, caching_root: Path) -> None:
    workspace = Workspace(caching_root)
    card = next(iter(workspace.deck.cards))
    workspace.record("review", card, {"due": workspace.today}, Review(1, confidence=4))
    workspace.close()
    data = kb("stats", "--calibration", "--json").data
    (area,) = data["areas"]
    assert (area["step"], area["wrong"]) == ("caching", 1)
    assert area["answers"][0]["card"] == card
    assert f"  {card}  certain, " in kb("stats", "--calibration").out


def test_the_simulator_compares_desired_retentions_and_climbs_the_staircase(kb, log: int) -> None:
    data = kb("stats", "--simulate", "--days", "40", "--new", "5", "--json").data
    levels = [course["desired_retention"] for course in data["courses"]]
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (0.8, 0.97)
    loads = [course["mean_reviews"] for course in data["courses"]]
    assert loads[-1] > loads[0] > 0
    assert all(len(course["reviews"]) == 40 for course in data["courses"])
    assert data["begun"] == 150
    assert data["staircase"]["begun_by"] == -(-data["staircase"]["cards"] // 5)
    outcome = kb("stats", "--simulate", "--days", "40", "--new", "5")
    assert "90% (yours)" in outcome.out
    assert "The whole staircase from nothing at 5 new cards a day" in outcome.out
    assert "entries are written" in outcome.err


@pytest.mark.parametrize("flags", [("--model", "--calibration"), ("--simulate", "--model")])
def test_two_views_at_once_are_refused(kb, flags: tuple[str, str]) -> None:
    assert kb("stats", *flags).code == 2


def test_a_fit_is_told_used_put_back_and_reset(kb, log: int) -> None:
    outcome = kb("optimise")
    assert outcome.out.startswith(f"{log} answers looked at: ")
    assert kb("db", "check").code == 0
    data = kb("optimise", "--json").data
    assert data["reviews"] == log
    if data["weights"] is not None:
        assert len(data["weights"]) == 21
        assert "fsrs6, yours" in kb("stats", "--model").out
    assert "not due yet" in kb("optimise", "--if-due").out
    kb("optimise", "--undo")
    assert kb("optimise", "--reset", "--json").data["weights"] is None
    assert kb("db", "check").code == 0
    assert kb("optimise", "--reset", "--undo").code == 2


def test_too_few_answers_are_said_and_nothing_is_noted(kb) -> None:
    assert "too few" in kb("optimise").out
    assert kb("optimise", "--undo").out == "there were no other parameters\n"


def test_the_end_of_a_session_begins_a_fit_that_nobody_waits_for(
    kb, log: int, caching_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "__main__.py").write_text("raise SystemExit('a folder that happens to have our name')")
    monkeypatch.chdir(tmp_path)
    kb("study", "--plain", stdin=":q\n")
    workspace = Workspace(caching_root)
    deadline = time.monotonic() + 60
    while not workspace.tunings() and time.monotonic() < deadline:
        time.sleep(0.2)
    (event,) = workspace.tunings()
    assert event.payload["value"]["reviews"] == log
    assert workspace.check() == []
    workspace.close()


def test_whoever_does_not_want_it_is_not_fitted(kb, log: int, caching_root: Path) -> None:
    kb("config", "optimise", "false")
    assert not begin_if_due(Workspace(caching_root))
    assert "not due yet" in kb("optimise", "--if-due").out


def test_another_model_is_a_setting(kb, log: int) -> None:
    kb("config", "memory_model", "fsrs7")
    assert kb("stats", "--model", "--json").data["model"] == "fsrs7/1"
    assert kb("db", "check").code == 0
    assert kb("config", "memory_model", "sm2").code == 2
