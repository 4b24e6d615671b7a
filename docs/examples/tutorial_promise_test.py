import boto3


def restart(instance_id):
    ssm = boto3.client("ssm")
    parameters = {"InstanceId": [instance_id]}
    ssm.start_automation_execution(DocumentName="AWS-RestartEC2Instance", Parameters=parameters)


def test_instance_is_restarted(ssm_automation):
    restart("i-0aaaaaaa")
    ssm_automation.assert_started_once(Parameters={"InstanceId": ["i-0aaaaaaa"]})
