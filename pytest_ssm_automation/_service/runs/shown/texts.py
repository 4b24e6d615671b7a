"""How the service writes the inputs and outputs of steps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ...runbooks.kinds import is_list, is_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

# The service writes JSON so that it can be put into HTML.
_ESCAPED: Final = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "'=<>&"})
_COMMAND: Final = "aws:runCommand"
_LOGS: Final = "CloudWatchOutputConfig"


def output_texts(value: object) -> list[str]:
    """Write an output: a list of strings, one for each item of a list."""
    return [_output_text(item) for item in value] if is_list(value) else [_output_text(value)]


def input_texts(action: str, inputs: Mapping[str, Any]) -> dict[str, str]:
    """Write the inputs of a step: JSON by name, in the order of the names."""
    if action == _COMMAND and is_mapping(logs := inputs.get(_LOGS)):
        inputs = {**inputs, _LOGS: {name[:1].lower() + name[1:]: value for name, value in logs.items()}}
    return {name: _json(inputs[name]) for name in sorted(inputs)}


def _output_text(value: object) -> str:
    return value if isinstance(value, str) else _json(value).translate(_ESCAPED)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
