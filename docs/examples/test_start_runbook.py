"""Tests of start_runbook.sh, a shell script that calls the AWS CLI."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake

pytest.importorskip(
    "werkzeug", reason="the extra pytest-ssm-automation[endpoint] is not installed"
)

SCRIPT = Path(__file__).with_name("start_runbook.sh")
TOKEN = "7bf73129-1428-4cd3-a780-95db273d1602"

pytestmark = [
    pytest.mark.usefixtures("ssm_automation_endpoint"),
    pytest.mark.skipif(
        shutil.which("aws") is None, reason="there is no AWS CLI on PATH"
    ),
]


@pytest.fixture(autouse=True)
def _poll_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLL_SECONDS", "0")


def start_runbook(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script: the AWS CLI finds the fake by an environment variable."""
    return subprocess.run(
        [SCRIPT, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def test_the_instance_is_restarted(ssm_automation: AutomationFake) -> None:
    """The script starts one execution, and waits for its end."""
    done = start_runbook("i-0123456789abcdef0")

    execution = ssm_automation.assert_started_once(
        DocumentName="AWS-RestartEC2Instance",
        Parameters={"InstanceId": ["i-0123456789abcdef0"]},
    )
    assert done.stdout == f"Started {execution.id}\nRestarted i-0123456789abcdef0\n"
    assert done.returncode == 0


def test_a_failed_execution_is_a_failure(ssm_automation: AutomationFake) -> None:
    """If the runbook fails, the script fails."""
    ssm_automation.script(
        ["InProgress", "Failed"], failure_message="The instance is gone."
    )

    done = start_runbook("i-0123456789abcdef0")

    assert done.returncode == 1
    assert done.stderr.endswith("Failed\n")


def test_a_lost_answer_restarts_nothing_twice(ssm_automation: AutomationFake) -> None:
    """The CLI retries after a lost response; the token prevents a second start."""
    ssm_automation.lose_response()

    done = start_runbook("i-0123456789abcdef0", TOKEN)

    assert done.returncode == 0
    ssm_automation.assert_no_duplicate_starts()
