"""Validation of Parameters against the declarations of the runbook."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from ..._errors import FakeUsageError, hide_usage_errors
from ..checks.violations import Violation
from ..contents import json_or_text, read_json
from .expressions import ExpressionError, matches
from .kinds import as_list, is_list
from .references import Template

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from .declarations import Parameter, Runbook

__tracebackhide__ = hide_usage_errors

# The last part of the ids of such violations, such as `runbook:InstanceIds:required`.
DECLARED_RULES: Final = (
    *("required", "undeclared", "type", "allowedValues", "allowedPattern"),
    *("minChars", "maxChars", "minItems", "maxItems"),
)
# A reference to Parameter Store, which the service resolves.
_STORED: Final = re.compile(r"\{\{ *ssm(?:-secure)?:[^{}]+\}\}")
_MAPS: Final = frozenset({"StringMap", "MapList"})
# Types whose values are JSON in a single string.
_JSON: Final = frozenset({"Integer", "Boolean", "StringMap"})
ROLE_ARN: Final = "AWS::IAM::Role::Arn"
# Types whose values have a known form. Other AWS types accept any string.
FORMS: Final = {
    "Integer": "[+-]?[0-9]+",
    "Boolean": "(?i:true|false)",
    "AWS::EC2::Instance::Id": "i-[0-9a-f]{8}(?:[0-9a-f]{9})?",
    ROLE_ARN: r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+",
    "AWS::S3::Bucket::Name": "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
}


def check_parameters(
    runbook: Runbook, given: Mapping[str, Sequence[str]], *, supplied: Collection[str] = ()
) -> list[Violation]:
    """List all violations of the runbook's declarations in a request's Parameters.

    Assumed: missing parameters come first, then undeclared ones, then invalid values in declaration order. The
    request's targets supply the parameters in `supplied`.
    """
    missing = [
        _violation(name, "required", None, None, f"Missing required parameter: {name} in user inputs.")
        for name, parameter in runbook.parameters.items()
        if parameter.required and name not in given and name not in supplied
    ]
    extra = [name for name in given if name not in runbook.parameters]
    text = f"Undefined execution inputs: [{', '.join(extra)}]"
    undeclared = [_violation(name, "undeclared", tuple(runbook.parameters), given[name], text) for name in extra]
    checks = [
        _Values(parameter, given[name]).check() for name, parameter in runbook.parameters.items() if name in given
    ]
    return [*missing, *undeclared, *(violation for found in checks for violation in found)]


def resolved_parameters(runbook: Runbook, given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the parameters of an execution: those of the request, and defaults for the others."""
    defaults = {name: default_of(parameter) for name, parameter in runbook.parameters.items() if not parameter.required}
    return {**defaults, **{name: list(values) for name, values in given.items()}}


