"""`kb search` and `kb index` as a shell sees them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb.cli.finding import Request
from kb.cli.quick import request
from kb.search import open_index

HEAVY = (
    "sqlmodel",
    "sqlalchemy",
    "networkx",
    "pydantic",
    "textual",
    "yaml",
    "rich",
    "typer",
    "kb.content",
    "kb.models",
)


@pytest.fixture(autouse=True)
def built(home: Path, caching_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_CONTENT", str(caching_root))
    monkeypatch.setenv("PYTHONUTF8", "1")
    open_index().close()


def kb(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    command = [sys.executable, "-m", "kb", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_search_loads_nothing_that_is_heavy() -> None:
    program = (
        "import sys; sys.argv = ['kb', 'search', 'all keys', 'expired at once', '--json']\n"
        "from kb.__main__ import main; main()\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], __import__('os').environ['OPENBLAS_NUM_THREADS'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    answer, loaded = done.stdout.splitlines()
    assert json.loads(answer)["match"] == "good"
    assert loaded == "[] 1"


def test_one_hit_is_shown_with_title_place_summary_and_how_to_read_on() -> None:
    code, out, err = kb("search", "thundering", "hurd", "--limit", "1")
    assert code == 0
    assert out.startswith("searched for: thundering herd\n 1  Cache stampede")
    assert "concept · caching · core · cache-stampede" in out
    assert len(out.splitlines()) >= 3
    assert "`kb show cache-stampede`" in err


def test_explain_shows_the_words_the_passage_and_the_typo() -> None:
    code, out, _ = kb("search", "thundering", "hurd", "--limit", "1", "--explain")
    assert code == 0
    assert out.startswith("searched for: thundering herd\n")
    assert "    | words: thundering, herd" in out
    assert "    | nearest passage: Cache stampede (thundering herd" in out
    (hit,) = json.loads(kb("search", "thundering", "hurd", "--limit", "1", "--explain", "--json")[1])["hits"]
    assert hit["why"]["words"] == ["thundering", "herd"]
    assert hit["why"]["quote"].startswith("Cache stampede (thundering herd")
    (plain,) = json.loads(kb("search", "thundering", "hurd", "--limit", "1", "--json")[1])["hits"]
    assert "why" not in plain


def test_due_and_weak_look_only_at_what_is_so_today() -> None:
    assert kb("search", "cdn", "--due")[1] == "No close match.\n"
    code, _, err = kb("study", "--plain", "cdn")
    assert code == 0, err
    assert kb("search", "cdn", "--weak")[0] == 0


def test_it_says_when_nothing_fits() -> None:
    code, out, err = kb("search", "chocolate chip cookie without eggs")
    assert (code, out) == (0, "No close match.\n")
    assert "kb list" in err


def test_it_says_when_the_fit_is_weak() -> None:
    code, out, _ = kb("search", "geo", "replication")
    assert code == 0
    assert out.startswith("No close match. The nearest:\n 1  ")


@pytest.mark.parametrize("arguments", [("search",), ("search", "  "), ("search", "--json")])
def test_a_search_for_nothing_explains_itself(arguments: tuple[str, ...]) -> None:
    code, out, err = kb(*arguments)
    assert (code, out) == (2, "")
    assert "nothing to search for" in err
    assert "kb search " in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", "x", "--kind", "book"), "concept, tradeoff"),
        (("search", "x", "--step=nowhere"), "caching"),
        (("search", "x", "--limit", "0"), "at least 1"),
        (("search", "x", "--limit", "many"), "--limit"),
        (("search", "x", "--wrong"), "--wrong"),
    ],
)
def test_wrong_options_are_usage_errors(arguments: tuple[str, ...], said: str) -> None:
    code, out, err = kb(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_each_line_of_the_input_is_answered_by_a_line_of_json() -> None:
    queries = [
        b"cdn",
        b"",
        b"  what is a ttl \r",
        b"\xff\xfe bytes",
        b"one\x0btwo\xe2\x80\xa8three",
        b"\x00",
        b"cache invaldation",
    ]
    code, out, err = kb("search", "--stdin", "--json", "--limit", "2", stdin=b"\n".join(queries))
    answers = [json.loads(line) for line in out.removesuffix("\n").split("\n")]
    assert (code, err) == (0, "")
    assert [answer["query"] for answer in answers] == [
        "cdn",
        "",
        "  what is a ttl ",
        "\ufffd\ufffd bytes",
        "one\x0btwo\u2028three",
        "\0",
        "cache invaldation",
    ]
    for answer in answers:
        assert list(answer) == ["query", "searched_for", "match", "hits"]
        assert answer["match"] in ("good", "weak", "none")
        assert (answer["match"] == "none") == (answer["hits"] == [])
        assert len(answer["hits"]) <= 2
        for hit in answer["hits"]:
            assert list(hit) == ["id", "kind", "title", "step", "summary", "score", "cosine", "sources"]
            assert all(source.startswith("s0") for source in hit["sources"])
    assert answers[0]["hits"][0]["id"] == "cdn"
    assert answers[-1]["searched_for"] == "cache invalidation"


def test_an_answer_comes_before_the_next_question_is_asked() -> None:
    command = [sys.executable, "-m", "kb", "search", "--stdin", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for query in ("cdn", "ttl"):
            process.stdin.write(f"{query}\n".encode())
            assert json.loads(process.stdout.readline())["query"] == query
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f"yes cdn | head -300 | {sys.executable} -m kb search --stdin --json | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, timeout=60)  # noqa: S602
    assert json.loads(done.stdout)["query"] == "cdn"
    assert done.stderr == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "cdn"],
        ["search", "what", "is", "a", "cdn", "--limit", "3"],
        ["search", "--kind", "tradeoff", "stale", "--step=caching", "--level", "core"],
        ["search", "--stdin", "--json"],
        ["search", "cdn", "--limit=7", "--json"],
        ["search", "cdn", "--explain"],
    ],
)
def test_the_short_way_understands_what_typer_would(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from kb.cli import search
    from kb.cli.app import app

    seen: list[Request] = []
    monkeypatch.setattr(search, "run", seen.append)
    app(arguments, standalone_mode=False)
    assert [request(arguments)] == seen


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["list"],
        ["--content", "x", "search", "cdn"],
        ["search", "--help"],
        ["search", "-h"],
        ["search", "--", "--json"],
        ["search", "x", "--limit", "ten"],
        ["search", "x", "--limit=-1"],
        ["search", "x", "--kind"],
        ["search", "x", "--kind", "--json"],
        ["search", "x", "--json=yes"],
        ["search", "x", "-k", "concept"],
        ["search", "x", "--due"],
        ["search", "x", "--weak"],
    ],
)
def test_the_short_way_leaves_anything_unusual_to_typer(arguments: list[str]) -> None:
    assert request(arguments) is None


def test_the_index_is_built_checked_and_described(caching) -> None:
    code, out, _ = kb("index", "--check", "--json")
    row = json.loads(out)
    assert code == 0
    assert (row["state"], row["entries"]) == ("current", len(caching.entries))
    assert row["passages"] > 300
    assert row["model"].startswith("all-MiniLM-L6-v2")
    path = Path(row["path"])
    assert row["bytes"] == path.stat().st_size

    path.write_bytes(b"rubbish")
    code, out, err = kb("index", "--check")
    assert (code, out) == (1, "")
    assert "damaged" in err
    path.unlink()
    code, out, err = kb("index", "--check", "--json")
    assert (code, json.loads(out)["state"]) == (1, "missing")

    code, out, _ = kb("index")
    assert code == 0
    assert out.splitlines()[0].startswith(f"{len(caching.entries)} entries, ")
    assert out.splitlines()[2] == str(path)
    assert kb("index", "--check")[0] == 0


def test_without_a_cache_the_index_lives_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setitem(os.environ, "KB_HOME", str(tmp_path / "file"))
    code, out, err = kb("search", "cdn", "--limit", "1")
    assert code == 0
    assert "Content delivery network" in out
    assert "in memory" in err
    assert "in memory" in kb("index")[1]


def test_broken_content_is_one_clear_message(small, monkeypatch: pytest.MonkeyPatch) -> None:
    small.write("messaging/message-queue", "id: [unclosed")
    monkeypatch.setenv("KB_CONTENT", str(small.root))
    code, out, err = kb("search", "queue")
    assert (code, out) == (3, "")
    assert "message-queue.yaml:" in err
    assert "Traceback" not in err
