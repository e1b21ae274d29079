"""Identifiers of events: UUID version 7, ordered by time (RFC 9562, section 5.7)."""

from __future__ import annotations

from uuid import UUID


def uuid7(milliseconds: int, random: bytes) -> str:
    """A UUIDv7 as text.

    Args:
        milliseconds: Unix time in ms, 0 to 2**48 - 1.
        random: ten random bytes, of which 74 bits are used.

    Returns:
        The canonical form with hyphens; two of them compare as their times do.
    """
    noise = int.from_bytes(random[:10], "big")
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (noise & 0xFFF) << 64
    value |= 0b10 << 62 | noise >> 12 & (1 << 62) - 1
    return str(UUID(int=value))
