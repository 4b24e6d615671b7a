"""The flow of a runbook: its steps, their properties, and the order in which they run.

All steps, including the inner steps of loops, share one namespace. Assumed: the service allows jumps between all of
them.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-common-properties.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from .actions import OUTPUTS

Condition = Mapping[str, Any]
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Step(NamedTuple):
    """A step of a runbook. It refers to other steps by their index in the flow.

    Attributes:
        place: Its index among all steps.
        name: Its name; empty if it is missing.
        action: Its action; empty if it is missing.
        parent: The loop that contains it, if any.
        given: What the document says of it.
        path: Its path in the document.
        inputs: The declared inputs.
        declared: The declared properties, as members of `StepExecution`.
        outputs: The types of the declared outputs, by name.
        selectors: The selectors of the declared outputs, by name.
        following: The next step after success.
        is_end: Whether the run, or the iteration of its loop, ends after it, unless its failure leads to another step.
        is_critical: Whether its failure makes the run fail.
        on_failure: `Abort`, `Continue`, or the next step after a failure.
        on_cancel: The next step when the run is stopped.
        attempts: The maximum number of attempts.
        choices: The choices of a branch, each with its next step.
        default: The next step of a branch if no choice is true.
        first: The first inner step of a loop.
    """

    place: int
    name: str
    action: str
    parent: int | None = None
    given: Mapping[str, Any] = _NOTHING
    path: str = ""
    inputs: Mapping[str, Any] = _NOTHING
    declared: Mapping[str, Any] = _NOTHING
    outputs: Mapping[str, str] = _NOTHING
    selectors: Mapping[str, str] = _NOTHING
    following: int | None = None
    is_end: bool = False
    is_critical: bool = True
    on_failure: int | str = "Abort"
    on_cancel: int | None = None
    attempts: int = 1
    choices: tuple[tuple[Condition, int], ...] = ()
    default: int | None = None
    first: int | None = None

    @property
    def output_types(self) -> Mapping[str, str] | None:
        """The types of all possible outputs by name; `None` if the action may have undocumented outputs."""
        own = OUTPUTS.get(self.action)
        return None if own is None else {**own, **self.outputs}

    @property
    def onward(self) -> int | None:
        """The next step after success, if no choice decides it; `None` if the run or the iteration ends."""
        return None if self.is_end else self.following

    @property
    def otherwise(self) -> int | None:
        """The next step of a branch if no choice is true; `None` if the run or the iteration ends."""
        return self.default if self.default is not None else self.onward


class Flow(NamedTuple):
    """The steps of a runbook in document order; inner steps follow their loop.

    Attributes:
        steps: All steps.
        places: The indexes of the steps by name.
        variables: The declaration of each variable.
        outputs: The declared outputs of the runbook, such as `createImage.ImageId`.
    """

    steps: tuple[Step, ...]
    places: Mapping[str, int]
    variables: Mapping[str, Mapping[str, Any]]
    outputs: tuple[str, ...]

    def step(self, name: str) -> Step | None:
        """Return the step with this name, if it exists."""
        place = self.places.get(name)
        return None if place is None else self.steps[place]

    def inner(self, loop: int) -> list[Step]:
        """List the inner steps of a loop, without those of nested loops."""
        return [step for step in self.steps if step.parent == loop]


def linear_flow(names: Sequence[tuple[str, str]]) -> Flow:
    """Make a flow of steps that run one after the other, from their names and actions."""
    last = len(names) - 1
    steps = tuple(
        Step(place, name, action, following=place + 1 if place < last else None)
        for place, (name, action) in enumerate(names)
    )
    return Flow(steps, {step.name: step.place for step in steps}, {}, ())
