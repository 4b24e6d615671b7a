"""Read the flow of a runbook from its document, and list all problems with their paths.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-common-properties.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ...._errors import suggestion
from ..actions import BRANCH, LOOP
from ..conditions import problems
from ..flow import Condition, Flow, Loop, Step
from ..kinds import inputs_of, is_list, is_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def read_flow(document: Mapping[str, Any]) -> tuple[Flow, list[str]]:
    """Read the flow of a document, and list all problems with their paths.

    Items that are not steps are skipped, because `declarations.Reader` reports them.
    """
    reader = _Reader()
    reader.list_steps(document.get("mainSteps"), "mainSteps", None)
    steps = tuple(reader.step(number) for number in range(len(reader.found)))
    given = document.get("variables")
    variables = {
        name: declared for name, declared in (given.items() if is_mapping(given) else ()) if is_mapping(declared)
    }
    first = {name: declared.get("default") for name, declared in variables.items()}
    types = {name: str(declared.get("type")) for name, declared in variables.items()}
    outputs = reader.runbook_outputs(document.get("outputs"))
    return Flow(steps, reader.places, first, outputs, types), reader.problems


@dataclass(slots=True, eq=False, repr=False)
class _Found:
    """A step in the document."""

    given: Mapping[str, Any]
    name: str
    path: str
    parent: int | None
    listed: int | None = None


class _Reader:
    """Read the steps of a document, and collect all problems."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.found: list[_Found] = []
        self.places: dict[str, int] = {}

    def list_steps(self, steps: object, path: str, parent: int | None) -> None:
        """Number all steps of a list, including inner steps, before resolving references between them."""
        before: _Found | None = None
        for number, given in enumerate(steps if is_list(steps) else ()):
            if not is_mapping(given):
                continue
            name, where, place = str(given.get("name")), f"{path}[{number}]", len(self.found)
            if parent is not None:
                self._check_inner(given, name, where)
            self.places.setdefault(name, place)
            found = _Found(given, name, where, parent)
            self.found.append(found)
            if before:
                before.listed = place
            before = found
            if given.get("action") == LOOP:
                self.list_steps(inputs_of(given).get("Steps"), f"{where}.inputs.Steps", place)

    def _check_inner(self, given: Mapping[str, Any], name: str, path: str) -> None:
        """Check an inner step as `declarations.Reader` checks the outer steps."""
        for key in ("name", "action"):
            if not isinstance(given.get(key), str) or not given[key]:
                self.problems.append(f"{path}.{key}: missing")
        if name in self.places:
            self.problems.append(f"{path}.name: {name!r} is also the name of {self.found[self.places[name]].path}")

    def step(self, place: int) -> Step:
        """Read one step."""
        found = self.found[place]
        given, path, action = found.given, found.path, str(found.given.get("action"))
        on_failure = self._jump(found, "onFailure")
        on_cancel = self._jump(found, "onCancel")
        critical = given.get("isCritical")
        choices, default = self._branch(found) if action == BRANCH else ((), None)
        return Step(
            place=place,
            name=found.name,
            action=action,
            parent=found.parent,
            inputs=inputs_of(given),
            declared={member: _shown(key, given[key]) for key, member in _DECLARED.items() if key in given},
            outputs=_outputs(given.get("outputs"), "Type", "String"),
            selectors=_outputs(given.get("outputs"), "Selector", "$"),
            following=found.listed
            if given.get("nextStep") is None
            else self._place(f"{path}.nextStep", given["nextStep"]),
            is_end=_flag(given.get("isEnd")),
            is_critical=on_failure != "Continue" if critical is None else _flag(critical),
            on_failure="Abort" if on_failure is None else on_failure,
            on_cancel=on_cancel if isinstance(on_cancel, int) else None,
            attempts=self._attempts(found),
            choices=choices,
            default=default,
            loop=self._loop(found, place) if action == LOOP else None,
        )

    def runbook_outputs(self, outputs: object) -> tuple[str, ...]:
        """Read the `outputs:` of the runbook, each of which consists of the names of a step and of its output."""
        texts: list[str] = []
        for number, output in enumerate(outputs if is_list(outputs) else ()):
            text = _bare(output)
            step = text.partition(".")[0]
            if step not in self.places:
                self._refuse(f"outputs[{number}]", step, "a step", self.places)
            texts.append(text)
        return tuple(texts)

    def _refuse(self, path: str, given: object, kind: str, allowed: Sequence[str] | Mapping[str, object]) -> None:
        self.problems.append(f"{path}: {str(given)[:200]!r} is not {kind}; {suggestion(given, allowed)}")

    def _place(self, path: str, name: object) -> int | None:
        if isinstance(name, str) and name in self.places:
            return self.places[name]
        self._refuse(path, name, "a step", self.places)
        return None

    def _jump(self, found: _Found, key: str) -> int | str | None:
        """Read `onFailure` or `onCancel`."""
        given = found.given.get(key)
        if given is None or given in _PLAIN_JUMPS[key]:
            return given
        if isinstance(given, str) and given.startswith(_JUMP):
            return self._place(f"{found.path}.{key}", given.removeprefix(_JUMP).strip())
        self._refuse(f"{found.path}.{key}", given, f"a value of {key}", (*_PLAIN_JUMPS[key], "step:NAME"))
        return None

    def _attempts(self, found: _Found) -> int:
        given = found.given.get("maxAttempts")
        if given is None or (isinstance(given, str) and "{{" in given):  # a reference is resolved in the run
            return 1
        if isinstance(given, bool) or not re.fullmatch("[1-9][0-9]{0,8}", str(given), re.ASCII):
            self.problems.append(f"{found.path}.maxAttempts: expected a number of at least 1, got {given!r}")
            return 1
        return int(given)

    def _branch(self, found: _Found) -> tuple[tuple[tuple[Condition, int], ...], int | None]:
        """Read the choices and the default of a branch."""
        inputs, path = inputs_of(found.given), f"{found.path}.inputs"
        choices: list[tuple[Condition, int]] = []
        given = inputs.get("Choices")
        for number, choice in enumerate(given if is_list(given) else ()):
            where = f"{path}.Choices[{number}]"
            self._condition(choice, where)
            if is_mapping(choice):
                target = self._place(f"{where}.NextStep", choice.get("NextStep"))
                if target is not None:
                    choices.append((choice, target))
        default = inputs.get("Default")
        return tuple(choices), None if default is None else self._place(f"{path}.Default", default)

    def _condition(self, condition: object, path: str) -> None:
        for where, given, allowed in problems(condition, path):
            if allowed:
                self._refuse(where, given, "an operator", allowed)
            else:
                self.problems.append(f"{where}: expected a condition, got {given!r}")

    def _loop(self, found: _Found, place: int) -> Loop:
        inputs = inputs_of(found.given)
        condition = inputs.get("LoopCondition")
        if condition is not None:
            self._condition(condition, f"{found.path}.inputs.LoopCondition")
        first = next((number for number, each in enumerate(self.found) if each.parent == place), None)
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


def _bare(output: object) -> str:
    """Return the name of an output of the runbook, which may be written as a reference."""
    return str(output).strip().removeprefix("{{").removesuffix("}}").strip()
