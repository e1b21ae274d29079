"""Every test gets a home of its own and a clock that stands still."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb.content import Library, Roots


@pytest.fixture(scope="session")
def parsed_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What parsing the shipped files gave, for all tests of a process: found by hash, it is the same for each of them."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, parsed_before: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home folder; nothing of the developer's own settings is seen."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "cache").mkdir()
    (folder / "cache" / "kept").symlink_to(parsed_before, target_is_directory=True)
    monkeypatch.setenv("KB_HOME", str(folder))
    for name in ("KB_CONTENT", "KB_DATABASE", "KB_LEARNER", "KB_INDEX"):
        monkeypatch.delenv(name, raising=False)
    return folder


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **how_far: float) -> None:
        """Moves it, as in `clock.forward(days=1)`."""
        self.at += timedelta(**how_far)


@pytest.fixture
def clock() -> Clock:
    """Noon of a Saturday, UTC."""
    return Clock(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def caching_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A content folder with the step Caching alone, so that no test changes its meaning when another step is written."""
    root = tmp_path_factory.mktemp("caching")
    shipped = Roots.find()
    for source in (shipped.concepts, shipped.quizzes):
        shutil.copytree(source / "caching", root / source.name / "caching")
        for registry in source.glob("*.yaml"):
            shutil.copy2(registry, root / source.name)
    return root


@pytest.fixture(scope="session")
def caching(caching_root: Path) -> Library:
    """The step Caching, read once."""
    return Library.load(caching_root)


@pytest.fixture(scope="session")
def shipped() -> Library:
    """The content that is shipped, read once."""
    return Library.load()
