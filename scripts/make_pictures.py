"""Draws the pictures of README.md and docs/ anew, from the real screens (`make pictures`).

Each picture is taken from the running application in a fresh home, at a fixed instant, so that a picture changes only when a screen does.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot

TARGET = Path(__file__).resolve().parents[1] / "docs" / "pictures"
INSTANT = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
SIZE = (100, 30)

PICTURES: dict[str, tuple[tuple[str, ...] | None, tuple[str, ...]]] = {
    "staircase": (None, ()),
    "step": (None, ("enter",)),
    "concept": (None, ("slash", *"stampede", "WAIT", "enter", "WAIT", "right", "right")),
    "study": (
        ("memory-hierarchy",),
        ("WAIT", "enter", "WAIT", "enter", "enter", "3", "WAIT", *"1.1 us", "enter", "WAIT", "4"),
    ),
    "search": (None, ("slash", *"browsers keep using the old javascript after a release", "WAIT")),
}
"""What is studied at once, or None, and the keys that lead to each picture."""


async def _settle(pilot: Pilot[None], enough: Callable[[], bool] = lambda: True, seconds: float = 1.5) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end or not enough():
        await pilot.pause(0.05)


async def _take(name: str, study: tuple[str, ...] | None, keys: tuple[str, ...]) -> None:
    from tui.app import KbApp
    from tui.sitting import Sitting

    app = KbApp(clock=lambda: INSTANT, study=None if study is None else Sitting(study))
    async with app.run_test(size=SIZE) as pilot:
        await _settle(pilot)
        for key in keys:
            if key == "WAIT":
                await _settle(pilot)
            else:
                await pilot.press("space" if key == " " else key)
        await _settle(pilot)
        (TARGET / f"{name}.svg").write_text(app.export_screenshot(title="kb"), encoding="utf-8")


def main(names: list[str]) -> None:
    """Takes the named pictures, or all."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in names or list(PICTURES):
        with tempfile.TemporaryDirectory() as home:
            os.environ["KB_HOME"] = home
            asyncio.run(_take(name, *PICTURES[name]))
        sys.stderr.write(f"{name}.svg\n")


if __name__ == "__main__":
    main(sys.argv[1:])
