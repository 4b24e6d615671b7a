import time
import uuid

import pytest
from botocore.exceptions import ReadTimeoutError

pytestmark = pytest.mark.ssm_automation(skip_sleep=True)


def run(ssm, **request):
    token = str(uuid.uuid4())
    try:
        response = ssm.start_automation_execution(ClientToken=token, **request)
        execution_id = response["AutomationExecutionId"]
    except KeyboardInterrupt:
        raise SystemExit(
            f"interrupted during the start; it may be running, with ClientToken {token}"
        ) from None
    try:
        return wait(ssm, execution_id)
    except KeyboardInterrupt:
        ssm.stop_automation_execution(AutomationExecutionId=execution_id, Type="Cancel")
        raise


def wait(ssm, execution_id):
    while True:
        try:
            response = ssm.get_automation_execution(AutomationExecutionId=execution_id)
        except ReadTimeoutError:
            continue
        execution = response["AutomationExecution"]
        if execution["AutomationExecutionStatus"] not in {"Pending", "InProgress"}:
            return execution["AutomationExecutionStatus"]
        time.sleep(30)


def test_ctrl_c_while_polling_stops_the_execution(ssm_automation, ssm_client):
    ssm_automation.script(["InProgress"])
    ssm_automation.fail_with(
        KeyboardInterrupt(), operation="GetAutomationExecution", after=2
    )

    with pytest.raises(KeyboardInterrupt):
        run(ssm_client, DocumentName="AWS-CreateImage")

    execution = ssm_automation.assert_started_once()
    ssm_automation.assert_called("GetAutomationExecution", times=3)
    ssm_automation.assert_called(
        "StopAutomationExecution", AutomationExecutionId=execution.id, Type="Cancel"
    )


@pytest.mark.ssm_automation_error(
    "ReadTimeoutError", operation="GetAutomationExecution", times=3, after=1
)
def test_timeouts_while_polling_do_not_end_it(ssm_automation, ssm_client):
    ssm_automation.script(["Pending", "InProgress", "Success"])

    assert run(ssm_client, DocumentName="AWS-CreateImage") == "Success"


def test_ctrl_c_while_starting_leaves_a_trace(ssm_automation, ssm_client):
    ssm_automation.lose_response(KeyboardInterrupt())

    with pytest.raises(SystemExit, match="it may be running, with ClientToken"):
        run(ssm_client, DocumentName="AWS-CreateImage")

    assert ssm_automation.executions[0].status == "Pending"
