"""YAML text to values and back, with the types of JSON, and within bounds that hostile text cannot exceed."""

from __future__ import annotations

import re
from typing import Any, Final

# The values that a text of 64 KB can have at most, unless its aliases multiply them.
MAX_VALUES: Final = 64 * 1024
# The time PyYAML takes for brackets grows with the square of their depth, and old versions of libyaml run out of stack.
# Brackets and dashes in strings count as well, so the limit is far above what a document needs.
_MOST_OPEN: Final = 1000
_NESTED_ON_A_LINE: Final = re.compile(r"(?:[-?][ \t]++)++")
_YAML: Final = "tag:yaml.org,2002:"
_RETYPED: Final = {f"{_YAML}{kind}" for kind in ("bool", "int", "float", "timestamp", "merge", "value")}
_KEYS_RETYPED: Final = _RETYPED - {f"{_YAML}merge"} | {f"{_YAML}null"}
_JSON_SCALAR: Final = re.compile(r"(?:true|True|TRUE|false|False|FALSE|-?(?:0|[1-9]\d*)(?:\.\d+)?)", re.ASCII)


def parse_yaml(text: str) -> object:
    """Parse YAML text, by libyaml where PyYAML has it.

    Raises:
        ValueError: The text is no YAML, is empty, or has too many values.
        RecursionError: It is nested too deeply.
    """
    import yaml

    if _most_open(text) > _MOST_OPEN:
        raise RecursionError
    # PyYAML's own build has libyaml, others may lack it.
    safe_loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        loader = safe_loader(text)
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


def _most_open(text: str) -> int:
    """Count how many collections are open at once, as if no string had brackets or dashes."""
    opened = most = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        opened += 1 if bracket in "[{" else -1
        most = max(most, opened)
    return max(most, *(len(nested.split()) for nested in _NESTED_ON_A_LINE.findall(text)), 0)


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


def write_yaml(value: object) -> str:
    """Write a value as YAML text."""
    import yaml

    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    return text
