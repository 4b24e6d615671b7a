import pytest

RUNBOOK = {
    "schemaVersion": "0.3",
    "mainSteps": [
        {"name": "ask", "action": "aws:approve", "inputs": {"Approvers": ["operations"]}},
        {"name": "restart", "action": "aws:executeAwsApi", "inputs": {"Service": "ec2", "Api": "RebootInstances"}},
    ],
}


def status(ssm, execution_id):
    answer = ssm.get_automation_execution(AutomationExecutionId=execution_id)
    return answer["AutomationExecution"]["AutomationExecutionStatus"]


def decide(ssm, execution_id, *, maintenance):
    """Answer an execution that asks; stop one that takes its time."""
    if status(ssm, execution_id) == "Waiting":
        signal = "Approve" if maintenance else "Reject"
        ssm.send_automation_signal(AutomationExecutionId=execution_id, SignalType=signal)
    else:
        ssm.stop_automation_execution(AutomationExecutionId=execution_id, Type="Cancel")


@pytest.fixture
def execution_id(ssm_automation, ssm_client):
    ssm_automation.add_runbook(RUNBOOK, name="Operations-Restart")
    return ssm_client.start_automation_execution(DocumentName="Operations-Restart")["AutomationExecutionId"]


@pytest.fixture
def asking(ssm_client, execution_id):
    assert [status(ssm_client, execution_id) for _ in range(4)] == ["Pending", "InProgress", "Waiting", "Waiting"]
    return execution_id


def test_it_goes_on_once_approved(ssm_automation, ssm_client, asking):
    decide(ssm_client, asking, maintenance=True)

    ssm_automation.assert_called("SendAutomationSignal", times=1, SignalType="Approve")
    assert [status(ssm_client, asking) for _ in range(2)] == ["InProgress", "Success"]


def test_it_fails_when_rejected(ssm_client, asking):
    decide(ssm_client, asking, maintenance=False)

    assert status(ssm_client, asking) == "Failed"


def test_one_that_does_not_ask_is_stopped(ssm_client, execution_id):
    decide(ssm_client, execution_id, maintenance=True)

    assert [status(ssm_client, execution_id) for _ in range(2)] == ["Cancelling", "Cancelled"]


def test_somebody_else_was_faster(ssm_automation, ssm_client, asking):
    ssm_automation.fail_with("InvalidAutomationSignalException", operation="SendAutomationSignal")

    with pytest.raises(ssm_client.exceptions.InvalidAutomationSignalException):
        decide(ssm_client, asking, maintenance=True)
