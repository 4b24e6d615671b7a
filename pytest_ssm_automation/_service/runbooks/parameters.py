"""Validation of Parameters against the declarations of the runbook."""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from ..._errors import FakeUsageError, hide_usage_errors
from ..checks.violations import Violation
from ..contents import json_or_text, read_json
from .expressions import ExpressionError, matches
from .kinds import as_list, is_list, is_mapping
from .references import Template

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

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
    runbook: Runbook, given: Mapping[str, Sequence[str]], *, supplied: Sequence[Collection[str]] = ((),)
) -> list[Violation]:
    """List all violations of the runbook's declarations in a request's Parameters.

    Assumed: missing parameters come first, then undeclared ones, then invalid values in declaration order. Each of the
    request's targets supplies more parameters, those in `supplied`.
    """
    missing = [
        _violation(name, "required", None, None, f"Missing required parameter: {name} in user inputs.")
        for name, parameter in runbook.parameters.items()
        if parameter.required and name not in given and not all(name in names for names in supplied)
    ]
    extra = [name for name in given if name not in runbook.parameters]
    text = f"Undefined execution inputs: [{', '.join(extra)}]"
    undeclared = [_violation(name, "undeclared", tuple(runbook.parameters), given[name], text) for name in extra]
    checks = [_check_values(each, given[name]) for name, each in runbook.parameters.items() if name in given]
    return [*missing, *undeclared, *chain.from_iterable(checks)]


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


def _check_values(parameter: Parameter, values: Sequence[str]) -> Iterator[Violation]:
    """Yield the violations of a declaration in the values of its parameter.

    The messages for types and `allowedValues` are the service's; those for patterns and sizes are assumed. It is also
    assumed that the service counts characters and matches patterns in each string before converting it. References to
    Parameter Store, such as `{{ssm:/path}}`, are not checked, because their values are unknown.
    """
    kind = parameter.type
    if not parameter.is_list and len(values) != 1:
        yield _wrong_type(parameter, values)
        return
    form = FORMS.get(_of_list(kind))
    # Callers pass an empty role or id if the runbook does not need it.
    absent = kind.startswith("AWS::") and not parameter.required
    sound: list[tuple[int, str, list[Any]]] = []
    for item, value in enumerate(values):
        # The value of a reference to Parameter Store is unknown, and may be a whole list.
        if _STORED.search(value):
            continue
        maps = _maps(parameter, value, alone=len(values) == 1) if kind in _MAPS else []
        if maps is None or not (form is None or (absent and not value) or re.fullmatch(form, value, re.ASCII)):
            yield _wrong_type(parameter, value, item=item)
        else:
            sound.append((item, value, maps))
    if len(sound) == len(values):
        yield from _check_count(parameter, values, [each for _, _, maps in sound for each in maps])
    for item, value, maps in sound:
        yield from _check_value(parameter, value, maps, item)


def _wrong_type(parameter: Parameter, value: object, *, item: int | None = None) -> Violation:
    name, kind = parameter.name, parameter.type
    text = f"Parameter type error. The value supplied for {name} is not a valid {_of_list(kind)}."
    return _violation(name, "type", kind, value, text, item=item)


def _maps(parameter: Parameter, value: str, *, alone: bool) -> list[Any] | None:
    """Return the maps in a JSON string, which may have all of a list; `None` if it contains anything else."""
    try:
        parsed: Any = read_json(value)
    except (ValueError, RecursionError):
        return None
    maps = as_list(parsed) if parameter.type == "MapList" and alone else [parsed]
    return maps if all(map(is_mapping, maps)) else None


def _check_count(parameter: Parameter, values: Sequence[str], maps: Sequence[Any]) -> Iterator[Violation]:
    """Check the number of items of a list, or of keys of a map; other types have none."""
    least, most = parameter.min_items, parameter.max_items
    if (least is None and most is None) or not (parameter.is_list or maps):
        return
    found = maps if parameter.type in _MAPS else values
    count = len(found if parameter.is_list else found[0])
    if least is not None and count < least:
        yield _broken(parameter, "minItems", least, values, f"{count} items, fewer than the minimum of {least}")
    if most is not None and count > most:
        yield _broken(parameter, "maxItems", most, values, f"{count} items, more than the maximum of {most}")


def _check_value(parameter: Parameter, value: str, maps: list[Any], item: int) -> Iterator[Violation]:
    shown, allowed, pattern = f'value "{value}"', parameter.allowed_values, parameter.allowed_pattern
    if allowed and not _among(parameter, value, maps):
        text = f"{shown} not found in [{', '.join(map(written, allowed))}]"
        yield _broken(parameter, "allowedValues", allowed, value, text, item=item)
    if pattern is not None and not _matches(parameter.name, pattern, value):
        text = f"{shown} that does not match {pattern}"
        yield _broken(parameter, "allowedPattern", pattern, value, text, item=item)
    least, most = parameter.min_chars, parameter.max_chars
    if least is not None and len(value) < least:
        yield _broken(parameter, "minChars", least, value, f"{shown} of fewer than {least} characters", item=item)
    if most is not None and len(value) > most:
        yield _broken(parameter, "maxChars", most, value, f"{shown} of more than {most} characters", item=item)


def _broken(
    parameter: Parameter, rule: str, limit: object, value: object, text: str, *, item: int | None = None
) -> Violation:
    sentence = f'Parameter "{parameter.name}" has {text}.'
    return _violation(parameter.name, rule, limit, value, sentence, item=item)


def _among(parameter: Parameter, value: str, maps: list[Any]) -> bool:
    allowed = parameter.allowed_values
    if parameter.type == "Boolean":
        return value.lower() in {written(each).lower() for each in allowed}
    if parameter.type in _MAPS:
        return all(each in allowed for each in maps)
    return value in map(written, allowed)


def _matches(name: str, pattern: str, value: str) -> bool:
    try:
        return matches(pattern, value)
    except ExpressionError as error:
        raise FakeUsageError(f"Parameter {name!r}: allowedPattern {pattern!r} cannot be used: {error}") from None
