"""The declarations of a runbook's document. The reader collects all problems, with their paths.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ..._errors import public, suggestion
from ..brief import cut
from .expressions import ExpressionError, check_expression
from .kinds import is_list, is_mapping
from .reading.documents import Format, write_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .flow import Flow

SCHEMA_VERSION: Final = "0.3"
TYPES: Final = ("String", "StringList", "Integer", "Boolean", "MapList", "StringMap")
_MOST_SHOWN: Final = 200
_AWS_NAME: Final = "AWS(?:::[A-Za-z][A-Za-z0-9]*){2,4}"
_AWS_TYPE: Final = re.compile(f"{_AWS_NAME}|List<{_AWS_NAME}>")
_KEYS: Final = (
    *("type", "description", "default", "allowedValues", "allowedPattern"),
    *("minChars", "maxChars", "minItems", "maxItems", "displayType", "interpolationType"),
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter of a runbook.

    Attributes:
        name: The parameter's name.
        type: `String`, `StringList`, `Integer`, `Boolean`, `MapList`, `StringMap`, an AWS type such as
            `AWS::EC2::Instance::Id`, or a `List<...>` of an AWS type.
        required: Whether it has no default. A default of null counts as a default.
        default: The default as declared; `None` without a default.
        allowed_values: The allowed values; empty if all are allowed.
        allowed_pattern: A regular expression that must match each whole value.
        min_chars: The minimum number of characters of a value.
        max_chars: The maximum number of characters of a value.
        min_items: The minimum number of items of a list, or of keys of a map.
        max_items: The maximum number of items of a list, or of keys of a map.
        description: The description.
    """

    name: str
    type: str
    required: bool = True
    default: Any = field(default=None, hash=False)
    allowed_values: tuple[Any, ...] = field(default=(), hash=False)
    allowed_pattern: str | None = None
    min_chars: int | None = None
    max_chars: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    description: str | None = None

    @property
    def is_list(self) -> bool:
        """Whether a value can have several items."""
        return self.type in {"StringList", "MapList"} or self.type.startswith("List<")


