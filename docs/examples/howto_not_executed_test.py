import pytest
from moto import mock_aws
from pytest_ssm_automation import FakeUsageError

pytestmark = pytest.mark.ssm_automation(execute_steps=True)


@pytest.fixture
def patch(ssm_automation, ssm_client):
    def patch():
        started = ssm_client.start_automation_execution(
            DocumentName="Operations-Patch", Parameters={"InstanceId": ["i-0aaaaaaa"]}
        )
        execution = ssm_automation.execution(started["AutomationExecutionId"])
        while not execution.ended:
            execution.advance()
        return execution

    with mock_aws():
        yield patch


def test_the_error_lists_the_steps(patch):
    with pytest.raises(FakeUsageError) as caught:
        patch()

    assert "2 steps of Operations-Patch can't be executed" in str(caught.value)
    assert "fake.step_outputs('ChooseWindow', {'Hour': ...})" in str(caught.value)
    assert "runbook Operations-Backup is not registered" in str(caught.value)


def test_the_test_says_what_they_put_out(ssm_automation, patch):
    ssm_automation.step_outputs("ChooseWindow", {"Hour": 3})
    ssm_automation.step_outputs("Backup", {"Status": "Success"})

    assert patch().status == "Success"
