"""What search has to bear: any text as a query, and an index file that is damaged, foreign, being rebuilt, or on a read-only disk."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.cli.finding import as_data
from kb.errors import SearchError
from kb.search import Index, Result, open_index, store
from kb.search.build import FORMAT

SYNTAX = ['"', "'", "(", ")", "*", "^", ":", "-", "+", ",", "{", "}", "AND", "OR", "NOT", "NEAR(", "NEAR/2", "title :", "{title body}:", "rowid", "\0", "--", ";", "drop table words", "' or 1=1", "%", "_", "\\", "vs", "versus", "difference between"]  # fmt: skip
WORDS = ["cache", "cdn", "thundering herd", "invaldation", "TTL", "ttl-vs-active-invalidation", "write-through"]
STRANGE = ["🔥", "👩‍👩‍👧", "\u202e", "\u200f", "\ufeff", "\u0301", "ذاكرة", "מטמון", "キャッシュ", "ﬁ", "ß", "İ", "\ud800", "\x1b[31m", "\x7f", "𝒸𝒶𝒸𝒽𝑒", "\u2028", "\r\n"]  # fmt: skip
QUERIES = st.lists(st.sampled_from([*SYNTAX, *WORDS, *STRANGE]) | st.text(max_size=12), max_size=12).map(" ".join)


@pytest.fixture(scope="module")
def index(caching_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_HOME", str(tmp_path_factory.mktemp("home")))
        with open_index(caching_root) as found:
            yield found


@pytest.fixture
def made(home: Path, caching_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index file in this test's home, copied from one that was built once."""
    ready = tmp_path_factory.getbasetemp() / "caching-index-to-break"
    path = store.index_path(caching_root)
    if not (ready / path.name).exists():
        open_index(caching_root).close()
        shutil.copytree(path.parent, ready, dirs_exist_ok=True)
    shutil.copytree(ready, path.parent, dirs_exist_ok=True)
    return path


def sound(result: Result) -> None:
    assert (result.match == "none") == (result.hits == ())
    assert all(0 <= hit.score <= 1 and -1.001 <= hit.cosine <= 1.001 for hit in result.hits)
    scores = [hit.score for hit in result.hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.id for hit in result.hits}) == len(result.hits)
    json.dumps(as_data(result, explain=True)).encode("utf-8")


@settings(max_examples=150)
@given(QUERIES)
def test_any_text_gets_a_sound_answer(index: Index, query: str) -> None:
    result = index.search(query)
    sound(result)
    assert index.search(query) == result


@settings(max_examples=60)
@given(QUERIES, st.sampled_from([{"kind": "concept"}, {"kind": "note"}, {"step": "caching"}, {"level": "core"}, {"only": {"cdn"}}, {"only": set()}, {"limit": 1}]))  # fmt: skip
def test_any_text_gets_a_sound_answer_with_any_filter(index: Index, query: str, wanted: dict[str, object]) -> None:
    sound(index.search(query, **wanted))


@settings(max_examples=40)
@given(st.sampled_from(['"', "(", "'", "\0", " OR ", "?", "🔥", "\u202e"]), st.sampled_from(["cdn", "cache-stampede", "Thundering herd"]))  # fmt: skip
def test_signs_around_a_name_do_not_hide_it(index: Index, sign: str, name: str) -> None:
    if sign != " OR ":
        assert index.search(f"{sign}{name}{sign}").hits[0].id in ("cdn", "cache-stampede")
    sound(index.search(f"{sign}{name}{sign}"))


