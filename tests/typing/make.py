"""Write `pytest_ssm_automation/_types.py`, the types of requests, from the installed botocore model.

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
_HEAD: Final = '''\
"""Types of what a test says of requests, for type checkers only. Written by tests/typing/make.py, not by hand.

Names are completed by editors and not checked, since AWS may know more of them: `Literal[...] | str`. Members of
structures may be left out, and each may be a matcher, since an assertion compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypedDict, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

T_co = TypeVar("T_co", covariant=True)


class Matcher(Protocol):
    """Something that is compared instead of a value, such as the classes of dirty-equals."""

    def equals(self, other: Any) -> bool:
        """Tell whether a value is as expected."""
        ...


Match: TypeAlias = Matcher | type[Matcher]


class ListOf(Protocol[T_co]):
    """A list, whose items may be of a narrower type; a text is none."""

    def __iter__(self) -> Iterator[T_co]:
        """Go through the items."""
        ...

    def reverse(self) -> None:
        """Reverse the items, which neither a text nor a tuple does."""
        ...
'''


class _Types:
    """Collects the types that requests need, each before those that use it."""

    def __init__(self) -> None:
        self.definitions: dict[str, str] = {}

    def members(self, name: str, meaning: str, members: Mapping[str, str]) -> None:
        """Define the members that a mapping may have."""
        lines = [f"class {name}(TypedDict, total=False):", f'    """{meaning}"""', ""]
        self.definitions[name] = "\n".join([*lines, *(f"    {member}: {kind}" for member, kind in members.items())])

    def names(self, name: str, values: Iterable[str]) -> str:
        """Define the names that are known for something."""
        known = "".join(f'    "{value}",\n' for value in values)
        self.definitions[name] = f"_{name}: TypeAlias = Literal[\n{known}]\n{name}: TypeAlias = _{name} | str"
        return name

    def of(self, shape: Any) -> str:
        """Write the type of a shape's values, without that of matchers."""
        kind = shape.type_name
        if kind == "structure":
            name = f"{shape.name}Members"
            if name not in self.definitions:
                members = {member: f"{self.of(each)} | Match" for member, each in shape.members.items()}
                self.members(name, f"Members of a `{shape.name}`.", members)
            return name
        if kind == "list":
            return f"ListOf[{self.of(shape.member)} | Match]"
        if kind == "map":
            return f"Mapping[str, {self.of(shape.value)} | Match]"
        enum = getattr(shape, "enum", None)
        return self.names(f"{shape.name}Name", enum) if enum else _SCALARS[kind]


def text() -> str:
    """Write the module."""
    types = _Types()
    documented = {name for operation in model.CHECKED for name in model.documented_errors(operation)}
    common = {entry.code for entry in _COMMON}
    types.names("ErrorName", sorted({*documented, *common, *CONNECTION_ERRORS}))
    types.names("OperationName", model.AUTOMATION_OPERATIONS)
    types.names("CheckedOperationName", model.CHECKED)
    types.names("StatusName", model.enum("AutomationExecutionStatus"))
    status = "StatusName | Mapping[str, Any]"
    types.definitions["Statuses"] = f'Statuses: TypeAlias = "ListOf[{status}] | tuple[{status}, ...]"'
    types.names("TransportName", ("stubber", "wire"))
    types.names("ChoiceName", ("accept", "reject"))
    types.names("PaceName", ("run", "step"))
    types.definitions["Names"] = 'Names: TypeAlias = "ListOf[str] | tuple[str, ...] | AbstractSet[str]"'
    found: dict[str, dict[str, None]] = {}
    for operation in model.CHECKED:
        members = {name: types.of(shape) for name, shape in model.input_shape(operation).members.items()}
        for name, kind in members.items():
            found.setdefault(name, {})[kind] = None
        if operation == model.START:
            own = {name: f"{kind} | Match" for name, kind in members.items()}
            types.members("StartMembers", "Members of a request of StartAutomationExecution.", own)
    either = {name: " | ".join([*found[name], "Match"]) for name in sorted(found)}
    types.members("AnyMembers", "Members of requests of any operation.", either)
    types.members(
        "RefusedMembers",
        "Members of requests that were refused; the values may be wrong.",
        dict.fromkeys(either, "Any"),
    )
    return "\n\n\n".join([_HEAD.rstrip("\n"), *types.definitions.values()]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
