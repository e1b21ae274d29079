"""`kb check`, `kb schema`: what is wrong with the content, what is missing, and what editors need to know."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb.cli import options, output
from kb.errors import UsageError


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(check)
    app.command()(schema)


def check(
    path: Annotated[
        Path | None,
        typer.Argument(help="A content folder, or one file or folder in it. The shipped content if left out."),
    ] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="What is not cited or not written yet, instead of problems.")
    ] = False,
    step: Annotated[
        list[str] | None, typer.Option("--step", help="With --coverage: only this step; may be repeated.")
    ] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules and what each asks.")] = False,
    warnings: Annotated[bool, typer.Option("--warnings/--no-warnings", help="Show warnings too.")] = True,
    as_json: options.AsJson = False,
) -> None:
    """Checks the content. Every problem has its file, line, rule and remedy. Exit code 1 when there are errors."""
    if rules:
        _print_rules(as_json)
        return
    root, only = _split(path)
    if coverage:
        _print_coverage(root, step or [], as_json)
        return
    from kb.lint import lint

    shown = [p for p in lint(root, warnings) if only is None or p.path == only or only in p.path.parents]
    errors = sum(p.severity == "error" for p in shown)
    if as_json:
        output.data(
            [
                {
                    "path": str(p.path),
                    "line": p.line,
                    "severity": p.severity,
                    "rule": p.rule,
                    "message": p.message,
                    "mend": p.mend,
                }
                for p in shown
            ]
        )
    else:
        here = Path.cwd()
        for p in shown:
            where = p.path.relative_to(here) if p.path.is_relative_to(here) else p.path
            output.line(f"{where}:{p.line}: {p.severity} [{p.rule}] {p.message}")
            output.line(f"    {p.mend}")
        output.say(f"{errors} errors, {len(shown) - errors} warnings" if warnings else f"{errors} errors")
    if errors:
        raise typer.Exit(1)


def _split(path: Path | None) -> tuple[Path | None, Path | None]:
    """The content folder that a path lies in, and the path itself where it is only a part of it."""
    if path is None:
        return options.content(), None
    full = path.expanduser().resolve()
    if not full.exists():
        raise UsageError("does not exist", where=str(path), hint="Name a content folder, or a file or folder in one.")
    if (full / "concepts").is_dir():
        return full, None
    for folder in full.parents:
        if (folder / "concepts" / "staircase.yaml").is_file():
            return folder, full
    return full, None


def _print_rules(as_json: bool) -> None:
    from kb.lint import RULES, SCHEMA_RULES

    rows = [{"rule": name, "severity": "error", "asks": asks} for name, asks in SCHEMA_RULES.items()]
    rows += [{"rule": r.name, "severity": r.severity, "asks": r.explanation} for r in RULES]
    if as_json:
        output.data(rows)
    else:
        output.table(("rule", "severity", "asks"), ((r["rule"], r["severity"], r["asks"]) for r in rows))


def _print_coverage(root: Path | None, steps: list[str], as_json: bool) -> None:
    from dataclasses import asdict

    from kb.content import Library
    from kb.coverage import coverage

    library = Library.load(root)
    for step in steps:
        library.stair(step)
    rows = coverage(library, steps)
    if as_json:
        output.data([asdict(row) for row in rows])
        return
    output.table(
        ("step", "walk", "concepts", "core trade-offs", "atoms cited", "questions"),
        (
            (
                row.step,
                "yes" if row.walk else "no",
                f"{row.concepts - len(row.missing_concepts)}/{row.concepts}",
                f"{row.tradeoffs - len(row.missing_tradeoffs)}/{row.tradeoffs}",
                f"{row.atoms - len(row.uncited)}/{row.atoms}",
                row.questions,
            )
            for row in rows
        ),
    )
    for row in rows:
        if row.walk or steps:
            for title, ids in (
                ("not written", row.missing_concepts + row.missing_tradeoffs),
                ("not cited", row.uncited),
            ):
                if ids:
                    output.line(f"{row.step}, {title}: {' '.join(ids)}")


def schema(
    kind: Annotated[
        str,
        typer.Argument(help="concept, tradeoff, exercise, step, questions, staircase, references, numbers or sources."),
    ],
) -> None:
    """Prints the JSON schema of a kind of file. Editors complete and check with it."""
    from kb.schema import schema_of

    output.data(schema_of(kind))
