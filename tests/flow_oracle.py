"""A second reading of the flow rules of runbooks: a recursive interpreter of the document itself.

It shares nothing with the walk of the package. It yields the name of each step that is in progress, and is sent what
becomes of the attempt: `"Success"`, `"Failed"` or `"TimedOut"`, with outputs.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Attempt = tuple[str, dict[str, Any]]
_ALONE = re.compile(r"\{\{ *([\w.:]+) *\}\}")


class _JumpError(Exception):
    """The flow continues at another step."""

    def __init__(self, target: str, status: str) -> None:
        super().__init__(target)
        self.target = target
        self.status = status


class _EndError(Exception):
    """The flow ends, with a status for the loops that it is in."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


def text(value: object) -> str:
    """Write a value as text."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def number(value: object) -> float | None:
    """Read a number."""
    try:
        return float(text(value))
    except ValueError:
        return None


def compare(operator: str, left: object, right: object) -> bool:
    """Compare by an operator."""
    a, b = text(left), text(right)
    if operator.startswith("Numeric"):
        x, y = number(left), number(right)
        if x is None or y is None:
            return False
        return {
            "NumericEquals": x == y,
            "NumericGreater": x > y,
            "NumericLesser": x < y,
            "NumericGreaterOrEquals": x >= y,
            "NumericLesserOrEquals": x <= y,
        }[operator]
    return {
        "StringEquals": a == b,
        "EqualsIgnoreCase": a.lower() == b.lower(),
        "StartsWith": a.startswith(b),
        "EndsWith": a.endswith(b),
        "Contains": b in a,
        "BooleanEquals": a.lower() == b.lower(),
    }[operator]


@dataclass
class Reading:
    """How a runbook is read.

    Attributes:
        document: The runbook.
        values: Parameters, variables and outputs by name.
        statuses: The latest status of each step that ran.
        ran: The steps that have ended, in order, with how they ended.
        status: How the run ends.
    """

    document: dict[str, Any]
    values: dict[str, Any]
    statuses: dict[str, str] = field(default_factory=dict)
    ran: list[tuple[str, str]] = field(default_factory=list)
    status: str = "Success"

    def run(self) -> Generator[str, Attempt, None]:
        """Read the runbook from the first step."""
        with suppress(_EndError):
            yield from self._list(self.document["mainSteps"], 0)

    def cancelled(self, target: str) -> Generator[str, Attempt, None]:
        """Read on from a step that `onCancel` names."""
        self.status = "Cancelled"
        with suppress(_EndError):
            yield from self._list(self.document["mainSteps"], 0, target)

    def _list(
        self, steps: list[dict[str, Any]], index: int, target: str | None = None
    ) -> Generator[str, Attempt, None]:
        """Read a list of steps from a place on, or from the step that is the target or has it inside."""
        while True:
            if target is not None:
                index = next((n for n, step in enumerate(steps) if target in names(step)), -1)
                if index < 0:
                    raise _JumpError(target, "")
            if index >= len(steps):
                return
            step = steps[index]
            inner = target if target is not None and target != step["name"] else None
            try:
                if step["action"] == "aws:loop":
                    yield from self._loop(step, inner)
                else:
                    yield from self._step(step)
                following, target = self._after(step), None
                if following == "":
                    return
                if following is None:
                    index += 1
                else:
                    target = following
            except _JumpError as jump:
                if not any(jump.target in names(each) for each in steps):
                    raise
                target = jump.target

    def _after(self, step: dict[str, Any]) -> str | None:
        """Give the step after one that has ended without a jump; `""` where the list ends."""
        failed = self.statuses[step["name"]] != "Success"
        chosen = self.choice(step) if step["action"] == "aws:branch" and not failed else None
        if chosen is not None:
            return chosen
        following: str | None = "" if step.get("isEnd") else step.get("nextStep")
        return following

    def choice(self, step: dict[str, Any]) -> str | None:
        """Give the step that a branch chooses."""
        inputs = step["inputs"]
        for choice in inputs["Choices"]:
            if self.holds(choice):
                return str(choice["NextStep"])
        default: str | None = inputs.get("Default")
        return default

    def holds(self, condition: dict[str, Any]) -> bool | None:
        """Tell whether a condition holds; `None` if that is open."""
        answers: list[bool | None] = []
        for key, value in condition.items():
            if key in {"Variable", "NextStep"}:
                continue
            parts = value if isinstance(value, list) else [value]
            if key in {"And", "Or"}:
                found = [self.holds(part) for part in parts]
                decided = any(each is (key == "Or") for each in found)
                answers.append((key == "Or") if decided else None if None in found else key == "And")
            elif key == "Not":
                found = [self.holds(part) for part in parts]
                answers.append(True if False in found else None if None in found else False)
            else:
                left, right = self.value(condition["Variable"]), self.value(value)
                answers.append(None if left is None or right is None else compare(key, left, right))
        return False if False in answers else None if None in answers else True

    def value(self, given: Any) -> Any:
        """Return the value of a single reference, or a plain value; `None` if it is unknown."""
        found = _ALONE.fullmatch(given.strip()) if isinstance(given, str) else None
        return self.values.get(found[1]) if found else given

    def _step(self, step: dict[str, Any]) -> Generator[str, Attempt, None]:
        status, outputs = yield from self._attempts(step)
        if status == "Success":
            if step["action"] == "aws:updateVariable":
                self.values[step["inputs"]["Name"]] = self.value(step["inputs"]["Value"])
            self.values.update({f"{step['name']}.{name}": value for name, value in outputs.items()})
        self._ended(step, status)

    def _attempts(self, step: dict[str, Any]) -> Generator[str, Attempt, Attempt]:
        self.statuses[step["name"]] = "InProgress"
        attempt: Attempt = ("Failed", {})
        for _ in range(step.get("maxAttempts", 1)):
            attempt = yield step["name"]
            if attempt[0] == "Success":
                break
        return attempt

    def _ended(self, step: dict[str, Any], status: str) -> None:
        self.statuses[step["name"]] = status
        self.ran.append((step["name"], status))
        if status == "Success":
            return
        on_failure = step.get("onFailure", "Abort")
        if step.get("isCritical", on_failure != "Continue") and self.status == "Success":
            self.status = status
        if on_failure == "Abort":
            raise _EndError(status)
        if on_failure.startswith("step:"):
            raise _JumpError(on_failure.removeprefix("step:"), status)

    def _loop(self, step: dict[str, Any], target: str | None) -> Generator[str, Attempt, None]:
        """Read the rounds of a loop, the first from the target on if there is one."""
        if target is None:
            status, _ = yield from self._attempts(step)
            if status != "Success":
                self._ended(step, status)
                return
        self.statuses[step["name"]] = "InProgress"
        inputs = step["inputs"]
        items = inputs.get("Iterators")
        most = min(inputs.get("MaxIterations", 100), 100 if items is None else len(items))
        turn = 0
        try:
            while turn < most or (turn == 0 and target):
                turn += 1
                self.values[f"{step['name']}.CurrentIteration"] = turn
                if items is not None:
                    self.values[f"{step['name']}.CurrentIteratorValue"] = items[turn - 1] if items else None
                yield from self._list(inputs["Steps"], 0, target)
                target = None
                if "LoopCondition" in inputs and not self.holds(inputs["LoopCondition"]):
                    break
        except _EndError as end:
            self.statuses[step["name"]] = end.status
            self.ran.append((step["name"], end.status))
            raise
        except _JumpError as jump:
            left = jump.status or self.statuses[self.ran[-1][0]]
            self.statuses[step["name"]] = left
            self.ran.append((step["name"], left))
            raise
        self.statuses[step["name"]] = "Success"
        self.ran.append((step["name"], "Success"))


def names(step: dict[str, Any]) -> list[str]:
    """List the names of a step and of all inside it."""
    inner = step["inputs"]["Steps"] if step["action"] == "aws:loop" else []
    return [step["name"], *(name for each in inner for name in names(each))]


def read(
    document: dict[str, Any], values: dict[str, Any], becomes: Callable[[str], Attempt], most: int
) -> Reading | None:
    """Read a runbook to its end, with the outcome of each attempt; `None` if it needs more attempts than `most`."""
    reading = Reading(document, dict(values))
    flow = reading.run()
    try:
        name = next(flow)
        for _ in range(most):
            name = flow.send(becomes(name))
    except StopIteration:
        return reading
    return None
