"""What the service refuses when a runbook is created, and what it is only likely to refuse.

A step without `inputs` is a sketch in a test: it is not checked for inputs that are missing.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html and the page of each
action. Texts with a capital letter are the service's own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ...._errors import did_you_mean
from ..actions import LOOP, NO_CANCEL_TARGETS, RESERVED, UPDATE_VARIABLE
from ..findings import shown
from ..kinds import is_list, is_mapping
from ..references import names_in
from .inputs import ACTIONS, INSTEAD, KNOWN, REQUIRED, beyond_limits, type_problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from ..findings import Findings
    from ..flow import Flow, Step

# Checks that rest on a list that may grow.
ACTION: Final = "document:action"
INPUTS: Final = "document:action_inputs"
OUTPUTS: Final = "document:reserved_outputs"
RELAXABLE: Final = (ACTION, INPUTS, OUTPUTS)
_NAME: Final = re.compile("[a-zA-Z0-9_]+", re.ASCII)
_PARAMETER: Final = re.compile("[a-zA-Z_][a-zA-Z0-9_-]*", re.ASCII)
_SYSTEM: Final = (
    *(f"global:{name}" for name in ("ACCOUNT_ID", "DATE", "DATE_TIME", "REGION", "AWS_PARTITION")),
    "automation:EXECUTION_ID",
)
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-runcommand.html
_PSEUDO_PARAMETER: Final = "RESOURCE_ID"
_STORED: Final = ("ssm:", "ssm-secure:")
_VARIABLE: Final = "variable:"
_ROLE: Final = "assumeRole"
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-common-properties.html
_PROPERTIES: Final = (
    *("name", "action", "inputs", "outputs", "description", "maxAttempts", "timeoutSeconds", "onFailure", "onCancel"),
    *("isEnd", "isCritical", "nextStep"),
)


def check_creation(document: Mapping[str, Any], flow: Flow, found: Findings) -> None:
    """Check the steps of a document, and the role that it assumes."""
    checker = _Checker(document, flow, found)
    for step in flow.steps:
        checker.check(step)
    checker.check_references(document.get("assumeRole"), _ROLE)


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Yield all strings of a value, with their paths."""
    if isinstance(value, str):
        yield path, value
    elif is_mapping(value):
        for key, item in value.items():
            yield from _texts(item, f"{path}.{key}")
    elif is_list(value):
        for number, item in enumerate(value):
            yield from _texts(item, f"{path}[{number}]")


def _names(names: Iterable[str]) -> str:
    return f"[ [{', '.join(names)}] ]"


def _hint(given: str, allowed: Iterable[str], *, sentence: bool = False) -> str:
    """Suggest a similar name, as a part of a sentence or as one of its own."""
    hint = did_you_mean(given, allowed)
    if sentence and hint:
        return f" {hint[0].upper()}{hint[1:]}"
    return hint and f"; {hint}"


