"""A thousand learners with a thousand reviews each in one database, a file and a server; `make bench` has a short form."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.soak
def test_a_thousand_learners_share_a_database_and_see_only_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "load"],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    with capsys.disabled():
        print(f"\n{done.stdout}")
    seen = [line for line in done.stdout.splitlines() if "rows of others seen" in line]
    assert seen
    assert all(" 0 rows " in line for line in seen)
