"""The documents against the program: samples are valid, commands and modules are documented, links lead somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from engine.cards import derive
from engine.settings import HELP
from kb.cli.app import app
from kb.cli.read import named
from kb.content import REGISTRIES, Library, kind_of, validate
from kb.diagram import DIAGRAM_RULES, DRAWING_RULES, check_subset
from kb.diagram.shape import SHAPE_RULES
from kb.lint import lint
from kb.models import QuestionFile
from kb.schema import KINDS
from kb.yamlfile import YamlFile, read_yaml

ROOT = Path(__file__).resolve().parents[1]
AUTHORS = ROOT / "concepts" / "README.md"
COMMANDS = ROOT / "docs" / "commands.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"

EVERY_KIND = {
    "concepts/staircase.yaml",
    "concepts/references.yaml",
    "concepts/numbers.yaml",
    "concepts/sources.yaml",
    "concepts/caching/step.yaml",
    "concepts/caching/write-behind-cache.yaml",
    "concepts/caching/tradeoffs/write-through-vs-behind.yaml",
    "concepts/caching/exercises/lose-what-was-acknowledged.yaml",
    "quizzes/caching/write-behind-cache.yaml",
}

_SAMPLE = re.compile(r"^(`{3,})yaml\n(.*?)^\1$", re.M | re.S)
_RUN = re.compile(r"```python run\n(.*?)```\s+```text\n(.*?)```", re.S)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^(`{3,})[^`\n]*\n.*?^\1$", re.M | re.S)
_HEADING = re.compile(r"^#+ (.+)$", re.M)

# Written in two parts, so that this file does not hold what it looks for.
_PLACES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "crates" + ".io",
    "proxy.golang" + ".org",
)
_PATHS = re.compile(r"(?<![\w.~-])/(?:home|Users|root|work)/[A-Za-z_.]|[A-Z]:\\Users\\")


def samples() -> dict[str, str]:
    """The YAML samples of the authors' page by the path in their first line."""
    found = {}
    for _, text in _SAMPLE.findall(AUTHORS.read_text(encoding="utf-8")):
        first, _, rest = text.partition("\n")
        found[first.removeprefix("# ")] = rest
    return found


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project that git knows or would add; without git, every file beside the caches."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return tuple(p for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts and ".git" not in p.parts)
    paths = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return tuple(p for p in paths if p.is_file())


def yaml_of(path: Path) -> YamlFile:
    found = read_yaml(path)
    assert isinstance(found, YamlFile), found
    return found


def documents() -> list[Path]:
    return [p for p in tracked() if p.suffix == ".md"]


