"""What the installed service model has that the documented one has not, and the other way round.

The documented one is that of the SDK's reference of `start_automation_execution`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import botocore
from model import START, documented_errors, service_model

if TYPE_CHECKING:
    from collections.abc import Iterator

Model = dict[str, Any]
PARTS: Final = ("request", "response")
_SNAPSHOT: Final = Path(__file__).parents[1] / "data" / "start_automation_execution.json"
DOCUMENTED: Final[Model] = json.loads(_SNAPSHOT.read_text("utf-8"))


def parts(shape: Any, path: str = "") -> Iterator[tuple[str, str, bool]]:
    """Yield the path and the type of everything inside a shape, and whether it is a required member."""
    if shape.type_name == "structure":
        inside = [(f"{path}.{name}".lstrip("."), shape.members[name]) for name in shape.members]
    elif shape.type_name == "list":
        inside = [(f"{path}[]", shape.member)]
    elif shape.type_name == "map":
        inside = [(f"{path}{{key}}", shape.key), (f"{path}{{value}}", shape.value)]
    else:
        return
    for name, part in inside:
        yield name, part.type_name, name.rpartition(".")[2] in getattr(shape, "required_members", ())
        yield from parts(part, name)


def installed() -> Model:
    """Describe the installed model as the snapshot describes the documented one."""
    operation: Any = service_model().operation_model(START)
    return {
        "request": {name: kind for name, kind, _ in parts(operation.input_shape)},
        "response": {name: kind for name, kind, _ in parts(operation.output_shape)},
        "required": sorted(name for name, _, needed in parts(operation.input_shape) if needed),
        "errors": list(documented_errors()),
    }


def differences(documented: Model, other: Model) -> tuple[list[str], list[str]]:
    """Say what was removed or became stricter, which breaks callers, and what was added or became laxer."""
    breaking: list[str] = []
    notes: list[str] = []
    for part in PARTS:
        before, after = documented[part], other[part]
        breaking += [f"{part}: {name} ({before[name]}) was removed" for name in before if name not in after]
        breaking += [
            f"{part}: {name} was a {before[name]} and is a {after[name]} now"
            for name in before
            if name in after and before[name] != after[name]
        ]
        notes += [f"{part}: {name} ({after[name]}) was added" for name in after if name not in before]
    needed = set(other["required"]) - set(documented["required"])
    breaking += [f"request: {name} is required now" for name in sorted(needed) if name in documented["request"]]
    notes += [
        f"request: {name} is no longer required"
        for name in documented["required"]
        if name in other["request"] and name not in other["required"]
    ]
    breaking += [f"errors: {name} was removed" for name in documented["errors"] if name not in other["errors"]]
    notes += [f"errors: {name} was added" for name in other["errors"] if name not in documented["errors"]]
    return breaking, notes


def notes() -> list[str]:
    """Say what the installed model has that is not documented yet; it breaks no caller."""
    return [f"botocore {botocore.__version__}: {note}" for note in differences(DOCUMENTED, installed())[1]]
