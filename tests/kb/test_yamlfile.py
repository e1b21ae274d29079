"""Reading one YAML file: what is refused, what is never executed or expanded, and on which line a value stands."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kb.problems import Problem
from kb.yamlfile import MAX_BYTES, MAX_DEPTH, YamlFile, read_yaml

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(p for folder in ("concepts", "quizzes") for p in (ROOT / folder).rglob("*.yaml"))


def read(folder: Path, text: str | bytes) -> YamlFile | Problem:
    path = folder / "x.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


def value(folder: Path, text: str) -> object:
    found = read(folder, text)
    assert isinstance(found, YamlFile), found
    return found.data


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1", {"a": 1}),
        ("a: 1.5\nb: 1e3\nc: -7", {"a": 1.5, "b": "1e3", "c": -7}),
        ("a: ~\nb: null\nc:", {"a": None, "b": None, "c": None}),
        ("a: yes\nb: off\nc: true", {"a": True, "b": False, "c": True}),
        ("a: 'yes'\nb: \"1\"", {"a": "yes", "b": "1"}),
        ("on: 1\n2: 2\nnull: 3", {"on": 1, "2": 2, "null": 3}),
        ("a: =\n<<: b", {"a": "=", "<<": "b"}),
        ("a: [1, {b: c}, []]", {"a": [1, {"b": "c"}, []]}),
        ("a: |\n  one\n  two\nb: >-\n  one\n  two", {"a": "one\ntwo\n", "b": "one two"}),
        ("\ufeffa: ü 字 ␛", {"a": "ü 字 ␛"}),
        ('a: "\\e[2J"', {"a": "\x1b[2J"}),
        ("a: 1 & 2\nb: x && y 2>&1\nc: '*p = &q'", {"a": "1 & 2", "b": "x && y 2>&1", "c": "*p = &q"}),
    ],
)
def test_plain_values_are_read(tmp_path: Path, text: str, data: object) -> None:
    assert value(tmp_path, text) == data


class DatesAsText(yaml.CSafeLoader):
    """The reference loader, but for dates, which the models read."""


DatesAsText.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: str(p.relative_to(ROOT)))
def test_shipped_files_read_as_the_reference_loader_reads_them(path: Path) -> None:
    found = read_yaml(path)
    assert isinstance(found, YamlFile)
    assert found.data == yaml.load(path.read_text(encoding="utf-8"), DatesAsText)  # noqa: S506 - a CSafeLoader


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: 2\na: 3", 3, "the key `a` stands twice"),
        ("a:\n  b: {c: 1,\n   c: 2}", 3, "the key `c` stands twice"),
        ("a: 1\nb: &x 1", 2, "uses an anchor, `&x`"),
        ("b: &-x [1]", 1, "uses an anchor, `&-x`"),
        ("&x a: 1", 1, "uses an anchor"),
        ("\ufeff&x a: 1", 1, "uses an anchor"),
        ("a: *x", 1, "uses an alias"),
        (
            "a: 1\nb: !!python/object/apply:os.system ['exit 3']",
            2,
            "uses a tag, `tag:yaml.org,2002:python/object/apply",
        ),
        ("a: !!python/name:os.system", 1, "uses a tag"),
        ("a: !thing 1", 1, "uses a tag, `!thing`"),
        ("? [a]\n: 1", 1, "a key is a list or a mapping"),
        ("a:\n  ? {b: c}\n  : 1", 2, "a key is a list or a mapping"),
        ("a: 1\n---\nb: 2", 2, "holds a second document"),
        ("a: 1\n\tb: 2", 2, "is not valid YAML"),
        ("a: 1\nb: x: y", 2, "is not valid YAML"),
        ("a: [1, 2\nb: 1", 2, "is not valid YAML"),
        ("a: 'open", 1, "is not valid YAML"),
        ("a: 1\nb: x\x1b[2Jy", 2, "is not valid YAML"),
        ("a: " + "9" * 5000, 1, "cannot be read"),
        ("- a\n- b", 1, "holds no mapping at its top"),
        ("just text", 1, "holds no mapping at its top"),
        ("", 1, "holds no mapping at its top"),
        ("# a comment\n", 1, "holds no mapping at its top"),
    ],
)
def test_what_is_refused_says_why_and_where(tmp_path: Path, text: str, line: int, said: str) -> None:
    found = read(tmp_path, text)
    assert isinstance(found, Problem), found
    assert said in found.message
    assert (found.rule, found.line) == ("yaml", line)
    assert found.mend


def test_a_billion_laughs_are_not_laughed(tmp_path: Path) -> None:
    lines = ["a0: &a0 [ha, ha]", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 64))]
    start = time.process_time()
    found = read(tmp_path, "\n".join(lines))
    assert isinstance(found, Problem)
    assert "uses an anchor" in found.message
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 500_000,
        "a: " + "{b: " * 300_000,
        "a:\n  " + "- " * 500_000 + "x",
        "? " * 500_000 + "x",
        "a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
    ],
    ids=["lists", "mappings", "dashes", "keys", "one too many"],
)
def test_deep_nesting_is_a_message_and_not_the_end_of_the_process(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert isinstance(found, Problem)
    assert "nested too deeply" in found.message or "a key is a list or a mapping" in found.message


def test_nesting_up_to_the_limit_is_read(tmp_path: Path) -> None:
    depth = MAX_DEPTH - 1
    assert value(tmp_path, "a: " + "[" * depth + "]" * depth)


def test_what_is_not_utf_8_names_the_line(tmp_path: Path) -> None:
    found = read(tmp_path, "a: 1\nb: naïve".encode("latin-1"))
    assert isinstance(found, Problem)
    assert (found.line, found.message) == (2, "is not UTF-8 at byte 10")


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    assert isinstance(read(tmp_path, "a: 1".encode("utf-16")), Problem)


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    found = read(tmp_path, b"a: 1\n" + b"#" * MAX_BYTES)
    assert isinstance(found, Problem)
    assert found.message == "is larger than 2 MB"
    assert isinstance(read(tmp_path, b"a: 1\n" + b"#" * (MAX_BYTES - 5)), YamlFile)


def test_a_folder_a_missing_file_and_a_dead_link_are_unreadable(tmp_path: Path) -> None:
    folder, link = tmp_path / "folder.yaml", tmp_path / "link.yaml"
    folder.mkdir()
    link.symlink_to(tmp_path / "nowhere")
    for path in (folder, link, tmp_path / "missing.yaml"):
        found = read_yaml(path)
        assert isinstance(found, Problem)
        assert (found.rule, found.line) == ("unreadable", 1)
        assert found.message.startswith("cannot be read: ")


def test_text_of_hostile_tags_is_never_executed(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    read(tmp_path, f"a: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{trace}']]")
    assert not trace.exists()


NESTED = """\
id: x
list:
  - key: one
    text: >-
      Several
      lines
  - {key: two, text: "flow"}

