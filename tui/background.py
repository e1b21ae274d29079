"""The threads that touch library, database and search index, one each; screens await what they find."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from kb.errors import KbError

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from kb.graph import Graph
    from kb.search import Index

T = TypeVar("T")


class Closable(Protocol):
    """What jobs work with."""

    def close(self) -> None:
        """Lets go of what it holds."""


D = TypeVar("D", bound=Closable)


class Desk:
    """Library and progress; each part is opened when it is first asked for.

    Args:
        content: a content folder; None for the shipped one.
        clock: tells the time, with a time zone; None for the machine's.
    """

    def __init__(self, content: Path | None, clock: Callable[[], datetime] | None) -> None:
        self._content = content
        self._clock = clock

    @cached_property
    def workspace(self) -> Workspace:
        """The library and the learner's progress.

        Raises:
            KbError: one of them cannot be used.
        """
        from engine.workspace import Workspace, system_clock

        return Workspace.open(self._content, self._clock or system_clock)

    @cached_property
    def graph(self) -> Graph:
        """The links between entries."""
        from kb.graph import Graph

        return Graph(self.workspace.library)

    def close(self) -> None:
        """Lets go of the database, where it was opened."""
        workspace: Workspace | None = self.__dict__.get("workspace")
        if workspace is not None:
            workspace.close()


class Catalogue:
    """The search index, opened when it is first asked for; it may have to be built, which nothing else is to wait for.

    Args:
        content: a content folder; None for the shipped one.
    """

    def __init__(self, content: Path | None) -> None:
        self._content = content

    @cached_property
    def index(self) -> Index:
        """The search index.

        Raises:
            SearchError: it cannot be opened or built.
        """
        from kb.search import open_index

        return open_index(self._content)

    def close(self) -> None:
        """Lets go of the index, where it was opened."""
        index: Index | None = self.__dict__.get("index")
        if index is not None:
            index.close()


Job = Callable[[Desk], T]


class Background(Generic[D]):
    """Runs one job after the other in a thread of its own, so that what they work with never sees two at once.

    Args:
        desk: what the jobs work with.
    """

    def __init__(self, desk: D) -> None:
        self._desk = desk
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")

    async def run(self, job: Callable[[D], T]) -> T:
        """Waits for a job without holding up the screen.

        Args:
            job: a function of it; it must not touch a widget.

        Returns:
            What the job returns.

        Raises:
            KbError: what the job could not do. An error that nobody foresaw becomes one too, with its place.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._explained, job)

    def _explained(self, job: Callable[[D], T]) -> T:
        try:
            return job(self._desk)
        except KbError:
            raise
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            raise KbError(
                f"unexpected {type(error).__name__}: {error}",
                where=f"{Path(place.filename).name}:{place.lineno}",
                hint="This is a defect of the program. Every confirmed answer is saved; please report it.",
            ) from error

    def close(self) -> None:
        """Waits for the running job and lets go of what it works with."""
        self._thread.submit(self._desk.close)
        self._thread.shutdown(wait=True)
