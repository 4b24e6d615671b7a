"""The content of a document: a mapping, JSON or YAML text, or a file, read safely and within bounds."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeGuard

from ..._errors import FakeUsageError

# "The size limit of a document is 64 KB": MaxDocumentSizeExceeded of
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
MAX_BYTES: Final = 64 * 1024
# No text within that size has more values, unless its aliases multiply them.
MAX_VALUES: Final = MAX_BYTES
MAX_DEPTH: Final = 64
# What brackets cost PyYAML grows with the square of their depth. Those in strings may be unbalanced, but not so many.
_MOST_BRACKETS: Final = 1000
_MOST_SHOWN: Final = 200
_YAML: Final = "tag:yaml.org,2002:"
_RETYPED: Final = {f"{_YAML}{kind}" for kind in ("bool", "int", "float", "timestamp", "merge", "value")}
_KEYS_RETYPED: Final = _RETYPED - {f"{_YAML}merge"} | {f"{_YAML}null"}
_JSON_SCALAR: Final = re.compile(r"(?:true|True|TRUE|false|False|FALSE|-?(?:0|[1-9]\d*)(?:\.\d+)?)", re.ASCII)


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether a part of a document is a mapping."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Tell whether a part of a document is a list."""
    return isinstance(value, list)


def _is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def read_document(content: object) -> tuple[Mapping[str, Any], str | None]:
    """Read a document, and give it with the stem of the file it came from.

    Args:
        content: A mapping; JSON or YAML text; or a path. A string is text if it begins with `{` or has several lines.

    Raises:
        FakeUsageError: There is no such file, or the content is not readable or beyond the bounds.
    """
    given: Any = content
    stem = None
    if is_mapping(given):
        document: Any = _copied(given, "the document")
    elif isinstance(given, os.PathLike) or (isinstance(given, str) and not _is_text(given)):
        path = _path(given)
        document, stem = _copied(_parsed(_read(path), str(path)), str(path)), path.stem
    elif isinstance(given, str):
        document = _copied(_parsed(given, "the text"), "the text")
    else:
        raise FakeUsageError(
            f"Expected a mapping, JSON or YAML text, or a path, but got {given!r} (type={type(given).__name__})"
        )
    if not is_mapping(document):
        raise FakeUsageError(f"A document is a mapping, but this one is {json.dumps(document)[:_MOST_SHOWN]}")
    return document, stem


def _path(given: Any) -> Path:
    return Path(given)


def _is_text(content: str) -> bool:
    return "\n" in content or content.lstrip().startswith("{")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _read(path: Path) -> str:
    try:
        # A device or a pipe might never end.
        raw = _head(path) if path.is_file() else None
    except OSError as error:
        raise FakeUsageError(f"{str(path)[:_MOST_SHOWN]} cannot be read: {error.strerror}") from None
    if raw is None:
        raise FakeUsageError(
            f"There is no file {str(path)!r}; a string is text if it begins with {{ or has several lines"
        )
    # What is cut off may end within a character.
    if len(raw) > MAX_BYTES:
        raise _too_large(str(path))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FakeUsageError(f"{path} is not UTF-8: {error}") from None


def _parsed(text: str, source: str) -> object:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _too_large(source)
    kind, parse = ("JSON", json.loads) if text.lstrip().startswith("{") else ("YAML", _parsed_yaml)
    try:
        return parse(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FakeUsageError(f"{source} is not readable {kind}: {place}: {error.msg}") from None
    except RecursionError:
        raise _too_deep(source) from None
    except ValueError as error:
        raise FakeUsageError(f"{source} is not readable {kind}: {str(error)[:_MOST_SHOWN]}") from None


def _too_large(source: str) -> FakeUsageError:
    return FakeUsageError(f"{source} is larger than {MAX_BYTES} bytes, which is the most that SSM takes")


def _too_deep(source: str) -> FakeUsageError:
    return FakeUsageError(f"{source} is nested more than {MAX_DEPTH} levels deep")


def _parsed_yaml(text: str) -> object:
    import yaml

    if _most_brackets(text) > _MOST_BRACKETS:
        raise RecursionError
    try:
        loader: Any = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            raise ValueError("it is empty")
        _measured(root, {})
        return loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark
        raise ValueError(f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _most_brackets(text: str) -> int:
    """Count how many brackets are open at once, as if no string had any."""
    opened = most = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        opened += 1 if bracket in "[{" else -1
        most = max(most, opened)
    return most


def _measured(node: Any, known: dict[Any, int | None]) -> int:
    """Count the values below a node as if aliases were written out, before anything multiplies them.

    On the way scalars get the types that JSON has: YAML 1.1 would make a number of `012` and `1:30`, a date of
    `2024-01-01` and a boolean of `no`, which are strings to a runbook.
    """
    if node in known:
        size = known[node]
        if size is None:
            raise ValueError("an alias contains itself")
        return size
    known[node] = None
    size = 1
    if node.id == "mapping":
        for key, value in node.value:
            if key.tag in _KEYS_RETYPED:
                key.tag = f"{_YAML}str"
            size += _measured(value, known) + (1 if key.id == "scalar" else _measured(key, known))
    elif node.id == "sequence":
        size += sum(_measured(item, known) for item in node.value)
    elif node.tag in _RETYPED and not _JSON_SCALAR.fullmatch(node.value):
        node.tag = f"{_YAML}str"
    if size > MAX_VALUES:
        raise ValueError(f"it has more than {MAX_VALUES} values once its aliases are written out")
    known[node] = size
    return size


def _copied(value: object, source: str) -> Any:
    """Copy a document, with aliases written out, and refuse what JSON cannot say."""
    left = MAX_VALUES

    def copy(value: Any, place: str, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise FakeUsageError(f"{source} has more than {MAX_VALUES} values once what is shared is written out")
        if depth > MAX_DEPTH:
            raise _too_deep(source)
        if is_mapping(value):
            for key in value:
                if not isinstance(key, str):
                    raise FakeUsageError(f"{place or source}: the key {key!r} is not a string")
            return {key: copy(item, f"{place}.{key}" if place else key, depth + 1) for key, item in value.items()}
        if is_list(value) or _is_tuple(value):
            return [copy(item, f"{place}[{number}]", depth + 1) for number, item in enumerate(value)]
        if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
            return value
        raise FakeUsageError(f"{place or source}: {value!r} (type={type(value).__name__}) is nothing that JSON has")

    return copy(value, "", 0)
