"""Read the steps of a runbook from its document, and their flow.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-common-properties.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..actions import BRANCH, LOOP
from ..conditions import check_condition
from ..flow import Condition, Flow, Loop, Step
from ..kinds import inputs_of, is_list, is_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..findings import Findings

_JUMP: Final = "step:"
_PLAIN_JUMPS: Final = {"onFailure": ("Abort", "Continue"), "onCancel": ("Abort",)}
# Properties that are also members of `StepExecution`, which are present only if the runbook declares them.
_DECLARED: Final = {
    "onFailure": "OnFailure",
    "timeoutSeconds": "TimeoutSeconds",
    "maxAttempts": "MaxAttempts",
    "isEnd": "IsEnd",
    "isCritical": "IsCritical",
    "nextStep": "NextStep",
}
_NUMBERS: Final = frozenset({"timeoutSeconds", "maxAttempts"})
_FLAGS: Final = frozenset({"isEnd", "isCritical"})


@dataclass(slots=True, eq=False, repr=False)
class Listed:
    """A step in a document.

    Attributes:
        given: What the document says of it.
        name: Its name; empty if it is missing.
        action: Its action; empty if it is missing.
        path: Its path in the document.
        parent: The index of the loop that contains it.
        following: The index of the step that is listed after it.
    """

    given: Mapping[str, Any]
    name: str
    action: str
    path: str
    parent: int | None
    following: int | None = None


def list_steps(document: Mapping[str, Any], found: Findings) -> list[Listed]:
    """List all steps of a document, the inner steps of a loop after it; tell what is no step, or has no name."""
    listed: list[Listed] = []
    paths: dict[str, str] = {}

    def read(steps: object, path: str, parent: int | None) -> None:
        before: Listed | None = None
        for number, given in enumerate(steps if is_list(steps) else ()):
            where, place = f"{path}[{number}]", len(listed)
            if not is_mapping(given):
                found.mismatch(where, "a step", given)
                continue
            name, action = (_text(given, key, where, found) for key in ("name", "action"))
            if name and name in paths:
                found.refuse(f"{where}.name", f"{name!r} is also the name of {paths[name]}")
            paths.setdefault(name, where)
            if before:
                before.following = place
            before = Listed(given, name, action, where, parent)
            listed.append(before)
            if action == LOOP:
                read(inputs_of(given).get("Steps"), f"{where}.inputs.Steps", place)

    steps = document.get("mainSteps")
    if "mainSteps" not in document:
        found.refuse("mainSteps", "missing")
    elif not is_list(steps) or not steps:
        found.mismatch("mainSteps", "a list of steps", steps)
    read(steps, "mainSteps", None)
    return listed


def _text(step: Mapping[str, Any], key: str, path: str, found: Findings) -> str:
    if step.get(key) in (None, ""):
        found.refuse(f"{path}.{key}", "missing")
    return found.text(step, key, f"{path}.") or ""


def read_flow(document: Mapping[str, Any], listed: Sequence[Listed], found: Findings) -> Flow:
    """Read the flow of a document from its steps."""
    reader = _Reader(listed, found)
    steps = tuple(reader.step(place, each) for place, each in enumerate(listed))
    given = document.get("variables")
    variables = {
        name: declared for name, declared in (given.items() if is_mapping(given) else ()) if is_mapping(declared)
    }
    first = {name: declared.get("default") for name, declared in variables.items()}
    types = {name: str(declared.get("type")) for name, declared in variables.items()}
    return Flow(steps, reader.places, first, reader.outputs(document.get("outputs")), types)


class _Reader:
    """Read the properties of steps, which refer to other steps."""

    def __init__(self, listed: Sequence[Listed], found: Findings) -> None:
        self.places = {step.name: place for place, step in enumerate(listed)}
        self._listed = listed
        self._found = found

    def step(self, place: int, listed: Listed) -> Step:
        """Read one step."""
        given, path = listed.given, listed.path
        on_failure = self._jump(listed, "onFailure")
        on_cancel = self._jump(listed, "onCancel")
        critical = given.get("isCritical")
        choices, default = self._branch(listed) if listed.action == BRANCH else ((), None)
        return Step(
            place=place,
            name=listed.name,
            action=listed.action,
            parent=listed.parent,
            inputs=inputs_of(given),
            declared={member: _shown(key, given[key]) for key, member in _DECLARED.items() if key in given},
            outputs=_outputs(given.get("outputs"), "Type", "String"),
            selectors=_outputs(given.get("outputs"), "Selector", "$"),
            following=listed.following
            if given.get("nextStep") is None
            else self._place(f"{path}.nextStep", given["nextStep"]),
            is_end=_flag(given.get("isEnd")),
            is_critical=on_failure != "Continue" if critical is None else _flag(critical),
            on_failure="Abort" if on_failure is None else on_failure,
            on_cancel=on_cancel if isinstance(on_cancel, int) else None,
            attempts=self._attempts(listed),
            choices=choices,
            default=default,
            loop=self._loop(listed, place) if listed.action == LOOP else None,
        )

    def outputs(self, outputs: object) -> tuple[str, ...]:
        """Read the `outputs:` of the runbook: names of a step and of its output, which may be written as references."""
        texts = (
            [str(each).strip().removeprefix("{{").removesuffix("}}").strip() for each in outputs]
            if is_list(outputs)
            else []
        )
        for number, text in enumerate(texts):
            self._place(f"outputs[{number}]", text.partition(".")[0])
        return tuple(texts)

    def _place(self, path: str, name: object) -> int | None:
        if isinstance(name, str) and name in self.places:
            return self.places[name]
        self._found.unknown(path, name, "a step", self.places)
        return None

    def _jump(self, listed: Listed, key: str) -> int | str | None:
        """Read `onFailure` or `onCancel`."""
        given = listed.given.get(key)
        if given is None or given in _PLAIN_JUMPS[key]:
            return given
        if isinstance(given, str) and given.startswith(_JUMP):
            return self._place(f"{listed.path}.{key}", given.removeprefix(_JUMP).strip())
        self._found.unknown(f"{listed.path}.{key}", given, f"a value of {key}", (*_PLAIN_JUMPS[key], "step:NAME"))
        return None

    def _attempts(self, listed: Listed) -> int:
        given = listed.given.get("maxAttempts")
        if given is None or (isinstance(given, str) and "{{" in given):  # a reference is resolved in the run
            return 1
        if not re.fullmatch("[1-9][0-9]{0,8}", str(given), re.ASCII):
            self._found.mismatch(f"{listed.path}.maxAttempts", "a number of at least 1", given)
            return 1
        return int(given)

    def _branch(self, listed: Listed) -> tuple[tuple[tuple[Condition, int], ...], int | None]:
        """Read the choices and the default of a branch."""
        inputs, path = inputs_of(listed.given), f"{listed.path}.inputs"
        choices: list[tuple[Condition, int]] = []
        given = inputs.get("Choices")
        for number, choice in enumerate(given if is_list(given) else ()):
            where = f"{path}.Choices[{number}]"
            check_condition(choice, where, listed.name, self._found)
            if is_mapping(choice):
                target = self._place(f"{where}.NextStep", choice.get("NextStep"))
                if target is not None:
                    choices.append((choice, target))
        default = inputs.get("Default")
        return tuple(choices), None if default is None else self._place(f"{path}.Default", default)

    def _loop(self, listed: Listed, place: int) -> Loop:
        inputs = inputs_of(listed.given)
        condition = inputs.get("LoopCondition")
        if condition is not None:
            check_condition(condition, f"{listed.path}.inputs.LoopCondition", listed.name, self._found)
        first = next((number for number, each in enumerate(self._listed) if each.parent == place), None)
        return Loop(first, inputs.get("Iterators"), condition if is_mapping(condition) else None)


def _flag(given: object) -> bool:
    return given is True or str(given).lower() == "true"


def _shown(key: str, given: object) -> Any:
    """Convert a declared value to the type of the `StepExecution` member; `None` if that is impossible."""
    if key in _FLAGS:
        return _flag(given)
    if key in _NUMBERS:
        return int(str(given)) if re.fullmatch("[0-9]{1,9}", str(given), re.ASCII) else None
    return str(given)


def _outputs(given: object, key: str, default: str) -> dict[str, str]:
    return {
        str(output["Name"]): str(output.get(key, default))
        for output in (given if is_list(given) else ())
        if is_mapping(output) and "Name" in output
    }
