"""What a request must keep to, and what it broke."""

from __future__ import annotations

from dataclasses import dataclass
from reprlib import Repr
from typing import Any, Final, Literal, TypeAlias

from ..._errors import public

CaughtBy = Literal["botocore", "service", "runbook"]
# A way into a request: ("member", "Tags"), ("item", 0), ("key", "InstanceId") or ("value", "InstanceId") at each step.
Steps: TypeAlias = tuple[tuple[str, Any], ...]
_MOST_SHOWN: Final = 400
OF_RUNBOOK: Final = "runbook:"
_NOT_RELAXABLE: Final = frozenset({"required", "type", "unknown"})


_short: Final = Repr()
_short.maxlevel, _short.maxdict, _short.maxlist, _short.maxtuple = 5, 20, 3, 3
_short.maxstring = _short.maxother = 80


def brief(value: object) -> str:
    """Write a value in a few hundred characters, however large it is."""
    text = _short.repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 100]} ... {text[-90:]}"


class Brief:
    """A record with a short repr, which hypothesis and IPython print too; they would print every field in full."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Any, cycle: object) -> None:  # noqa: ARG002 - as they call it
        printer.text(repr(self))


@public
@dataclass(frozen=True, slots=True)
class Constraint:
    """Something that a request must keep to.

    Attributes:
        id: Members joined by `.`, `[]` for a list's member, `{key}` and `{value}` for a map's, then `:` and the rule;
            `request:` and the rule for one that ties several members together. Ids of operations other than
            StartAutomationExecution have the operation and `/` in front.
        limit: A length, a number of members, a pattern, the names allowed; `None` for a rule that has no limit.
        origin: `"model"`, botocore's service model, or `"documentation"`.
        caught_by: Who refuses: `"botocore"` before anything is sent, or the `"service"`.
        enforced: Whether it is enforced by default. If not, the option `enforce` turns it on.
        evidence: What shows that the service enforces it, or that it does not. It begins with `"documented"`,
            `"observed"` or `"assumed"`.
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
    """A constraint that a request broke; `str()` is the service's own sentence.

    Attributes:
        constraint: The constraint's id.
        path: Where, in Python's notation: `Parameters['InstanceId'][0]`.
        rule: The kind of constraint: `max`, `pattern`, `required`, ...
        limit: What the constraint allows.
        value: What was given; `None` for something missing.
        caught_by: Who refuses: `"botocore"`, `"service"` or `"runbook"`.
        sentence: What the service says.
    """

    constraint: str
    path: str
    rule: str
    limit: object
    value: object
    caught_by: CaughtBy
    sentence: str

    def __str__(self) -> str:
        """Give the service's own sentence."""
        return self.sentence

    def __repr__(self) -> str:
        return f"<Violation {self.constraint} at {self.path}: {brief(self.value)}>"


def can_be_relaxed(identifier: str) -> bool:
    """Tell whether the option `relax` takes a constraint: botocore cannot send a request that breaks the others."""
    return identifier.startswith(OF_RUNBOOK) or identifier.rpartition(":")[2] not in _NOT_RELAXABLE


def python_path(steps: Steps) -> str:
    """Write a way into a request as Python would: `Tags[0].Key`, `Parameters['InstanceId'][0]`."""
    text = "".join(f".{name}" if kind == "member" else f"[{name!r}]" for kind, name in steps)
    return text.removeprefix(".")
