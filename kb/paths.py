"""Where data, cache and settings live. `KB_HOME` moves all of them at once."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

APP = "design-staircase"


def _home() -> Path | None:
    home = os.environ.get("KB_HOME")
    return Path(home).expanduser() if home else None


def data_dir() -> Path:
    """The folder of what cannot be rebuilt: the learner's database and its backups."""
    home = _home()
    return home / "data" if home else Path(platformdirs.user_data_dir(APP, appauthor=False))


def cache_dir() -> Path:
    """The folder of what can be rebuilt: the search index and vectors of one's own notes."""
    home = _home()
    return home / "cache" if home else Path(platformdirs.user_cache_dir(APP, appauthor=False))


def own_dir() -> Path:
    """The folder of the learner's own notes and cards."""
    return data_dir() / "own"


def config_dir() -> Path:
    """The folder of `config.toml`."""
    home = _home()
    return home / "config" if home else Path(platformdirs.user_config_dir(APP, appauthor=False))


def database_path() -> Path:
    """The SQLite file with the learner's log."""
    return data_dir() / "progress.db"


def backup_dir() -> Path:
    """The folder of database backups."""
    return data_dir() / "backups"


def config_path() -> Path:
    """The settings file."""
    return config_dir() / "config.toml"
