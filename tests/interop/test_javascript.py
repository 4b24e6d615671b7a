"""AWS's JavaScript SDK with the loopback server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from model import documented_errors

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake

HERE = Path(__file__).parent
# Where npm has installed the SDK.
DIRECTORY = Path(os.environ.get("SSM_AUTOMATION_NODE_DIRECTORY", "nowhere"))
TOKEN = "01234567-89ab-cdef-0123-456789abcdef"
START = ("StartAutomationExecution", {"DocumentName": "Doc"})
SDK = DIRECTORY / "node_modules" / "@aws-sdk" / "client-ssm"

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
    pytest.mark.skipif(not SDK.is_dir(), reason="@aws-sdk/client-ssm is not installed here: tox run -e interop"),
]


def call(*calls: tuple[str, dict[str, Any]], **settings: Any) -> list[dict[str, Any]]:
    """Make calls with the SDK, and return the outcomes."""
    # The SDK warns about older releases of node, and only reads this variable for the Region.
    environment = {**os.environ, "AWS_REGION": "us-east-1", "NODE_NO_WARNINGS": "1"}
    arguments = [str(HERE / "client.mjs"), str(DIRECTORY.resolve()), json.dumps(calls), json.dumps(settings)]
    command = [shutil.which("node") or "node", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def test_start_and_get(fake: AutomationFake) -> None:
    """An execution is started with its parameters, and shown, with times that the SDK reads as such."""
    fake.script(["Success"], outputs={"Result": ["done"]})
    started, shown = call(
        ("StartAutomationExecution", {"DocumentName": "Doc", "Parameters": {"InstanceId": ["i-1"]}}),
        ("GetAutomationExecution", {"AutomationExecutionId": "$1"}),
    )
    execution = fake.assert_started_once(exact=True, DocumentName="Doc", Parameters={"InstanceId": ["i-1"]})
    assert started == {"AutomationExecutionId": execution.id, "attempts": 1, "status": 200}
    assert shown["AutomationExecution"]["AutomationExecutionStatus"] == "Success"
    assert shown["AutomationExecution"]["Outputs"] == {"Result": ["done"]}
    assert shown["AutomationExecution"]["ExecutionStartTime"].startswith("20")
    assert {(call.region, call.access_key_id) for call in fake.calls} == {("us-east-1", "AKIAIOSFODNN7EXAMPLE")}


def test_describe_by_pages(fake: AutomationFake) -> None:
    """The SDK's paginator walks through all pages."""
    for number in range(5):
        fake.add_execution(f"Doc-{number}")
    assert call(("pages", {"MaxResults": 2})) == [{"pages": [["Doc-4", "Doc-3"], ["Doc-2", "Doc-1"], ["Doc-0"]]}]


def test_documented_errors_are_typed(fake: AutomationFake) -> None:
    """Each is an instance of the SDK's own class, with its message."""
    for error in documented_errors():
        fake.fail_with(error, message=f"Mine {error}")
    results = call(*[START] * len(documented_errors()), maxAttempts=1)
    assert [(each["error"], each["typed"], each["service"], each["message"]) for each in results] == [
        (error, True, True, f"Mine {error}") for error in documented_errors()
    ]


def test_common_errors(fake: AutomationFake) -> None:
    """Throttling is tried again by the SDK, and a broken constraint isn't."""
    fake.fail_with("ThrottlingException", times=2)
    started, refused = call(START, ("StartAutomationExecution", {"DocumentName": "Doc", "MaxErrors": "many"}))
    assert started["attempts"] == 3
    assert (refused["error"], refused["attempts"]) == ("ValidationException", 1)
    fake.assert_rejected(constraint="MaxErrors:pattern")


@pytest.mark.parametrize("token", [None, TOKEN], ids=["without", "with"])
def test_a_lost_response_is_retried(fake: AutomationFake, token: str | None) -> None:
    """The SDK tries a broken connection again; only with a token it starts once."""
    fake.lose_response("ConnectionClosedError")
    members = {"DocumentName": "Doc", **({"ClientToken": token} if token else {})}
    (started,) = call(("StartAutomationExecution", members))
    assert fake.execution(started["AutomationExecutionId"]) in fake.executions
    assert [call.attempt for call in fake.calls] == [1, 2]
    if token:
        fake.assert_no_duplicate_starts()
    else:
        with pytest.raises(AssertionError, match="ClientToken"):
            fake.assert_no_duplicate_starts()