deep:
  a:
    - b:
        c: [1,
          2]
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ((), 1),
        (("id",), 1),
        (("list",), 2),
        (("list", 0), 3),
        (("list", 0, "key"), 3),
        (("list", 0, "text"), 4),
        (("list", 1), 7),
        (("list", 1, "text"), 7),
        (("deep", "a", 0, "b", "c"), 12),
        (("deep", "a", 0, "b", "c", 1), 13),
        (("deep", "a", 0, "b", "c", 7), 12),
        (("list", 0, "diagnose", "choice", "text"), 4),
        (("list", 9, "text"), 2),
        (("missing",), 1),
        (("list", 1, "missing"), 7),
    ],
)
def test_the_line_of_a_place_or_of_what_encloses_it(tmp_path: Path, place: tuple[str | int, ...], line: int) -> None:
    found = read(tmp_path, NESTED)
    assert isinstance(found, YamlFile)
    assert found.line_of(place) == line


def test_the_top_stands_where_the_first_key_stands(tmp_path: Path) -> None:
    found = read(tmp_path, "# a comment\n\nid: x\n")
    assert isinstance(found, YamlFile)
    assert found.line_of([]) == found.line_of(["id"]) == 3


scalars = st.one_of(
    st.integers(-(10**6), 10**6),
    st.booleans(),
    st.none(),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc"]), max_size=20),
)
trees = st.recursive(
    scalars,
    lambda t: st.lists(t, max_size=4) | st.dictionaries(st.text("abcdef-", min_size=1), t, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text("abcdef", min_size=1), trees, max_size=5), st.booleans())
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, tree: object, flow: bool) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True)
    assert value(tmp_path_factory.getbasetemp(), text) == tree


@given(st.text(max_size=200))
def test_no_text_brings_the_reader_down(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    found = read(tmp_path_factory.getbasetemp(), data)
    assert isinstance(found, YamlFile | Problem)
    if isinstance(found, YamlFile):
        assert found.line_of(["a", 0]) >= 1


@given(st.binary(max_size=200))
def test_no_bytes_bring_the_reader_down(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    assert isinstance(read(tmp_path_factory.getbasetemp(), raw), YamlFile | Problem)
