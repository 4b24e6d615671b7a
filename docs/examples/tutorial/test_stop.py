import boto3


def stop(instance_id):
    ssm = boto3.client("ssm")
    ids = {"InstanceId": [instance_id]}
    ssm.start_automation_execution(DocumentName="AWS-StopEC2Instance", Parameters=ids)


def test_instance_is_stopped(ssm_automation):
    stop("i-0aaaaaaa")
    ssm_automation.assert_started_once(Parameters={"InstanceId": ["i-0aaaaaaa"]})