class _Checker:
    """Check the steps of a document."""

    def __init__(self, document: Mapping[str, Any], flow: Flow, found: Findings) -> None:
        self._refuse, self._doubt, self._unknown = found.refuse, found.doubt, found.unknown
        self._flow = flow
        parameters = document.get("parameters")
        self._parameters: Collection[str] = parameters if is_mapping(parameters) else ()
        self._variables = [f"{_VARIABLE}{name}" for name in flow.variables]

    def check(self, step: Step) -> None:
        """Check one step, without its inner steps."""
        given, path, action = step.given, step.path, step.action
        if step.name and not _NAME.fullmatch(step.name):
            self._refuse(f"{path}.name", f"{shown(step.name)} has other characters than letters, digits and _")
        if action and action not in ACTIONS:
            self._unknown(f"{path}.action", action, "an action", ACTIONS, ACTION)
        if is_mapping(given.get("inputs")):
            self._check_inputs(f"{path}.inputs", action, step.inputs)
        self._check_outputs(f"{path}.outputs", step)
        self._check_cancel(f"{path}.onCancel", step)
        for unknown in (key for key in given if key not in _PROPERTIES):
            self._doubt(path, f"{unknown!r} is not a property of a step{_hint(unknown, _PROPERTIES)}")
        variable = str(step.inputs.get("Name"))
        if action == UPDATE_VARIABLE and variable.startswith(_VARIABLE) and "{" not in variable:
            self._check_variable(f"{path}.inputs.Name", variable)
        own = {key: value for key, value in step.inputs.items() if action != LOOP or key != "Steps"}
        read = {key: value for key, value in given.items() if key not in {"outputs", "description"}}
        self.check_references({**read, "inputs": own}, path)

    def _check_inputs(self, path: str, action: str, inputs: Mapping[str, Any]) -> None:
        required = REQUIRED.get(action, ())
        if any(name not in inputs and INSTEAD.get(name) not in inputs for name in required):
            text = f"Missing required input names. Required={_names(required)}, Provided ={_names(inputs)}."
            self._refuse(path, text, INPUTS)
        if action == LOOP and ("Iterators" in inputs) == ("LoopCondition" in inputs):
            self._refuse(path, "expected either Iterators or LoopCondition")
        for key, text in beyond_limits(action, inputs):
            self._doubt(f"{path}.{key}", text)
        known = KNOWN.get(action)
        if known is None:
            return
        if unknown := [name for name in inputs if name not in known]:
            text = f"Unknown input names provided. Known={_names(known)}, Provided={_names(inputs)}."
            self._refuse(path, text + "".join(_hint(name, known, sentence=True) for name in unknown), INPUTS)
        for name, value in inputs.items():
            if unfit := type_problem(action, name, value):
                self._refuse(f"{path}.{name}", unfit, INPUTS)

    def _check_outputs(self, path: str, step: Step) -> None:
        reserved = RESERVED.get(step.action, ())
        for number, name in enumerate(step.outputs):
            if name in reserved:
                names = f"name: {name} is conflicting with one of the following reserved output names"
                self._refuse(f"{path}[{number}]", f"In step {step.name}, {names}: [{', '.join(reserved)}]", OUTPUTS)

    def _check_cancel(self, path: str, step: Step) -> None:
        given = step.given.get("onCancel")
        if step.action == LOOP and given is not None:
            self._doubt(path, f"{LOOP} does not support it; its steps do")
        if step.on_cancel is not None:
            target = self._flow.steps[step.on_cancel].action
            if target in NO_CANCEL_TARGETS:
                self._doubt(path, f"{given!r} leads to {target}, which onCancel does not support")

    def check_references(self, value: object, path: str) -> None:
        """Check all references in a value."""
        for where, text in _texts(value, path):
            for name in dict.fromkeys(names_in(text)):
                self._check_reference(where, name)

    def _check_variable(self, path: str, name: str) -> None:
        if name not in self._variables:
            self._doubt(path, f"{name!r} is not declared in variables{_hint(name, self._variables)}")

    def _check_reference(self, path: str, name: str) -> None:
        if name.startswith(_STORED):
            if path == _ROLE:
                self._doubt(path, f"{{{{ {name} }}}} is not supported here")
            else:
                text = f"{{{{ {name} }}}} cannot be used in a step; make it the default of a parameter"
                self._refuse(path, text)
        elif name.startswith(_VARIABLE):
            self._check_variable(path, name)
        elif name.startswith(("global:", "automation:")):
            if name not in _SYSTEM:
                self._doubt(path, f"{name!r} is not a system variable{_hint(name, _SYSTEM)}")
        elif ":" in name:
            return
        elif "." in name:
            step = name.partition(".")[0]
            if step not in self._flow.places:
                self._doubt(path, f"{name!r} is not an output of a step{_hint(step, self._flow.places)}")
        elif _PARAMETER.fullmatch(name) and name not in self._parameters and name != _PSEUDO_PARAMETER:
            hint = (
                f" {name!r} is a step: name one of its outputs, as in {{{{ {name}.Output }}}}."
                if name in self._flow.places
                else _hint(name, self._parameters, sentence=True)
            )
            self._refuse(path, f'Parameter "{name}" is not declared.{hint}')
