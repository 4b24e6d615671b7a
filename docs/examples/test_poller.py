"""Tests of poller.py, without any real sleep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError, WaiterError

import poller

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake

pytestmark = pytest.mark.ssm_automation(skip_sleep=True)

PARAMETERS = {"InstanceId": ["i-0123456789abcdef0"]}
BOTH = pytest.mark.parametrize("run", [poller.run_and_wait, poller.run_and_poll])


@BOTH
def test_outputs_of_a_success(ssm_automation: AutomationFake, run) -> None:
    """Both poll every 30 seconds until the runbook has succeeded."""
    ssm_automation.script(
        ["Pending", "InProgress", "InProgress", "Success"],
        outputs={"ImageId": ["ami-1"]},
    )

    assert run("AWS-CreateImage", PARAMETERS) == {"ImageId": ["ami-1"]}

    ssm_automation.assert_started_once(
        DocumentName="AWS-CreateImage", Parameters=PARAMETERS
    )
    assert ssm_automation.sleeps == (30, 30, 30)


def test_waiter_reports_a_failure(ssm_automation: AutomationFake) -> None:
    """The waiter stops when the runbook has failed, and shows the last response."""
    ssm_automation.script(["InProgress", "Failed"], failure_message="No such instance")

    with pytest.raises(WaiterError, match="terminal failure state") as caught:
        poller.run_and_wait("AWS-CreateImage", PARAMETERS)

    assert (
        caught.value.last_response["AutomationExecution"]["FailureMessage"]
        == "No such instance"
    )
    assert ssm_automation.slept == 30


def test_waiter_gives_up(ssm_automation: AutomationFake) -> None:
    """A known bug: the waiter gives up after 40 polls, and the runbook continues."""
    ssm_automation.script(["InProgress"])

    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        poller.run_and_wait("AWS-CreateImage", PARAMETERS)

    assert ssm_automation.slept == 39 * 30
    assert ssm_automation.executions[0].status == "InProgress"


def test_waiter_survives_throttling(ssm_automation: AutomationFake) -> None:
    """The waiter continues after throttling."""
    ssm_automation.fail_with(
        "ThrottlingException", times=2, operation="GetAutomationExecution"
    )

    assert poller.run_and_wait("AWS-CreateImage", PARAMETERS) == {}

    assert ssm_automation.slept == 4 * 30


@pytest.mark.parametrize("status", ["Failed", "TimedOut", "Cancelled"])
def test_loop_reports_a_failure(ssm_automation: AutomationFake, status: str) -> None:
    """The loop reports the status, and the reason if AWS gives one."""
    ssm_automation.script(["Pending", status], failure_message="No such instance")
    reason = "no reason given" if status == "Cancelled" else "No such instance"

    with pytest.raises(
        poller.RunbookError, match=f"AWS-CreateImage ended as {status}: {reason}"
    ):
        poller.run_and_poll("AWS-CreateImage", PARAMETERS)


def test_loop_stops_the_runbook_at_its_deadline(ssm_automation: AutomationFake) -> None:
    """At its deadline the loop stops the runbook."""
    ssm_automation.script(["InProgress"])

    with pytest.raises(poller.RunbookError, match="was stopped after 20 minutes"):
        poller.run_and_poll("AWS-CreateImage", PARAMETERS)

    assert ssm_automation.slept == 20 * 60
    ssm_automation.assert_called("StopAutomationExecution", times=1)
    assert ssm_automation.executions[0].status == "Cancelling"


@pytest.mark.ssm_automation_error(
    "ThrottlingException", operation="GetAutomationExecution", after=1
)
def test_loop_does_not_survive_throttling() -> None:
    """A known bug: one throttled poll ends the loop, and the runbook continues."""
    with pytest.raises(ClientError, match="Rate exceeded"):
        poller.run_and_poll("AWS-CreateImage", PARAMETERS)


@BOTH
def test_runbook_that_nobody_approves(ssm_automation: AutomationFake, run) -> None:
    """If nobody approves the runbook, both give up."""
    runbook = {
        "schemaVersion": "0.3",
        "parameters": {"InstanceId": {"type": "String"}},
        "mainSteps": [{"name": "ask", "action": "aws:approve"}],
    }
    ssm_automation.add_runbook(runbook, name="Mine-Approved")

    with pytest.raises((WaiterError, poller.RunbookError)):
        run("Mine-Approved", PARAMETERS)

    assert ssm_automation.slept > 19 * 60
