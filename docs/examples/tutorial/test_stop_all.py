from contextlib import suppress

from botocore.exceptions import ClientError

from test_stop import stop


def stop_all(instance_ids):
    for instance_id in instance_ids:
        with suppress(ClientError):
            stop(instance_id)


def test_every_instance_is_stopped(ssm_automation):
    ssm_automation.fail_with("ThrottlingException", after=1)
    stop_all(["i-0aaaaaaa", "i-0bbbbbbb"])
    ssm_automation.assert_started_once(Parameters={"InstanceId": ["i-0bbbbbbb"]})
