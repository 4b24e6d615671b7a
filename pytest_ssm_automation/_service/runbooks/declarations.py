"""A runbook and the parameters that it declares.

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
from .conversions import TYPES
from .expressions import ExpressionError, check_expression
from .findings import shown
from .kinds import is_list, is_mapping
from .reading.documents import Format, write_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .findings import Findings
    from .flow import Flow

SCHEMA_VERSION: Final = "0.3"
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
    description: str | None = field(repr=False)
    assume_role: str | None = field(repr=False)
    _parameters: dict[str, Parameter] = field(repr=False, hash=False)
    _document: Mapping[str, Any] = field(repr=False, hash=False)
    _flow: Flow = field(repr=False, hash=False, compare=False)
    document_format: Format = field(default="JSON", repr=False, compare=False)
    created_at: datetime = field(default_factory=_now, repr=False, compare=False)
    _text: str | None = field(default=None, repr=False, compare=False)

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """The name and the action of each step, without the inner steps of loops."""
        return tuple((step.name, step.action) for step in self._flow.steps if step.parent is None)

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


def read_parameters(declared: object, found: Findings) -> dict[str, Parameter]:
    """Read the `parameters` of a document."""
    if declared is not None and not is_mapping(declared):
        found.mismatch("parameters", "a mapping", declared)
    parameters: dict[str, Parameter] = {}
    for name, given in declared.items() if is_mapping(declared) else ():
        if is_mapping(given):
            parameters[name] = _parameter(name, given, f"parameters.{name}.", found)
        else:
            found.mismatch(f"parameters.{name}", "a declaration with a type", given)
    return parameters


def _parameter(name: str, given: Mapping[str, Any], path: str, found: Findings) -> Parameter:
    for key in given:
        if key not in _KEYS:
            found.refuse(path + key, f"unknown; {suggestion(key, _KEYS)}")
    kind, allowed = given.get("type"), given.get("allowedValues")
    if kind is None:
        found.refuse(f"{path}type", "missing")
    elif kind not in TYPES and not (isinstance(kind, str) and _AWS_TYPE.fullmatch(kind)):
        found.unknown(f"{path}type", kind, "a type", TYPES)
    if allowed is not None and not (is_list(allowed) and allowed):
        found.mismatch(f"{path}allowedValues", "a list of values", allowed)
    min_chars, max_chars = _limits(given, "Chars", path, found)
    min_items, max_items = _limits(given, "Items", path, found)
    parameter = Parameter(
        name=name,
        type=str(kind),
        required="default" not in given,
        default=given.get("default"),
        allowed_values=tuple(allowed) if is_list(allowed) else (),
        allowed_pattern=_pattern(given, path, found),
        min_chars=min_chars,
        max_chars=max_chars,
        min_items=min_items,
        max_items=max_items,
        description=found.text(given, "description", path),
    )
    _check_default(parameter, path, found)
    return parameter


def _limits(given: Mapping[str, Any], what: str, path: str, found: Findings) -> tuple[int | None, int | None]:
    low, high = (found.number(given, f"{end}{what}", path, least=0) for end in ("min", "max"))
    if low is not None and high is not None and low > high:
        found.refuse(f"{path}min{what}", f"{low} is more than max{what}, {high}")
    return low, high


def _pattern(given: Mapping[str, Any], path: str, found: Findings) -> str | None:
    pattern, where = found.text(given, "allowedPattern", path), f"{path}allowedPattern"
    try:
        problem = None if pattern is None else check_expression(pattern)
    except ExpressionError as error:
        found.refuse(where, f"{shown(pattern)} cannot be used: {error}")
    else:
        if problem:
            found.unchecked.append(f"{where}: {shown(pattern)} is not checked, and any value matches: {problem}")
    return pattern


def _check_default(parameter: Parameter, path: str, found: Findings) -> None:
    """Check only the type: the documentation's own examples have defaults that do not match `allowedPattern`."""
    takes: tuple[type, ...] = (int, float)
    if parameter.is_list:
        takes = (list,)
    elif parameter.type == "StringMap":
        takes = (dict,)
    # A string may be a reference to Parameter Store, such as '{{ssm:name}}', whatever the type.
    if not isinstance(parameter.default, (*takes, str, type(None))):
        found.mismatch(f"{path}default", f"a {parameter.type}", parameter.default)
