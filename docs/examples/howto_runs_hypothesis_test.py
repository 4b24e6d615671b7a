from pathlib import Path

from hypothesis import given
from pytest_ssm_automation import AutomationFake, strategies

from howto_bake import bake

with AutomationFake() as fake:
    RUNBOOK = fake.add_runbook(
        Path(__file__).parent / "runbooks" / "Operations-Bake.yaml"
    )


@given(strategies.walks(RUNBOOK))
def test_no_failed_run_is_taken_for_a_success(walk):
    mails = []
    with AutomationFake(runbooks=[RUNBOOK], steps=walk, skip_sleep=True) as fake:
        image_id = bake("i-0123456789abcdef0", mail=mails.append)

        (execution,) = fake.executions
        succeeded = execution.status == "Success"
        assert (image_id is not None) == succeeded
        assert succeeded or " failed for " in mails[0]
