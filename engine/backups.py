"""Backups of the learner's database: one a day, thinned as they age."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

_STAMP = re.compile(r"^progress-(\d{8}T\d{6})")

DAILY, WEEKLY, MONTHLY = 7, 8, 24


def name_for(at: datetime, reason: str = "") -> str:
    """The file name of a backup made at an instant, in UTC; `reason` marks one made before a migration or a restore."""
    return f"progress-{at:%Y%m%dT%H%M%S}{f'-{reason}' if reason else ''}.db"


def listed(folder: Path) -> list[tuple[datetime, Path]]:
    """The backups in a folder, newest first."""
    found = []
    for path in folder.glob("progress-*.db"):
        stamp = _STAMP.match(path.name)
        if stamp:
            with suppress(ValueError):  # a file of the learner's own whose digits are no date
                found.append((datetime.strptime(f"{stamp[1]}+0000", "%Y%m%dT%H%M%S%z"), path))
    return sorted(found, reverse=True)


def surplus(backups: Iterable[tuple[datetime, Path]]) -> list[Path]:
    """Which backups can go: kept are the newest of each of the last 7 days, 8 weeks and 24 months that have one."""
    ordered = sorted(backups, reverse=True)
    kept: set[Path] = set()
    for pattern, limit in (("%Y-%m-%d", DAILY), ("%G-%V", WEEKLY), ("%Y-%m", MONTHLY)):
        newest: dict[str, Path] = {}
        for at, path in ordered:
            newest.setdefault(at.strftime(pattern), path)
        kept |= set(list(newest.values())[:limit])
    return [path for _, path in ordered if path not in kept]
