from pathlib import Path

import pytest

RUNBOOK = Path(__file__).with_name("howto_drain.yaml")


@pytest.fixture(autouse=True)
def _runbook(ssm_automation):
    ssm_automation.add_runbook(RUNBOOK, name="Operations-Drain")


def test_defaults_are_filled_in(ssm_automation, ssm_client):
    ssm_client.start_automation_execution(
        DocumentName="Operations-Drain", Parameters={"InstanceIds": ["i-0123456789abcdef0"]}
    )

    execution = ssm_automation.assert_started_once(DocumentName="Operations-Drain")
    assert execution.parameters["Timeout"] == ["300"]
    assert [step["StepName"] for step in execution.steps] == ["deregister", "waitUntilIdle"]


def test_a_mode_that_is_not_declared_is_refused(ssm_automation, ssm_client):
    with pytest.raises(ssm_client.exceptions.ClientError, match=r"not found in \[graceful, immediate\]"):
        ssm_client.start_automation_execution(
            DocumentName="Operations-Drain", Parameters={"InstanceIds": ["i-0123456789abcdef0"], "Mode": ["quick"]}
        )

    call = ssm_automation.assert_rejected(error="InvalidAutomationExecutionParametersException")
    assert [violation.constraint for violation in call.violations] == ["runbook:Mode:allowedValues"]


@pytest.mark.ssm_automation(unknown_documents="reject")
def test_a_misspelt_name_is_refused(ssm_client):
    with pytest.raises(ssm_client.exceptions.AutomationDefinitionNotFoundException):
        ssm_client.start_automation_execution(DocumentName="Operations-Drian")
