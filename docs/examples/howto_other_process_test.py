import json
import shutil
import subprocess

import pytest

COMMAND = (
    "aws ssm start-automation-execution"
    " --document-name AWS-StopEC2Instance --parameters InstanceId=i-0aaaaaaa"
)


@pytest.mark.skipif(shutil.which("aws") is None, reason="the AWS CLI is not installed")
@pytest.mark.usefixtures("ssm_automation_endpoint")
def test_a_command_starts_the_runbook(ssm_automation):
    done = subprocess.run(COMMAND.split(), check=True, capture_output=True, text=True)

    execution = ssm_automation.assert_started_once(
        Parameters={"InstanceId": ["i-0aaaaaaa"]}
    )
    assert json.loads(done.stdout) == {"AutomationExecutionId": execution.id}
