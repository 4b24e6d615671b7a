import boto3


def restart(instance_id):
    ssm = boto3.client("ssm")
    ssm.start_automation_execution(DocumentName="AWS-RestartEC2Instance", Parameters={"InstanceId": [instance_id]})


def test_instance_is_restarted(ssm_automation):
    restart("i-0123456789abcdef0")

    ssm_automation.assert_started_once(Parameters={"InstanceId": ["i-0123456789abcdef0"]})
