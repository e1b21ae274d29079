"""Finds entries by words, by meaning and in spite of typos: `open_index().search("why is my cache cold")`."""

from kb.search.index import Hit, Index, Origin, Result, Why, open_index

__all__ = ["Hit", "Index", "Origin", "Result", "Why", "open_index"]
