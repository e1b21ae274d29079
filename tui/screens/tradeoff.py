"""A trade-off: its cases ask before they tell, then its sides and the point at which the answer flips."""

from __future__ import annotations

from typing import ClassVar

from tui.screens.reader import ReaderScreen


class TradeoffScreen(ReaderScreen):
    """A trade-off, page by page."""

    READ_WITH: ClassVar[str] = "tipping-point"
