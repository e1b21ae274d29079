"""Numbers as people type them ("3k", "1.5e6", "2 million", "10 ms", "1,000 req/s"), and the units behind them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches

from engine.grading.spelling import fold
from kb.errors import UsageError

_DAY = 86400.0
_TIME = {
    "ns": 1e-9, "nanosecond": 1e-9,
    "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "usec": 1e-6, "microsecond": 1e-6,
    "ms": 1e-3, "msec": 1e-3, "millisecond": 1e-3, "milli": 1e-3,
    "s": 1.0, "sec": 1.0, "second": 1.0,
    "min": 60.0, "minute": 60.0,
    "h": 3600.0, "hr": 3600.0, "hour": 3600.0,
    "d": _DAY, "day": _DAY,
    "week": 7 * _DAY, "wk": 7 * _DAY,
    "month": 30 * _DAY, "mo": 30 * _DAY,
    "year": 365 * _DAY, "yr": 365 * _DAY,
}  # fmt: skip
_PREFIXES = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15, "e": 1e18}
_LONG_PREFIXES = {"kilo": 1e3, "mega": 1e6, "giga": 1e9, "tera": 1e12, "peta": 1e15, "exa": 1e18}
_BYTES = (
    {f"{prefix}b": scale for prefix, scale in _PREFIXES.items() if prefix}
    | {f"{prefix}ib": 1024.0**power for power, prefix in enumerate("kmgtpe", 1)}
    | {f"{prefix}byte": scale for prefix, scale in _LONG_PREFIXES.items()}
    | {f"{prefix[:2]}bibyte": 1024.0**power for power, prefix in enumerate(_LONG_PREFIXES, 1)}
    | {"byte": 1.0}
)
_BITS = {f"{prefix}bit": scale / 8 for prefix, scale in (_PREFIXES | _LONG_PREFIXES).items()}
_SHARES = {"%": 0.01, "percent": 0.01, "pct": 0.01, "permille": 0.001, "‰": 0.001}
_RATES = {
    "rps": ("request", 1.0), "qps": ("query", 1.0), "tps": ("transaction", 1.0), "ops": ("operation", 1.0), "iops": ("operation", 1.0),
    "kbps": ("data", 125.0), "mbps": ("data", 125e3), "gbps": ("data", 125e6), "tbps": ("data", 125e9), "bps": ("data", 0.125),
}  # fmt: skip
_SHORT_COUNTS = {
    "req": "request",
    "msg": "message",
    "tx": "transaction",
    "op": "operation",
    "usd": "$",
    "dollar": "$",
    "eur": "€",
    "euro": "€",
}
_SCALES = {
    "k": 1e3, "thousand": 1e3, "thsd": 1e3,
    "m": 1e6, "mn": 1e6, "mio": 1e6, "mil": 1e6, "million": 1e6, "millions": 1e6,
    "b": 1e9, "bn": 1e9, "billion": 1e9, "billions": 1e9, "g": 1e9,
    "t": 1e12, "tn": 1e12, "trillion": 1e12, "trillions": 1e12,
}  # fmt: skip

_NUMBER = r"\d{1,3}(?:[,_ ']\d{3})+(?:\.\d+)?(?!\d)|\d{1,3}(?:\.\d{3}){2,}(?!\d)|\d+(?:[.,]\d+)?|\.\d+"
_BEFORE = r"(?:about|around|approximately|approx\.?|roughly|circa|ca\.?|[~≈=])?\s*(?P<currency>[$€])?\s*"
_POWER = re.compile(
    rf"{_BEFORE}(?:(?P<number>-?(?:{_NUMBER}))\s*[*x×·⋅]\s*)?10\s*(?:\^|\*\*)\s*(?P<power>[+-]?\d+)(?P<rest>.*)", re.I
)
_PLAIN = re.compile(rf"{_BEFORE}(?P<number>-?(?:{_NUMBER}))(?:e(?P<power>[+-]?\d+))?(?P<rest>.*)", re.I)
_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit reduced to its dimension.

    Attributes:
        over: what is counted: "time", "data", "share", a noun such as "server", or "" for a bare number.
        under: the same for what stands after "per" or "/", "" where there is none.
        scale: how many base units (seconds, bytes, one) it is.
    """

    over: str
    under: str
    scale: float


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as the learner meant it.

    Attributes:
        value: the number, multipliers such as "k" or "million" applied.
        unit: the unit as written, "" where there is none.
    """

    value: float
    unit: str


def parse_unit(text: str) -> Unit:
    """Reads a unit.

    Args:
        text: such as "ms", "GB", "requests per second", "req/s", "Mbit/s", "servers", "" for a bare number.

    Returns:
        Its dimension and scale. A word that is no known unit counts things of that name.
    """
    # "Mb" and "Gb" are bits only with this exact spelling; folding would turn them into bytes.
    bits = re.sub(r"\b([kKMGT])b(?=\b|/)", r"\1bit", text)
    plain = re.sub(r"\s+(?:per|an?|each|every)\s+|^per\s+", " / ", fold(bits)).strip()
    over_text, _, under_text = plain.partition("/")
    over_text, under_text = over_text.strip(), under_text.strip()
    if not under_text and over_text in _RATES:
        over, scale = _RATES[over_text]
        return Unit(over, "time", scale)
    over, over_scale = _simple(over_text)
    under, under_scale = _simple(under_text)
    return Unit(over, under, over_scale / under_scale)


def _simple(word: str) -> tuple[str, float]:
    for form in (word, _singular(word)):
        for dimension, table in (("time", _TIME), ("data", _BYTES), ("data", _BITS), ("share", _SHARES)):
            if form in table:
                return dimension, table[form]
    if word == "b":
        return "data", 1.0
    noun = " ".join(_singular(part) for part in word.split())
    return _SHORT_COUNTS.get(noun, noun), 1.0


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 2 else word


def parse_quantity(text: str, unit: str = "") -> Quantity:
    """Reads a number with an optional multiplier and unit.

    Args:
        text: such as "3k", "1.5e6", "2 million", "10 ms", "1,000", "2*10^6", "~500 req/s", "1,5 GB" (a decimal comma).
        unit: the unit of the question; it tells "5 m" (minutes) from "5 m" (million).

    Returns:
        The number and the unit as written.

    Raises:
        UsageError: when the text holds no number, or more than one.
    """
    # Folding would turn 10⁶ into 106 and Mbit into megabytes, so the text is only normalised.
    raised = re.sub(r"[⁺⁻⁰¹²³⁴-⁹]+", lambda found: "^" + found[0].translate(_SUPERSCRIPTS), text)
    plain = " ".join(unicodedata.normalize("NFKC", raised).replace("−", "-").split())
    found = _POWER.fullmatch(plain) or _PLAIN.fullmatch(plain)
    if found is None:
        raise UsageError(
            f"{plain!r} is not a number." if plain else "There is no number.",
            where="answer",
            hint="Write for example 3000, 3k, 1.5e6, 2 million or 10 ms.",
        )
    value = _number(found["number"] or "1") * 10.0 ** max(min(int(found["power"] or 0), 300), -300)
    rest = found["rest"].strip()
    if re.search(r"\d", rest):
        raise UsageError(
            f"{plain!r} holds more than one number.", where="answer", hint="Give one number, for example 300k."
        )
    scale, rest = _scale(rest, unit)
    return Quantity(value * scale, rest or (found["currency"] or ""))


def _number(text: str) -> float:
    if re.fullmatch(r"-?(?:\d+,(?:\d{1,2}|\d{4,})|0,\d+)", text):
        return float(text.replace(",", "."))
    if text.count(".") > 1:
        return float(text.replace(".", ""))
    return float(re.sub(r"[,_ ']", "", text))


def _scale(rest: str, unit: str) -> tuple[float, str]:
    """Splits a multiplier from the unit after it."""
    found = re.match(r"[A-Za-z]+", rest)
    word = found[0] if found else ""
    letter, after = word.casefold(), rest[len(word) :].strip()
    if letter not in _SCALES:
        return 1.0, rest
    wanted = parse_unit(unit)
    if not after and word == "m" and wanted.over == "time" and not wanted.under:
        return 1.0, "min"
    if not after and letter in ("b", "g", "t") and wanted.over == "data":
        return 1.0, "B" if letter == "b" else f"{letter}B"
    return _SCALES[letter], after


def convert(quantity: Quantity, unit: str) -> float:
    """The number in the unit of the question.

    Args:
        quantity: what the learner wrote. Without a unit it is taken to be in the question's.
        unit: the question's unit.

    Returns:
        The converted number.

    Raises:
        UsageError: when the two units measure different things.
    """
    if not quantity.unit:
        return quantity.value
    given, wanted = parse_unit(quantity.unit), parse_unit(unit)
    # "500/s" leaves open what is counted; "5 %" of nothing is 0.05.
    same_over = given.over == wanted.over or (
        given.over == "" and bool(given.under) and wanted.over not in ("time", "data")
    )
    if not same_over or given.under != wanted.under:
        known = get_close_matches(quantity.unit, [*_TIME, *_BYTES, *_RATES, unit], n=1, cutoff=0.75)
        hint = f"Write the number alone, or with the unit {unit}." if unit else "Write the number alone."
        if known and parse_unit(known[0]).over == wanted.over and known[0] != quantity.unit:
            hint = f"Did you mean {known[0]}? " + hint
        raise UsageError(
            f"The question asks for {unit or 'a plain number'}, and {quantity.unit!r} measures something else.",
            where="answer",
            hint=hint,
        )
    return quantity.value * (given.scale / wanted.scale)
