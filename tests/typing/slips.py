"""Tests of a user with mistakes: each function has one, which its name describes.

`# reported` is what type checkers report; `# at run time` is what only the fake can, since a name may be newer than the
types: the fake refuses all of these at once.
"""

# ruff: noqa: D103 - their names describe them

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


def misspelt_member(fake: AutomationFake) -> None:
    fake.assert_started(Documentname="Doc")  # reported


def misspelt_member_of_another_operation(fake: AutomationFake) -> None:
    fake.assert_called("GetAutomationExecution", AutomationExecutionID="id")  # reported


def misspelt_member_of_a_refusal(fake: AutomationFake) -> None:
    fake.assert_rejected(constraint="Mode:enum", mode="auto")  # reported


def misspelt_nested_member(fake: AutomationFake) -> None:
    fake.assert_started(Tags=[{"key": "Env"}])  # reported


def scalar_for_a_list(fake: AutomationFake) -> None:
    fake.assert_started(Parameters={"InstanceId": "i-1"})  # reported


def mapping_for_a_list(fake: AutomationFake) -> None:
    fake.assert_started(Targets={"Key": "tag:Env", "Values": ["Test"]})  # reported


def number_for_a_text(fake: AutomationFake) -> None:
    fake.assert_started(MaxErrors=5)  # reported


def request_as_a_dict(fake: AutomationFake) -> None:
    fake.assert_started({"DocumentName": "Doc"})  # reported


def times_of_once(fake: AutomationFake) -> None:
    fake.assert_started_once(times=2, DocumentName="Doc")  # reported


def text_for_a_number(fake: AutomationFake) -> None:
    fake.assert_started(times="2")  # reported


def misspelt_keyword_of_fail_with(fake: AutomationFake) -> None:
    fake.fail_with("InvalidTarget", time=2)  # reported


def no_exception(fake: AutomationFake) -> None:
    fake.fail_with(404)  # reported


def misspelt_option(_: AutomationFake) -> None:
    AutomationFake(transprot="wire")  # reported


def text_for_several_ids(_: AutomationFake) -> None:
    AutomationFake(relax="Mode:enum")  # reported


def text_for_several_files(_: AutomationFake) -> None:
    AutomationFake(runbooks="runbooks/*.yaml")  # reported


def status_for_a_list(fake: AutomationFake) -> None:
    fake.script("Success")  # reported


def text_for_outputs(fake: AutomationFake) -> None:
    fake.script(["Success"], outputs={"step.Output": "value"})  # reported


def misspelt_method(fake: AutomationFake) -> None:
    fake.assert_called_once(DocumentName="Doc")  # reported


def misspelt_method_of_the_client(fake: AutomationFake) -> None:
    client: SSMClient = fake.client()
    client.start_automation(DocumentName="Doc")  # reported


def misspelt_error(fake: AutomationFake) -> None:
    fake.fail_with("InvalidTargets")  # at run time


def misspelt_operation(fake: AutomationFake) -> None:
    fake.assert_called("StartAutomation")  # at run time


def misspelt_status(fake: AutomationFake) -> None:
    fake.script(["Succes"])  # at run time


def misspelt_constraint(fake: AutomationFake) -> None:
    fake.assert_rejected(constraint="Mode:enums")  # at run time


def misspelt_choice(_: AutomationFake) -> None:
    AutomationFake(transport="wired")  # at run time
