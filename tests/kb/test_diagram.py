"""The Mermaid subset, its drawings in a terminal, and the parts that cards ask for."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kb.diagram import (
    DIAGRAM_RULES,
    DRAWING_RULES,
    blank_node,
    check_subset,
    drawn_size,
    nodes_of,
    parse_diagram,
    render_diagram,
)
from kb.diagram.__main__ import main
from kb.diagram.ranks import ranks

SAMPLES = {
    "cache-aside read": """flowchart TD
  app["Application"] --> look["Look in the cache"]
  look -->|"hit"| answer["Answer from memory"]
  look -->|"miss"| db["Read the database"]
  db --> fill["Fill the cache with a TTL"]
  fill --> reply["Answer with the row"]
""",
    "dead letter queue": """flowchart LR
  q["Work queue"] --> w["Worker"]
  w -->|"5th failure"| d["Dead letter queue"]
""",
    "retry loop": """flowchart TD
  q["Work queue"] --> w["Worker"]
  w -->|"ok"| done["Acknowledged"]
  w -->|"failed"| wait["Wait, twice as long"]
  wait -->|"again"| q
""",
    "before and after": """flowchart TD
  subgraph before ["Without a CDN"]
    reader["Reader in Sydney"] -->|"280 ms"| origin["Origin in Dublin"]
  end
  subgraph after ["With a CDN"]
    reader2["Reader in Sydney"] -->|"8 ms"| edge["Edge in Sydney"]
    edge -.->|"only on a miss"| origin2["Origin in Dublin"]
  end
""",
    "load balancer": """flowchart TD
  c["Clients"] --> lb["Load balancer"]
  lb --> s1["Server 1"]
  lb --> s2["Server 2"]
  lb --> s3["Server 3"]
  s1 & s2 & s3 --> db["One database"]
""",
    "sharding": """flowchart TD
  %% the router knows the ranges
  k["Key: user 8812"] --> r["Router: hash(key) mod 4"]
  r -->|"0"| a["Shard 0"]
  r -->|"1"| b["Shard 1"]
  r -->|"2"| c["Shard 2"]
  r -->|"3"| d["Shard 3"]
""",
    "stampede": """sequenceDiagram
  participant A as Reader 1
  participant B as 100 others
  participant C as Cache
  participant D as Database
  A->>C: GET home
  C-->>A: miss (expired)
  A->>D: slow query
  B->>C: GET home
  C-->>B: miss (nothing stored yet)
  B->>D: the same query, 100 times
  Note over D: 101 equal queries
  D-->>A: rows, late
  A->>C: SET home
""",
    "two-phase commit": """sequenceDiagram
  participant C as Coordinator
  participant A as Orders
  participant B as Stock
  C->>A: prepare
  C->>B: prepare
  alt both vote yes
    A-->>C: yes
    B-->>C: yes
    C->>A: commit
    C->>B: commit
  else one votes no
    C-xB: abort
  end
""",
    "polling": """sequenceDiagram
  participant P as Browser
  participant S as Server
  loop every 5 s
    P->>S: anything new since 17?
    S-->>P: no
  end
  P->>P: draws the page
""",
    "ttl states": """stateDiagram-v2
  state "Fresh" as fresh
  state "Stale, still served" as stale
  [*] --> fresh: SET with EX 300
  fresh --> stale: TTL ends
  stale --> fresh: refreshed
  stale --> [*]: evicted
""",
    "circuit breaker": """stateDiagram-v2
  state "Half-open" as half
  [*] --> Closed
  Closed --> Open: 5 failures
  Open --> half: after 30 s
  half --> Closed: probe succeeds
  half --> Open: probe fails
