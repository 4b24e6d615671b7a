import contextlib

from botocore.exceptions import ClientError


def restart(ssm, instance_ids):
    for instance_id in instance_ids:
        with contextlib.suppress(ClientError):
            ssm.start_automation_execution(
                DocumentName="AWS-RestartEC2Instance",
                Parameters={"InstanceId": [instance_id]},
            )


def test_instance_is_restarted(ssm_automation, ssm_client):
    restart(ssm_client, ["i-0aaaaaaa"])

    ssm_automation.assert_started_once(Parameters={"InstanceId": ["i-0aaaaaaa"]})


def test_every_instance_is_restarted(ssm_automation, ssm_client):
    ssm_automation.fail_with("ThrottlingException", after=1)

    restart(ssm_client, ["i-0aaaaaaa", "i-0bbbbbbb"])

    ssm_automation.assert_started_once(Parameters={"InstanceId": ["i-0bbbbbbb"]})
