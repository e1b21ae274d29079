from __future__ import annotations

from pathlib import Path

import pytest


def test_the_shipped_content_is_clean(kb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KB_CONTENT")
    outcome = kb("check", "--no-warnings")
    assert outcome.code == 0, outcome.out
    assert outcome.out == ""


def test_all_problems_are_printed_with_place_rule_and_remedy(kb, content: Path) -> None:
    ttl = content / "concepts/caching/ttl-expiration.yaml"
    ttl.write_text(ttl.read_text().replace("level: core", "level: core\nflavour: mint"))
    cdn = content / "concepts/caching/cdn.yaml"
    cdn.write_text(cdn.read_text().replace("requires: [", "requires: [no-such-thing, "))
    (content / "concepts/caching/hot-keys.yaml").write_text("id: [unclosed")
    outcome = kb("check", str(content))
    assert outcome.code == 1
    assert "ttl-expiration.yaml" in outcome.out
    assert "[unknown-key] flavour" in outcome.out
    assert "[yaml]" in outcome.out
    assert outcome.out.count("\n    ") >= 2


def test_one_file_can_be_checked_alone(kb, content: Path) -> None:
    (content / "concepts/caching/hot-keys.yaml").write_text("id: [unclosed")
    assert kb("check", str(content / "concepts/caching/cdn.yaml"), "--no-warnings").code == 0
    assert kb("check", str(content / "concepts/caching/hot-keys.yaml")).code == 1


def test_broken_content_stops_other_commands_with_one_clear_message(kb, content: Path) -> None:
    (content / "concepts/caching/hot-keys.yaml").write_text("id: [unclosed")
    for command in (("list",), ("study", "--plain"), ("due",)):
        outcome = kb("--content", str(content), *command)
        assert outcome.code == 3
        assert outcome.out == ""
        assert "hot-keys.yaml:" in outcome.err
        assert "kb check" in outcome.err
        assert "Traceback" not in outcome.err


def test_a_circle_of_prerequisites_is_named(kb, content: Path) -> None:
    path = content / "concepts/caching/memory-hierarchy.yaml"
    text = path.read_text()
    start = text.index("  requires:")
    path.write_text(text[:start] + "  requires: [caching-fundamentals]\n" + text[text.index("\n", start) + 1 :])
    outcome = kb("check", str(content))
    assert outcome.code == 1
    assert "[cycle]" in outcome.out


@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_a_folder_without_content_is_explained(kb, tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    outcome = kb("check", str(tmp_path / folder))
    assert outcome.code in (2, 3)
    assert folder in outcome.err


def test_coverage_tells_what_is_missing(kb) -> None:
    rows = {r["step"]: r for r in kb("check", "--coverage", "--json").data}
    assert len(rows) == 21
    caching = rows["caching"]
    assert (caching["walk"], caching["missing_concepts"], caching["missing_tradeoffs"], caching["uncited"]) == (
        True,
        [],
        [],
        [],
    )
    assert len(rows["security-identity"]["missing_concepts"]) >= 20


def test_rules_are_listed_with_what_they_ask(kb) -> None:
    rules = kb("check", "--rules", "--json").data
    assert len(rules) > 30
    assert all(r["asks"] for r in rules)


@pytest.mark.parametrize(
    ("kind", "entry"),
    [("concept", "latency"), ("tradeoff", "tcp-vs-udp"), ("exercise", "ping-far-away"), ("step", "networking-http")],
)
def test_new_writes_a_skeleton_that_the_models_accept(kb, content: Path, kind: str, entry: str) -> None:
    step = ("--step", "networking-http") if kind == "exercise" else ()
    outcome = kb("--content", str(content), "new", kind, entry, *step)
    assert outcome.code == 0, outcome.err
    schema_rules = ("unknown-key", "missing-key", "schema", "yaml", "pattern", "too-")
    problems = kb("check", str(content), "--json").data
    written = [Path(line).name for line in outcome.out.split()]
    assert not [p for p in problems if Path(p["path"]).name in written and p["rule"].startswith(schema_rules)]
    assert kb("--content", str(content), "new", kind, entry, *step).code == 3


def test_schema_knows_every_kind(kb) -> None:
    for kind in (
        "concept",
        "tradeoff",
        "exercise",
        "step",
        "questions",
        "staircase",
        "references",
        "numbers",
        "sources",
    ):
        assert kb("schema", kind).data["type"] == "object"
    assert kb("schema", "poem").code == 2
