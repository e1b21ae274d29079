"""Figures of speed beside something that everybody knows, and beside what the design asks for. Nothing fails by time: machines differ.

A benchmark is a small function that yields figures; `@benchmark` puts it into the list that `python -m benchmarks` runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SOAK = bool(os.environ.get("KB_SOAK"))
"""Full numbers instead of a tenth of them."""


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes:
        what: what was measured.
        value: the number.
        unit: its unit.
        beside: what it is compared with; empty for nothing.
        base: the number of that, in the same unit.
        limit: what the design asks for at most, in the same unit; None where it asks for nothing.
        limit_ratio: what it asks for at most as a multiple of `base`.
    """

    what: str
    value: float
    unit: str
    beside: str = ""
    base: float | None = None
    limit: float | None = None
    limit_ratio: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times `base` it is."""
        return self.value / self.base if self.base else None

    @property
    def reach(self) -> str:
        """What the design asks for, in words."""
        if self.limit is not None:
            return f"{self.limit:g} {self.unit}"
        return f"{self.limit_ratio:g} times" if self.limit_ratio is not None else ""

    @property
    def mark(self) -> str:
        """Whether it does what the design asks for."""
        if self.limit is not None:
            return "yes" if self.value <= self.limit else "NO"
        if self.limit_ratio is not None and self.ratio is not None:
            return "yes" if self.ratio <= self.limit_ratio else "NO"
        return ""


Benchmark = Callable[[], Iterator[Figure]]

BENCHMARKS: dict[str, Benchmark] = {}
"""By name, in the order in which they run."""


def benchmark(function: Benchmark) -> Benchmark:
    """Puts a function into the list under its own name."""
    BENCHMARKS[function.__name__] = function
    return function
