import pytest

RUNBOOK = {
    "schemaVersion": "0.3",
    "mainSteps": [
        {
            "name": "ask",
            "action": "aws:approve",
            "inputs": {"Approvers": ["operations"]},
        },
        {
            "name": "restart",
            "action": "aws:executeAwsApi",
            "inputs": {"Service": "ec2", "Api": "RebootInstances"},
        },
    ],
}


def status(ssm, execution_id):
    response = ssm.get_automation_execution(AutomationExecutionId=execution_id)
    return response["AutomationExecution"]["AutomationExecutionStatus"]


def decide(ssm, execution_id, *, maintenance):
    """Answer a waiting execution; stop any other."""
    if status(ssm, execution_id) == "Waiting":
        signal = "Approve" if maintenance else "Reject"
        ssm.send_automation_signal(
            AutomationExecutionId=execution_id, SignalType=signal
        )
    else:
        ssm.stop_automation_execution(AutomationExecutionId=execution_id, Type="Cancel")


@pytest.fixture
def execution_id(ssm_automation, ssm_client):
    ssm_automation.add_runbook(RUNBOOK, name="Operations-Restart")
    response = ssm_client.start_automation_execution(DocumentName="Operations-Restart")
    return response["AutomationExecutionId"]


@pytest.fixture
def waiting(ssm_client, execution_id):
    assert [status(ssm_client, execution_id) for _ in range(4)] == [
        "Pending",
        "InProgress",
        "Waiting",
        "Waiting",
    ]
    return execution_id


def test_an_approved_execution_continues(ssm_automation, ssm_client, waiting):
    decide(ssm_client, waiting, maintenance=True)

    ssm_automation.assert_called("SendAutomationSignal", times=1, SignalType="Approve")
    assert [status(ssm_client, waiting) for _ in range(2)] == ["InProgress", "Success"]


def test_a_rejected_execution_fails(ssm_client, waiting):
    decide(ssm_client, waiting, maintenance=False)

    assert status(ssm_client, waiting) == "Failed"


def test_an_execution_that_does_not_wait_is_stopped(ssm_client, execution_id):
    decide(ssm_client, execution_id, maintenance=True)

    assert [status(ssm_client, execution_id) for _ in range(2)] == [
        "Cancelling",
        "Cancelled",
    ]


def test_another_approver_was_faster(ssm_automation, ssm_client, waiting):
    ssm_automation.fail_with(
        "InvalidAutomationSignalException", operation="SendAutomationSignal"
    )

    with pytest.raises(ssm_client.exceptions.InvalidAutomationSignalException):
        decide(ssm_client, waiting, maintenance=True)
