from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cards import derive
from engine.exchange.apkg import export_apkg
from engine.exchange.export import part_of, replacing
from engine.exchange.formats import FORMATS, format_for
from kb.content import Library
from kb.errors import ExchangeError


def write(target: Path, text: str) -> None:
    with replacing(target) as part:
        part.write_text(text, encoding="utf-8")


def test_a_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "deck.apkg"
    write(target, "one")
    write(target, "two")
    assert target.read_text(encoding="utf-8") == "two"
    assert list(tmp_path.glob("*")) == [target]


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "deck.apkg"
    write(target, "one")

    def fail() -> None:
        with replacing(target) as part:
            part.write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text(encoding="utf-8") == "one"
    assert os.listdir(tmp_path) == ["deck.apkg"]  # noqa: PTH208 - hidden files count


@pytest.mark.skipif(sys.platform == "win32", reason="rights are not those of POSIX")
def test_the_file_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write(tmp_path / "deck.apkg", "one")
    assert stat.S_IMODE((tmp_path / "deck.apkg").stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match="folder") as error:
        write(tmp_path, "one")
    assert error.value.where == str(tmp_path)
    assert error.value.hint


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match="does not exist") as error:
        write(tmp_path / "nowhere" / "deck.apkg", "one")
    assert error.value.where == str(tmp_path / "nowhere")


@pytest.mark.skipif(
    sys.platform == "win32" or (os.geteuid() == 0 and not Path("/proc/self").is_dir()), reason="no folder is read-only"
)
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    # The rights of a folder do not hold the superuser back, a file system without files of its own does.
    target = (Path("/proc/self") if os.geteuid() == 0 else tmp_path) / "deck.apkg"
    with pytest.raises(ExchangeError, match="cannot be written") as error:
        write(target, "one")
    tmp_path.chmod(0o755)
    assert error.value.where == str(target)
    assert error.value.exit_code == 6


def test_the_suffix_names_the_format_in_any_case() -> None:
    assert format_for(Path("a/deck.apkg")).export is export_apkg
    assert format_for(Path("DECK.APKG")) is FORMATS[".apkg"]


@pytest.mark.parametrize("name", ["deck.anki", "deck", "deck.apkg.bak", ".apkg"])
def test_an_unknown_suffix_lists_the_known_formats(name: str) -> None:
    with pytest.raises(ExchangeError) as error:
        format_for(Path(name))
    assert all(suffix in error.value.hint for suffix in FORMATS)


def test_a_part_of_a_deck_keeps_order_and_former_ids_of_what_is_left(small: Callable[..., Library]) -> None:
    def change(files: dict[str, dict[str, list[dict[str, object]]]]) -> None:
        for name in ("near-copy", "tiny-copy"):
            files[f"concepts/caching/{name}.yaml"]["pitfalls"][0].update(key="unbounded", formerly=["no-bound"])

    deck = derive(small(change))
    part = part_of(deck, lambda card: deck.cards[card].entry == "near-copy")
    assert list(part.cards) == list(deck.by_entry["near-copy"])
    assert part.by_entry == {"near-copy": deck.by_entry["near-copy"]}
    assert part.renamed == {"near-copy#pitfall.no-bound": "near-copy#pitfall.unbounded"}
