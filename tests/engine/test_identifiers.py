from __future__ import annotations

from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.identifiers import uuid7

moments = st.integers(0, 2**48 - 1)
noises = st.binary(min_size=10, max_size=10)


def test_the_example_of_the_standard_comes_out() -> None:
    """RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F."""
    noise = (0x18C4DC0C0C07398F << 12 | 0xCC3).to_bytes(10, "big")
    assert uuid7(0x017F22E279B0, noise) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(moments, noises)
def test_version_variant_and_time_stand_where_the_standard_puts_them(milliseconds: int, noise: bytes) -> None:
    made = UUID(uuid7(milliseconds, noise))
    assert made.version == 7
    assert made.variant == RFC_4122
    assert made.int >> 80 == milliseconds


@given(moments, moments, noises, noises)
def test_text_order_is_time_order(first: int, second: int, noise: bytes, other: bytes) -> None:
    if first != second:
        assert (uuid7(first, noise) < uuid7(second, other)) == (first < second)


@given(moments, noises, st.integers(0, 73))
def test_every_one_of_the_74_random_bits_counts(milliseconds: int, noise: bytes, bit: int) -> None:
    flipped = (int.from_bytes(noise, "big") ^ 1 << bit).to_bytes(10, "big")
    assert uuid7(milliseconds, noise) != uuid7(milliseconds, flipped)


@pytest.mark.parametrize("milliseconds", [0, 2**48 - 1])
def test_the_form_is_canonical_at_both_ends_of_time(milliseconds: int) -> None:
    made = uuid7(milliseconds, bytes(10))
    assert str(UUID(made)) == made
    assert len(made) == 36
