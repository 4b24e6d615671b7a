"""Empty parameters and outputs of a recording, wherever their values occur."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from .._errors import check_names, hide_usage_errors
from .._service.contents import json_or_text
from .._service.runbooks.kinds import is_list, is_mapping, strings_in
from .._service.runs.shown.outputs import NOT_YET

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__tracebackhide__ = hide_usage_errors

# The members in which parameters and outputs occur.
_MEMBERS: Final = frozenset(
    {"Parameters", "Outputs", "Inputs", "FailureMessage", "FailureDetails", "OverriddenParameters", "Variables"}
    | {"ParentStepDetails", "Target", "Targets", "TargetMaps", "ResolvedTargets"}
)
# Shorter values are part of other words, so they are emptied only where they are the whole string.
_LONG: Final = 4


def redact(recorded: dict[str, Any], names: Collection[str]) -> None:
    """Empty parameters and outputs of a recording, and of those of its children, in place.

    They are named like `ImageId` or `createImage.ImageId`.
    """
    values: set[str] = set()
    known: set[str] = set()
    for each in _family(recorded):
        for name, texts in _named(each):
            known.update((name, name.rpartition(".")[2]))
            if name in names or name.rpartition(".")[2] in names:
                values.update(part for text in texts for part in _parts(text))
                texts[:] = [""] * len(texts)
    check_names("parameter or output", names, known)
    for each in _family(recorded):
        for member in ("AutomationExecution", "StepExecutions"):
            each[member] = _emptied(each[member], values)
        each["Redacted"] = sorted(names)


def _family(recorded: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a recording, and all that it contains."""
    yield recorded
    for child in recorded.get("Children", ()):
        yield from _family(child)


def _named(recorded: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the names and values of all parameters and outputs."""
    execution = recorded["AutomationExecution"]
    yield from execution.get("Parameters", {}).items()
    yield from execution.get("Outputs", {}).items()
    for steps in (recorded["StepExecutions"], execution.get("StepExecutions", ())):
        for step in steps:
            for name, texts in step.get("Outputs", {}).items():
                yield f"{step['StepName']}.{name}", texts


def _parts(text: str) -> Iterator[str]:
    """Yield the texts that tell a value: itself, and the strings in it if it is JSON."""
    if text and text != NOT_YET:
        yield text
        yield from filter(None, strings_in(json_or_text(text)))


def _emptied(value: Any, secrets: Collection[str], *, inside: bool = False) -> Any:
    """Copy members, and empty values inside those that can contain them."""
    if is_list(value):
        return [_emptied(item, secrets, inside=inside) for item in value]
    if is_mapping(value):
        return {name: _emptied(item, secrets, inside=inside or name in _MEMBERS) for name, item in value.items()}
    return _cleaned(value, secrets) if inside and isinstance(value, str) else value


def _cleaned(text: str, secrets: Collection[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        if text == secret:
            return ""
        # Strings are JSON in inputs, and JSON in JSON in payloads.
        for form in (secret, *_escaped(secret)):
            text = text.replace(form, "") if len(secret) >= _LONG else text.replace(f'"{form}"', '""')
    return text


def _escaped(text: str) -> Iterator[str]:
    once = json.dumps(text, ensure_ascii=False)[1:-1]
    yield once
    yield json.dumps(once, ensure_ascii=False)[1:-1]
    yield once.replace("'", r"\u0027").replace("=", r"\u003d")
