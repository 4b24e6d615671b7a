"""The actions of EC2, CloudFormation, Run Command and Automation itself, under moto."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from executed import body, step

from pytest_ssm_automation import FakeUsageError, StepRun

if TYPE_CHECKING:
    from executed import Bench, Members

pytestmark = pytest.mark.slow

IMAGE = "ami-12c6146b"
TEMPLATE = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "of-stack"}}}})


def launch(bench: Bench) -> str:
    """Launch an instance, as the test."""
    made = bench.aws("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)
    return str(made["Instances"][0]["InstanceId"])


def state(bench: Bench, instance_id: str) -> str:
    """Return the state of an instance."""
    found = bench.aws("ec2").describe_instances(InstanceIds=[instance_id])
    return str(found["Reservations"][0]["Instances"][0]["State"]["Name"])


@pytest.mark.parametrize("desired", ["terminated", "running"])
def test_the_state_of_an_instance_is_changed(desired: str, bench: Bench) -> None:
    """The instance has the state, which the step puts out."""
    instance_id = launch(bench)
    if desired == "running":
        bench.aws("ec2").stop_instances(InstanceIds=[instance_id])
    run = bench.run(step("it", "changeInstanceState", {"InstanceIds": [instance_id], "DesiredState": desired}))
    assert (run.status, run.outputs("it")) == ("Success", {"InstanceStates": [desired]})
    assert state(bench, instance_id) == desired


def test_a_state_that_nobody_knows(bench: Bench) -> None:
    """An output without a value is its own text, which is no state."""
    find = body("return {}", name="find", outputs={"State": "$.Payload.State"})
    inputs = {"InstanceIds": ["i-0"], "DesiredState": "{{ find.State }}"}
    run = bench.run(find, step("it", "changeInstanceState", inputs))
    assert run.text("it") == "Unknown DesiredState {{ find.State }}. Allowed: running, stopped, terminated"


NOT_LAUNCHED = (
    "Get Exception from RunInstances API of ec2 Service. Exception Message from RunInstances API: [The subnet ID "
    "'subnet-0' does not exist (Service: AmazonEC2; Status Code: 400; Error Code: InvalidSubnetID.NotFound; Request ID"
)
MISSING = "Parameter validation failed:\nMissing required parameter in input: "
UNKNOWN = 'Parameter validation failed:\nUnknown parameter in input: "Odd"'
WRONG = "Parameter validation failed:\nInvalid type for parameter "
COMMAND = {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-1", "i-2"], "Parameters": {"commands": "date"}}
LOOK = {"Service": "ssm", "Api": "GetParameters", "Names": ["a"], "PropertySelector": "$", "DesiredValues": []}
SCRIPT = body("return events['key']")["inputs"]
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:absent"


@pytest.mark.parametrize(
    ("action", "inputs", "text"),
    [
        (
            "changeInstanceState",
            {"InstanceIds": ["i-0"], "DesiredState": "stopped"},
            "An error occurred (InvalidInstanceID.NotFound)",
        ),
        ("changeInstanceState", {"DesiredState": "stopped"}, MISSING + '"InstanceIds"'),
        (
            "runInstances",
            {"ImageId": IMAGE, "SubnetId": "subnet-0"},
            NOT_LAUNCHED,
        ),
        (
            "runInstances",
            {"ImageId": IMAGE, "Odd": 1},
            UNKNOWN,
        ),
        ("createImage", {"InstanceId": "i-0", "ImageName": "abc"}, "An error occurred (InvalidInstanceID."),
        (
            "copyImage",
            {"SourceImageId": "ami-0", "SourceRegion": "us-east-1", "ImageName": "abc"},
            "An error occurred (InvalidAMIID.",
        ),
        ("deleteImage", {"ImageId": "ami-0"}, "An error occurred (InvalidAMIID."),
        ("createTags", {"ResourceIds": ["i-0"], "Tags": [{"Key": "a", "Value": "b"}]}, "An error occurred (InvalidID)"),
        (
            "createTags",
            {"ResourceType": "Parameter", "ResourceIds": ["a", "b"], "Tags": []},
            "Expected one resource of type Parameter, but got 2",
        ),
        ("createStack", {"TemplateBody": TEMPLATE}, MISSING + '"StackName"'),
        ("deleteStack", {}, MISSING + '"StackName"'),
        ("runCommand", {"InstanceIds": ["i-0"]}, MISSING + '"DocumentName"'),
        (
            "createImage",
            {"InstanceId": "i-0", "ImageName": "abc", "NoReboot": "perhaps"},
            WRONG + "NoReboot, value: perh",
        ),
        ("copyImage", {"SourceImageId": "ami-0"}, MISSING + '"Name"\nMissing'),
        ("createTags", {"ResourceIds": ["i-0"], "Tags": "text"}, WRONG + "Tags[0], value: text"),
        ("createStack", {"StackName": "a", "TimeoutInMinutes": "soon"}, WRONG + "TimeoutInMinutes, value: soon"),
        ("deleteStack", {"StackName": "a", "RetainResources": 1, "Odd": 1}, UNKNOWN),
        ("runInstances", {"ImageId": IMAGE, "MinInstanceCount": "many"}, WRONG + "MinCount, value: many"),
        ("runCommand", {**COMMAND, "TimeoutSeconds": "soon"}, WRONG + "TimeoutSeconds, value: soon"),
        (
            "executeAwsApi",
            {"Service": "ssm", "Api": "GetParameter", "Name": "absent"},
            "An error occurred (ParameterNotFound)",
        ),
        ("executeAwsApi", {"Service": "ssm", "Api": "GetParameter"}, MISSING + '"Name"'),
        ("executeAwsApi", {"Service": "ssm", "Api": "GetParameter", "Name": "a", "WithDecryption": "yes"}, WRONG),
        (
            "assertAwsResourceProperty",
            {**LOOK, "PropertySelector": "$.Parameters[0].Value", "DesiredValues": ["v", 1]},
            "The property $.Parameters[0].Value was not found. Desired values: ['v', '1'].",
        ),
        ("assertAwsResourceProperty", {**LOOK, "Names": {"a": "b"}, "Odd": 1}, UNKNOWN),
        ("waitForAwsResourceProperty", {**LOOK, "Api": "GetParameter", "Names": None}, MISSING + '"Name"'),
        ("executeScript", {**SCRIPT, "Handler": "absent"}, "Traceback (most recent call last):\n\nAttributeError - "),
        ("executeScript", {**SCRIPT, "InputPayload": []}, "Traceback (most recent call last):\n  File "),
        ("executeAutomation", {"DocumentName": "Child"}, "Failed to run automation with executionId: "),
        (
            "executeAutomation",
            {"DocumentName": "Child", "RuntimeParameters": {"Odd": ["x"]}},
            "Fail to start automation, errorMessage: Undefined execution inputs: [Odd]",
        ),
        ("invokeLambdaFunction", {"FunctionName": "absent"}, "An error occurred (ResourceNotFoundException)"),
        ("executeStateMachine", {"stateMachineArn": MACHINE}, "An error occurred (StateMachineDoesNotExist)"),
    ],
)
@pytest.mark.filterwarnings("ignore:AWS is likely to refuse runbook:pytest_ssm_automation.RunbookWarning")
def test_what_is_refused(action: str, inputs: Members, text: str, make_bench: Any) -> None:
    """The step fails with the service's message, after each attempt, and `onFailure` leads on."""
    bench = make_bench(relax=["document:action_inputs"])
    bench.register(step("inner", "executeAwsApi", {"Service": "ssm", "Api": "GetParameter"}), name="Child")
    attempts: list[int] = []

    def execute(run: StepRun) -> Members:
        attempts.append(run.attempt)
        return run.execute()

    failing = step("it", action, inputs, maxAttempts=2, onFailure="Continue")
    for counts in (False, True):
        if counts:
            bench.fake.step_outputs("it", execute)
        run = bench.run(failing, step("after", "sleep", {"Duration": "PT1S"}))
        assert run.step("it")["FailureMessage"].partition(". ")[2].startswith(text)
        assert (run.step("it")["StepStatus"], run.step("after")["StepStatus"]) == ("Failed", "Success")
    assert attempts == ([] if action == "executeAutomation" else [1, 2])


