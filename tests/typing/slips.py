"""Tests of a user with mistakes, one in each line.

`# reported` is what type checkers report. Only the fake can refuse the others, since a name may be newer
than the types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ssm import SSMClient


def reported(fake: AutomationFake, client: SSMClient) -> None:
    """Mistakes in members, values, keywords, options and methods."""
    fake.assert_started(Documentname="Doc")  # reported: misspelt member
    fake.assert_called("StopAutomationExecution", type="Cancel")  # reported: misspelt member of another operation
    fake.assert_rejected(constraint="Mode:enum", mode="auto")  # reported: misspelt member of a refusal
    fake.assert_started(Tags=[{"key": "Env"}])  # reported: misspelt nested member
    fake.assert_started(Parameters={"InstanceId": "i-1"})  # reported: scalar for a list
    fake.assert_started(Targets={"Key": "tag:Env", "Values": ["Test"]})  # reported: mapping for a list
    fake.assert_started(MaxErrors=5)  # reported: number for a text
    fake.assert_started({"DocumentName": "Doc"})  # reported: request as a dict
    fake.assert_started_once(times=2, DocumentName="Doc")  # reported: times of once
    fake.assert_started(times="2")  # reported: text for a number
    fake.fail_with("InvalidTarget", time=2)  # reported: misspelt keyword of fail with
    fake.fail_with(404)  # reported: no exception
    AutomationFake(transprot="wire")  # reported: misspelt option
    AutomationFake(relax="Mode:enum")  # reported: text for several ids
    AutomationFake(runbooks="runbooks/*.yaml")  # reported: text for several files
    fake.script("Success")  # reported: status for a list
    fake.script(["Success"], outputs={"step.Output": "value"})  # reported: text for outputs
    fake.assert_called_once(DocumentName="Doc")  # reported: misspelt method
    client.start_automation(DocumentName="Doc")  # reported: misspelt method of the client


# The fake refuses all of these at once.
AT_RUN_TIME: tuple[Callable[[AutomationFake], object], ...] = (
    lambda fake: fake.fail_with("InvalidTargets"),  # misspelt error
    lambda fake: fake.assert_called("StartAutomation"),  # misspelt operation
    lambda fake: fake.script(["Succes"]),  # misspelt status
    lambda fake: fake.assert_rejected(constraint="Mode:enums"),  # misspelt constraint
    lambda _: AutomationFake(transport="wired"),  # misspelt choice
)
