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

PICTURES: dict[str, tuple[str, ...]] = {
    "staircase": (),
    "step": ("enter",),
    "concept": ("slash", *"stampede", "WAIT", "enter", "WAIT", "right", "right"),
    "study": ("s", "WAIT", "enter", "WAIT", "enter"),
    "search": ("slash", *"old page after we deployed", "WAIT"),
}
"""The keys that lead to each picture."""


async def _settle(pilot: Pilot[None], enough: Callable[[], bool] = lambda: True, seconds: float = 1.5) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end or not enough():
        await pilot.pause(0.05)


async def _take(name: str, keys: tuple[str, ...]) -> None:
    from tui.app import KbApp

    app = KbApp(clock=lambda: INSTANT)
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
            asyncio.run(_take(name, PICTURES[name]))
        sys.stderr.write(f"{name}.svg\n")


if __name__ == "__main__":
    main(sys.argv[1:])
