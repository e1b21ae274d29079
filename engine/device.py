"""The name of this machine in the log: random, made once for each data folder, and made anew where the folder turns out to be a copy.

Two copies of one data folder that went on under one name would number their events alike. So the file holds, beside the name, where it was
made: a hash of the machine's name and the folder.
"""

from __future__ import annotations

import platform
import re
import secrets
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from kb.errors import StoreError

_NAME = re.compile(r"[0-9a-f]{8}")
_FILE = "device"


def device_of(folder: Path) -> str:
    """The name of the device whose data lie in a folder.

    Args:
        folder: the data folder; made where it does not exist.

    Returns:
        Eight hexadecimal digits. A folder that was copied, a damaged file and a missing one get a new name.

    Raises:
        StoreError: the file cannot be read or written.
    """
    path = folder / _FILE
    place = _place(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            name, _, made_at = path.read_text(encoding="ascii", errors="replace").strip().partition("\n")
            # Files of the first version hold the name alone; it stays, for most folders were never copied.
            if _NAME.fullmatch(name) and made_at in (place, ""):
                if not made_at:
                    _write(path, name, place)
                return name
        name = secrets.token_hex(4)
        _write(path, name, place)
    except OSError as error:
        raise StoreError(
            f"cannot be used: {error}", where=str(path), hint="Set KB_HOME to a folder you may write."
        ) from error
    return name


def forget_device(folder: Path) -> None:
    """Makes the next start take a new name: after an older log was brought back, or a copy was met, the old numbers are used up.

    Args:
        folder: the data folder.

    Raises:
        StoreError: the file cannot be removed.
    """
    path = folder / _FILE
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"cannot be removed: {error}", where=str(path), hint="Remove it by hand.") from error


def _place(folder: Path) -> str:
    return blake2b(f"{platform.node()}\0{folder.absolute()}".encode(errors="replace"), digest_size=8).hexdigest()


def _write(path: Path, name: str, place: str) -> None:
    part = path.with_name(f"{_FILE}-{name}.part")
    part.write_text(f"{name}\n{place}\n", encoding="ascii")
    part.replace(path)
