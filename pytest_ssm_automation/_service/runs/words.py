"""What a test has said of steps: those that fail, and what the others put out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, cast

from ..._errors import FakeUsageError, StepFailed, call_own, hide_usage_errors, public, unknown_name
from ..checks import model
from ..faults import Fault, When, check_when, matches
from ..runbooks.declarations import flow_of
from ..runbooks.documents import is_mapping
from ..runbooks.library import bare_name
from .execution import Execution, execution_of
from .walk import Outcome

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from ..calls import Request
    from ..injected import Injected
    from ..runbooks.flow import Step
    from ..runbooks.library import Runbook
    from .run import Run
    from .walk import Visit

__tracebackhide__ = hide_usage_errors

FAILING: Final = ("Failed", "TimedOut")
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "String": (str, int, float),
    "Integer": (int,),
    "Boolean": (bool,),
    "StringList": (list, tuple),
    "MapList": (list, tuple),
    "StringMap": (Mapping,),
}


@public
@dataclass(frozen=True, slots=True)
class StepRun:
    """An attempt of a step, as a function given to `step_outputs` gets it.

    Attributes:
        execution: The execution that runs the step.
        name: The step's name.
        action: Its action, such as `aws:executeAwsApi`.
        inputs: Its inputs with their types; a reference to what nobody has given stays as it is.
        attempt: 1, and more for the retries that `maxAttempts` allows.
        iteration: The number of the iteration, for a step inside a loop; else `None`.
    """

    execution: Execution
    name: str
    action: str
    inputs: dict[str, Any]
    attempt: int
    iteration: int | None


Outputs = Mapping[str, Any] | Callable[[StepRun], Mapping[str, Any]]


@dataclass(slots=True, eq=False, repr=False)
class StepFault(Fault):
    """A failure that the next matching attempts of a step meet.

    Attributes:
        step: The step's name.
        status: How the step ends: `Failed` or `TimedOut`.
        runbook: The name of the only runbook that is meant.
    """

    error: Injected = ""
    times: int | None = None
    step: str = ""
    status: str = "Failed"
    runbook: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no step can do."""
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
        """Write the call that makes the same fault again."""
        given = [repr(self.step)] + ([] if self.message is None else [repr(self.message)])
        defaults = {"times": None, "status": "Failed", "runbook": None, "when": None}
        changed = [
            f"{name}={getattr(self, name)!r}" for name, value in defaults.items() if getattr(self, name) != value
        ]
        return f"fail_step({', '.join([*given, *changed])})"

    def meets(self, request: Request) -> bool:  # noqa: ARG002 - it is never about a call
        """Tell that no call meets it: steps do."""
        return False


@dataclass(frozen=True, slots=True, eq=False)
class StepWord:
    """What a step puts out.

    Attributes:
        step: The step's name.
        outputs: Its outputs by name, or a function that gives them.
        runbook: The name of the only runbook that is meant.
        when: Which executions are meant: part of a request, or a function of the `Call`.
    """

    step: str
    outputs: Outputs
    runbook: str | None = None
    when: When | None = None

    def __post_init__(self) -> None:
        """Refuse what no step can put out."""
        _check_text("step", self.step)
        if not callable(self.outputs) and not is_mapping(self.outputs):
            raise FakeUsageError(
                f"Expected outputs to be a mapping, or a function of a StepRun, but got outputs={self.outputs!r}"
            )
        check_when(self.when, model.START)


Word = StepFault | StepWord


def renewed(word: Word) -> Word:
    """Give a word that may have served before as if new."""
    return replace(word)


def make_words(
    name: str,
    *,
    outputs: Outputs | None = None,
    fails: str | None = None,
    times: int | None = None,
    status: str = "Failed",
    runbook: str | None = None,
    when: When | None = None,
) -> list[Word]:
    """Make what a marker says of a step.

    Raises:
        FakeUsageError: It says nothing, or something of a failure without one.
    """
    if outputs is None and fails is None:
        raise FakeUsageError(f"Expected outputs or fails for step {name!r}, but got neither")
    if fails is None and (times is not None or status != "Failed"):
        raise FakeUsageError(f"Expected times and status of step {name!r} together with fails, whose message it is")
    words: list[Word] = []
    if fails is not None:
        words.append(StepFault(message=fails, times=times, when=when, step=name, status=status, runbook=runbook))
    if outputs is not None:
        words.append(StepWord(name, outputs, runbook, when))
    return words


