"""A concept: symptom, mechanism, picture, guarantees, uses, traps, numbers, example, and where it leads."""

from __future__ import annotations

from typing import ClassVar

from tui.screens.reader import ReaderScreen


class ConceptScreen(ReaderScreen):
    """A concept, page by page."""

    READ_WITH: ClassVar[str] = "mechanism"
