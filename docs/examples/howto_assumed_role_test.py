import moto
import pytest

from howto_assumed_role import restart_in_members

INSTANCES = {
    "111122223333": "i-0123456789abcdef0",
    "444455556666": "i-0fedcba9876543210",
}


@pytest.fixture(autouse=True)
def sts():
    with moto.mock_aws():
        yield


@pytest.mark.ssm_automation(skip_sleep=True)
def test_each_account_restarts_its_own_instance(ssm_automation):
    assert restart_in_members(INSTANCES) == {
        "111122223333": "Success",
        "444455556666": "Success",
    }

    for account, instance_id in INSTANCES.items():
        ssm_automation.assert_started_once(
            account=account, Parameters={"InstanceId": [instance_id]}
        )


@pytest.mark.ssm_automation(skip_sleep=True)
def test_one_account_fails(ssm_automation):
    ssm_automation.script(
        ["InProgress", "Failed"], when=lambda call: call.account == "444455556666"
    )

    assert restart_in_members(INSTANCES) == {
        "111122223333": "Success",
        "444455556666": "Failed",
    }


def test_the_role_may_not_start_runbooks_in_one_account(ssm_automation):
    ssm_automation.fail_with(
        "AccessDeniedException", when=lambda call: call.account == "444455556666"
    )

    with pytest.raises(
        Exception,
        match=r"arn:aws:sts::444455556666:assumed-role/.* is not authorized to perform",
    ):
        restart_in_members(INSTANCES)
