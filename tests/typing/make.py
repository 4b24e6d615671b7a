"""Generate `pytest_ssm_automation/_types.py`, the types of requests, below its head, from the installed botocore model.

Run it with the newest botocore: `python tests/typing/make.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_ssm_automation._service.checks import model
from pytest_ssm_automation._service.errors import _COMMON, CONNECTION_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TARGET: Final = Path(__file__).parents[2] / "pytest_ssm_automation" / "_types.py"
_SCALARS: Final = {"string": "str", "integer": "int", "long": "int", "boolean": "bool", "timestamp": "datetime"}
# The most names that are written in one line.
_SHORT: Final = 2


class _Types:
    """Collect the types of requests, each before the types that use it."""

    def __init__(self) -> None:
        self.definitions: dict[str, str] = {}

    def members(self, name: str, meaning: str, members: Mapping[str, str], base: str = "TypedDict") -> None:
        """Define a TypedDict."""
        lines = [f"class {name}({base}, total=False):", f'    """{meaning}"""', ""]
        self.definitions[name] = "\n".join([*lines, *(f"    {member}: {kind}" for member, kind in members.items())])

    def names(self, name: str, values: Iterable[str]) -> None:
        """Define a type for known names."""
        quoted = [f'"{value}"' for value in values]
        known = ", ".join(quoted) if len(quoted) <= _SHORT else "\n" + "".join(f"    {each},\n" for each in quoted)
        self.definitions[name] = f"_{name}: TypeAlias = Literal[{known}]\n{name}: TypeAlias = _{name} | str"

    def of(self, shape: Any) -> str:
        """Return the type of a shape's values, without matchers."""
        kind = shape.type_name
        if kind == "structure":
            name = f"{shape.name}Members"
            if name not in self.definitions:
                members = {member: f"{self.of(each)} | Match" for member, each in shape.members.items()}
                self.members(name, f"Members of `{shape.name}`.", members)
            return name
        if kind == "list":
            return f"ListOf[{self.of(shape.member)} | Match]"
        if kind == "map":
            return f"Mapping[str, {self.of(shape.value)} | Match]"
        return _SCALARS[kind]


def text() -> str:
    """Return the text of the module."""
    types = _Types()
    documented = {name for operation in model.CHECKED for name in model.documented_errors(operation)}
    types.names("ErrorName", sorted({*documented, *_COMMON, *CONNECTION_ERRORS}))
    types.names("OperationName", model.AUTOMATION_OPERATIONS)
    of_documents = ", ".join(f'"{name}"' for name in model.CHECKED if name not in model.AUTOMATION_OPERATIONS)
    types.definitions["CheckedOperationName"] = (
        f"CheckedOperationName: TypeAlias = OperationName | Literal[{of_documents}]"
    )
    types.names("StatusName", model.enum("AutomationExecutionStatus"))
    status = "StatusName | Mapping[str, Any]"
    types.definitions["Statuses"] = f'Statuses: TypeAlias = "ListOf[{status}] | tuple[{status}, ...]"'
    types.names("TransportName", ("stubber", "wire"))
    types.names("ChoiceName", ("accept", "reject"))
    types.names("PaceName", ("run", "step"))
    types.definitions["Names"] = 'Names: TypeAlias = "ListOf[str] | tuple[str, ...] | AbstractSet[str]"'
    found: dict[str, dict[str, None]] = {}
    own: dict[str, str] = {}
    for operation in model.CHECKED:
        members = {name: types.of(shape) for name, shape in model.input_shape(operation).members.items()}
        for name, kind in members.items():
            found.setdefault(name, {})[kind] = None
        if operation == model.START:
            own = {name: f"{kind} | Match" for name, kind in members.items()}
            types.members("StartMembers", "Members of a request of StartAutomationExecution.", own)
    either = {name: " | ".join([*found[name], "Match"]) for name in sorted(found)}
    others = {name: kind for name, kind in either.items() if own.get(name) != kind}
    types.members("AnyMembers", "Members of requests of any operation.", others, "StartMembers")
    types.members(
        "RefusedMembers",
        "Members of rejected requests, whose values may have wrong types.",
        dict.fromkeys(either, "Any"),
    )
    aliases = [each for each in types.definitions.values() if not each.startswith("class")]
    classes = [each for each in types.definitions.values() if each.startswith("class")]
    head = TARGET.read_text(encoding="utf-8").partition("\n\n\n_ErrorName: ")[0]
    return "\n\n\n".join([head, "\n".join(aliases), *classes]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
