"""`kb index --add`, `--list`, `--remove`, and notes in `kb search` and `kb show`, as a shell sees them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb import paths
from kb.search import open_index, store

COMMAND = [sys.executable, "-m", "kb"]


@pytest.fixture(autouse=True)
def built(
    home: Path, caching_root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("KB_CONTENT", str(caching_root))
    monkeypatch.setenv("PYTHONUTF8", "1")
    ready = tmp_path_factory.getbasetemp() / "caching-index-of-commands"
    path = store.index_path()
    if not (ready / path.name).exists():
        open_index().close()
        shutil.copytree(path.parent, ready, dirs_exist_ok=True)
    shutil.copytree(ready, path.parent, dirs_exist_ok=True)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    folder = tmp_path / "my vault"
    folder.mkdir()
    (folder / "Red tea.md").write_text(
        "# Harvest\nThe leaves are picked in May by hand.\n\n## Drying\nThen they dry for three days.\n"
    )
    (folder / "bad.md").write_bytes(b"zanzibar \xff\xfe teapots")
    return folder


def kb(*arguments: object) -> tuple[int, str, str]:
    done = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def test_a_folder_is_added_searched_shown_listed_and_removed(vault: Path) -> None:
    code, out, err = kb("index", "--add", vault)
    assert (code, out) == (0, "2 notes, 3 sections, 3 passages new or changed\n")
    assert err == f"{vault / 'bad.md'}: is not UTF-8 (byte 9); read as far as possible\n"

    code, out, err = kb("search", "when are the leaves picked", "--limit", "1", "--explain")
    assert code == 0
    assert "note · note:my vault/Red tea.md#harvest" in out
    assert f"    from {vault / 'Red tea.md'}:1 (Harvest)\n" in out
    assert "    | nearest passage: " in out
    assert "`kb show 'note:my vault/Red tea.md#harvest'` shows the first." in err
    (hit,) = json.loads(kb("search", "when do the leaves dry", "--kind", "note", "--limit", "1", "--json")[1])["hits"]
    assert hit["kind"] == "note"
    assert hit["source"] == {"path": str(vault / "Red tea.md"), "heading": "Harvest > Drying", "line": 4}
    (hit,) = json.loads(kb("search", "cdn", "--limit", "1", "--json")[1])["hits"]
    assert "source" not in hit

    code, out, _ = kb("show", "note:my vault/Red tea.md#drying")
    assert code == 0
    assert "Then they dry for three days." in out
    assert str(vault / "Red tea.md") in out
    shown = json.loads(kb("show", "note:my vault/Red tea.md#drying", "--json")[1])
    assert (shown["title"], shown["markdown"]) == ("Drying", "Then they dry for three days.")

    assert json.loads(kb("index", "--list", "--json")[1]) == [
        {"name": "my vault", "path": str(vault), "notes": 2, "state": "current"}
    ]
    assert kb("index", "--check")[0] == 0
    (vault / "new.md").write_text("new")
    assert "1 to read" in kb("index", "--list")[1]
    assert kb("index", "--check")[0] == 1
    told = json.loads(kb("index", "--json")[1])
    assert told["notes"]["encoded"] == 1
    assert kb("index", "--check")[0] == 0

    assert kb("index", "--remove", vault)[:2] == (0, "0 notes, 0 sections, 0 passages new or changed\n")
    assert kb("search", "when are the leaves picked", "--kind", "note")[1] == "No close match.\n"
    assert vault.is_dir()
    assert kb("index", "--list")[1] == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("index", "--add", "nowhere"), 2, "is no folder"),
        (("index", "--remove", "nowhere"), 2, "was not added"),
        (("index", "--add", ".", "--list"), 2, "only one of"),
        (("show", "note:nowhere.md"), 2, "there is no note"),
        (("index", "--model", "no/such-model"), 5, "--model default"),
    ],
)
def test_what_cannot_be_done_is_one_clear_message(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = kb(*arguments)
    assert (done[0], done[1]) == (code, "")
    assert said in done[2]
    assert "Traceback" not in done[2]


def test_settings_that_cannot_be_written_are_one_clear_message(vault: Path, home: Path) -> None:
    (home / "config").write_text("a file in place of the folder")
    code, out, err = kb("index", "--add", vault)
    assert (code, out) == (5, "")
    assert "search.json: what was chosen cannot be kept" in err
    assert kb("search", "cdn", "--limit", "1")[0] == 0


@pytest.mark.skipif(os.name == "nt", reason="sends the signal of Ctrl+C to one process")
def test_ctrl_c_keeps_what_was_read_and_a_second_run_reads_the_rest(vault: Path, tmp_path: Path) -> None:
    assert kb("index", "--add", vault)[0] == 0
    for number in range(400):
        (vault / f"{number}.md").write_text(f"# The number {number}\n{' '.join(str(number + n) for n in range(60))}\n")
    with subprocess.Popen([*COMMAND, "index"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not list(paths.cache_dir().glob("notes-*.bin")):
            assert time.monotonic() < deadline, "nothing was kept"
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "What was read so far is kept" in err
    assert "Traceback" not in err
    hits = json.loads(kb("search", "when are the leaves picked", "--limit", "1", "--json")[1])["hits"]
    assert hits[0]["title"] == "Harvest"
    assert 0 < json.loads(kb("index", "--json")[1])["notes"]["encoded"] < 400


def test_two_processes_may_read_the_notes_at_once(vault: Path) -> None:
    for number in range(40):
        (vault / f"{number}.md").write_text(f"# The number {number}\nIt comes after {number - 1}.\n")
    assert kb("index", "--add", vault)[0] == 0
    (vault / "39.md").write_text("# The last\nThe leaves of the olive are not picked.")
    both = [
        subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for words in (("index", "--json"), ("search", "olive leaves", "--json"))
    ]
    outputs = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert json.loads(outputs[1][0])["hits"][0]["title"] == "The last"
    assert kb("index", "--check")[0] == 0
    assert not list(paths.cache_dir().glob(".*"))


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo terminal")
def test_a_terminal_sees_a_progress_bar(vault: Path) -> None:
    import pexpect

    terminal = pexpect.spawn(sys.executable, ["-m", "kb", "index", "--add", str(vault)], encoding="utf-8", timeout=60)
    terminal.expect("Reading notes")
    terminal.expect("3/3")
    terminal.expect("2 notes, 3 sections")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_a_search_with_notes_loads_nothing_that_is_heavy(vault: Path) -> None:
    assert kb("index", "--add", vault)[0] == 0
    heavy = ("sqlmodel", "pydantic", "yaml", "rich", "typer", "networkx", "kb.content", "kb.search.documents")
    program = (
        "import sys; sys.argv = ['kb', 'search', 'leaves picked', '--json']\n"
        "from kb.__main__ import main; main()\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    answer, loaded = done.stdout.splitlines()
    assert json.loads(answer)["hits"][0]["kind"] == "note"
    assert loaded == "[]"
