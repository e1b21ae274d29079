"""Opens a file in the learner's own editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from kb.errors import UsageError

USUAL = ("sensible-editor", "nano", "vi", "notepad")


def edit(path: Path, first: str = "") -> None:
    """Opens a file and waits until the editor ends.

    Args:
        path: the file; its folder is made where it does not exist.
        first: what a new file begins with. A file that still says only that is removed again.

    Raises:
        UsageError: there is no editor, or it failed; the hint names the file.
    """
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR") or next(filter(shutil.which, USUAL), "")
    if not chosen:
        raise UsageError("there is no editor", where="EDITOR", hint=f"Set EDITOR, or edit {path} with anything.")
    new = not path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if new:
            path.write_text(first, encoding="utf-8")
        code = subprocess.run([*shlex.split(chosen), str(path)], check=False).returncode  # noqa: S603 - the learner's own program
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the editor cannot be used: {error}", where=chosen, hint=f"Set EDITOR, or edit {path}."
        ) from error
    finally:
        if new and path.is_file() and path.read_bytes().strip() == first.strip().encode():
            path.unlink()
    if code:
        raise UsageError(f"the editor ended with code {code}", where=chosen, hint=f"The file is {path}.")
