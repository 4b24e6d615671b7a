import json
import shutil
import subprocess

import pytest

pytest.importorskip("werkzeug", reason="the extra pytest-ssm-automation[endpoint] is not installed")


@pytest.mark.skipif(shutil.which("aws") is None, reason="the AWS CLI is not installed")
def test_a_script_starts_the_runbook(ssm_automation, ssm_automation_endpoint):
    script = "aws ssm start-automation-execution --document-name AWS-StopEC2Instance --parameters InstanceId=i-0123456789abcdef0"

    done = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True)

    execution = ssm_automation.assert_started_once(Parameters={"InstanceId": ["i-0123456789abcdef0"]})
    assert json.loads(done.stdout) == {"AutomationExecutionId": execution.id}
