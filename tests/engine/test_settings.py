from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.settings import HELP, SCHEDULING, Settings, checked, read_settings, write_setting
from kb.errors import UsageError

GOOD: dict[str, list[tuple[str, Any]]] = {
    "new_per_day": [("0", 0), ("15", 15), ("1000", 1000)],
    "reviews_per_day": [("0", 0), ("10000", 10000)],
    "new_of_one": [("1", 1), ("50", 50)],
    "depth": [("essential", "essential"), ("more", "more"), ("off", "off")],
    "desired_retention": [("0.7", 0.7), ("0.97", 0.97), (".9", 0.9)],
    "maximum_interval": [("1", 1), ("36500", 36500)],
    "memory_model": [("fsrs6", "fsrs6"), ("fsrs7", "fsrs7")],
    "optimise": [("true", True), ("false", False)],
    "easy_days": [("", ""), ("sat 0.5, sun 0", "sat 0.5, sun 0")],
    "interview_date": [("", ""), ("2027-01-15", "2027-01-15")],
    "rollover_hour": [("0", 0), ("23", 23)],
    "time_zone": [("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC"), ("", "")],
    "confidence": [("true", True), ("False", False)],
    "theme": [("textual-light", "textual-light")],
}
BAD: dict[str, list[str]] = {
    "new_per_day": ["-1", "1001", "ten", "1.5", ""],
    "reviews_per_day": ["-1", "10001", "x"],
    "new_of_one": ["0", "51", "x"],
    "depth": ["deep", "", "Essential"],
    "desired_retention": ["0.69", "0.98", "90", "nan", "inf", "high"],
    "maximum_interval": ["0", "36501", "x"],
    "memory_model": ["sm2", "", "FSRS6", "fsrs6/1"],
    "optimise": ["1", "no", ""],
    "easy_days": ["sun", "sun 2", "sun 0, sun 1", "0"],
    "interview_date": ["soon", "2027-13-01", "15.1.2027"],
    "rollover_hour": ["-1", "24", "4am"],
    "time_zone": ["Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe"],
    "confidence": ["1", "yes", "maybe", ""],
}
WRONG_TYPES: dict[str, list[str]] = {
    "new_per_day": ["true", "1.5", "[1]", "'x'"],
    "reviews_per_day": ["false", "2026-11-21"],
    "new_of_one": ["true"],
    "depth": ["1", "true"],
    "desired_retention": ["true", "'x'", "{ a = 1 }"],
    "maximum_interval": ["1e3"],
    "memory_model": ["6", "true"],
    "optimise": ["0", "'often'"],
    "easy_days": ["0", "[1]"],
    "interview_date": ["2027-01-15", "1"],
    "rollover_hour": ["04:00:00", "true"],
    "time_zone": ["1", "true"],
    "confidence": ["1", "'maybe'"],
    "theme": ["1", "['a']"],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "config.toml"


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_setting_is_explained_and_tried_here() -> None:
    names = [f.name for f in fields(Settings)]
    assert list(HELP) == names == list(GOOD) == list(WRONG_TYPES)
    assert set(SCHEDULING) <= set(names)


def test_without_a_file_the_defaults_hold(path: Path) -> None:
    assert read_settings(path) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "value"), [(n, text, value) for n, pairs in GOOD.items() for text, value in pairs]
)
def test_a_good_value_is_kept_and_read_back(path: Path, name: str, text: str, value: Any) -> None:
    after = write_setting(path, name, text)
    assert getattr(after, name) == value
    assert type(getattr(after, name)) is type(value)
    assert read_settings(path) == after


@pytest.mark.parametrize(("name", "text"), [(n, text) for n, texts in BAD.items() for text in texts])
def test_a_bad_value_is_refused_with_what_would_be_good_and_the_file_stays(path: Path, name: str, text: str) -> None:
    written(path, "# mine\nnew_per_day = 7\n")
    with pytest.raises(UsageError) as caught:
        write_setting(path, name, text)
    assert caught.value.hint == HELP[name]
    assert name in caught.value.where
    assert path.read_text() == "# mine\nnew_per_day = 7\n"


