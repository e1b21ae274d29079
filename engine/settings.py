"""A learner's settings: `config.toml`, every key optional."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date, tzinfo
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.cards import Depth
from engine.easydays import shares_of
from engine.models import DEFAULT_KIND, KINDS
from kb.errors import UsageError

SCHEDULING = ("desired_retention", "rollover_hour", "time_zone", "maximum_interval", "memory_model", "easy_days")
"""Settings that change scheduling: each change is an event too, else replay would not be a function of the log."""


@dataclass(frozen=True)
class Settings:
    """What a learner can choose.

    Attributes:
        new_per_day: new cards a day.
        reviews_per_day: reviews a day.
        new_of_one: new cards of one concept a day.
        depth: `essential`, `more` or `off` (everything).
        desired_retention: the probability of recall at which a card falls due, 0.70 to 0.97.
        maximum_interval: the longest interval in days.
        memory_model: the name of a memory model, a key of `engine.models.KINDS`.
        optimise: fit the memory model to the learner's answers at the end of a session, when enough new ones came.
        easy_days: how much of the usual load some weekdays take, as in "sat 0.5, sun 0".
        interview_date: the day to be ready on, as an ISO date; empty for none.
        rollover_hour: the hour at which a learner's day begins.
        time_zone: an IANA name; empty for the machine's own.
        confidence: ask how sure one is before the answer is shown.
        theme: the name of a theme of the terminal UI.
    """

    new_per_day: int = 15
    reviews_per_day: int = 200
    new_of_one: int = 3
    depth: Depth = "essential"
    desired_retention: float = 0.9
    maximum_interval: int = 36500
    memory_model: str = DEFAULT_KIND
    optimise: bool = True
    easy_days: str = ""
    interview_date: str = ""
    rollover_hour: int = 4
    time_zone: str = ""
    confidence: bool = True
    theme: str = "textual-dark"

    def __post_init__(self) -> None:
        for name, (low, high) in _BOUNDS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise UsageError(f"{value} is not between {low} and {high}", where=name, hint=HELP[name])
        if self.depth not in get_args(Depth):
            raise UsageError(f"there is no depth `{self.depth}`", where="depth", hint=HELP["depth"])
        if self.memory_model not in KINDS:
            raise UsageError(
                f"there is no memory model `{self.memory_model}`", where="memory_model", hint=HELP["memory_model"]
            )
        for name, reading in (("easy_days", self.shares), ("interview_date", self.interview_day)):
            try:
                reading()
            except ValueError as error:
                raise UsageError(str(error), where=name, hint=HELP[name]) from error
        _zone(self.time_zone)

    def shares(self) -> tuple[float, ...]:
        """How much of the usual load each weekday takes, Monday first."""
        return shares_of(self.easy_days)

    def interview_day(self) -> int | None:
        """The number of the day to be ready on, as days since 1970-01-01; None where there is none."""
        return (date.fromisoformat(self.interview_date) - date(1970, 1, 1)).days if self.interview_date else None

    def zone(self) -> tzinfo | None:
        """The chosen time zone; None for the machine's own."""
        return _zone(self.time_zone)


_BOUNDS: dict[str, tuple[float, float]] = {
    "new_per_day": (0, 1000),
    "reviews_per_day": (0, 10000),
    "new_of_one": (1, 50),
    "desired_retention": (0.7, 0.97),
    "maximum_interval": (1, 36500),
    "rollover_hour": (0, 23),
}

HELP: dict[str, str] = {
    "new_per_day": "New cards a day, 0 to 1000. 15 is about ten minutes a day.",
    "reviews_per_day": "Reviews a day, 0 to 10000.",
    "new_of_one": "New cards of one concept a day, 1 to 50.",
    "depth": "essential: what everybody needs. more: also uses, traps, numbers, diagrams. off: everything.",
    "desired_retention": "The probability of recall at which a card falls due, 0.7 to 0.97. Higher means more reviews.",
    "maximum_interval": "The longest interval in days.",
    "memory_model": "fsrs6 or fsrs7: how forgetting is predicted. A change computes all card states anew from the log.",
    "optimise": "true or false: fit the memory model to your answers at the end of a session.",
    "easy_days": "How much of the usual load some weekdays take, from 0 to 1: sat 0.5, sun 0. Empty for none.",
    "interview_date": "The day to be ready on, such as 2027-01-15; `kb due` shows the plan. Empty for none.",
    "rollover_hour": "The hour at which your day begins, 0 to 23.",
    "time_zone": "An IANA name such as Europe/Berlin; empty for the machine's own.",
    "confidence": "true or false: ask how sure you are before the answer is shown.",
    "theme": "A theme of the terminal UI, such as textual-dark, textual-light or textual-ansi.",
}


def _zone(name: str) -> tzinfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"there is no time zone `{name}`", where="time_zone", hint=HELP["time_zone"]) from error


def read_settings(path: Path) -> Settings:
    """The settings in a file; the defaults where it does not exist.

    Raises:
        UsageError: the file is not TOML, or names a key or value that does not exist.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise _unusable(path, "read", error) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"cannot be read: {error}", where=str(path), hint="Mend it, or delete it to get the defaults."
        ) from error
    try:
        return Settings(**{name: checked(name, value) for name, value in data.items()})
    except UsageError as error:
        raise UsageError(error.what, where=f"{path}: {error.where}", hint=error.hint) from error


def checked(name: str, value: object) -> Any:
    """A value of the type that the setting has.

    Args:
        name: the setting.
        value: from TOML, or text as typed.

    Raises:
        UsageError: no such setting, or not such a value.
    """
    default = next((f.default for f in fields(Settings) if f.name == name), None)
    if default is None:
        from difflib import get_close_matches

        near = get_close_matches(name, HELP, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Settings: {', '.join(HELP)}."
        raise UsageError("there is no such setting", where=name, hint=hint)
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("true", "false"):
            return str(value).lower() == "true"
    elif isinstance(value, str) and not isinstance(default, str):
        try:
            return float(value) if isinstance(default, float) else int(value)
        except ValueError:
            pass
    elif isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    elif type(value) is type(default):
        return value
    raise UsageError(f"{value!r} is no value for it", where=name, hint=HELP[name])


def write_setting(path: Path, name: str, value: str | None) -> Settings:
    """Sets one key in a file and keeps its comments.

    Args:
        path: the settings file; made where it does not exist.
        name: the setting.
        value: as typed; None puts the default back.

    Returns:
        The settings after it.

    Raises:
        UsageError: no such setting or value, or the file cannot be written; it is unchanged.
    """
    import tomlkit

    before = read_settings(path)
    typed = None if value is None else checked(name, value)
    if value is None:
        checked(name, getattr(before, name, None))
    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    if typed is None:
        document.pop(name, None)
    else:
        document[name] = typed
    after = Settings(**{key: checked(key, item) for key, item in document.unwrap().items()})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(tomlkit.dumps(document), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise _unusable(path, "written", error) from error
    return after


def _unusable(path: Path, verb: str, error: OSError) -> UsageError:
    return UsageError(
        f"cannot be {verb}: {error.strerror or error}", where=str(path), hint="Set KB_HOME to a folder you may write."
    )
