"""Reads one YAML file safely and finds the line on which a value stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kb.problems import Problem

MAX_BYTES = 2_000_000
_ANCHOR = re.compile(r"(?m)(?:^|[\s:\-\[,{])&\w")


class _Loader(yaml.CSafeLoader):
    """The fast safe loader; it refuses a key that stands twice instead of keeping the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key `{key.value}` stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.add_constructor("tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node, deep=True))


@dataclass(frozen=True)
class YamlFile:
    """A file that was read: its text and its plain value."""

    path: Path
    text: str
    data: Any

    def line_of(self, place: Sequence[str | int]) -> int:
        """The line, counted from 1, of the value at `place`, or of its nearest enclosing value.

        Args:
            place: keys and indices from the top of the file; parts that do not exist are skipped.
        """
        node = yaml.compose(self.text, yaml.CSafeLoader)
        if node is None:
            return 1
        line = node.start_mark.line
        for part in place:
            if isinstance(node, yaml.MappingNode):
                found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
                if found is None:
                    continue
                line, node = found[0].start_mark.line, found[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line
        return int(line) + 1


def read_yaml(path: Path) -> YamlFile | Problem:
    """Reads a file as plain data.

    Args:
        path: a UTF-8 file with one YAML document.

    Returns:
        The file, or the problem that makes it unreadable.
    """

    def problem(message: str, mend: str, line: int = 1) -> Problem:
        return Problem(path, line, "yaml", message, mend)

    try:
        raw = path.read_bytes()
    except OSError as error:
        return Problem(path, 1, "unreadable", f"cannot be read: {error.strerror or error}", "check that it exists and that you may read it")
    if len(raw) > MAX_BYTES:
        return problem(f"is larger than {MAX_BYTES // 1_000_000} MB", "split it")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return problem(f"is not UTF-8 at byte {error.start}", "save it as UTF-8")
    try:
        if _ANCHOR.search(text) and any(isinstance(t, yaml.AnchorToken) for t in yaml.scan(text, yaml.CSafeLoader)):
            return problem("uses an anchor", "write the value out; entries have no anchors")
        data = yaml.load(text, _Loader)  # noqa: S506 - _Loader is a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return problem(f"is not valid YAML: {error.problem or error}", "quote text that holds `: ` or begins with a special sign", line)
    except (yaml.YAMLError, ValueError) as error:
        return problem(f"is not valid YAML: {str(error).splitlines()[0]}", "remove the character or value named")
    except RecursionError:
        return problem("is nested too deeply", "entries need at most six levels")
    if not isinstance(data, dict):
        return problem("holds no mapping at its top", "begin with `id:` (see concepts/README.md)")
    return YamlFile(path, text, data)