def check_word(word: Word, runbooks: Sequence[Runbook]) -> None:
    """Check what is said of a step against the runbooks that may have it.

    Args:
        word: What is said.
        runbooks: The registered runbooks; those of one name only, if the word names one.

    Raises:
        FakeUsageError: No runbook has such a step, or none of those that have it has such an output.
    """
    steps = [step for runbook in runbooks if (step := flow_of(runbook).step(word.step))]
    if not steps:
        names = {name for runbook in runbooks for name in flow_of(runbook).places}
        raise unknown_name("step", word.step, names)
    if isinstance(word, StepWord) and is_mapping(word.outputs):
        errors: list[FakeUsageError] = []
        for step in steps:
            try:
                checked_outputs(step, word.outputs)
            except FakeUsageError as error:
                errors.append(error)
        if len(errors) == len(steps):
            raise errors[0]


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise FakeUsageError(f"Expected {name} to be a text that is not empty, but got {name}={value!r}")


@dataclass(slots=True)
class Words:
    """What a test has said of steps.

    Attributes:
        lock: Guards the counts of faults.
        faults: The steps that fail; the first that is for an attempt and isn't used up has it.
        outputs: What steps put out; the latest that is for a step has it.
    """

    lock: threading.RLock
    faults: list[StepFault] = field(default_factory=list[StepFault])
    outputs: list[StepWord] = field(default_factory=list[StepWord])

    def add(self, word: Word) -> None:
        """Take a word."""
        if isinstance(word, StepFault):
            self.faults.append(word)
        else:
            self.outputs.append(word)

    def failure(self, run: Run, visit: Visit) -> Outcome | None:
        """Give how an attempt fails, if the test has said so. Called with no lock held."""
        for fault in (*self.faults,):
            if fault.used_up or not _is_for(fault, run, visit):
                continue
            with self.lock:
                # Another run may have used it up since.
                if taken := not fault.used_up:
                    fault.fired += 1
            if taken:
                return Outcome(fault.status, {}, fault.message)
        return None

    def success(self, run: Run, visit: Visit) -> Outcome:
        """Give how an attempt goes that does not fail. Called with no lock held."""
        word = next((each for each in reversed((*self.outputs,)) if _is_for(each, run, visit)), None)
        if word is None:
            return Outcome()
        outputs: Any = word.outputs
        if callable(outputs):
            try:
                outputs = call_own(outputs, _step_run(run, visit))
            except StepFailed as failed:
                return Outcome(failed.status, {}, failed.message)
            if not is_mapping(outputs):
                raise FakeUsageError(
                    f"Expected the function given to step_outputs({word.step!r}) to give a mapping of outputs, "
                    f"but got {outputs!r}"
                )
        return Outcome(outputs=checked_outputs(visit.step, outputs))


def _is_for(word: Word, run: Run, visit: Visit) -> bool:
    return (
        word.step == visit.step.name
        and (word.runbook is None or word.runbook == bare_name(run.document_name))
        and matches(word.when, run.source)
    )


def _step_run(run: Run, visit: Visit) -> StepRun:
    step = visit.step
    iteration = visit.round.number if visit.round else None
    return StepRun(execution_of(run), step.name, step.action, copied(visit.inputs), visit.attempt, iteration)


def checked_outputs(step: Step, outputs: Mapping[Any, Any]) -> dict[str, Any]:
    """Copy the outputs that a test gives to a step.

    Raises:
        FakeUsageError: The step has no output of that name, or the value is not what the runbook declares.
    """
    types = step.output_types
    for name in outputs:
        if not isinstance(name, str) or (types is not None and name not in types):
            raise unknown_name(f"output of step {step.name!r} ({step.action})", name, types or {})
    known = types or step.outputs
    return {name: _checked(step, name, known.get(name), value) for name, value in outputs.items()}


def _checked(step: Step, name: str, kind: str | None, value: object) -> Any:
    allowed = _TYPES.get(kind or "")
    number_for_flag = isinstance(value, bool) and kind == "Integer"
    if (allowed and not isinstance(value, allowed)) or number_for_flag:
        raise FakeUsageError(f"Expected {step.name}.{name} to be a {kind}, as the runbook declares, but got {value!r}")
    return json.dumps(value) if kind == "String" and isinstance(value, int | float) else copied(value)


def copied(value: Any) -> Any:
    """Copy what JSON can say.

    Raises:
        FakeUsageError: It can't say that.
    """
    if is_mapping(value):
        return {str(name): copied(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [copied(item) for item in cast("list[object]", value)]
    if value is None or isinstance(value, str | int | float):
        return value
    raise FakeUsageError(f"Expected an output that JSON can hold, but got {value!r} (type={type(value).__name__})")
