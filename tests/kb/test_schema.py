"""JSON schemas for editors: offered for each kind of file, and every shipped file keeps its own."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from kb.content import MODELS, REGISTRIES, Library, kind_of
from kb.errors import UsageError
from kb.schema import KINDS, schema_of
from kb.yamlfile import YamlFile, read_yaml

if TYPE_CHECKING:
    from tests.kb.conftest import Small

TYPES: dict[str, Any] = {
    "string": (str, datetime.date),
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


KNOWN = {
    *("type", "const", "enum", "pattern", "format", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum"),
    *("items", "prefixItems", "minItems", "maxItems", "title", "description", "default", "$schema", "$defs"),
    *("properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties"),
}


def misfits(schema: dict[str, Any], value: Any, root: dict[str, Any], place: str = "") -> Iterator[str]:
    """Where a value does not fit a schema: as much of JSON Schema 2020-12 as the models use."""
    if "$ref" in schema:
        yield from misfits(root["$defs"][schema["$ref"].rpartition("/")[2]], value, root, place)
        return
    if ways := schema.get("oneOf", schema.get("anyOf")):
        tried = [list(misfits(way, value, root, place)) for way in ways]
        if all(tried):
            yield min(tried, key=len)[0]
        return
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    kinds = TYPES.get(schema.get("type", ""))
    if kinds and (not isinstance(value, kinds) or (isinstance(value, bool) and schema["type"] != "boolean")):
        yield f"{place}: {value!r} is no {schema['type']}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{place}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is none of {schema['enum']}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{place}: {value} is out of range"
    elif isinstance(value, str):
        low, high = schema.get("minLength", 0), schema.get("maxLength", len(value))
        if not low <= len(value.strip()) <= high or not re.search(schema.get("pattern", ""), value):
            yield f"{place}: {value!r}"
    elif isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{place}: {len(value)} items"
        for index, item in enumerate(value):
            yield from misfits(schema.get("items", {}), item, root, f"{place}[{index}]")
    elif isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        yield from (f"{place}: `{key}` is missing" for key in schema.get("required", ()) if key not in value)
        for key, item in value.items():
            yield from misfits(schema.get("propertyNames", {}), key, root, f"{place}.{key}")
            if key not in properties and others is False:
                yield f"{place}: `{key}` is unknown"
            patterns = schema.get("patternProperties", {}).items()
            named = next((form for pattern, form in patterns if re.search(pattern, key)), {})
            inner = properties.get(key, others if isinstance(others, dict) else named)
            yield from misfits(inner, item, root, f"{place}.{key}")


def shipped_files(library: Library) -> Iterator[tuple[str, YamlFile]]:
    for name, file in library.files.items():
        yield "questions" if name.startswith("quiz:") else kind_of(file.path), file
    for name in REGISTRIES:
        file = read_yaml(library.roots.concepts / f"{name}.yaml")
        assert isinstance(file, YamlFile)
        yield name, file


def test_every_shipped_file_fits_the_schema_of_its_kind(shipped: Library) -> None:
    schemas = {kind: schema_of(kind) for kind in KINDS}
    found = [
        f"{file.path.name}{misfit}"
        for kind, file in shipped_files(shipped)
        for misfit in misfits(schemas[kind], file.data, schemas[kind])
    ]
    assert found == []


@pytest.mark.parametrize(
    ("kind", "name", "change"),
    [
        ("concept", "messaging/message-queue", ("level: core", "level: middling")),
        ("concept", "messaging/message-queue", ("title:", "tittle:")),
        ("tradeoff", "messaging/tradeoffs/park-or-retry", ("key: bad-format", "key: Bad Format")),
        ("exercise", "messaging/exercises/drain-a-queue", ("minutes: 5", "minutes: 500")),
        ("step", "messaging/step", ("  micro:", "  mikro:")),
        ("questions", "quizzes/messaging/message-queue.yaml", ("kind: order", "kind: disorder")),
        ("staircase", "staircase", ("priority: core", "priority: none")),
        ("references", "references", ("kind: book", "kind: song")),
        ("numbers", "numbers", ("low: 1", "low: one")),
        ("sources", "sources", ("lines: [1, 20]", "lines: none")),
    ],
)
def test_a_schema_tells_right_from_wrong(small: Small, kind: str, name: str, change: tuple[str, str]) -> None:
    schema = schema_of(kind)

    def wrong() -> list[str]:
        file = read_yaml(small.path(name))
        assert isinstance(file, YamlFile)
        return list(misfits(schema, file.data, schema))

    assert wrong() == []
    small.edit(name, change)
    assert wrong() != []


@pytest.mark.parametrize("kind", [*MODELS, *REGISTRIES, "questions"])
def test_a_schema_is_plain_json_with_words_for_its_fields(kind: str) -> None:
    schema = schema_of(kind)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(schema)) == schema
    assert schema["additionalProperties"] is False
    assert schema["required"]
    assert schema["description"]


def test_an_unknown_kind_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        schema_of("poem")
    assert all(kind in caught.value.hint for kind in KINDS)