def typed_parameters(runbook: Runbook, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Convert each parameter to its declared type, for references; leave text that cannot be converted.

    Assumed: references in a default are resolved, as AWS's own runbooks need it, and those in given values are not.
    """
    values = resolved_parameters(runbook, given)
    typed = {name: _typed(parameter, values.get(name, ())) for name, parameter in runbook.parameters.items()}
    return {name: value if name in given else _with_references(value) for name, value in typed.items()}


def _with_references(value: Any) -> Any:
    return Template(value) if isinstance(value, str) and "{{" in value else value


def _typed(parameter: Parameter, values: Sequence[str]) -> Any:
    if parameter.type == "MapList":
        parsed = [json_or_text(value) for value in values]
        return parsed[0] if len(parsed) == 1 and is_list(parsed[0]) else parsed
    if parameter.is_list:
        return list(values)
    text = values[0] if values else ""
    if parameter.type in _JSON:
        return json_or_text(text.lower() if parameter.type == "Boolean" else text)
    return text


def default_of(parameter: Parameter) -> list[str]:
    """Return the default of a parameter as a list of strings; empty without a default."""
    default = parameter.default
    return [] if default is None else [written(item) for item in as_list(default)]


def written(value: object) -> str:
    """Write a declared value as a request has it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _violation(
    name: str, rule: str, limit: object, value: object, sentence: str, *, item: int | None = None
) -> Violation:
    path = f"Parameters[{name!r}]" + ("" if item is None else f"[{item}]")
    return Violation(f"runbook:{name}:{rule}", path, rule, limit, value, "runbook", sentence)


def _of_list(kind: str) -> str:
    return kind.removeprefix("List<").removesuffix(">")


class _Values:
    """The values of one parameter in a request.

    The messages for types and `allowedValues` are the service's; those for patterns and sizes are assumed. It is also
    assumed that the service counts characters and matches patterns in each string before converting it. References to
    Parameter Store, such as `{{ssm:/path}}`, are not checked, because their values are unknown.
    """

    def __init__(self, parameter: Parameter, values: Sequence[str]) -> None:
        self._parameter = parameter
        self._values = values
        self._found: list[Violation] = []

    def check(self) -> list[Violation]:
        parameter, values = self._parameter, self._values
        if not parameter.is_list and len(values) != 1:
            self._wrong_type(values, None)
            return self._found
        # The value of a reference to Parameter Store is unknown, and may be a whole list.
        known = {item: value for item, value in enumerate(values) if not _STORED.search(value)}
        sound = [item for item, value in known.items() if self._sound(item, value)]
        if len(sound) == len(values):
            self._items(self._count())
        for item in sound:
            self._item(item, values[item])
        return self._found

    def _add(self, rule: str, limit: object, value: object, text: str, item: int | None = None) -> None:
        sentence = f'Parameter "{self._parameter.name}" has {text}.'
        self._found.append(_violation(self._parameter.name, rule, limit, value, sentence, item=item))

    def _wrong_type(self, value: object, item: int | None) -> None:
        name, kind = self._parameter.name, self._parameter.type
        sentence = f"Parameter type error. The value supplied for {name} is not a valid {_of_list(kind)}."
        self._found.append(_violation(name, "type", kind, value, sentence, item=item))

    def _sound(self, item: int, value: str) -> bool:
        kind = self._parameter.type
        if kind in _MAPS:
            right = self._maps(value) is not None
        else:
            form = FORMS.get(_of_list(kind))
            # Callers pass an empty role or id if the runbook does not need it.
            absent = kind.startswith("AWS::") and not self._parameter.required and not value
            right = form is None or absent or re.fullmatch(form, value, re.ASCII) is not None
        if not right:
            self._wrong_type(value, item)
        return right

    def _maps(self, value: str) -> list[Any] | None:
        """Return the maps in a JSON string; `None` if it contains anything else."""
        try:
            parsed: Any = read_json(value)
        except (ValueError, RecursionError):
            return None
        whole = self._parameter.type == "MapList" and len(self._values) == 1 and is_list(parsed)
        maps: list[Any] = parsed if whole else [parsed]
        return maps if all(isinstance(item, dict) for item in maps) else None

    def _count(self) -> int | None:
        """Count the items that `minItems` and `maxItems` limit; `None` if the type has no items."""
        if self._parameter.type not in _MAPS:
            return len(self._values) if self._parameter.is_list else None
        found = [item for value in self._values for item in self._maps(value) or ()]
        return len(found) if self._parameter.is_list else len(found[0])

    def _items(self, count: int | None) -> None:
        least, most = self._parameter.min_items, self._parameter.max_items
        if count is None:
            return
        if least is not None and count < least:
            self._add("minItems", least, self._values, f"{count} items, fewer than the minimum of {least}")
        if most is not None and count > most:
            self._add("maxItems", most, self._values, f"{count} items, more than the maximum of {most}")

    def _item(self, item: int, value: str) -> None:
        parameter, shown = self._parameter, f'value "{value}"'
        allowed, pattern = parameter.allowed_values, parameter.allowed_pattern
        if allowed and not self._among(allowed, value):
            names = ", ".join(map(written, allowed))
            self._add("allowedValues", allowed, value, f"{shown} not found in [{names}]", item)
        if pattern is not None and not self._matches(pattern, value):
            self._add("allowedPattern", pattern, value, f"{shown} that does not match {pattern}", item)
        least, most = parameter.min_chars, parameter.max_chars
        if least is not None and len(value) < least:
            self._add("minChars", least, value, f"{shown} of fewer than {least} characters", item)
        if most is not None and len(value) > most:
            self._add("maxChars", most, value, f"{shown} of more than {most} characters", item)

    def _among(self, allowed: tuple[Any, ...], value: str) -> bool:
        if self._parameter.type == "Boolean":
            return value.lower() in {written(item).lower() for item in allowed}
        if self._parameter.type in _MAPS:
            return all(item in allowed for item in self._maps(value) or ())
        return value in map(written, allowed)

    def _matches(self, pattern: str, value: str) -> bool:
        try:
            return matches(pattern, value)
        except ExpressionError as error:
            raise FakeUsageError(
                f"Parameter {self._parameter.name!r}: allowedPattern {pattern!r} cannot be used: {error}"
            ) from None
