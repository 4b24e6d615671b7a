"""The AWS CLI with the loopback server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from model import documented_errors

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake

TOKEN = "01234567-89ab-cdef-0123-456789abcdef"
START = ("start-automation-execution", "--document-name", "Doc")


# That of this environment, as `tox run -e interop` installs it, and no other that happens to be there.
AWS = shutil.which("aws", path=str(Path(sys.executable).parent)) or "aws"

pytestmark = pytest.mark.skipif(AWS == "aws", reason="awscli is not installed here: tox run -e interop")


def aws(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `aws ssm`."""
    environment = {**os.environ, "AWS_PAGER": "", **variables}
    environment.pop("PYTHONDEVMODE", None)  # the CLI's warnings are its own
    command = [AWS, "ssm", *arguments, "--output", "json"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)


def answer(*arguments: str) -> Any:
    """Run `aws ssm`, and return its output."""
    done = aws(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_start_and_get(fake: AutomationFake) -> None:
    """An execution is started with its parameters, and shown."""
    fake.script(["Success"], outputs={"Result": ["done"]})
    started = answer(*START, "--parameters", "InstanceId=i-1", "--tags", "Key=Env,Value=prod")
    execution = fake.assert_started_once(
        exact=True, DocumentName="Doc", Parameters={"InstanceId": ["i-1"]}, Tags=[{"Key": "Env", "Value": "prod"}]
    )
    assert started == {"AutomationExecutionId": execution.id}
    shown = answer("get-automation-execution", "--automation-execution-id", execution.id)["AutomationExecution"]
    assert shown["AutomationExecutionStatus"] == "Success"
    assert shown["Outputs"] == {"Result": ["done"]}
    assert shown["ExecutionStartTime"]  # a number in version 1, a text in version 2
    assert [call.region for call in fake.calls] == ["us-east-1"] * 2


def test_describe_by_pages(fake: AutomationFake) -> None:
    """The CLI walks through all pages by itself."""
    for number in range(5):
        fake.add_execution(f"Doc-{number}")
    listed = answer("describe-automation-executions", "--page-size", "2")["AutomationExecutionMetadataList"]
    assert [each["DocumentName"] for each in listed] == [f"Doc-{number}" for number in (4, 3, 2, 1, 0)]
    assert [call.operation for call in fake.calls] == ["DescribeAutomationExecutions"] * 3


@pytest.mark.parametrize("error", documented_errors())
def test_documented_errors(fake: AutomationFake, error: str) -> None:
    """The CLI names each, with its message, and exits as it does for errors of a service."""
    fake.fail_with(error, message="Mine", times=None)
    done = aws(*START, AWS_MAX_ATTEMPTS="1")
    assert done.returncode in {254, 255}  # version 2, version 1
    assert done.stdout == ""
    assert f"An error occurred ({error}) when calling the StartAutomationExecution operation" in done.stderr
    assert done.stderr.rstrip().endswith(": Mine")


def test_constraints(fake: AutomationFake) -> None:
    """What the CLI lets through, and the service doesn't."""
    done = aws(*START, "--max-errors", "many")
    assert "(ValidationException)" in done.stderr
    fake.assert_rejected(constraint="MaxErrors:pattern")


@pytest.mark.parametrize("token", [(), ("--client-token", TOKEN)], ids=["without", "with"])
def test_a_lost_response_is_retried(fake: AutomationFake, token: tuple[str, ...]) -> None:
    """The CLI tries again by itself; only with a token it starts once."""
    fake.lose_response("ConnectionClosedError")
    started = answer(*START, *token)
    assert fake.execution(started["AutomationExecutionId"]) in fake.executions
    assert [call.attempt for call in fake.calls] == [1, 2]
    if token:
        fake.assert_no_duplicate_starts()
    else:
        with pytest.raises(AssertionError, match="ClientToken"):
            fake.assert_no_duplicate_starts()
