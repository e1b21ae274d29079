from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.backups import DAILY, MONTHLY, WEEKLY, listed, name_for, surplus

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)  # a Saturday


def at(text: str) -> tuple[datetime, Path]:
    moment = datetime.strptime(f"{text}+0000", "%Y-%m-%d %H:%M%z")
    return moment, Path(name_for(moment))


@pytest.mark.parametrize(
    ("made", "dropped"),
    [
        ([], []),
        (["2026-11-21 12:00"], []),
        (["2026-11-21 12:00", "2026-11-21 09:00"], ["2026-11-21 09:00"]),
        ([f"2026-11-{day} 12:00" for day in range(15, 22)], []),
        # Sunday the 15th to Saturday the 21st are seven days; of the week before only its newest stays.
        (
            [f"2026-11-{day} 12:00" for day in range(12, 22)],
            ["2026-11-14 12:00", "2026-11-13 12:00", "2026-11-12 12:00"],
        ),
        (["2026-11-21 12:00", "2026-10-30 12:00", "2026-10-02 12:00"], []),
        (["2026-11-21 12:00", "2025-03-02 12:00", "2025-03-01 12:00"], []),
    ],
)
def test_which_backups_can_go(made: list[str], dropped: list[str]) -> None:
    assert surplus(map(at, made)) == [at(text)[1] for text in dropped]


def test_after_ten_years_of_days_a_handful_is_left() -> None:
    kept: list[tuple[datetime, Path]] = []
    for day in range(3650):
        moment = NOON + timedelta(days=day)
        kept.append((moment, Path(name_for(moment))))
        gone = set(surplus(kept))
        kept = [pair for pair in kept if pair[1] not in gone]
    ages = sorted((NOON + timedelta(days=3649) - moment).days for moment, _ in kept)
    assert ages[:DAILY] == list(range(DAILY))
    assert 30 <= len(kept) <= DAILY + WEEKLY + MONTHLY
    assert 680 <= ages[-1] <= 760


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(st.lists(moments, unique=True, min_size=1, max_size=60))
def test_the_newest_always_stays_and_thinning_twice_drops_nothing_more(made: list[datetime]) -> None:
    pairs = [(moment, Path(f"{i}.db")) for i, moment in enumerate(made)]
    gone = set(surplus(pairs))
    assert max(pairs)[1] not in gone
    left = [pair for pair in pairs if pair[1] not in gone]
    assert surplus(left) == []


def test_the_backups_of_a_folder_are_found_by_their_names_newest_first(tmp_path: Path) -> None:
    names = [name_for(NOON), name_for(NOON + timedelta(days=1), "migration"), name_for(NOON - timedelta(days=1))]
    for name in [
        *names,
        "progress-mine.db",
        "progress-99999999T999999.db",
        "progress-20261121T120000.db.part",
        "other.db",
    ]:
        (tmp_path / name).touch()
    found = listed(tmp_path)
    assert [path.name for _, path in found] == [names[1], names[0], names[2]]
    assert [moment for moment, _ in found] == [NOON + timedelta(days=1), NOON, NOON - timedelta(days=1)]


def test_a_folder_that_does_not_exist_holds_none(tmp_path: Path) -> None:
    assert listed(tmp_path / "nowhere") == []
