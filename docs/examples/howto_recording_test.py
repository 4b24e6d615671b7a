from pathlib import Path

import pytest
from pytest_ssm_automation import recordings

from howto_bake import bake

HERE = Path(__file__).parent
RUNBOOK = HERE / "runbooks" / "Operations-Bake.yaml"
RUNS = sorted((HERE / "runs").glob("*.json"))


@pytest.mark.ssm_automation(skip_sleep=True)
@pytest.mark.ssm_automation_replay(HERE / "runs" / "bake-failed.json")
def test_the_mail_says_what_failed_at_aws():
    mails = []

    assert bake("i-0123456789abcdef0", mail=mails.append) is None

    (mail,) = mails
    assert mail.startswith("CreateImage failed for i-0123456789abcdef0: ")
    assert "InstanceInvalidState: the instance is not stopped" in mail


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.stem)
def test_recorded_executions_still_take_the_same_path(run):
    assert recordings.compare(run, runbook=RUNBOOK) == ()
