import pytest

from howto_events import handler

RUNBOOK = {
    "schemaVersion": "0.3",
    "mainSteps": [
        {
            "name": "stop",
            "action": "aws:changeInstanceState",
            "inputs": {"InstanceIds": ["i-0abc"], "DesiredState": "stopped"},
        },
        {
            "name": "patch",
            "action": "aws:runCommand",
            "inputs": {"DocumentName": "AWS-RunPatchBaseline"},
        },
    ],
}


@pytest.fixture
def execution(ssm_automation, ssm_client):
    ssm_automation.add_runbook(RUNBOOK, name="Operations-Patch")
    response = ssm_client.start_automation_execution(DocumentName="Operations-Patch")
    return ssm_automation.execution(response["AutomationExecutionId"])


def test_a_success_is_not_rolled_back(ssm_automation, execution):
    execution.finish("Success")
    for event in ssm_automation.events:
        handler(event, None)

    ssm_automation.assert_not_started(DocumentName="Operations-RollBack")


def test_a_failure_is_rolled_back_once(ssm_automation, execution):
    ssm_automation.fail_step("patch", "2 of 40 patches failed")
    while not execution.ended:
        execution.advance()

    for event in [*ssm_automation.events, *ssm_automation.events]:
        handler(event, None)

    ssm_automation.assert_started_once(
        DocumentName="Operations-RollBack",
        Parameters={"FailedExecutionId": [execution.id]},
    )


def test_the_failed_step_has_an_event(ssm_automation, execution):
    ssm_automation.fail_step("patch")
    while not execution.ended:
        execution.advance()

    changes = [
        (event["detail"].get("StepName"), event["detail"]["Status"])
        for event in execution.events
    ]
    assert changes[-2:] == [("patch", "Failed"), (None, "Failed")]


def test_events_as_they_come(ssm_automation, execution):
    delivered = 0
    while not execution.ended:
        execution.advance()
        for event in ssm_automation.events[delivered:]:
            assert handler(event, None) is None
        delivered = len(ssm_automation.events)
