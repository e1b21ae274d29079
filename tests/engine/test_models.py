from __future__ import annotations

import pytest

from engine.memory import MemoryState, Rating
from engine.models import DEFAULT_KIND, KINDS, kind_of, model_of
from kb.errors import UsageError


@pytest.mark.parametrize("name", KINDS)
def test_a_model_is_found_by_its_name_and_by_the_version_in_the_log(name: str) -> None:
    kind = kind_of(name)
    assert kind.name == name
    assert kind_of(kind.version) is kind
    assert model_of(kind.version).version == kind.version
    assert model_of(name).weights == kind.defaults
    assert len(kind.bounds) == len(kind.defaults)
    assert all(low <= weight <= high for weight, (low, high) in zip(kind.defaults, kind.bounds, strict=True))


def test_own_weights_change_what_a_model_says() -> None:
    kind = kind_of(DEFAULT_KIND)
    own = model_of(kind.name, [kind.defaults[0] * 2, *kind.defaults[1:]])
    assert own.next_state(None, Rating.AGAIN, 0) != model_of(kind.name).next_state(None, Rating.AGAIN, 0)
    assert own.next_state(None, Rating.GOOD, 0) == model_of(kind.name).next_state(None, Rating.GOOD, 0)


def test_an_unknown_model_and_weights_of_another_one_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        model_of("sm2")
    assert "fsrs6" in caught.value.hint
    with pytest.raises(UsageError):
        model_of("fsrs6", KINDS["fsrs7"].defaults)


def test_every_model_takes_the_states_that_the_other_left_behind() -> None:
    for kind in KINDS.values():
        for other in KINDS.values():
            state = model_of(other.name).next_state(None, Rating.GOOD, 0)
            after = model_of(kind.name).next_state(state, Rating.GOOD, 5)
            assert isinstance(after, MemoryState)
            assert after.stability > state.stability
