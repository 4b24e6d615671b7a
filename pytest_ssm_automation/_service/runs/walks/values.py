"""The values that the references of a walk name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...runbooks.actions import APPROVE, BRANCH, CHANGE_STATE, LOOP, PAYLOADS
from ...runbooks.conditions import truth
from ...runbooks.references import NO_NAME, UNKNOWN, Template, as_text, names_value, resolve
from ..results import EXECUTED
from .visits import APPROVED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ...runbooks.flow import Flow, Step
    from .visits import Visit

# Inputs that are evaluated after the step has begun.
_CONDITIONS: Final = frozenset({"Choices", "Default", "LoopCondition"})
_OF_LOOP: Final = frozenset({"Iterators", "IteratorDataType", "MaxIterations", "LoopCondition"})


class Values:
    """Parameters, variables, outputs, and `global:` and `automation:` names.

    Attributes:
        unresolved: Names without a value that inputs or conditions have read.
    """

    def __init__(self, flow: Flow, given: Mapping[str, Any]) -> None:
        """Start with the values that are given, and the first values of variables."""
        self.unresolved: dict[str, None] = {}
        self._executed: set[str] = set()
        variables = {f"variable:{name}": declared.get("default") for name, declared in flow.variables.items()}
        self._values = {**given, **variables}

    def value(self, name: str) -> Any:
        """Return the value of an output, such as `createImage.ImageId`; `UNKNOWN` if it has none."""
        return self._values.get(name, UNKNOWN)

    def resolved(self, value: Any) -> Any:
        """Replace the references in a value."""
        return resolve(value, self._lookup)

    def inputs(self, step: Step) -> dict[str, Any]:
        """Return the resolved inputs of a step. A loop has its own, without its steps."""
        inputs = {name: value for name, value in step.inputs.items() if step.action != LOOP or name in _OF_LOOP}
        return {
            name: resolve(value, self._peek if name in _CONDITIONS else self._lookup) for name, value in inputs.items()
        }

    def choice(self, step: Step) -> int | None:
        """Return the next step of a branch; `None` if the run or the iteration ends."""
        for condition, target in step.choices:
            if truth(condition, self.resolved):
                return target
        return step.otherwise

    def repeats(self, step: Step) -> bool:
        """Return whether the condition of a loop lets it begin another iteration."""
        condition = step.inputs.get("LoopCondition")
        return condition is None or truth(condition, self.resolved) is True

    def set_time(self, moment: datetime) -> None:
        """Set the date and the time to those at which a step begins."""
        date, _, time = moment.isoformat(timespec="seconds").partition("T")
        self._values["global:DATE"] = date
        self._values["global:DATE_TIME"] = f"{date}_{time[:8].replace(':', '.')}"

    def put_out(self, visit: Visit, outputs: Mapping[str, Any]) -> None:
        """Set outputs of a step."""
        if visit.decided_by == EXECUTED:
            self._executed.add(visit.step.name)
        visit.outputs.update(outputs)
        self._values.update({f"{visit.step.name}.{name}": value for name, value in outputs.items()})

    def set_variable(self, visit: Visit) -> None:
        """Set the variable that a step of `aws:updateVariable` names."""
        name = as_text(visit.inputs.get("Name", ""))
        self._values[f"variable:{name.removeprefix('variable:')}"] = visit.inputs.get("Value")

    def _lookup(self, name: str) -> Any:
        if name in self._values:
            return self._read(name)
        if not names_value(name):
            return NO_NAME
        self.unresolved[name] = None
        # An executed step has no output that it did not put out, and the service leaves references to it as they are.
        return NO_NAME if name.partition(".")[0] in self._executed else UNKNOWN

    def _peek(self, name: str) -> Any:
        return self._read(name) if name in self._values else NO_NAME

    def _read(self, name: str) -> Any:
        value = self._values[name]
        # a reference in a value is resolved once: there is no expansion over several levels
        return resolve(value, lambda inner: self._values.get(inner, NO_NAME)) if isinstance(value, Template) else value


def outputs_of_action(visit: Visit, outputs: Mapping[str, Any], chosen: str | None) -> dict[str, Any]:
    """Return the outputs of a step that has succeeded: those that the test has set, and those of its action itself.

    A branch has chosen the step `chosen`.
    """
    action = visit.step.action
    if action == APPROVE:
        own: dict[str, Any] = {"ApprovalStatus": APPROVED}
    elif action == BRANCH:
        own = {"NextStep": chosen, "OutputPayload": {"NextStep": chosen}} if chosen else {}
    elif action == CHANGE_STATE:
        own = {"InstanceStates": visit.inputs.get("DesiredState", "")}
    else:
        payload = {name: outputs[name] for name in PAYLOADS.get(action, ()) if name in outputs}
        own = {"OutputPayload": payload} if payload else {}
    return {**own, **outputs}
