"""Read and write YAML with the types of JSON. Limits protect against hostile text."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import accumulate, chain
from typing import Any, Final

# PyYAML takes time quadratic in the depth of brackets, and old versions of libyaml overflow the stack. Brackets and
# dashes in strings count too, so the limit is far above what a document needs.
_MOST_OPEN: Final = 1000
_NESTED_ON_A_LINE: Final = re.compile(r"(?:[-?][ \t]++)++")
_YAML: Final = "tag:yaml.org,2002:"
_RETYPED: Final = tuple(f"{_YAML}{kind}" for kind in ("bool", "int", "float", "timestamp", "value", "merge"))
_JSON_SCALAR: Final = re.compile(r"(?:true|True|TRUE|false|False|FALSE|-?(?:0|[1-9]\d*)(?:\.\d+)?)", re.ASCII)


def parse_yaml(text: str) -> object:
    """Parse YAML text, with libyaml if PyYAML was built with it.

    Raises:
        ValueError: The text is not valid YAML, or is empty.
        RecursionError: It is nested too deeply.
    """
    import yaml

    if _most_open(text) > _MOST_OPEN:
        raise RecursionError
    # PyYAML's wheels contain libyaml, other builds may not.
    loader = _loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        value = loader(text).get_single_data()
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark
        raise ValueError(f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    if value is None:
        raise ValueError("it is empty")
    return value


@cache
def _loader(base: Any) -> Any:
    """Return a class of loaders that read the types of JSON, and only strings as keys.

    YAML 1.1 reads `012` and `1:30` as numbers, `2024-01-01` as a date and `no` as a boolean, but in a runbook they are
    strings.
    """

    def scalar(_: Any, node: Any) -> Any:
        return json.loads(node.value.lower()) if _JSON_SCALAR.fullmatch(node.value) else node.value

    def flatten_mapping(loader: Any, node: Any) -> None:
        base.flatten_mapping(loader, node)
        # Old versions of PyYAML repeat what is merged several times.
        node.value = [*{id(key): (key, item) for key, item in node.value}.values()]
        for key, _ in node.value:
            if key.id == "scalar":
                key.tag = f"{_YAML}str"

    made: Any = type("JSONLoader", (base,), {"flatten_mapping": flatten_mapping})
    for tag in _RETYPED:
        made.add_constructor(tag, scalar)
    return made


def _most_open(text: str) -> int:
    """Estimate the maximum nesting depth; brackets and dashes in strings count too."""
    depths = accumulate(1 if bracket in "[{" else -1 for bracket in re.findall(r"[\[\]{}]", text))
    dashes = (len(nested.split()) for nested in _NESTED_ON_A_LINE.findall(text))
    return max(chain(depths, dashes), default=0)


def write_yaml(value: object) -> str:
    """Write a value as YAML text."""
    import yaml

    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)  # pyright: ignore[reportUnknownMemberType]
    return text