def leaves(command: Any, words: tuple[str, ...] = ("kb",)) -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its full name; groups are walked through."""
    children = getattr(command, "commands", None)
    if not children:
        yield " ".join(words), command
        return
    for name, child in children.items():
        yield from leaves(child, (*words, name))


COMMAND_TREE: Any = typer.main.get_command(app)
LEAVES = dict(leaves(COMMAND_TREE))


@pytest.fixture(scope="module")
def sample_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("samples")
    for name, text in samples().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_there_is_a_sample_of_every_kind_of_file() -> None:
    assert set(samples()) == EVERY_KIND


def test_every_sample_is_what_its_model_asks(sample_tree: Path) -> None:
    for name in EVERY_KIND:
        path = sample_tree / name
        if name.startswith("quizzes/"):
            model: Any = QuestionFile
        else:
            model = REGISTRIES[path.stem] if path.stem in REGISTRIES else KINDS[kind_of(path)]
        found = validate(model, yaml_of(path))
        assert not isinstance(found, list), found


def test_the_samples_together_break_no_rule(sample_tree: Path) -> None:
    problems = lint(sample_tree)
    assert [str(p) for p in problems if p.severity == "error"] == []
    assert [str(p) for p in problems if "planned" not in p.message and "there is no trade-off" not in p.message] == []


def test_the_sample_of_questions_has_every_kind_and_both_forms_of_diagnosis(sample_tree: Path) -> None:
    quiz = validate(QuestionFile, yaml_of(sample_tree / "quizzes/caching/write-behind-cache.yaml"))
    assert isinstance(quiz, QuestionFile)
    kinds = {(q.kind, getattr(q, "form", "")) for q in quiz.questions}
    plain = ("choice", "multi", "cloze", "order", "match", "estimate", "recall")
    assert kinds == {(k, "") for k in plain} | {("diagnose", "choice"), ("diagnose", "recall")}


def test_every_key_of_the_models_stands_in_a_sample() -> None:
    text = AUTHORS.read_text(encoding="utf-8")
    for kind in KINDS.values():
        schema = kind.model_json_schema()
        for model in (schema, *schema.get("$defs", {}).values()):
            for key in model.get("properties", {}):
                assert re.search(rf"\b{key}:", text), f"{model['title']}.{key} is in no sample"


def test_code_in_the_samples_prints_what_is_shown(sample_tree: Path) -> None:
    concept = yaml_of(sample_tree / "concepts/caching/write-behind-cache.yaml").data
    exercise = yaml_of(sample_tree / "concepts/caching/exercises/lose-what-was-acknowledged.yaml").data
    step = exercise["offline"]["steps"][0]
    shown = [*_RUN.findall(concept["example"]), (step["run"], step["prints"])]
    assert len(shown) == 2
    for code, output in shown:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == output


def test_the_authors_page_names_every_rule_of_diagrams() -> None:
    text = AUTHORS.read_text(encoding="utf-8")
    for name, _ in (*DIAGRAM_RULES, *DRAWING_RULES):
        assert f"| `{name}` |" in text, name


def test_diagrams_in_the_documents_are_written_as_those_of_the_content() -> None:
    # Pages are drawn by Git hosts, so only the course of edges may leave the subset.
    course = {name for name, _ in SHAPE_RULES}
    for path in documents():
        for source in re.findall(r"^```mermaid\n(.*?)^```$", path.read_text(encoding="utf-8"), re.M | re.S):
            assert [p for p in check_subset(source) if p.partition(":")[0] not in course] == [], path.name


def test_every_command_and_option_says_what_it_does() -> None:
    for name, command in LEAVES.items():
        assert (command.help or "").strip(), f"{name} has no help"
        for parameter in command.params:
            assert (getattr(parameter, "help", None) or "").strip(), f"{name}: {parameter.name} has no help"


def test_every_command_is_documented_with_an_example() -> None:
    text = COMMANDS.read_text(encoding="utf-8")
    examples = {shlex.join(words) for words in example_lines()}
    for name in LEAVES:
        assert re.search(rf"`{re.escape(name)}\b[^`]*`", text), f"docs/commands.md does not mention {name}"
        assert any(f"{example} ".startswith(f"{name} ") for example in examples), f"no example of {name}"


def example_lines() -> list[list[str]]:
    """The examples of the reference of commands, as words: what stands in its shell blocks, without pipes."""
    found = []
    for block in re.findall(r"^```shell\n(.*?)^```$", COMMANDS.read_text(encoding="utf-8"), re.M | re.S):
        for line in block.splitlines():
            command = re.sub(r"\s# .*", "", line)
            words = shlex.split(next((part for part in command.split("|") if part.strip().startswith("kb ")), ""))
            if words:
                found.append(words)
    return found


def test_every_example_names_a_command_with_options_that_it_has() -> None:
    for words in example_lines():
        command, rest = COMMAND_TREE, words[1:]
        while rest:
            word, *rest = rest
            if word.startswith("--"):
                known = {option for p in command.params for option in p.opts + p.secondary_opts}
                assert word in known or word == "--help", f"{' '.join(words)}: no option {word}"
                if command is COMMAND_TREE and word == "--content":
                    rest = rest[1:]
            elif getattr(command, "commands", None):
                assert word in command.commands, f"{' '.join(words)}: no command {word}"
                command = command.commands[word]


def test_entries_cards_and_settings_in_the_examples_exist() -> None:
    library = Library.load()
    deck = derive(library)
    for words in example_lines():
        if words[1:2] == ["show"]:
            assert library.find(named(library, words[2]))
        if words[1:2] == ["config"] and len(words) > 2:
            assert words[2] in HELP
        for word in words:
            assert "#" not in word or word in deck.cards, word


def test_commands_that_the_documents_mention_exist() -> None:
    groups = {name.rpartition(" ")[0] for name in LEAVES} - {"kb"}
    for path in documents():
        for mention in re.findall(r"`kb ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", path.read_text(encoding="utf-8")):
            first, _, second = mention.partition(" ")
            if f"kb {first}" in groups:
                assert not second or f"kb {mention}" in LEAVES, f"{path.name}: `kb {mention}`"
            else:
                assert f"kb {first}" in LEAVES, f"{path.name}: `kb {mention}`"


def modules() -> list[str]:
    folders = ("kb", "engine", "tui")
    found = (p.relative_to(ROOT) for folder in folders for p in (ROOT / folder).rglob("*.py"))
    return sorted(p.as_posix() for p in found if p.name != "__init__.py")


def test_every_module_has_its_line_in_the_architecture() -> None:
    mentioned = set(re.findall(r"`([\w/]+(?:\.py|/))`", ARCHITECTURE.read_text(encoding="utf-8")))
    for module in modules():
        package = f"{module.rpartition('/')[0]}/"
        covered = module in mentioned or (package.count("/") > 1 and package in mentioned)
        assert covered, f"docs/architecture.md does not mention {module}"


def test_every_path_in_the_architecture_exists() -> None:
    for name in re.findall(r"`((?:kb|engine|tui)/[\w/.]+)`", ARCHITECTURE.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name


def anchors(path: Path) -> set[str]:
    """The anchors that the headings of a page get, as Git hosts make them."""
    text = _FENCED.sub("", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(text)}


def test_every_internal_link_leads_to_a_file_and_a_heading() -> None:
    for path in documents():
        for target in _LINK.findall(_FENCED.sub("", path.read_text(encoding="utf-8"))):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            goal = (path.parent / name).resolve() if name else path
            assert goal.exists(), f"{path.relative_to(ROOT)}: {target}"
            if anchor and goal.suffix == ".md":
                assert anchor in anchors(goal), f"{path.relative_to(ROOT)}: {target}"


def test_no_file_names_a_registry_or_a_machine() -> None:
    for path in tracked():
        raw = path.read_bytes()
        if b"\0" in raw[:8192] or len(raw) > 2_000_000:
            continue
        text = raw.decode("utf-8", "replace")
        for place in _PLACES:
            assert place not in text, f"{path.relative_to(ROOT)} names {place}"
        found = _PATHS.search(text)
        assert found is None, f"{path.relative_to(ROOT)} names {found and found[0]}"


def test_documents_are_plain_and_written_with_short_dashes() -> None:
    for path in documents():
        assert "\u2014" not in path.read_text(encoding="utf-8"), path.relative_to(ROOT)
