"""The wheel, installed alone into an empty environment, does everything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 40_000_000
"""Bytes; two thirds of them are the encoder's weights."""
OFFLINE = ("Failed to establish a new connection", "Temporary failure in name resolution", "Network is unreachable")


def run(*command: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
        **more,  # type: ignore[call-overload]
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder)
    outcome = run(sys.executable, "-m", "pip", "wheel", *options, ROOT)
    assert outcome.returncode == 0, outcome.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_code_content_weights_vectors_and_licences(
    wheel: Path, record_property: Callable[[str, object], None]
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for package in ("kb", "engine", "tui", "concepts", "quizzes"):
        suffixes = (".py", ".yaml", ".tcss")
        wanted = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / package).rglob("*")
            if path.suffix in suffixes and "__pycache__" not in path.parts
        }
        assert wanted - names == set(), package
    assert {
        "kb/weights/model.safetensors",
        "kb/weights/vocab.txt",
        "kb/weights/LICENSE",
        "kb/weights/NOTICE",
        "kb/vectors/caching.bin",
        "concepts/staircase.yaml",
        "quizzes/caching/cache-stampede.yaml",
    } <= names
    licences = {name.partition("/licenses/")[2] for name in names if "/licenses/" in name}
    assert {"LICENSE", "LICENSE-CONTENT", "kb/weights/LICENSE", "kb/weights/NOTICE"} <= licences
    assert [
        name for name in names if name.startswith(("tests/", "benchmarks/", "scripts/")) or name.endswith(".pyc")
    ] == []
    size = wheel.stat().st_size
    record_property("wheel_bytes", size)
    assert size < LARGEST


def test_installed_alone_it_does_everything(wheel: Path, tmp_path: Path) -> None:
    venv.EnvBuilder(with_pip=True).create(tmp_path / "env")
    programs = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    installed = run(programs / "python", "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel)
    if any(sign in installed.stderr for sign in OFFLINE):
        pytest.skip("no package index can be reached")
    assert installed.returncode == 0, installed.stderr
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("KB_", "PYTHON", "VIRTUAL_ENV"))
    }
    environment |= {"KB_HOME": str(tmp_path / "fresh"), "PYTHONUTF8": "1", "PYTHONWARNINGS": "default"}

    def kb(*arguments: str, typed: str = "", code: int = 0) -> str:
        outcome = run(programs / "kb", *arguments, input=typed, cwd=elsewhere, env=environment)
        assert outcome.returncode == code, f"kb {' '.join(arguments)}: {outcome.stdout[-2000:]}\n{outcome.stderr}"
        assert "Traceback" not in outcome.stderr
        assert "Warning" not in outcome.stderr, outcome.stderr
        return outcome.stdout

    assert kb("--version").startswith("kb ")
    entries = json.loads(kb("list", "--json"))
    assert {"cache-stampede", "cache-aside"} <= {entry["id"] for entry in entries}
    shown = kb("show", "cache-stampede")
    assert "# Cache stampede" in shown
    assert "│" in shown, "the diagram is drawn"
    found = json.loads(kb("search", "--json", "all cached keys expired at once and the database fell over"))
    assert "cache-stampede" in [hit["id"] for hit in found["hits"]]
    assert kb("check", "--no-warnings") == ""
    assert json.loads(kb("path", "--json", "cache-stampede"))[-1]["id"] == "cache-stampede"
    assert kb("graph", "--around", "cache-stampede")
    for _ in range(2):
        assert "Saved: good" in kb("study", "--plain", "--limit", "1", typed="\n\n\n3\n")
        assert json.loads(kb("stats", "--json"))["reviews"] == 1
        assert kb("undo").startswith("undone: review")
    assert json.loads(kb("due", "--json"))["new"] > 0
    assert "sound" in kb("db", "check")
    kb("cards", "export", "--to", "deck.apkg")
    assert zipfile.is_zipfile(elsewhere / "deck.apkg")
    kb("config", "new_per_day", "5")
    assert json.loads(kb("config", "--json"))["new_per_day"] == 5
    assert kb("doctor")
    kb("show", "no-such-entry", code=3)
    inside = run(programs / "python", "-c", "import tui.app", cwd=elsewhere, env=environment)
    assert inside.returncode == 0, inside.stderr
    assert [path.name for path in elsewhere.iterdir()] == ["deck.apkg"]
    assert {path.name for path in (tmp_path / "fresh").iterdir()} == {"cache", "config", "data"}
