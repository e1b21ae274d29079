"""The kinds of passages that are compared with a query. A module of its own: searching needs them, and not what reads the content."""

from __future__ import annotations

from typing import Literal, get_args

Field = Literal["name", "gist", "symptom", "bare", "how", "advice", "asked", "case"]
"""What a passage is.

name: a title or an alias. gist: the quintessence. symptom: what somebody sees, under the title. bare: the same in its own words, without
the title, whole and sentence by sentence. how: the mechanism with its limits and example. advice: one reason to use, to avoid, or one
pitfall. asked: one question. case: one side, case or tipping point of a trade-off.
"""

FIELDS: tuple[Field, ...] = get_args(Field)
"""In the order of their codes in the index."""
