"""A PostgreSQL server for a while, from the machine's own binaries; the tests of the store start theirs here too."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class UnavailableError(Exception):
    """There is no server on this machine, with the reason in words."""


def binaries() -> Path | None:
    """The newest server of the machine: on the path, or where Debian keeps it."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return installed[-1].parent if installed else None


@contextmanager
def running(options: str = "") -> Iterator[str]:
    """A fresh server; stopped at the end by the number of its own process.

    Args:
        options: further options of the server, such as `-c fsync=off`.

    Yields:
        Its address, to which the name of a database is added.

    Raises:
        UnavailableError: the machine has none, or nobody to run it as.
    """
    where = binaries()
    if where is None:
        raise UnavailableError("no PostgreSQL server is installed (initdb was not found)")
    user = _user()
    # Not below a private folder: the server's user has to reach it, and a socket's path has to be short.
    folder = Path(tempfile.mkdtemp(prefix="kb-pg-"))
    if user:
        shutil.chown(folder, user, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    try:
        _as_server(user, where / "initdb", "-D", data, "-U", "kb", "-A", "trust", "-E", "UTF8", "--no-sync")
        all_options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} {options}"
        _as_server(user, where / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", all_options, "start")
        try:
            yield f"postgresql+psycopg://kb@127.0.0.1:{port}"
        finally:
            _as_server(user, where / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """Whom to run it as: a server refuses to run as root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    if shutil.which("runuser") is None or "postgres" not in {u.pw_name for u in pwd.getpwall()}:
        raise UnavailableError("a PostgreSQL server does not run as root, and there is no user `postgres` to run it as")
    return "postgres"


def _as_server(user: str | None, *command: str | Path) -> None:
    prefix = ["runuser", "-u", user, "--"] if user else []
    outcome = subprocess.run(
        [*prefix, *map(str, command)], capture_output=True, text=True, timeout=60, check=False, cwd="/"
    )
    if outcome.returncode:
        raise RuntimeError(f"{command}: {outcome.stderr}")
