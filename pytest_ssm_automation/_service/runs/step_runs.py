"""An attempt of a step, as functions of the test get it, and the outputs that the test sets for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..._errors import FakeUsageError, hide_usage_errors, public, unknown_name
from ..runbooks.conversions import ConversionError, converted
from ..runbooks.kinds import is_mapping
from .execution import Execution, execution_of

if TYPE_CHECKING:
    from ..runbooks.flow import Step
    from .run import Run
    from .walks.visits import Visit

__tracebackhide__ = hide_usage_errors

# Executes a step, and returns its outputs.
Execute = Callable[[], Mapping[str, Any]]


class DeclaredOutput(NamedTuple):
    """An output that a runbook declares for a step.

    Attributes:
        name: The name.
        selector: The JSONPath in the response.
        type: The type, such as `StringList`.
    """

    name: str
    selector: str
    type: str


@public
@dataclass(frozen=True, slots=True)
class StepRun:
    """An attempt of a step, the argument of functions that are passed to `step_outputs`.

    Attributes:
        execution: The execution that runs the step.
        name: The step's name.
        action: The step's action, such as `aws:executeAwsApi`.
        inputs: The resolved inputs, with their types. References without a value stay as they are.
        attempt: The number of the attempt, from 1; `maxAttempts` in the runbook allows retries.
        iteration: The number of the iteration, for a step inside a loop; otherwise `None`.
        declared_outputs: The outputs that the runbook declares for the step, each with its `name`, `selector` (a
            JSONPath) and `type`.
        account: The account of the execution: 12 digits.
        region: The Region of the execution.

    Example:
        >>> fake.step_outputs("getState", lambda run: {"State": "running" if run.attempt > 1 else "pending"})
    """

    execution: Execution
    name: str
    action: str
    inputs: dict[str, Any]
    attempt: int
    iteration: int | None
    declared_outputs: tuple[DeclaredOutput, ...] = ()
    account: str = ""
    region: str = ""
    _execute: Execute | None = field(default=None, repr=False, compare=False)

    def execute(self) -> dict[str, Any]:
        """Execute the step with boto3 and Python, and return its outputs, which the function may change.

        It needs the extra `pytest-ssm-automation[execute]`, but not the option `execute_steps`.

        Returns:
            JSON values by the name of the output.

        Raises:
            StepFailed: The step has failed. If the function does not catch it, the step fails.
            FakeUsageError: The step can't be executed, or nothing has answered one of its calls.
        """
        if self._execute is None:
            raise FakeUsageError("Only a StepRun that the fake has made can execute its step")
        return dict(self._execute())


Outputs = Mapping[str, Any] | Callable[[StepRun], Mapping[str, Any]]


def step_run_of(run: Run, visit: Visit, execute: Execute | None) -> StepRun:
    """Return the attempt of a step, for a function of the test."""
    step = visit.step
    return StepRun(
        execution=execution_of(run),
        name=step.name,
        action=step.action,
        inputs=copied(visit.inputs),
        attempt=visit.attempt,
        iteration=visit.iteration.number if visit.iteration else None,
        declared_outputs=tuple(DeclaredOutput(name, step.selectors[name], kind) for name, kind in step.outputs.items()),
        account=run.account,
        region=run.region,
        _execute=execute,
    )


def checked_outputs(step: Step, outputs: Mapping[Any, Any]) -> dict[str, Any]:
    """Copy the outputs that a test sets for a step."""
    types = step.output_types
    for name in outputs:
        if not isinstance(name, str) or (types is not None and name not in types):
            raise unknown_name(f"output of step {step.name!r} ({step.action})", name, types or {})
    known = types or step.outputs
    return {name: _checked(step, name, known.get(name), value) for name, value in outputs.items()}


def _checked(step: Step, name: str, kind: str | None, value: object) -> Any:
    try:
        return converted(copied(value), kind)
    except ConversionError:
        raise FakeUsageError(
            f"Expected {step.name}.{name} to be a value that AWS converts to its type, {kind}, but got {value!r}"
        ) from None


def copied(value: Any) -> Any:
    """Copy a JSON value."""
    if is_mapping(value):
        return {str(name): copied(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [copied(item) for item in cast("list[object]", value)]
    if isinstance(value, str):
        return str(value)  # not a reference without a value, which is a string of its own kind
    if value is None or isinstance(value, int | float):
        return value
    raise FakeUsageError(f"Expected an output to be a JSON value, but got {value!r} (type={type(value).__name__})")