""",
    "shop entities": """erDiagram
  USER ||--o{ ORDER : places
  ORDER ||--|{ ORDER_LINE : "consists of"
  USER {
    int id PK
    string email UK
  }
  ORDER {
    int id PK
    int user_id FK
  }
""",
    "retry policies": """classDiagram
  class Policy {
    <<interface>>
    +wait(attempt) seconds
  }
  class Backoff {
    -base seconds
    -cap seconds
    +wait(attempt) seconds
  }
  Client --> Policy : asks
  Policy <|.. Fixed
  Policy <|.. Backoff
  Backoff "1" --> "1" Jitter : adds
""",
}

BAD = {
    "diagram-kind": 'graph TD\n  a["A"] --> b["B"]',
    "diagram-syntax": 'flowchart TD\n  a["A"] -- text --> b["B"]',
    "diagram-labels": 'flowchart TD\n  a[A] --> b["B"]',
    "diagram-style": 'flowchart TD\n  a["A"] --> b["B"]\n  style a fill:#f00',
    "diagram-html": 'flowchart TD\n  a["One<br/>two"] --> b["B"]',
    "diagram-ids": 'flowchart TD\n  größe["A"] --> b["B"]',
    "diagram-characters": "sequenceDiagram\n  participant A as One\n  participant B as Two\n  A->>B: first; then second",
    "diagram-label-length": f'flowchart TD\n  a["{"word " * 10}"] --> b["B"]',
    "diagram-size": "flowchart TD\n" + "\n".join(f'  n{i}["{i}"] --> n{i + 1}["{i + 1}"]' for i in range(10)),
    "diagram-direction": 'flowchart LR\n  a["A"] --> b["B"] --> c["C"] --> d["D"] --> e["E"]',
    "diagram-fan-out": "flowchart TD\n" + "\n".join(f'  a["A"] --> n{i}["{i}"]' for i in range(5)),
    "diagram-parallel": 'flowchart TD\n  a["A"] --> b["B"]\n  a --> b',
    "diagram-ranks": 'flowchart TD\n  a["A"] --> b["B"] --> c["C"]\n  a --> c',
    "diagram-return": 'flowchart TD\n  a["A"] --> b["B"]\n  a --> c["C"]\n  b --> a',
    "diagram-merge": 'flowchart TD\n  a["A"] --> c["C"]\n  a --> d["D"]\n  b["B"] --> d',
    "diagram-merged-text": 'flowchart TD\n  a["A"] -->|"reads"| c["C"]\n  b["B"] -->|"writes"| c',
    "diagram-groups": 'flowchart TD\n  subgraph x ["X"]\n    a["A"]\n  end\n  subgraph y ["Y"]\n    b["B"]\n  end\n  a --> b',
}

MORE_BAD = [
    ("diagram-kind", "pie\n  x: 1", "the first line is `pie`"),
    ("diagram-kind", "", "the first line is ``"),
    ("diagram-kind", 'flowchart TB\n  a["A"]', "flowchart TD"),
    ("diagram-syntax", 'flowchart TD\n  a-b["A"] --> c["C"]', "write a_b"),
    ("diagram-syntax", 'flowchart TD\n  a["A"] --- b["B"]', "line 2"),
    ("diagram-syntax", 'flowchart TD\n  subgraph x ["X"]\n  a["A"] --> b["B"]', "has no `end`"),
    ("diagram-syntax", 'flowchart TD\n  a["A"]\n  end', "no subgraph to end"),
    ("diagram-syntax", "stateDiagram-v2\n  state Outer {\n  a --> b\n  }", 'state "Label" as id'),
    ("diagram-syntax", "sequenceDiagram\n  participant A as One\n  A->>B: hello", "participant B as Name"),
    ("diagram-syntax", "erDiagram\n  A {\n    int id PK\n", "never closed"),
    ("diagram-labels", 'flowchart TD\n  a["A"] -->|text| b["B"]', '-->|"text"|'),
    ("diagram-labels", 'flowchart TD\n  a["A"] --> b', 'b["Label"]'),
    ("diagram-labels", 'flowchart TD\n  a["A"] --> b["B"]\n  a["C"] --> d["D"]', "another label"),
    ("diagram-labels", 'stateDiagram-v2\n  a --> b: "text"', "not quoted"),
    ("diagram-labels", "stateDiagram-v2\n  a : The first\n  a --> b", 'state "The first" as a'),
    (
        "diagram-labels",
        "sequenceDiagram\n  participant A\n  participant B as Two\n  A->>B: hello",
        "participant A as Name",
    ),
    ("diagram-labels", "erDiagram\n  A ||--o{ B : has many", '"has many"'),
    ("diagram-labels", "erDiagram\n  A ||--o{ B", "name the relation"),
    ("diagram-labels", 'classDiagram\n  A --> B : "uses"', "not quoted"),
    ("diagram-html", 'flowchart TD\n  a["A &amp; B"]', "write the text itself"),
    ("diagram-ids", 'flowchart TD\n  a["A"] --> end["B"]', "keyword"),
    ("diagram-characters", "classDiagram\n  A --> B : uses: often", "second colon"),
    ("diagram-label-length", f'flowchart TD\n  a["{"w" * 25}"]', "25 characters"),
    ("diagram-label-length", 'flowchart TD\n  a["A"] -->|"a text that is too long"| b["B"]', "at most 20"),
    ("diagram-label-length", f'flowchart TD\n  subgraph x ["{"title " * 5}"]\n  a["A"]\n  end', "at most 24"),
    ("diagram-size", "classDiagram\n" + "".join(f"  class C{i}\n" for i in range(6)), "6 classes; at most 5"),
    ("diagram-size", "erDiagram\n  A {\n" + "".join(f"    int c{i}\n" for i in range(9)) + "  }", "9 rows; at most 8"),
    ("diagram-size", "sequenceDiagram\n  participant A as One\n  A->>A: thinks", "two participants"),
    ("diagram-size", "flowchart TD", "empty"),
    ("diagram-groups", 'flowchart TD\n  subgraph x ["X"]\n  a["A"]\n  end\n  b["B"] --> x', "ends at the group `x`"),
    ("diagram-syntax", 'flowchart TD\n  subgraph Before it\n  a["A"]', 'write subgraph id ["Title"]'),
    ("diagram-syntax", 'flowchart TD\n subgraph x ["X"]\n subgraph y ["Y"]\n a["A"]\n end', "groups do not nest"),
    ("diagram-syntax", "classDiagram\n  A uses B", "Name --> Other : text"),
    ("diagram-syntax", "classDiagram\n  class A {\n    +x int", "never closed"),
    ("diagram-syntax", "erDiagram\n  A {\n    id\n  }", "type name PK"),
    ("diagram-syntax", "erDiagram\n  A has many B", "A ||--o{ B : word"),
    (
        "diagram-syntax",
        "sequenceDiagram\n  participant A as One\n  participant B as Two\n  loop x\n  A->>B: y",
        "no `end`",
    ),
    ("diagram-syntax", "sequenceDiagram\n  participant A as One\n  participant B as Two\n  activate A", "line 4"),
    ("diagram-labels", 'sequenceDiagram\n  participant A as "One"\n  participant B as Two', "is not quoted"),
    ("diagram-labels", 'erDiagram\n  A ||--o{ B : "has"', "of one word is not quoted"),
    ("diagram-style", "stateDiagram-v2\n  a --> b\n  class a warm", "delete it"),
    ("diagram-characters", 'flowchart TD\n  a["5 %% of all"]', "write percent"),
    ("diagram-characters", 'flowchart TD\n  a["A\u200bB"]', "cannot be printed"),
]


def rules_that_fire(source: str) -> set[str]:
    return {problem.split(":")[0] for problem in check_subset(source)}


def label_words(source: str) -> list[str]:
    diagram = parse_diagram(source)
    texts = [node.label for node in diagram.nodes] + [edge.label for edge in diagram.edges]
    texts += [row for node in diagram.nodes for row in node.rows]
    texts += [group.label for group in diagram.groups] + list(diagram.texts)
    return " ".join(texts).split()


@pytest.mark.parametrize("source", SAMPLES.values(), ids=SAMPLES)
def test_a_sample_is_within_the_subset_and_fits_a_terminal(source: str) -> None:
    assert check_subset(source) == []
    columns, rows = drawn_size(source)
    assert columns <= 78
    assert rows <= 36
    assert [problem for _, rule in DRAWING_RULES for problem in rule(render_diagram(source, 78))] == []


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("source", SAMPLES.values(), ids=SAMPLES)
def test_every_word_of_every_label_is_drawn(source: str, width: int) -> None:
    drawing = render_diagram(source, width)
    text = "\n".join(drawing.lines)
    assert not drawing.fallback
    assert [word for word in label_words(source) if word not in text] == []


def test_every_rule_has_a_bad_example() -> None:
    assert set(BAD) == {name for name, _ in DIAGRAM_RULES}


@pytest.mark.parametrize(("rule", "source"), BAD.items(), ids=BAD)
def test_a_bad_example_triggers_its_rule_and_no_other(rule: str, source: str) -> None:
    assert rules_that_fire(source) == {rule}


@pytest.mark.parametrize(("rule", "source", "said"), MORE_BAD)
def test_a_problem_says_what_is_wrong_and_how_to_mend_it(rule: str, source: str, said: str) -> None:
    assert rules_that_fire(source) == {rule}
    assert any(said in problem for problem in check_subset(source))


def test_classes_and_entities_may_be_declared_in_every_form_that_both_mermaid_and_the_drawing_know() -> None:
    classes = "classDiagram\n  direction LR\n  class A\n  <<service>> A\n  A : +run() int\n  A ..> B : calls"
    entities = "erDiagram\n  ALONE\n  A }o..|| B : of"
    assert check_subset(classes) == check_subset(entities) == []
    assert [node.rows for node in nodes_of(classes)] == [("service", "+run() int"), ()]
    assert [node.id for node in nodes_of(entities)] == ["ALONE", "A", "B"]


def test_the_width_rule_reports_a_drawing_that_is_too_wide_or_too_high() -> None:
    high = (
        "sequenceDiagram\n  participant A as One\n  participant B as Two\n"
        + "  loop again\n  A->>B: hello\n  end\n" * 9
    )
    size = dict(DRAWING_RULES)["diagram-width"]
    assert check_subset(high) == []
    assert "rows high; at most 36" in next(size(render_diagram(high, 78)))
    wide = "flowchart LR\n" + " --> ".join(f'n{i}["A box of some width"]' for i in range(5))
    assert "columns wide; at most 78" in next(size(render_diagram(wide, 200)))
    cascade = "flowchart TD\n" + "\n".join(
        f'  q{i}["Does question number {i} hold?"] --> no{i}["Then the answer is {i}"]\n  q{i} --> q{i + 1}'
        for i in range(4)
    )
    cascade += '\n  q4["Nothing holds at all"]'
    assert check_subset(cascade) == []
    assert "columns wide; at most 78" in next(size(render_diagram(cascade, 78)))


def test_a_text_that_would_be_clipped_is_reported_and_shown_as_source() -> None:
    drawing = render_diagram('flowchart TD\n  a["`One **bold** word`"] --> b["B"]', 78)
    drawn = dict(DRAWING_RULES)["diagram-drawn"]
    assert drawing.fallback
    assert "lose or clip" in next(drawn(drawing))


@pytest.mark.parametrize("width", [30, 50])
def test_a_wide_flowchart_is_turned_to_fit(width: int) -> None:
    source = 'flowchart LR\n  a["Work queue"] --> b["Worker"] --> c["Dead letter queue"]'
    assert not render_diagram(source, width).fallback
    assert drawn_size(source, width) < drawn_size(source, 78)


def test_a_wide_state_diagram_is_turned_to_fit() -> None:
    source = "stateDiagram-v2\n  direction LR\n  Waiting --> Running: a worker is free\n  Running --> Finished: exit 0"
    assert drawn_size(source, 78)[0] > 40
    assert drawn_size(source, 40)[0] <= 40


def test_independent_groups_are_stacked_when_they_do_not_fit_side_by_side() -> None:
    source = SAMPLES["before and after"]
    beside, stacked = render_diagram(source, 78), render_diagram(source, 30)
    assert not stacked.fallback
    assert stacked.columns <= 30
    assert len(stacked.lines) > len(beside.lines)


def test_long_messages_are_wrapped_to_the_width() -> None:
    source = "sequenceDiagram\n  participant A as One\n  participant B as Two\n  A->>B: " + "several words " * 12
    drawing = render_diagram(source, 60)
    assert not drawing.fallback
    assert drawing.columns <= 60


def test_what_cannot_be_drawn_shows_the_sentence_and_the_framed_source() -> None:
    drawing = render_diagram("pie title Pets\n  dogs: 3", 40, alt="Three dogs.")
    assert drawing.fallback
    assert drawing.fits
    assert drawing.lines[0] == "Three dogs."
    assert drawing.lines[1].startswith("╭─ source ─")
    assert "│ pie title Pets │" in drawing.lines
    assert "no kind of diagram" in drawing.reason


def test_lines_that_would_lie_are_not_given_to_the_package_that_joins_them() -> None:
    drawing = render_diagram(BAD["diagram-merge"], 78)
    assert not drawing.fallback
    assert not any("┴" in line and "┬" in line for line in drawing.lines)


def test_the_same_drawing_is_made_once() -> None:
    assert render_diagram(SAMPLES["sharding"], 78) is render_diagram(SAMPLES["sharding"], 78)


def test_control_characters_never_reach_a_terminal() -> None:
    source = 'flowchart TD\n  a["red \x1b[31m, bell \a, left \u202e, entity &#8238; here"] --> b["B\x9b2J"]'
    for drawing in (render_diagram(source, 78), render_diagram(f"pie\n{source}", 78, alt="a\x1b[2Jb\u2028c")):
        assert all(line.isprintable() for line in drawing.lines)


def test_wide_characters_keep_the_frame_straight() -> None:
    drawing = render_diagram("pie\n  緩存: 1\n  long " + "緩" * 40, 40)
    assert drawing.fits
    assert drawing.columns <= 40


def test_importing_the_package_loads_no_drawing_library() -> None:
    code = "import sys, kb.diagram; sys.exit(bool({'mermaid_term', 'termaid', 'rich', 'wcwidth'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_checking_a_diagram_takes_a_fraction_of_a_millisecond() -> None:
    started = time.perf_counter()
    for _ in range(10):
        parse_diagram.cache_clear()
        for source in SAMPLES.values():
            check_subset(source)
    assert (time.perf_counter() - started) / (10 * len(SAMPLES)) < 0.002


def test_nodes_are_named_in_the_order_of_the_source_without_the_dots_of_a_state_diagram() -> None:
    assert [(node.id, node.label) for node in nodes_of(SAMPLES["ttl states"])] == [
        ("fresh", "Fresh"),
        ("stale", "Stale, still served"),
    ]
    assert [node.id for node in nodes_of(SAMPLES["retry loop"])] == ["q", "w", "done", "wait"]
    assert [node.label for node in nodes_of(SAMPLES["polling"])] == ["Browser", "Server"]


@pytest.mark.parametrize("source", SAMPLES.values(), ids=SAMPLES)
def test_a_hidden_part_is_drawn_as_a_question_mark_and_the_others_stay(source: str) -> None:
    nodes = nodes_of(source)
    for hidden in nodes:
        blanked = blank_node(source, hidden.id)
        labels = [node.label for node in nodes_of(blanked)]
        drawing = render_diagram(blanked, 78)
        expected = ["?" if node.id == hidden.id else node.label for node in nodes]
        assert sorted(labels) == sorted(expected)
        assert not drawing.fallback
        assert "?" in "\n".join(drawing.lines)


def test_hiding_a_part_that_is_not_there_changes_nothing() -> None:
    assert blank_node(SAMPLES["sharding"], "nobody") == SAMPLES["sharding"]
    assert blank_node("pie\n  x: 1", "x") == "pie\n  x: 1"


def test_the_author_command_shows_drawings_and_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = tmp_path / "entry.yaml"
    entry.write_text(
        "id: x\ndiagram:\n  alt: A queue.\n  mermaid: |\n    flowchart LR\n"
        '      q["Queue"] --> w["Worker"]\nmore:\n  - mermaid: "pie"\n',
        encoding="utf-8",
    )
    good = tmp_path / "good.mmd"
    good.write_text(SAMPLES["ttl states"], encoding="utf-8")
    assert main([str(good)]) == 0
    assert main([str(entry), "--width", "60"]) == 1
    printed = capsys.readouterr().out
    assert "│ Queue ├" in printed
    assert "more[0]" in printed
    assert "diagram-kind: the first line is `pie`" in printed


def test_the_author_command_names_a_file_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [", encoding="utf-8")
    assert main([str(broken), str(tmp_path / "missing.mmd")]) == 2
    assert "broken.yaml: cannot be read" in capsys.readouterr().err


LINES = st.sampled_from([line for source in SAMPLES.values() for line in source.split("\n")])
HEADERS = st.sampled_from([source.split("\n")[0] for source in SAMPLES.values()])
FRAGMENTS = st.sampled_from(
    [*'[](){}|"-<>=.:;&#%~` \n\t', "-->", "->>", '["', '"]', "end", "subgraph", "[*]", "||--o{"]
)
SOURCES = st.one_of(
    st.text(max_size=200),
    st.builds(
        lambda header, rest: "\n".join([header, *rest]), HEADERS, st.lists(st.one_of(LINES, st.text(max_size=30)))
    ),
    st.builds(
        lambda header, rest: f"{header}\n{''.join(rest)}", HEADERS, st.lists(st.one_of(FRAGMENTS, st.text(max_size=4)))
    ),
)


@settings(deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(source=SOURCES, width=st.integers(-5, 130), alt=st.text(max_size=60))
def test_no_text_breaks_the_check_or_the_drawing(source: str, width: int, alt: str) -> None:
    assert all(isinstance(problem, str) for problem in check_subset(source))
    drawing = render_diagram(source, width, alt)
    assert all(line.isprintable() for line in drawing.lines)
    assert drawing.fits == (drawing.columns <= width)
    for node in nodes_of(source):
        blank_node(source, node.id)


@pytest.mark.parametrize("unit", ["a[", " ", 'a["b"] --> ', "a & ", '"', "<a", "a-", "a:", "participant "])
@pytest.mark.parametrize("header", ["flowchart TD", "stateDiagram-v2", "classDiagram", "erDiagram", "sequenceDiagram"])
def test_a_huge_line_is_refused_quickly(header: str, unit: str) -> None:
    source = f"{header}\na|{unit * (80_000 // len(unit))}"
    started = time.perf_counter()
    check_subset(source)
    assert render_diagram(source, 78).fallback
    assert time.perf_counter() - started < 2


NAMES = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf")


@st.composite
def flowcharts(draw: st.DrawFn) -> str:
    names = NAMES[: draw(st.integers(2, len(NAMES)))]
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=8, unique=True))
    edges = [f'  {a} -->|"{a[:2]}-{b[:2]}"| {b}' for a, b in pairs if a != b]
    return "\n".join(["flowchart TD", *(f'  {name}["{name.upper()}"]' for name in names), *edges])


@given(source=flowcharts())
def test_a_flowchart_within_the_subset_is_drawn_with_its_boxes_in_the_rows_that_the_check_assumed(source: str) -> None:
    assume(check_subset(source) == [])
    drawing = render_diagram(source, 120)
    assert not drawing.fallback
    rank = ranks(parse_diagram(source))
    row = {name: next(i for i, line in enumerate(drawing.lines) if name.upper() in line) for name in rank}
    assert all((row[a] < row[b]) == (rank[a] < rank[b]) for a in rank for b in rank)


def mermaid_accepts(source: str) -> bool:
    import mermaidx

    try:
        drawn = mermaidx.render(source).svg()
    except RuntimeError:
        return False
    return "<svg" in drawn and "Syntax error" not in drawn


@pytest.mark.parametrize("name", ["cache-aside read", "two-phase commit"])
def test_real_mermaid_accepts_a_flowchart_and_a_sequence(name: str) -> None:
    assert mermaid_accepts(SAMPLES[name])


@pytest.mark.soak
@pytest.mark.parametrize("source", SAMPLES.values(), ids=SAMPLES)
def test_real_mermaid_accepts_every_sample(source: str) -> None:
    assert mermaid_accepts(source)


@pytest.mark.soak
@pytest.mark.parametrize("name", [n for n, s in SAMPLES.items() if not re.match("erDiagram|classDiagram", s)])
def test_real_mermaid_accepts_a_diagram_with_a_hidden_part(name: str) -> None:
    assert mermaid_accepts(blank_node(SAMPLES[name], nodes_of(SAMPLES[name])[0].id))


@pytest.mark.soak
@pytest.mark.parametrize(
    "source",
    [
        'flowchart TD\n  a["A"] --> end["B"]',
        "stateDiagram-v2\n  a-b --> c",
        "erDiagram\n  A ||--o{ B : has many",
        "erDiagram\n  A ||--o{ B",
        "classDiagram\n  A --> B : uses: often",
        BAD["diagram-characters"],
    ],
)
def test_the_subset_forbids_what_real_mermaid_refuses(source: str) -> None:
    assert check_subset(source)
    assert not mermaid_accepts(source)
