"""Read the steps of a runbook from its document, and their flow.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-common-properties.html
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from ..actions import BRANCH, LOOP
from ..conditions import check_condition
from ..conversions import ConversionError, converted
from ..flow import Condition, Flow, Step
from ..kinds import is_list, is_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..findings import Findings

_JUMP: Final = "step:"
_PLAIN_JUMPS: Final = {"onFailure": ("Abort", "Continue"), "onCancel": ("Abort",)}
# Properties that are also members of `StepExecution`, which are present only if the runbook declares them; with types.
_DECLARED: Final = {
    "onFailure": "String",
    "timeoutSeconds": "Integer",
    "maxAttempts": "Integer",
    "isEnd": "Boolean",
    "isCritical": "Boolean",
    "nextStep": "String",
}
_LARGEST: Final = 10**9


def read_flow(document: Mapping[str, Any], found: Findings) -> Flow:
    """Read the flow of a document: its steps first, and then where they lead."""
    steps = document.get("mainSteps")
    if "mainSteps" not in document:
        found.refuse("mainSteps", "missing")
    elif not is_list(steps) or not steps:
        found.mismatch("mainSteps", "a list of steps", steps)
    reader = _Reader(found)
    reader.read(steps, "mainSteps", None)
    variables = document.get("variables")
    declared = variables.items() if is_mapping(variables) else ()
    return Flow(
        steps=tuple(map(reader.linked, reader.steps)),
        places=reader.places,
        variables={name: given for name, given in declared if is_mapping(given)},
        outputs=reader.outputs(document.get("outputs")),
    )


class _Reader:
    """Read the steps of a document.

    Attributes:
        steps: All steps, the inner steps of a loop after it.
        places: Their indexes by name.
    """

    def __init__(self, found: Findings) -> None:
        self.steps: list[Step] = []
        self.places: dict[str, int] = {}
        self._found = found

    def read(self, steps: object, path: str, parent: int | None) -> None:
        """Read a list of steps, each by itself; tell what is no step, or has no name of its own."""
        before: int | None = None
        for number, given in enumerate(steps if is_list(steps) else ()):
            where, place = f"{path}[{number}]", len(self.steps)
            if not is_mapping(given):
                self._found.mismatch(where, "a step", given)
                continue
            name, action = (self._text(given, key, where) for key in ("name", "action"))
            inputs, outputs = given.get("inputs"), given.get("outputs")
            other = self.places.setdefault(name, place)
            if name and other != place:
                self._found.refuse(f"{where}.name", f"{name!r} is also the name of {self.steps[other].path}")
            if before is not None:
                self.steps[before] = self.steps[before]._replace(following=place)
            before = place
            step = Step(
                place=place,
                name=name,
                action=action,
                parent=parent,
                given=given,
                path=where,
                inputs=inputs if is_mapping(inputs) else {},
                declared=_declared(given),
                outputs=_outputs(outputs, "Type", "String"),
                selectors=_outputs(outputs, "Selector", "$"),
            )
            self.steps.append(step)
            if action == LOOP:
                self.read(step.inputs.get("Steps"), f"{where}.inputs.Steps", place)

    def _text(self, step: Mapping[str, Any], key: str, path: str) -> str:
        if step.get(key) in (None, ""):
            self._found.refuse(f"{path}.{key}", "missing")
        return self._found.text(step, key, f"{path}.") or ""

    def linked(self, step: Step) -> Step:
        """Return a step with what leads to other steps."""
        on_failure = self._jump(step, "onFailure")
        on_cancel = self._jump(step, "onCancel")
        choices, default = self._branch(step) if step.action == BRANCH else ((), None)
        following, repeated = step.given.get("nextStep"), step.inputs.get("LoopCondition")
        inside = step.place + 1  # the first step of a loop comes after it
        if step.action == LOOP and repeated is not None:
            check_condition(repeated, f"{step.path}.inputs.LoopCondition", step.name, self._found)
        return step._replace(
            following=step.following if following is None else self._place(f"{step.path}.nextStep", following),
            is_end=step.declared.get("IsEnd", False),
            is_critical=step.declared.get("IsCritical", on_failure != "Continue"),
            on_failure="Abort" if on_failure is None else on_failure,
            on_cancel=on_cancel if isinstance(on_cancel, int) else None,
            attempts=self._attempts(step),
            choices=choices,
            default=default,
            first=inside if any(each.parent == step.place for each in self.steps[inside : inside + 1]) else None,
        )

    def outputs(self, outputs: object) -> tuple[str, ...]:
        """Read the `outputs:` of the runbook: names of a step and of its output, which may be written as references."""
        listed = outputs if is_list(outputs) else ()
        texts = [str(each).strip().removeprefix("{{").removesuffix("}}").strip() for each in listed]
        for number, text in enumerate(texts):
            self._place(f"outputs[{number}]", text.partition(".")[0])
        return tuple(texts)

    def _place(self, path: str, name: object) -> int | None:
        if isinstance(name, str) and name in self.places:
            return self.places[name]
        self._found.unknown(path, name, "a step", self.places)
        return None

    def _jump(self, step: Step, key: str) -> int | str | None:
        """Read `onFailure` or `onCancel`."""
        given = step.given.get(key)
        if given is None or given in _PLAIN_JUMPS[key]:
            return given
        if isinstance(given, str) and given.startswith(_JUMP):
            return self._place(f"{step.path}.{key}", given.removeprefix(_JUMP).strip())
        self._found.unknown(f"{step.path}.{key}", given, f"a value of {key}", (*_PLAIN_JUMPS[key], "step:NAME"))
        return None

    def _attempts(self, step: Step) -> int:
        given = step.given.get("maxAttempts")
        if isinstance(given, str) and "{{" in given:  # a reference is resolved in the run
            return 1
        return self._found.number(step.given, "maxAttempts", f"{step.path}.", least=1) or 1

    def _branch(self, step: Step) -> tuple[tuple[tuple[Condition, int], ...], int | None]:
        """Read the choices and the default of a branch."""
        inputs, path = step.inputs, f"{step.path}.inputs"
        choices: list[tuple[Condition, int]] = []
        given = inputs.get("Choices")
        for number, choice in enumerate(given if is_list(given) else ()):
            where = f"{path}.Choices[{number}]"
            check_condition(choice, where, step.name, self._found)
            if is_mapping(choice):
                target = self._place(f"{where}.NextStep", choice.get("NextStep"))
                if target is not None:
                    choices.append((choice, target))
        default = inputs.get("Default")
        return tuple(choices), None if default is None else self._place(f"{path}.Default", default)


def _declared(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of `StepExecution` that a step declares, apart from references and other values."""
    declared: dict[str, Any] = {}
    for key, kind in _DECLARED.items():
        with suppress(ConversionError):
            value = converted(given.get(key), kind)
            if kind != "Integer" or 0 <= value < _LARGEST:
                declared[key[0].upper() + key[1:]] = value
    return declared


def _outputs(given: object, key: str, default: str) -> dict[str, str]:
    return {
        str(output["Name"]): str(output.get(key, default))
        for output in (given if is_list(given) else ())
        if is_mapping(output) and "Name" in output
    }
