from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.device import device_of, forget_device
from kb.errors import StoreError


def test_a_folder_keeps_its_name_and_a_copy_of_it_gets_another(tmp_path: Path) -> None:
    name = device_of(tmp_path / "a")
    assert len(name) == 8
    assert device_of(tmp_path / "a") == name
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    copied = device_of(tmp_path / "b")
    assert copied != name
    assert (device_of(tmp_path / "a"), device_of(tmp_path / "b")) == (name, copied)


def test_a_name_of_the_first_version_stays(tmp_path: Path) -> None:
    (tmp_path / "device").write_text("0123abcd")
    assert device_of(tmp_path) == "0123abcd"
    shutil.copytree(tmp_path, tmp_path.parent / "copy")
    assert device_of(tmp_path.parent / "copy") != "0123abcd"


def test_a_forgotten_name_is_not_taken_again(tmp_path: Path) -> None:
    name = device_of(tmp_path)
    forget_device(tmp_path)
    forget_device(tmp_path)
    assert device_of(tmp_path) != name


def test_a_name_that_cannot_be_forgotten_is_explained(tmp_path: Path) -> None:
    (tmp_path / "device").mkdir()
    with pytest.raises(StoreError) as caught:
        forget_device(tmp_path)
    assert str(tmp_path) in caught.value.where
