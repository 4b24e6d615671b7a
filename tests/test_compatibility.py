"""The installed service model against the documented one."""

from __future__ import annotations

from typing import Any

import botocore
import pytest
from conformance.drift import DOCUMENTED, Model, differences, installed
from model import START


@pytest.mark.needs("TargetLocation.Targets", "TargetLocationsURL")
def test_the_installed_model_has_all_that_is_documented(record_property: Any) -> None:
    """No member was removed or has another type; what was added is noted, and fails nothing."""
    breaking, notes = differences(DOCUMENTED, installed())
    for note in notes:
        record_property("model", note)
    assert not breaking, "\n".join(
        [f"{START} of botocore {botocore.__version__} differs from what is documented:", *breaking]
    )


def test_the_documented_model_is_complete() -> None:
    """It has every depth of the request, so that comparing with it means something."""
    assert len(DOCUMENTED["request"]) == 55
    assert DOCUMENTED["request"]["TargetMaps[]{value}[]"] == "string"
    assert "TargetLocations[].TargetLocationAlarmConfiguration.Alarms[].Name" in DOCUMENTED["required"]


@pytest.mark.parametrize(
    ("changes", "breaking", "notes"),
    [
        ({}, [], []),
        ({"request": {"Mode": None}}, ["request: Mode (string) was removed"], []),
        ({"request": {"Mode": "list"}}, ["request: Mode was a string and is a list now"], []),
        ({"request": {"Tags[].Colour": "string"}}, [], ["request: Tags[].Colour (string) was added"]),
        ({"response": {"AutomationExecutionId": None}}, ["response: AutomationExecutionId (string) was removed"], []),
        ({"required": ["Mode"]}, ["request: Mode is required now"], ["request: DocumentName is no longer required"]),
        ({"errors": ["InvalidTarget", "New"]}, ["errors: Old was removed"], ["errors: New was added"]),
    ],
)
def test_differences_are_told_in_words(changes: Model, breaking: list[str], notes: list[str]) -> None:
    """Each kind of difference has its sentence, with the path of the member."""
    before: Model = {
        "request": {"DocumentName": "string", "Mode": "string", "Tags": "list", "Tags[]": "structure"},
        "response": {"AutomationExecutionId": "string"},
        "required": ["DocumentName"],
        "errors": ["InvalidTarget", "Old"],
    }
    after = dict(before)
    for part, change in changes.items():
        if isinstance(change, list):
            after[part] = change
        else:
            after[part] = {name: kind for name, kind in (before[part] | change).items() if kind}
    assert differences(before, after) == (breaking, notes)
