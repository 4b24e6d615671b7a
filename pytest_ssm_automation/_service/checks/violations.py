"""Constraints, and violations of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from ..._errors import public
from ..brief import Brief, brief

CaughtBy = Literal["botocore", "service", "runbook"]
# A path into a request: each step is ("member", "Tags"), ("item", 0), ("key", "InstanceId") or ("value", "InstanceId").
Steps: TypeAlias = tuple[tuple[str, Any], ...]
OF_RUNBOOK: Final = "runbook:"
_NOT_RELAXABLE: Final = frozenset({"required", "type", "unknown"})


@public
@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint on requests.

    Attributes:
        id: Members joined by `.`, with `[]` for a list's items, and `{key}` and `{value}` for a map's, then `:` and the
            rule. `request:` and the rule for a rule about several members. Ids of operations other than
            StartAutomationExecution begin with the operation and `/`.
        limit: A length, a number of items, a pattern or the allowed values; `None` if the rule has no limit.
        origin: `"model"` for botocore's service model, or `"documentation"`.
        caught_by: `"botocore"` if it rejects the request before sending it, otherwise `"service"`.
        enforced: Whether it is enforced by default. If not, the option `enforce` turns it on.
        evidence: The evidence that the service enforces it or not. It begins with `"documented"`, `"observed"` or
            `"assumed"`.

    Example:
        >>> {each.id: each.limit for each in constraints()}["Tags[].Key:max"]
        128
    """

    id: str
    limit: object
    origin: Literal["model", "documentation"] = "model"
    caught_by: CaughtBy = "service"
    enforced: bool = True
    evidence: str = "documented: the service model"

    @property
    def rule(self) -> str:
        """The last part of the id, such as `max`."""
        return self.id.rpartition(":")[2]


@public
@dataclass(frozen=True, slots=True, repr=False)
class Violation(Brief):
    """A constraint that a request violates. `str()` is the service's message.

    Attributes:
        constraint: The constraint's id.
        path: The path of the invalid value in Python's notation, such as `Parameters['InstanceId'][0]`.
        rule: The kind of constraint, such as `max`, `pattern` or `required`.
        limit: The constraint's limit.
        value: The invalid value; `None` if it is missing.
        caught_by: Who rejects the request: `"botocore"`, `"service"` or `"runbook"`.
        sentence: The service's message.

    Example:
        >>> call = fake.assert_rejected(constraint="Mode:enum")
        >>> [(each.path, each.value) for each in call.violations]
        [('Mode', 'auto')]
    """

    constraint: str
    path: str
    rule: str
    limit: object
    value: object
    caught_by: CaughtBy
    sentence: str

    def __str__(self) -> str:
        """Return the service's message."""
        return self.sentence

    def __repr__(self) -> str:
        return f"<Violation {self.constraint} at {self.path}: {brief(self.value)}>"


def can_be_relaxed(identifier: str) -> bool:
    """Return whether the option `relax` accepts a constraint. botocore cannot send requests that violate the others."""
    return identifier.startswith(OF_RUNBOOK) or identifier.rpartition(":")[2] not in _NOT_RELAXABLE


def python_path(steps: Steps) -> str:
    """Write a path in Python's notation: `Tags[0].Key`, `Parameters['InstanceId'][0]`."""
    text = "".join(f".{name}" if kind == "member" else f"[{name!r}]" for kind, name in steps)
    return text.removeprefix(".")
