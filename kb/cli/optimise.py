"""`kb optimise`: fits the memory model to a learner's answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import kb
from kb.cli import options, output
from kb.errors import UsageError

if TYPE_CHECKING:
    from engine.tuning import Tuning
    from engine.workspace import Workspace

_BEGUN: list[subprocess.Popen[bytes]] = []
"""Fits that go on after this program; kept, because Python complains about a child that nobody holds."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(optimise)


def optimise(
    reset: Annotated[bool, typer.Option("--reset", help="Put the default parameters back.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Put the parameters back that were used before.")] = False,
    if_due: Annotated[
        bool, typer.Option("--if-due", help="Only where enough new answers came, as the end of a session does.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Fits the memory model to your answers. Parameters are used only if they predict answers that they have not seen."""
    from engine.tuning import FEWEST, Tuning, adopt, compute, prepare, put_back
    from engine.workspace import Workspace

    if reset + undo + if_due > 1:
        raise UsageError("only one of these can be done at a time", where="--reset, --undo, --if-due")
    workspace = Workspace.open(options.content())
    if reset:
        workspace.tune(Tuning(None, workspace.tuning.reviews))
        _tell(workspace.tuning, as_json, "the default parameters are used again")
        return
    if undo:
        before = put_back(workspace)
        _tell(workspace.tuning, as_json, "there were no other parameters" if before is None else "put back")
        return
    read = prepare(workspace, only_if_due=if_due)
    if read is None:
        _tell(workspace.tuning, as_json, "not due yet")
        return
    with output.counting("answers") as tick:
        fit = compute(read, workspace.settings.memory_model, tick)
    tuning = adopt(workspace, fit) if fit.tried else workspace.tuning
    if not fit.tried:
        text = f"too few: parameters of your own need {FEWEST} answers on later days, there are {fit.reviews}"
    elif fit.weights is None:
        text = (
            f"the defaults predict your answers better (log loss {fit.before:.4f}, fitted {fit.after:.4f}); they stay"
        )
    else:
        text = f"your own parameters are used: log loss {fit.after:.4f}, with the defaults {fit.before:.4f}"
    _tell(tuning, as_json, text)


def _tell(tuning: Tuning, as_json: bool, text: str) -> None:
    if as_json:
        output.data({"outcome": text, **tuning.as_data()})
    else:
        output.line(f"{output.counted(tuning.reviews, 'answer')} looked at: {text}" if tuning.reviews else text)


def begin_if_due(workspace: Workspace) -> bool:
    """Begins a fit in a process of its own where enough new answers came, so that nobody waits for it.

    It writes in one transaction, or not at all.

    Args:
        workspace: the learner's, at the end of a session.

    Returns:
        Whether it was begun.
    """
    from engine.tuning import worth_trying

    if not worth_trying(workspace):
        return False
    before = [] if workspace.content is None else ["--content", str(workspace.content)]
    # This very program, not a folder named kb where the learner happens to be.
    command = [sys.executable, "-P", "-m", "kb", *before, "optimise", "--if-due"]
    environment = os.environ | {"PYTHONPATH": str(Path(kb.__file__).parents[1])}
    quiet = subprocess.DEVNULL
    # A session of its own, so that closing the terminal does not end it.
    begun = subprocess.Popen(  # noqa: S603
        command, stdin=quiet, stdout=quiet, stderr=quiet, env=environment, start_new_session=True
    )
    _BEGUN.append(begun)
    return True
