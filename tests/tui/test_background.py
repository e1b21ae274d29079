from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from kb.errors import ContentError, KbError
from tui.background import Background, Desk


async def test_jobs_run_one_after_the_other_in_one_thread(content: Path, clock) -> None:
    background = Background(Desk(content, clock))
    running: list[int] = []

    def job(_: Desk) -> str:
        running.append(1)
        assert len(running) == 1
        running.pop()
        return threading.current_thread().name

    names = await asyncio.gather(*(background.run(job) for _ in range(20)))
    background.close()
    assert len(set(names)) == 1
    assert names[0] != threading.current_thread().name


async def test_an_error_that_nobody_foresaw_is_explained_with_its_place(content: Path, clock) -> None:
    background = Background(Desk(content, clock))
    with pytest.raises(KbError, match="unexpected ZeroDivisionError") as caught:
        await background.run(lambda _: 1 // 0)
    background.close()
    assert caught.value.where.startswith("test_background.py:")
    assert "report" in caught.value.hint


async def test_a_folder_without_content_can_be_tried_again(tmp_path: Path, content: Path, clock) -> None:
    later = tmp_path / "later"
    background = Background(Desk(later, clock))
    with pytest.raises(ContentError):
        await background.run(lambda desk: desk.workspace.library)
    content.rename(later)
    titles = await background.run(lambda desk: sorted(desk.workspace.library.entries))
    background.close()
    assert "work-queue" in titles
