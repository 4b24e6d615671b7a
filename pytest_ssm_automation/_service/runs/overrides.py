"""The failures and outputs that a test sets for steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..._errors import FakeUsageError, StepFailed, call_own, hide_usage_errors, unknown_name
from ..checks import model
from ..faults import Fault, When, check_when, matches
from ..runbooks.kinds import is_mapping
from ..runbooks.library import bare_name, flow_of, how_to_register
from .results import STEP_OUTPUTS, StepResult
from .step_runs import checked_outputs, step_run_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..calls import Request
    from ..injected import Injected
    from ..runbooks.declarations import Runbook
    from ..runbooks.flow import Step
    from .run import Run
    from .step_runs import Execute, Outputs
    from .walks.visits import Visit

__tracebackhide__ = hide_usage_errors

FAILING: Final = ("Failed", "TimedOut")


@dataclass(slots=True, eq=False, repr=False)
class StepFault(Fault):
    """A failure of the next matching attempts of a step.

    Attributes:
        step: The step's name.
        status: The status of the step: `Failed` or `TimedOut`.
        runbook: The name of the runbook; `None` for all runbooks.
    """

    error: Injected = ""
    times: int | None = None
    step: str = ""
    status: str = "Failed"
    runbook: str | None = None

    def __post_init__(self) -> None:
        """Validate the fields."""
        _check_text("step", self.step)
        if self.message is not None:
            _check_text("message", self.message)
        if self.times is not None and (type(self.times) is not int or self.times < 1):
            raise FakeUsageError(
                "Expected times to be a whole number of at least 1, or None for every attempt, "
                f"but got times={self.times!r}"
            )
        if self.status not in FAILING:
            raise unknown_name("status of a step that fails", self.status, FAILING)
        check_when(self.when, model.START)

    def __repr__(self) -> str:
        """Return the call that makes the same fault."""
        given = [repr(self.step)] + ([] if self.message is None else [repr(self.message)])
        defaults = {"times": None, "status": "Failed", "runbook": None, "when": None}
        changed = [
            f"{name}={getattr(self, name)!r}" for name, value in defaults.items() if getattr(self, name) != value
        ]
        return f"fail_step({', '.join([*given, *changed])})"

    def meets(self, request: Request) -> bool:  # noqa: ARG002 - it does not depend on the request
        """Return `False`: calls never use up this fault, only steps do."""
        return False


@dataclass(frozen=True, slots=True, eq=False)
class StepOutputs:
    """The outputs of a step.

    Attributes:
        step: The step's name.
        outputs: The outputs by name, or a function that returns them.
        runbook: The name of the runbook; `None` for all runbooks.
        when: The executions that it applies to: part of a request, or a function of the `Call`.
    """

    step: str
    outputs: Outputs
    runbook: str | None = None
    when: When | None = None

    def __post_init__(self) -> None:
        """Validate the fields."""
        _check_text("step", self.step)
        if not callable(self.outputs) and not is_mapping(self.outputs):
            raise FakeUsageError(
                f"Expected outputs to be a mapping, or a function of a StepRun, but got outputs={self.outputs!r}"
            )
        check_when(self.when, model.START)


StepOverride = StepFault | StepOutputs


def make_overrides(
    name: str,
    *,
    outputs: Outputs | None = None,
    fails: str | None = None,
    times: int | None = None,
    status: str = "Failed",
    runbook: str | None = None,
    when: When | None = None,
) -> list[StepOverride]:
    """Make the overrides of one marker."""
    if outputs is None and fails is None:
        raise FakeUsageError(f"Expected outputs or fails for step {name!r}, but got neither")
    if fails is None and (times is not None or status != "Failed"):
        raise FakeUsageError(f"Expected fails, a failure message, together with times and status of step {name!r}")
    overrides: list[StepOverride] = []
    if fails is not None:
        overrides.append(StepFault(message=fails, times=times, when=when, step=name, status=status, runbook=runbook))
    if outputs is not None:
        overrides.append(StepOutputs(name, outputs, runbook, when))
    return overrides


def check_override(override: StepOverride, runbooks: Sequence[Runbook]) -> None:
    """Check an override against the runbooks that may contain its step."""
    steps = [step for runbook in runbooks if (step := flow_of(runbook).step(override.step))]
    if not steps:
        names = {name for runbook in runbooks for name in flow_of(runbook).places}
        if not runbooks:
            which = "No runbook" if override.runbook is None else f"No runbook {override.runbook!r}"
            raise FakeUsageError(
                f"{which} is registered, so there is no step {override.step!r}. "
                f"{how_to_register(override.runbook or 'NAME')}"
            )
        raise unknown_name("step", override.step, names)
    if isinstance(override, StepOutputs) and is_mapping(override.outputs):
        errors: list[FakeUsageError] = []
        for step in steps:
            try:
                checked_outputs(step, override.outputs)
            except FakeUsageError as error:
                errors.append(error)
        if len(errors) == len(steps):
            raise errors[0]


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise FakeUsageError(f"Expected {name} to be a non-empty string, but got {name}={value!r}")


def is_for(override: StepOverride, run: Run, step: Step) -> bool:
    """Return whether an override applies to a step of a run. Called without a lock."""
    return (
        override.step == step.name
        and (override.runbook is None or override.runbook == bare_name(run.document_name))
        and matches(override.when, run.source)
    )


def is_decided(overrides: Sequence[StepOverride], run: Run, step: Step) -> bool:
    """Return whether overrides decide all attempts of a step of a run. Called without a lock."""
    always = (each for each in [*overrides] if isinstance(each, StepOutputs) or each.times is None)
    return any(is_for(each, run, step) for each in always)


def result_set(override: StepOutputs, run: Run, visit: Visit, execute: Execute) -> StepResult:
    """Return the result that a test has set for an attempt. Called without a lock.

    `execute` executes the step, for functions of the test.
    """
    outputs: Any = override.outputs
    if callable(outputs):
        try:
            outputs = call_own(outputs, step_run_of(run, visit, execute))
        except StepFailed as failed:
            return StepResult(failed.status, {}, failed.message or None, STEP_OUTPUTS)
        if not is_mapping(outputs):
            raise FakeUsageError(
                f"Expected the function passed to step_outputs({override.step!r}) to return a mapping of outputs, "
                f"but got {outputs!r}"
            )
    return StepResult(outputs=checked_outputs(visit.step, outputs), decided_by=STEP_OUTPUTS)
