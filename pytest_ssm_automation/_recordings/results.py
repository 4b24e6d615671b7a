"""The results of steps in a recording: the outputs of each step, or how it failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from .._errors import StepFailed
from .._service.contents import json_or_text
from .._service.runbooks.actions import BRANCH, CHANGE_STATE, LOOP, PAYLOADS, UPDATE_VARIABLE
from .._service.runbooks.conversions import ConversionError, converted
from .._service.runbooks.kinds import is_mapping
from .._service.runbooks.references import as_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .._service.runbooks.flow import Step

# A step, or the step of an iteration: names and numbers, from the outermost loop to the step.
Key = tuple[str | int, ...]
Results = Mapping[Key, Mapping[str, Any]]
PENDING: Final = "Pending"
FAILED: Final = ("Failed", "TimedOut")
# The outputs of these actions follow from their inputs and from the flow.
_COMPUTED: Final = (BRANCH, CHANGE_STATE, LOOP, UPDATE_VARIABLE)


def by_key(steps: Iterable[Mapping[str, Any]]) -> dict[Key, Mapping[str, Any]]:
    """Map steps, as members of `StepExecution`, by their names and iterations."""
    found: dict[Key, Mapping[str, Any]] = {}
    keys: dict[str, Key] = {}
    for step in steps:
        key: Key = (step["StepName"],)
        if parent := step.get("ParentStepDetails"):
            loop = keys.get(parent.get("StepExecutionId", ""), (parent.get("StepName", ""),))
            key = (*loop, parent.get("Iteration", 1), *key)
        found[key] = step
        keys[step.get("StepExecutionId", "")] = key
    return found


def named(key: Key) -> str:
    """Write a key, such as `loop[2].step`."""
    text = "".join(f".{part}" if isinstance(part, str) else f"[{part}]" for part in key)
    return text.removeprefix(".")


def result(step: Step, recorded: Mapping[str, Any], *, iterated: bool = False) -> dict[str, Any]:
    """Return the outputs of a step that has ended, with the types that its runbook declares.

    The inner steps of a loop that was iterated determine how it ends.

    Raises:
        StepFailed: It failed.
    """
    status = recorded["StepStatus"]
    if status in FAILED and not iterated:
        raise StepFailed(recorded.get("FailureMessage", f"Step {step.name} ended as {status}"), status)
    if step.action in _COMPUTED:
        return {}
    types = step.output_types
    kinds = step.outputs if types is None else types
    found: dict[str, Any] = {}
    for name, value in _values(step, recorded.get("Outputs", {}), kinds):
        if types is None or name in types:
            try:
                found[name] = converted(value, kinds.get(name))
            except ConversionError:
                continue  # the difference is found when the outputs are compared
    return found


def _values(step: Step, outputs: Mapping[str, list[str]], kinds: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield the outputs that do not follow from others, with values that are shown as they were recorded."""
    repeats = step.action in PAYLOADS
    payload = json_or_text("".join(outputs.get("OutputPayload", ()))) if repeats else None
    for name, texts in outputs.items():
        if is_mapping(payload) and name in payload and as_texts(payload[name]) == texts:
            yield name, payload[name]
        elif not (repeats and name == "OutputPayload"):
            yield name, _value(texts, kinds.get(name))


def _value(texts: list[str], kind: str | None) -> Any:
    """Return the value that is shown as these texts."""
    if kind in {"MapList", "StringMap"}:
        parsed = [json_or_text(text) for text in texts]
        return parsed[0] if kind == "StringMap" and len(parsed) == 1 else parsed
    return texts[0] if len(texts) == 1 else texts
