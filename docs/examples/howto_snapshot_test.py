import boto3


def patch(environment):
    boto3.client("ssm").start_automation_execution(
        DocumentName="Acme-Patch",
        TargetParameterName="InstanceId",
        Targets=[{"Key": "tag:Environment", "Values": [environment]}],
        MaxConcurrency="25%",
    )


def test_the_request_is_the_one_that_was_reviewed(ssm_automation, snapshot):
    patch("prod")

    assert [call.params for call in ssm_automation.calls] == snapshot
