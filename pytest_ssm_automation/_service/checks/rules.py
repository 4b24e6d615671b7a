"""Documented rules about several members of StartAutomationExecution, which the model does not contain.

Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..._errors import hide_usage_errors, unknown_name
from . import model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .violations import Constraint, Violation

__tracebackhide__ = hide_usage_errors

ONE_TARGET: Final = "Only one resource group or tag can be specified at a time"
MAX_TAGS: Final = 5
_RULED: Final = frozenset({"Tags", "TargetLocations", "TargetMaps", "TargetParameterName", "Targets"})


def _locates_targets(params: Mapping[str, Any]) -> bool:
    return any(location.get("Targets") for location in params.get("TargetLocations") or ())


# The rule, the limit, the member it is reported at, the documentation, and whether a request with this member breaks
# it.
_Rule: TypeAlias = "tuple[str, int | None, str, str, Callable[[Mapping[str, Any]], object]]"
_RULES: Final[tuple[_Rule, ...]] = (
    (
        "targets_need_target_parameter_name",
        None,
        "Targets",
        "TargetParameterName is required if you specify Targets.",
        lambda params: params["Targets"] and "TargetParameterName" not in params,
    ),
    (
        "target_parameter_name_needs_targets",
        None,
        "TargetParameterName",
        "Targets are required if you specify TargetParameterName.",
        # The file at TargetLocationsURL may name targets too. It has not been read yet.
        lambda params: (
            not (
                params.get("Targets")
                or params.get("TargetMaps")
                or "TargetLocationsURL" in params
                or _locates_targets(params)
            )
        ),
    ),
    (
        "targets_exclude_target_maps",
        None,
        "TargetMaps",
        "Both Targets and TargetMaps can't be specified together.",
        lambda params: params["TargetMaps"] and params.get("Targets"),
    ),
    (
        "location_targets_need_target_parameter_name",
        None,
        "TargetLocations",
        "TargetParameterName is required if you specify Targets in TargetLocations.",
        lambda params: "TargetParameterName" not in params and _locates_targets(params),
    ),
    (
        "at_most_five_tags",
        MAX_TAGS,
        "Tags",
        "You can specify a maximum of 5 tags for an automation.",
        lambda params: len(params["Tags"]) > MAX_TAGS,
    ),
    ("at_most_one_target", 1, "Targets", ONE_TARGET, lambda params: len(params["Targets"]) > 1),
)
TARGET_KEY: Final = "request:target_key"
_OF_A_TAG: Final = "tag:"
_OF_INSTANCES: Final = "InstanceIds"
# Constraints about which more is known: whether the service enforces them, and the evidence.
_KNOWN: Final[Mapping[str, tuple[bool, str]]] = {
    "Parameters{value}[]:max": (
        False,
        "observed: a solution that AWS publishes sends values of several kB in production",
    ),
    "Parameters:min": (
        True,
        "assumed: the service model says so, but public callers send an empty map; name it in relax to accept one",
    ),
    "request:at_most_one_target": (True, f"observed: the service refuses two with the text {ONE_TARGET!r}"),
    TARGET_KEY: (False, "assumed: AWS documents these keys, but it is unknown whether the service refuses others"),
}
# Constraints that the service is not known to enforce.
NOT_ENFORCED: Final = frozenset(name for name, (enforced, _) in _KNOWN.items() if not enforced)


@cache
def _rules() -> tuple[_Rule, ...]:
    """Return the rules that the installed model does not contain."""
    most = model.input_shape(model.START).members["Targets"].metadata.get("max")
    return _RULES[:-1] if most == 1 else _RULES


def constraints(operation: str = model.START) -> Sequence[Constraint]:
    """List every constraint on the requests of an operation.

    Those of the installed botocore model come first, in its order, followed by the documented rules about several
    members. `enforced` and `evidence` say whether the fake enforces a constraint by default, and why.

    Raises:
        FakeUsageError: The operation does not exist.

    Example:
        >>> [each.id for each in constraints() if not each.enforced]
        ['Parameters{value}[]:max', 'request:target_key']
    """
    if operation not in model.CHECKED:
        raise unknown_name("operation", operation, model.CHECKED)
    from .constraints import model_constraints
    from .violations import Constraint

    found = [*model_constraints(operation).values()]
    if operation == model.START:
        found += (
            Constraint(f"request:{name}", limit, "documentation", evidence=f"documented: {text}")
            for name, limit, _, text, _ in _rules()
        )
        found.append(Constraint(TARGET_KEY, target_keys(), "documentation"))
    return tuple(_with_evidence(each) for each in found)


def _with_evidence(constraint: Constraint) -> Constraint:
    if constraint.id not in _KNOWN:
        return constraint
    enforced, evidence = _KNOWN[constraint.id]
    return replace(constraint, enforced=enforced, evidence=evidence)


@cache
def all_constraints() -> Mapping[str, Constraint]:
    """Return the constraints of all operations by id."""
    return {each.id: each for operation in model.CHECKED for each in constraints(operation)}


def check_rules(params: Mapping[str, Any], *, keys: bool = False) -> list[Violation]:
    """List violations of documented rules in a start, whose members must have valid types.

    With `keys`, the keys of its targets must be documented.
    """
    if _RULED.isdisjoint(params):
        return []
    broken = [rule for rule in _rules() if rule[2] in params and rule[4](params)]
    odd = odd_targets(params) if keys else ()
    if not broken and not odd:
        return []
    from .violations import Violation

    allowed = f"Target key can have only following values : {_OF_A_TAG}NAME, {', '.join(target_keys())}"
    return [
        *(
            Violation(f"request:{name}", member, name, limit, params[member], "service", text)
            for name, limit, member, text, _ in broken
        ),
        *(Violation(TARGET_KEY, path, "target_key", target_keys(), key, "service", allowed) for path, key in odd),
    ]


@cache
def target_keys() -> tuple[str, ...]:
    """Return the keys of Targets that AWS documents for Automation, besides `tag:` and the key of a tag.

    Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-map-targets.html and the
    documentation of the installed model.
    """
    shape: Any = model.input_shape(model.START).members["Targets"]
    found = re.findall(r"Key=([\w:-]+)", shape.member.documentation)
    keys = ("ParameterValues", "ResourceGroup", "tag-key", "AWS::EC2::Instance", _OF_INSTANCES, *found)
    return tuple(dict.fromkeys(key for key in keys if not key.startswith(_OF_A_TAG)))


def odd_targets(params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List the targets of a start whose key is not documented for Automation: the path of the key, and the key."""
    lists = {"Targets": params.get("Targets") or ()}
    for number, location in enumerate(params.get("TargetLocations") or ()):
        lists[f"TargetLocations[{number}].Targets"] = location.get("Targets") or ()
    targets = ((f"{path}[{number}].Key", each) for path, given in lists.items() for number, each in enumerate(given))
    return [(path, each["Key"]) for path, each in targets if "Key" in each and not _is_documented(each)]


def _is_documented(target: Mapping[str, Any]) -> bool:
    key = target["Key"]
    if key == _OF_INSTANCES:
        return list(target.get("Values") or ()) == ["*"]
    return key.startswith(_OF_A_TAG) or key in target_keys()