@settings(max_examples=20)
@given(st.sampled_from([*SYNTAX, *WORDS, *STRANGE, "a", "x1 ", "é", "a-b "]), st.integers(0, 3))
def test_a_hundred_thousand_characters_are_answered_like_any_others(index: Index, piece: str, shift: int) -> None:
    text = (piece * (100_000 // len(piece) + 1))[shift : shift + 100_000]
    sound(index.search(text))
    sound(index.search(f"cdn {text}"))


def changed(path: Path, key: str, value: object) -> None:
    connection = sqlite3.connect(path)
    connection.execute("update meta set value = ? where key = ?", (value, key))
    connection.commit()
    connection.close()


@pytest.mark.parametrize("key", ["vectors", "starts", "fields"])
def test_one_flipped_bit_in_the_vectors_is_noticed_and_mended(caching_root: Path, made: Path, key: str) -> None:
    connection = sqlite3.connect(made)
    (blob,) = connection.execute("select value from meta where key = ?", (key,)).fetchone()
    connection.close()
    dice = random.Random(3)
    for place in (0, len(blob) - 1, *(dice.randrange(len(blob)) for _ in range(8))):
        spoilt = bytearray(blob)
        spoilt[place] ^= 1 << dice.randrange(8)
        changed(made, key, bytes(spoilt))
        with pytest.raises(SearchError, match="vectors are damaged"):
            Index(store.opened(made))
    said: list[str] = []
    with open_index(caching_root, said.append) as index:
        assert index.search("cdn").hits[0].id == "cdn"
    assert "damaged" in said[0]
    with open_index(caching_root, said.append):
        assert len(said) == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [("format", FORMAT + 1), ("format", FORMAT - 1), ("format", "?"), ("dimension", 768), ("entries", -1), ("model", "other"), ("steps", "{"), ("checksum", None), ("vectors", b""), ("starts", "text")],
)  # fmt: skip
def test_an_index_of_another_version_is_replaced_with_a_word(
    caching_root: Path, made: Path, key: str, value: object
) -> None:
    if value is None:
        connection = sqlite3.connect(made)
        connection.execute("delete from meta where key = ?", (key,))
        connection.commit()
        connection.close()
    else:
        changed(made, key, value)
    with pytest.raises(SearchError) as caught:
        Index(store.opened(made))
    assert "kb index" in caught.value.hint
    said: list[str] = []
    with open_index(caching_root, said.append) as index:
        assert index.search("cdn").hits[0].id == "cdn"
    assert len(said) == 1


def test_bytes_changed_anywhere_give_an_answer_or_a_clear_error(made: Path, tmp_path: Path) -> None:
    whole = made.read_bytes()
    dice = random.Random(11)
    copy = tmp_path / "copy.db"
    for _ in range(60):
        spoilt = bytearray(whole)
        start = dice.randrange(100, len(whole))
        length = dice.choice((1, 8, 512, 4096))
        spoilt[start : start + length] = dice.randbytes(len(spoilt[start : start + length]))
        copy.write_bytes(spoilt)
        with contextlib.suppress(SearchError), Index(store.opened(copy)) as index:
            for query in ("cdn", "all keys expired at once", "write-through vs write-behind", "thundering hurd"):
                index.search(query, limit=100)


def test_cut_off_anywhere_is_noticed(made: Path, caching_root: Path) -> None:
    whole = made.read_bytes()
    dice = random.Random(12)
    for length in (0, 1, 99, 100, 4095, 4096, *(dice.randrange(len(whole)) for _ in range(40)), len(whole) - 1):
        made.write_bytes(whole[:length])
        assert not store.is_whole(made)
    assert store.state(made) == "damaged"


def answers(arguments: list[str], runs: int) -> subprocess.Popen[str]:
    program = "import subprocess, sys\nfor _ in range(int(sys.argv[1])): subprocess.run([sys.executable, '-m', 'kb', *sys.argv[2:]], check=True)"  # fmt: skip
    return subprocess.Popen([sys.executable, "-c", program, str(runs), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip


def test_while_another_process_rebuilds_every_search_is_answered_the_same(caching_root: Path, made: Path) -> None:
    with open_index(caching_root) as index:
        expected = index.search("all keys expired at once")
    builder = answers(["--content", str(caching_root), "index"], 2)
    searched = 0
    while builder.poll() is None or searched < 3:
        with open_index(caching_root) as index:
            assert index.search("all keys expired at once") == expected
        searched += 1
    outputs = builder.communicate()
    assert builder.returncode == 0, outputs
    assert not list(made.parent.glob(".*"))


NAMESPACE = ["unshare", "--mount", "sh", "-c"]


def read_only(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `kb` where a folder is mounted read-only; modes would not keep an administrator from writing."""
    mounted = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && shift 0 && exec "$@"'
    if shutil.which("unshare") is None or subprocess.run([*NAMESPACE, mounted, str(folder), "true"], capture_output=True, check=False).returncode:  # fmt: skip
        pytest.skip("this user cannot mount a folder read-only")
    command = [*NAMESPACE, mounted, str(folder), sys.executable, "-m", "kb", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_a_current_index_on_a_read_only_disk_is_used_in_silence(caching_root: Path, made: Path, home: Path) -> None:
    done = read_only(home, "--content", str(caching_root), "search", "cdn", "--limit", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["hits"][0]["id"] == "cdn"
    assert done.stderr == ""


def test_without_an_index_a_read_only_disk_costs_only_time(caching_root: Path, made: Path, home: Path) -> None:
    made.unlink()
    done = read_only(home, "--content", str(caching_root), "search", "cdn", "--limit", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["hits"][0]["id"] == "cdn"
    assert "kept in memory for this time" in done.stderr
    done = read_only(home, "--content", str(caching_root), "index", "--add", str(home))
    assert done.returncode == 5
    assert "cannot be kept" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="has no /proc")
def test_a_home_that_no_folder_can_be_made_in_costs_only_time(
    caching_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "KB_HOME", "/proc/self/nowhere")
    said: list[str] = []
    with open_index(caching_root, said.append) as index:
        assert index.search("cdn").hits[0].id == "cdn"
    assert any("in memory" in sentence for sentence in said)