def test_instances_are_launched(bench: Bench) -> None:
    """Counts may be text, empty texts are as if not given, and user data is not encoded twice."""
    counts = {"MinInstanceCount": "2", "MaxInstanceCount": "2"}
    inputs = {"ImageId": IMAGE, "InstanceType": "t2.micro", "KeyName": "", **counts}
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "By", "Value": "us"}]}]
    run = bench.run(step("it", "runInstances", {**inputs, "TagSpecifications": tags, "UserData": "aGVsbG8="}))
    shown = run.outputs("it")
    assert shown["InstanceStates"] == ["running", "running"]
    ec2 = bench.aws("ec2")
    for instance_id in shown["InstanceIds"]:
        data = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="userData")
        assert data["UserData"]["Value"] == "aGVsbG8="
        assert state(bench, instance_id) == "running"
    plain = bench.run(step("it", "runInstances", {"ImageId": IMAGE, "UserData": "plain text"})).outputs("it")
    [one] = ec2.describe_instances(InstanceIds=plain["InstanceIds"])["Reservations"][0]["Instances"]
    assert one["InstanceType"] == "m1.small"


def test_an_image_is_created_and_deleted(bench: Bench) -> None:
    """What it puts out is repeated as its payload; to delete it deletes its snapshots."""
    ec2, inputs = bench.aws("ec2"), {"InstanceId": launch(bench), "ImageName": "one", "ImageDescription": ""}
    run = bench.run(step("create", "createImage", inputs))
    created = {name: value for name, [value] in run.outputs("create").items()}
    assert json.loads(run.step("create")["Outputs"]["OutputPayload"][0]) == created
    [image] = ec2.describe_images(ImageIds=[created["ImageId"]])["Images"]
    assert (image["Name"], image["State"], created["ImageState"]) == ("one", "available", "available")
    assert bench.run(step("it", "deleteImage", {"ImageId": created["ImageId"]})).status == "Success"
    assert ec2.describe_images(Filters=[{"Name": "name", "Values": ["one"]}])["Images"] == []
    snapshot = {"Name": "snapshot-id", "Values": [image["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]]}
    assert ec2.describe_snapshots(Filters=[snapshot])["Snapshots"] == []


@pytest.mark.parametrize("kind", ["{{ Kind }}", "EC2"])
def test_tags_of_ec2(kind: str, bench: Bench) -> None:
    """They are EC2's with its type, or with a parameter for it that nobody has given."""
    inputs = {"ResourceType": kind, "ResourceIds": [launch(bench)], "Tags": [{"Key": "production", "Value": ""}]}
    run = bench.run(step("it", "createTags", inputs), parameters={"Kind": {"type": "String", "default": ""}})
    assert run.status == "Success"
    found = bench.aws("ec2").describe_tags(Filters=[{"Name": "resource-id", "Values": inputs["ResourceIds"]}])["Tags"]
    assert [(each["Key"], each.get("Value", "")) for each in found] == [("production", "")]


def test_tags_of_a_parameter(bench: Bench) -> None:
    """Other types are Systems Manager's."""
    ssm = bench.aws("ssm")
    ssm.put_parameter(Name="tagged", Value="v", Type="String")
    inputs = {"ResourceType": "Parameter", "ResourceIds": "tagged", "Tags": [{"Key": "a", "Value": "b"}]}
    assert bench.run(step("it", "createTags", inputs)).status == "Success"
    found = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="tagged")["TagList"]
    assert found == [{"Key": "a", "Value": "b"}]


def test_a_stack_that_does_not_exist_is_deleted(bench: Bench) -> None:
    """To delete it does nothing."""
    assert bench.run(step("it", "deleteStack", {"StackName": "absent"})).status == "Success"


def test_a_command_whose_output_nobody_reads(bench: Bench) -> None:
    """Moto sends it, and runs nothing."""
    shown = bench.run(step("it", "runCommand", COMMAND)).outputs("it")
    assert (shown["Status"], shown["ResponseCode"], shown["Output"]) == (["Success"], ["0"], [""])


@pytest.mark.parametrize("reader", ["step", "runbook", "selector"])
def test_an_output_that_moto_does_not_have_is_no_success(reader: str, bench: Bench) -> None:
    """Where the runbook reads it, the test has to say it."""
    steps = [step("it", "runCommand", COMMAND, **({"outputs": {"Mine": "$.Output"}} if reader == "selector" else {}))]
    steps += [step("after", "sleep", {"Duration": "{{ it.Output }}"})] if reader == "step" else []
    document: Members = {"outputs": ["it.Output"]} if reader == "runbook" else {}
    execution_id = bench.begin(*steps, **document)
    with pytest.raises(FakeUsageError, match=r"it \(aws:runCommand\): the runbook reads its Output, which is empty"):
        bench.poll(execution_id)


PUT = step(
    "put",
    "executeAwsApi",
    {"Service": "ssm", "Api": "PutParameter", "Name": "by-child", "Value": "v", "Type": "String", "Overwrite": True},
)


def test_an_execution_is_started(bench: Bench) -> None:
    """The child executes its steps too; a function of the test may change what the step puts out."""
    bench.register(PUT, step("wait", "sleep", {"Duration": "PT1S"}), name="Child", outputs=["put.OutputPayload"])
    bench.register(
        step("it", "executeAutomation", {"DocumentName": "Child"}),
        step("other", "executeAutomation", {"DocumentName": "Child"}),
        name="Parent",
    )
    seen: list[Members] = []

    def change(run: StepRun) -> Members:
        seen.append(run.execute())
        return {"Output": ["changed"]}

    bench.fake.step_outputs("other", change)
    execution_id = bench.client.start_automation_execution(DocumentName="Parent")["AutomationExecutionId"]
    shown = [bench.poll(execution_id) for _ in range(6)][-1]
    assert shown["AutomationExecutionStatus"] == "Success"
    assert bench.aws("ssm").get_parameter(Name="by-child")["Parameter"]["Value"] == "v"
    first, other = bench.fake.execution(execution_id).children
    assert shown["StepExecutions"][0]["Outputs"]["ExecutionId"] == [first.id]
    assert seen == [{"ExecutionId": other.id, "Status": "Success", "Output": other.outputs["put.OutputPayload"]}]
    assert shown["StepExecutions"][1]["Outputs"]["Output"] == ["changed"]


def test_an_execution_whose_runbook_is_not_registered(bench: Bench) -> None:
    """It can't be executed, nor can others of the runbook, whether the name is written there or a reference."""
    bench.register(step("inner", "sleep", {"Duration": "PT1S"}), name="Child")
    execution_id = bench.begin(
        step("a", "executeAutomation", {"DocumentName": "{{ Name }}"}),
        step("known", "executeAutomation", {"DocumentName": "Child"}),
        step("b", "executeAutomation", {"DocumentName": "arn:aws:ssm:us-east-1:210987654321:document/Shared"}),
        parameters={"Name": {"type": "String", "default": "AWS-StopEC2Instance"}},
    )
    with pytest.raises(FakeUsageError) as caught:
        bench.poll(execution_id)
    text = str(caught.value)
    assert "2 steps of Doc can't be executed" in text
    assert "a (aws:executeAutomation): its runbook AWS-StopEC2Instance is not registered. Register the runbook" in text
    assert "b (aws:executeAutomation): its runbook Shared is not registered." in text
    assert "download AWS-StopEC2Instance --to tests/runbooks" in text
