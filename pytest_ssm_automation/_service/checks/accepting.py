"""Generate a function for each operation that quickly accepts valid requests.

The functions are Python source made from the shapes of the service model. They only say yes or "in doubt". A request in
doubt goes to the checks in `constraints`, which find out what is wrong with it, if anything.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from . import model
from .patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.model import Shape

# The exact types of values that are accepted. Others, subclasses of these, and all values of other shapes are in doubt.
_TYPES: Final = {
    "string": "str",
    "list": "list",
    "map": "dict",
    "structure": "dict",
    "boolean": "bool",
    "integer": "int",
}
_REQUEST: Final = "v"
_SIZED: Final = frozenset({"string", "list", "map"})


@cache
def accepts(operation: str) -> Callable[[Any], bool]:
    """Return the function that accepts requests of an operation."""
    writer, shape = _Writer(), model.input_shape(operation)
    lines = [f"def accept({_REQUEST}):", *(f" {line}" for line in writer.lines(shape, _REQUEST)), " return True"]
    exec("\n".join(lines), writer.names)  # noqa: S102 - made of the model, whose texts are quoted
    made: Callable[[Any], bool] = writer.names["accept"]
    return made


class _Writer:
    """Writes the body of a function, whose lines return False for values that are in doubt.

    Attributes:
        names: The global variables of the function.
    """

    def __init__(self) -> None:
        """Start without variables."""
        self._matches: list[Callable[[str], object]] = []
        self.names: dict[str, Any] = {"match": self._matches}

    def lines(self, shape: Any, value: str) -> Iterator[str]:
        """Write the lines that check a variable."""
        kind = shape.type_name
        yield f"if {' or '.join(self._doubts(shape, value))}: return False"
        if kind == "list":
            yield from self._loop(f"for {value}i in {value}:", {f"{value}i": shape.member})
        elif kind == "map":
            yield from self._loop(
                f"for {value}k, {value}i in {value}.items():", {f"{value}k": shape.key, f"{value}i": shape.value}
            )
        elif kind == "structure":
            yield from self._structure(shape, value)

    def _doubts(self, shape: Shape, value: str) -> Iterator[str]:
        """Write the conditions for which a value is in doubt, apart from its parts."""
        yield f"{value}.__class__ is not {_TYPES.get(shape.type_name)}"
        limits = shape.metadata
        measured = f"len({value})" if shape.type_name in _SIZED else value
        if limits.get("min"):
            yield f"{measured} < {limits['min']!r}"
        if "max" in limits:
            yield f"{measured} > {limits['max']!r}"
        if "pattern" in limits:
            yield f"not match[{len(self._matches)}]({value})"
            self._matches.append(self._later(len(self._matches), limits["pattern"]))
        if "enum" in limits:
            name = f"names{len(self.names)}"
            self.names[name] = frozenset(limits["enum"])
            yield f"{value} not in {name}"

    def _later(self, number: int, pattern: str) -> Callable[[str], object]:
        """Return a function that compiles the pattern when it is first needed."""

        def match(text: str) -> object:
            self._matches[number] = compile_pattern(pattern).fullmatch
            return self._matches[number](text)

        return match

    def _loop(self, head: str, parts: Mapping[str, Shape]) -> Iterator[str]:
        yield head
        for name, shape in parts.items():
            yield from (f" {line}" for line in self.lines(shape, name))

    def _structure(self, shape: Any, value: str) -> Iterator[str]:
        part, count = f"{value}i", f"{value}n"
        yield f"{count} = len({value})"
        for name in sorted(shape.members, key=lambda name: name not in shape.required_members):
            required = name in shape.required_members
            if value == _REQUEST and not required:
                yield f"if not {count}: return True"
            yield f"{part} = {value}.get({name!r})"
            if required:
                yield f"if {part} is None: return False"
            yield f"if {part} is not None:"
            yield from (f" {line}" for line in (f"{count} -= 1", *self.lines(shape.members[name], part)))
        yield f"if {count}: return False"  # a member is unknown, or is None