@pytest.mark.parametrize(("name", "toml"), [(n, value) for n, values in WRONG_TYPES.items() for value in values])
def test_a_value_of_another_type_in_the_file_is_named_with_its_place(path: Path, name: str, toml: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_settings(written(path, f"{name} = {toml}\n"))
    assert str(path) in caught.value.where
    assert name in caught.value.where
    assert caught.value.hint == HELP[name]


def test_a_whole_number_will_do_where_a_fraction_is_asked_for() -> None:
    with pytest.raises(UsageError, match="not between"):
        Settings(desired_retention=checked("desired_retention", 1))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("new_perday", "Did you mean new_per_day?"),
        ("Theme", "Did you mean theme?"),
        ("xyzzy", f"Settings: {', '.join(HELP)}."),
    ],
)
def test_an_unknown_setting_is_refused_with_the_nearest_or_all(path: Path, name: str, hint: str) -> None:
    for attempt in (
        lambda: write_setting(path, name, "1"),
        lambda: write_setting(path, name, None),
        lambda: read_settings(written(path.with_name("other.toml"), f"{name} = 1\n")),
    ):
        with pytest.raises(UsageError) as caught:
            attempt()
        assert caught.value.hint == hint
    assert not path.exists()


FILE = """\
# How I study.

new_per_day = 20  # after the holidays: 15
theme = "textual-light"

# Quiet hours.
rollover_hour = 5
"""


def test_writing_keeps_comments_order_and_other_keys(path: Path) -> None:
    write_setting(written(path, FILE), "new_per_day", "15")
    assert path.read_text() == FILE.replace("new_per_day = 20", "new_per_day = 15")


def test_a_new_key_is_added_at_the_end(path: Path) -> None:
    write_setting(written(path, FILE), "confidence", "false")
    assert path.read_text() == FILE + "confidence = false\n"


def test_a_reset_puts_the_default_back_and_keeps_the_rest(path: Path) -> None:
    after = write_setting(written(path, FILE), "theme", None)
    assert after == Settings(new_per_day=20, rollover_hour=5)
    assert "theme" not in path.read_text()
    assert "# Quiet hours." in path.read_text()
    assert write_setting(path, "theme", None) == after


@pytest.mark.parametrize("content", [b"new_per_day = ", b"\xff\xfe", b"= 1"])
def test_a_file_that_is_no_toml_is_named_and_never_overwritten(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    for attempt in (lambda: read_settings(path), lambda: write_setting(path, "theme", "x")):
        with pytest.raises(UsageError, match=r"cannot be read") as caught:
            attempt()
        assert caught.value.where == str(path)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    written(tmp_path / "blocked", "a file where a folder should be")
    (tmp_path / "config.part").mkdir()
    for path, verb in ((tmp_path / "blocked" / "config.toml", "read"), (tmp_path / "config.toml", "written")):
        with pytest.raises(UsageError, match=f"cannot be {verb}") as caught:
            write_setting(path, "theme", "x")
        assert "KB_HOME" in caught.value.hint


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "new_per_day": st.integers(0, 1000),
            "desired_retention": st.floats(0.7, 0.97),
            "depth": st.sampled_from(["essential", "more", "off"]),
            "confidence": st.booleans(),
            "theme": st.text(max_size=20),
        },
    )
)
def test_whatever_is_set_as_text_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, chosen: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("settings") / "config.toml"
    for name, value in chosen.items():
        write_setting(path, name, str(value).lower() if isinstance(value, bool) else str(value))
    assert asdict(read_settings(path)) == {**asdict(Settings()), **chosen}


def test_the_zone_is_that_of_its_name_and_the_machine_s_own_by_default() -> None:
    assert Settings().zone() is None
    berlin = Settings(time_zone="Europe/Berlin").zone()
    assert berlin == ZoneInfo("Europe/Berlin")
    assert datetime(2026, 7, 1, tzinfo=berlin).tzname() == "CEST"
