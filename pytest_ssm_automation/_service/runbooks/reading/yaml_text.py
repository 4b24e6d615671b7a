"""Read and write YAML with the types of JSON. Limits protect against hostile text."""

from __future__ import annotations

import re
from typing import Any, Final

# The maximum number of values in a text of 64 KB without aliases.
MAX_VALUES: Final = 64 * 1024
# PyYAML takes time quadratic in the depth of brackets, and old versions of libyaml overflow the stack. Brackets and
# dashes in strings count too, so the limit is far above what a document needs.
_MOST_OPEN: Final = 1000
_NESTED_ON_A_LINE: Final = re.compile(r"(?:[-?][ \t]++)++")
_YAML: Final = "tag:yaml.org,2002:"
_RETYPED: Final = {f"{_YAML}{kind}" for kind in ("bool", "int", "float", "timestamp", "merge", "value")}
_KEYS_RETYPED: Final = _RETYPED - {f"{_YAML}merge"} | {f"{_YAML}null"}
_JSON_SCALAR: Final = re.compile(r"(?:true|True|TRUE|false|False|FALSE|-?(?:0|[1-9]\d*)(?:\.\d+)?)", re.ASCII)


def parse_yaml(text: str) -> object:
    """Parse YAML text, with libyaml if PyYAML was built with it.

    Raises:
        ValueError: The text is not valid YAML, is empty, or has too many values.
        RecursionError: It is nested too deeply.
    """
    import yaml

    if _most_open(text) > _MOST_OPEN:
        raise RecursionError
    # PyYAML's wheels contain libyaml, other builds may not.
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
    """Estimate the maximum nesting depth; brackets and dashes in strings count too."""
    opened = most = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        opened += 1 if bracket in "[{" else -1
        most = max(most, opened)
    return max(most, *(len(nested.split()) for nested in _NESTED_ON_A_LINE.findall(text)), 0)


def _measured(node: Any, known: dict[Any, int | None]) -> int:
    """Count the values below a node with expanded aliases, before they are expanded.

    Also restrict scalars to the types of JSON. YAML 1.1 reads `012` and `1:30` as numbers, `2024-01-01` as a date and
    `no` as a boolean, but in a runbook they are strings.
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
        raise ValueError(f"it has more than {MAX_VALUES} values after expanding aliases")
    known[node] = size
    return size


def write_yaml(value: object) -> str:
    """Write a value as YAML text."""
    import yaml

    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)  # pyright: ignore[reportUnknownMemberType]
    return text
