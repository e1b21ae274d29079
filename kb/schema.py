"""JSON schemas of the content files, made from the models, for editors."""

from __future__ import annotations

from typing import Any

from kb.content import MODELS, REGISTRIES
from kb.errors import UsageError
from kb.models import Model, QuestionFile

KINDS: dict[str, type[Model]] = {
    **{str(kind): model for kind, model in MODELS.items()},
    "questions": QuestionFile,
    **REGISTRIES,
}


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON schema (2020-12) of one kind of file.

    Args:
        kind: a kind of entry, `questions`, or the name of a registry.

    Raises:
        UsageError: there is no such kind.
    """
    model = KINDS.get(kind)
    if model is None:
        raise UsageError(f"there is no kind `{kind}`", hint=f"Kinds: {', '.join(KINDS)}.")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
