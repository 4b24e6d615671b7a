import time

import pytest

pytestmark = pytest.mark.ssm_automation(skip_sleep=True)

LOCATIONS = [
    {
        "Accounts": ["111122223333", "444455556666"],
        "Regions": ["eu-central-1"],
        "ExecutionRoleName": "AWS-SystemsManager-AutomationExecutionRole",
    }
]


def run(ssm, **request):
    started = ssm.start_automation_execution(
        DocumentName="AWS-RestartEC2Instance", **request
    )
    while True:
        response = ssm.get_automation_execution(
            AutomationExecutionId=started["AutomationExecutionId"]
        )
        execution = response["AutomationExecution"]
        if execution["AutomationExecutionStatus"] in {"Success", "Failed"}:
            return execution
        time.sleep(30)


def test_each_map_is_a_target(ssm_automation, ssm_client):
    maps = [{"InstanceId": ["i-0aaaaaaa"]}, {"InstanceId": ["i-0bbbbbbb"]}]

    run(ssm_client, TargetMaps=maps)

    children = ssm_automation.executions[0].children
    assert [child.parameters for child in children] == maps


def test_every_account_has_its_turn(ssm_automation, ssm_client):
    run(ssm_client, TargetLocations=LOCATIONS)

    targets = [
        (child.target, child.region) for child in ssm_automation.executions[0].children
    ]
    assert targets == [
        ("111122223333/eu-central-1", "eu-central-1"),
        ("444455556666/eu-central-1", "eu-central-1"),
    ]


def test_the_accounts_are_read_from_a_file(ssm_automation, ssm_client):
    url = ssm_automation.host_target_locations(LOCATIONS)

    run(ssm_client, TargetLocationsURL=url)

    assert len(ssm_automation.executions[0].children) == 2