def _now() -> datetime:
    # The service sends milliseconds, which callers parse with %f. Python would omit them if they were 0.
    now = datetime.now(UTC)
    return now.replace(microsecond=max(now.microsecond // 1000, 1) * 1000)


@public
@dataclass(frozen=True, slots=True)
class Runbook:
    """A registered Automation runbook.

    Attributes:
        name: The document's name.
        version: The version number, as a string.
        region: The Region where it is registered; `None` for all Regions.
        steps: The name and the action of each step.
        description: The description.
        assume_role: The role that it assumes, usually `{{ AutomationAssumeRole }}`.
        document_format: `JSON` or `YAML`, the format of the text or file; `JSON` for a mapping.
        created_at: When it was read, in UTC.

    Example:
        >>> runbook = fake.add_runbook("runbooks/Acme-Resize.yaml")
        >>> (runbook.name, runbook.version, runbook.parameters["Size"].default)
        ('Acme-Resize', '1', 't3.small')
    """

    name: str
    version: str
    region: str | None
    steps: tuple[tuple[str, str], ...] = field(repr=False)
    description: str | None = field(repr=False)
    assume_role: str | None = field(repr=False)
    _parameters: dict[str, Parameter] = field(repr=False, hash=False)
    _document: Mapping[str, Any] = field(repr=False, hash=False)
    _flow: Flow = field(repr=False, hash=False, compare=False)
    document_format: Format = field(default="JSON", repr=False, compare=False)
    created_at: datetime = field(default_factory=_now, repr=False, compare=False)
    _text: str | None = field(default=None, repr=False, compare=False)

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The declared parameters by name."""
        return MappingProxyType(self._parameters)

    @property
    def document(self) -> dict[str, Any]:
        """A copy of the whole content."""
        return copy.deepcopy(dict(self._document))

    def content(self, document_format: Format | None = None) -> str:
        """Return the whole content as text: the original text, or converted to the other format.

        Args:
            document_format: `JSON` or `YAML`; by default the original format.
        """
        if document_format in {None, self.document_format} and self._text is not None:
            return self._text
        return write_document(self._document, document_format or self.document_format)


def _shown(value: object) -> str:
    return cut(repr(value), _MOST_SHOWN)


class Reader:
    """Read the parts of a document, and collect all problems.

    Attributes:
        problems: The problems, each with its path.
        doubts: Declarations that the fake cannot check, each with its path.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.doubts: list[str] = []

    def _refuse(self, path: str, problem: str) -> None:
        self.problems.append(f"{path}: {problem}")

    def _mismatch(self, path: str, expected: str, given: object) -> None:
        self._refuse(path, f"expected {expected}, got {_shown(given)} (type={type(given).__name__})")

    def _text(self, owner: Mapping[str, Any], key: str, path: str) -> str | None:
        value = owner.get(key)
        if value is None or isinstance(value, str):
            return value
        self._mismatch(path + key, "a string", value)
        return None

    def top(self, document: Mapping[str, Any]) -> None:
        """Check everything except parameters and steps."""
        if "schemaVersion" not in document:
            self._refuse("schemaVersion", "missing")
        elif str(document["schemaVersion"]) != SCHEMA_VERSION:
            self._mismatch("schemaVersion", f"{SCHEMA_VERSION!r}, as in all runbooks", document["schemaVersion"])
        self._text(document, "description", "")
        self._text(document, "assumeRole", "")

    def steps(self, document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """Read `mainSteps`."""
        steps = document.get("mainSteps")
        if not is_list(steps) or not steps:
            if "mainSteps" in document:
                self._mismatch("mainSteps", "a list of steps", steps)
            else:
                self._refuse("mainSteps", "missing")
            return ()
        found: list[tuple[str, str]] = []
        places: dict[str, int] = {}
        for number, step in enumerate(steps):
            path = f"mainSteps[{number}]"
            if not is_mapping(step):
                self._mismatch(path, "a step", step)
                continue
            name, action = (self._step_text(step, key, path) for key in ("name", "action"))
            if name in places:
                self._refuse(f"{path}.name", f"{name!r} is also the name of mainSteps[{places[name]}]")
            places.setdefault(name, number)
            found.append((name, action))
        return tuple(found)

    def _step_text(self, step: Mapping[str, Any], key: str, path: str) -> str:
        if step.get(key) in (None, ""):
            self._refuse(f"{path}.{key}", "missing")
        # Several missing names must not be reported as duplicates.
        return self._text(step, key, f"{path}.") or f"{path}.{key}"

    def parameters(self, declared: object) -> dict[str, Parameter]:
        """Read `parameters`."""
        if declared is None:
            return {}
        if not is_mapping(declared):
            self._mismatch("parameters", "a mapping", declared)
            return {}
        found: dict[str, Parameter] = {}
        for name, declaration in declared.items():
            path = f"parameters.{name}"
            if is_mapping(declaration):
                found[name] = self._parameter(name, declaration, f"{path}.")
            else:
                self._mismatch(path, "a declaration with a type", declaration)
        return found

    def _parameter(self, name: str, given: Mapping[str, Any], path: str) -> Parameter:
        for key in given:
            if key not in _KEYS:
                self._refuse(path + key, f"unknown; {suggestion(key, _KEYS)}")
        kind = self._type(given, path)
        min_chars, max_chars = self._limits(given, "Chars", path)
        min_items, max_items = self._limits(given, "Items", path)
        parameter = Parameter(
            name=name,
            type=kind,
            required="default" not in given,
            default=given.get("default"),
            allowed_values=self._allowed(given, path),
            allowed_pattern=self._pattern(given, path),
            min_chars=min_chars,
            max_chars=max_chars,
            min_items=min_items,
            max_items=max_items,
            description=self._text(given, "description", path),
        )
        self._default(parameter, path)
        return parameter

    def _type(self, given: Mapping[str, Any], path: str) -> str:
        kind = given.get("type")
        if kind is None:
            self._refuse(f"{path}type", "missing")
        elif kind not in TYPES and not (isinstance(kind, str) and _AWS_TYPE.fullmatch(kind)):
            self._refuse(f"{path}type", f"{_shown(kind)} is not a type; {suggestion(kind, TYPES)}")
        return str(kind)

    def _allowed(self, given: Mapping[str, Any], path: str) -> tuple[Any, ...]:
        allowed = given.get("allowedValues")
        if allowed is None or (is_list(allowed) and allowed):
            return tuple(allowed or ())
        self._mismatch(f"{path}allowedValues", "a list of values", allowed)
        return ()

    def _limits(self, given: Mapping[str, Any], what: str, path: str) -> tuple[int | None, int | None]:
        low, high = self._limit(given, f"min{what}", path), self._limit(given, f"max{what}", path)
        if low is not None and high is not None and low > high:
            self._refuse(f"{path}min{what}", f"{low} is more than max{what}, {high}")
        return low, high

    def _limit(self, given: Mapping[str, Any], key: str, path: str) -> int | None:
        value = given.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not re.fullmatch("[0-9]{1,9}", str(value), re.ASCII):
            self._mismatch(path + key, "a non-negative number", value)
            return None
        return int(value)

    def _pattern(self, given: Mapping[str, Any], path: str) -> str | None:
        pattern = self._text(given, "allowedPattern", path)
        if pattern is not None:
            try:
                problem = check_expression(pattern)
            except ExpressionError as error:
                problem = None
                self._refuse(f"{path}allowedPattern", f"{_shown(pattern)} cannot be used: {error}")
            if problem:
                self.doubts.append(
                    f"{path}allowedPattern: {_shown(pattern)} is not checked, and any value matches: {problem}"
                )
        return pattern

    def _default(self, parameter: Parameter, path: str) -> None:
        """Check only the type: the documentation's own examples have defaults that do not match `allowedPattern`."""
        default = parameter.default
        # A string may be a reference to Parameter Store, such as '{{ssm:name}}', whatever the type.
        if default is None or isinstance(default, str):
            return
        takes: tuple[type, ...] = (int, float)
        if parameter.is_list:
            takes = (list,)
        elif parameter.type == "StringMap":
            takes = (dict,)
        if not isinstance(default, takes):
            self._mismatch(f"{path}default", f"a {parameter.type}", default)
