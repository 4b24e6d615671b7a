"""How steps are executed: by calls of boto3, whose client has given answers here, and by Python."""

from __future__ import annotations

import json
import textwrap
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3

from conformance.runbooks import runbook, step
from conformance.running import Shown, ran

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.bench import Bench
    from conformance.runbooks import Runbook

Answer = dict[str, Any]
SECRETS: Answer = {"SecretList": [{"Name": "a", "RotationEnabled": True}, {"Name": "b"}]}
# The seconds between two polls.
_PAUSE = 100


class _Executed(Shown):
    """An execution whose steps are executed.

    Attributes:
        asked: The inputs of each call of the steps.
    """

    def __init__(
        self, bench: Bench, *steps: Runbook, answers: tuple[Answer, ...] = (SECRETS,), service: str = "secretsmanager"
    ) -> None:
        """Poll it to its end; the last answer is repeated."""
        self.asked: list[Answer] = []
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        client = boto3.client(service, region_name="us-east-1", **keys)
        turns: Iterator[Answer] = iter(answers)

        def answer(**_: Any) -> tuple[Any, Answer]:
            given = next(turns, answers[-1])
            return SimpleNamespace(status_code=400 if "Error" in given else 200), given

        client.meta.events.register("provide-client-params.*.*", lambda params, **_: self.asked.append(params))
        client.meta.events.register("before-call.*.*", answer)
        options = {"seed": "executing", "execute_steps": True, "skip_sleep": True}
        with patch.object(boto3, "client", lambda *_, **__: client):
            super().__init__(ran(bench, runbook(*steps), options=options, pause=_PAUSE))

    def nth(self, place: int = 0) -> dict[str, Any]:
        """Return a step."""
        found: dict[str, Any] = self["StepExecutions"][place]
        return found

    def outputs(self, place: int = 0) -> dict[str, list[str]]:
        """Return the outputs of a step, without the answer that it repeats."""
        return {name: value for name, value in self.nth(place)["Outputs"].items() if name != "OutputPayload"}


def _api(action: str = "executeAwsApi", outputs: dict[str, str] | None = None, **inputs: Any) -> Runbook:
    """Write a step that calls an operation; outputs map a name to a selector, and are lists."""
    declared = [{"Name": name, "Selector": way, "Type": "StringList"} for name, way in (outputs or {}).items()]
    given = {"Service": "secretsmanager", "Api": "ListSecrets", **inputs}
    return step("call", f"aws:{action}", given, **({"outputs": declared} if declared else {}))


def _property(action: str, selector: str, *desired: str, **members: Any) -> Runbook:
    return _api(action, PropertySelector=selector, DesiredValues=[*desired]) | members


def _script(body: str, payload: Any = None, **members: Any) -> Runbook:
    """Write a step with the body of a handler."""
    source = "def handler(events, context):\n" + textwrap.indent(textwrap.dedent(body), "    ")
    inputs = {"Runtime": "python3.11", "Handler": "handler", "Script": source, "InputPayload": payload or {}}
    return step("script", "aws:executeScript", inputs, **members)


def _payload(done: _Executed, place: int = 0) -> Any:
    return json.loads(done.nth(place)["Outputs"]["OutputPayload"][0])["Payload"]


def names_of_operations(bench: Bench) -> None:
    """An operation by its name, and as Java and Python write it."""
    ways = [_api(Api=name) | {"name": name} for name in ("ListSecrets", "listSecrets", "list_secrets")]
    bench.expect(_Executed(bench, *ways, _api(Service="SecretsManager")).status, "Success")


def answers_of_boto3(bench: Bench) -> None:
    """The metadata of an answer is part of it."""
    answer = {**SECRETS, "ResponseMetadata": {"HTTPStatusCode": 200, "RetryAttempts": 0}}
    done = _Executed(bench, _api(outputs={"Status": "$.ResponseMetadata.HTTPStatusCode"}), answers=(answer,))
    bench.expect(done.outputs(), {"Status": ["200"]})
    bench.expect(json.loads(done.nth()["Outputs"]["OutputPayload"][0]), answer)


def refusals(bench: Bench) -> None:
    """A call that the service refuses."""
    error = {"Error": {"Code": "InvalidParameterException", "Message": "No."}}
    wanted = "An error occurred (InvalidParameterException) when calling the ListSecrets operation: No."
    found = _Executed(bench, _api(), answers=(error,))
    bench.expect((found.status, wanted in found.nth()["FailureMessage"]), ("Failed", True))


def _launched(bench: Bench, *answers: Answer) -> str:
    launch = step("launch", "aws:runInstances", {"ImageId": "ami-00000000000000000"})
    message: str = _Executed(bench, launch, answers=answers, service="ec2").nth()["FailureMessage"]
    return message


def refused_launch(bench: Bench) -> None:
    """AWS's own example: the image does not exist."""
    error = {"Error": {"Code": "InvalidAMIID.NotFound", "Message": "The image id '[ami-1]' does not exist"}}
    api = "Get Exception from RunInstances API of ec2 Service. Exception Message from RunInstances API"
    wanted = (
        f"Automation Step Execution fails when it is launching the instance(s). {api}: "
        "[The image id '[ami-1]' does not exist (Service: AmazonEC2; Error Code: InvalidAMIID.NotFound)]. "
    )
    message = _launched(bench, error)
    bench.expect(message.startswith(wanted) or message, wanted=True)


def launch_in_vain(bench: Bench) -> None:
    """An instance that shuts down."""
    described: Answer = {"Reservations": [{"Instances": [{"State": {"Name": "shutting-down"}}]}]}
    message = _launched(bench, {"Instances": [{"InstanceId": "i-1"}]}, described)
    phase = "verifying launched instance(s) are ready to be used"
    wanted = f"Step fails when it is {phase}. Instance i-1 entered unexpected state: shutting-down. "
    bench.expect(message.startswith(wanted) or message, wanted=True)


def types_of_inputs(bench: Bench) -> None:
    """Texts of a number, a flag and a structure, a number for a text, one item for a list, and lists in a list."""
    given: Answer = {
        "MaxResults": "5",
        "IncludePlannedDeletion": "true",
        "NextToken": 7,
        "SortOrder": ["asc"],
        "Filters": ['{"Key": "name", "Values": "a"}', {"Key": "all", "Values": [["b"], ["c", 1]]}],
    }
    wanted = {
        "MaxResults": 5,
        "IncludePlannedDeletion": True,
        "NextToken": "7",
        "SortOrder": "asc",
        "Filters": [{"Key": "name", "Values": ["a"]}, {"Key": "all", "Values": ["b", "c", "1"]}],
    }
    bench.expect(_Executed(bench, _api(**given)).asked, [wanted])


def nulls_of_inputs(bench: Bench) -> None:
    """Nulls at each level, and an empty text."""
    given: Answer = {"NextToken": "", "SortBy": None, "Filters": [None, {"Key": "name", "Values": ["a", None]}]}
    wanted = {"NextToken": "", "Filters": [{"Key": "name", "Values": ["a"]}]}
    bench.expect(_Executed(bench, _api(**given)).asked, [wanted])


def references_without_a_value(bench: Bench) -> None:
    """The output of a selector that found nothing, in an input, in a payload and in a condition."""
    first = _api(outputs={"Id": "$.Absent"})
    choice = {"NextStep": "end", "Variable": "{{ call.Id }}", "Contains": "call.Id"}
    done = _Executed(
        bench,
        first,
        _api(NextToken="{{ call.Id }}") | {"name": "again"},
        _script("return events['Id']", {"Id": "{{ call.Id }}"}),
        {"name": "branch", "action": "aws:branch", "inputs": {"Choices": [choice]}, "isEnd": True},
        {"name": "end", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}},
    )
    bench.expect(
        (done.status, done.asked[1], _payload(done, 2), done.nth(4)["StepStatus"]),
        ("Success", {"NextToken": "{{ call.Id }}"}, "{{ call.Id }}", "Success"),
    )


def selectors(bench: Bench) -> None:
    """A path to one value, and two that may have several."""
    outputs = {"One": "$.SecretList[0].Name", "Deep": "$.SecretList..Name", "Each": "$.SecretList[*].Name"}
    wanted = {"One": ["a"], "Deep": ["a", "b"], "Each": ["a", "b"]}
    bench.expect(_Executed(bench, _api(outputs=outputs)).outputs(), wanted)


def selectors_in_vain(bench: Bench) -> None:
    """A path that is not there, and one to a null."""
    outputs = {"Absent": "$.SecretList[5].Name", "Null": "$.NextToken"}
    done = _Executed(bench, _api(outputs=outputs), answers=({**SECRETS, "NextToken": None},))
    bench.expect((done.status, done.outputs()), ("Success", {}))


def types_of_outputs(bench: Bench) -> None:
    """A text for a number: one that is a number, and one that is none."""

    def typed(text: str) -> _Executed:
        declared = {"outputs": [{"Name": "Number", "Selector": "$.Payload", "Type": "Integer"}]}
        read = _script("return events['n']", {"n": "{{ script.Number }}"}) | {"name": "read"}
        return _Executed(bench, _script(f"return {text!r}", **declared), read)

    bench.expect((_payload(typed("5"), 1), typed("many").nth()["StepStatus"]), (5, "Failed"))


def times(bench: Bench) -> None:
    """A time, of which boto3 makes a datetime."""
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    answer = {"SecretList": [{"CreatedDate": moment}]}
    done = _Executed(bench, _api(outputs={"When": "$.SecretList[0].CreatedDate"}), answers=(answer,))
    bench.expect(done.outputs(), {"When": ["2026-01-02T03:04:05+00:00"]})


def compared_as_texts(bench: Bench) -> None:
    """A flag by both of its texts, several values, and a list."""
    flag, names, absent = "$.SecretList[0].RotationEnabled", "$.SecretList..Name", "$.SecretList[5].Name"
    asserted = [(flag, "True"), (flag, "true"), (names, "a", "b"), (names, "a"), ("$.Empty", "[]"), (absent, "None")]
    answer = {**SECRETS, "Empty": []}
    found = [
        _Executed(bench, _property("assertAwsResourceProperty", *each), answers=(answer,)).status for each in asserted
    ]
    bench.expect(found, ["Success", "Failed", "Success", "Failed", "Success", "Failed"])


def text_of_an_assertion(bench: Bench) -> None:
    """A flag that is not as desired."""
    selector = "$.SecretList[0].RotationEnabled"
    done = _Executed(bench, _property("assertAwsResourceProperty", selector, "False", "None"))
    text = "Property value 'True' from the API output is not in the desired values. Desired values: ['False', 'None']."
    wanted = f"Step fails when it is Execute/Cancelling action. {text}. Please refer to "
    bench.expect(done.nth()["FailureMessage"][: len(wanted)], wanted)


def time_of_a_wait(bench: Bench) -> None:
    """A wait for what never comes; its first poll begins it, and the first one after its time ends it."""
    wait = _property("waitForAwsResourceProperty", "$.SecretList[0].Name", "never")
    for limit, members in ((3600, {}), (1200, {"timeoutSeconds": 1200})):
        done = _Executed(bench, wait | members)
        seconds = (done.nth()["ExecutionEndTime"] - done.nth()["ExecutionStartTime"]).total_seconds()
        bench.expect((done.status, 0 <= seconds - limit <= 2 * _PAUSE), ("TimedOut", True))


def result_of_a_script(bench: Bench) -> None:
    """What a handler returns, and what a selector reads of it."""
    declared = [{"Name": "Id", "Selector": "$.Payload.id", "Type": "String"}]
    done = _Executed(bench, _script("return {'id': 'x'}", outputs=declared))
    wanted = {"Id": ["x"], "Payload": ['{"id":"x"}'], "OutputPayload": ['{"Payload":{"id":"x"}}']}
    bench.expect(done.nth()["Outputs"], wanted)


def most_items_of_a_script(bench: Bench) -> None:
    """A list of 101 numbers."""
    bench.expect(_payload(_Executed(bench, _script("return list(range(101))"))), list(range(100)))


def most_bytes_of_a_script(bench: Bench) -> None:
    """JSON of 100 KB, and of one byte more."""
    found = [_Executed(bench, _script(f"return 'x' * {length}")).status for length in (102398, 102399)]
    bench.expect(found, ["Success", "Failed"])


def context_of_a_script(bench: Bench) -> None:
    """The keys, and those of the values that are known here."""
    done = _Executed(bench, _script("return context"))
    found = _payload(done)
    bench.expect((found.pop("automation:EXECUTION_ID"), done.status), (done["AutomationExecutionId"], "Success"))
    bench.expect(sorted(found), ["global:ACCOUNT_ID", "global:AWS_PARTITION", "global:REGION"])
    bench.expect((found["global:REGION"], found["global:AWS_PARTITION"]), ("us-east-1", "aws"))


def exit_of_a_script(bench: Bench) -> None:
    """Also one that tells no error."""
    found = _Executed(bench, _script("import sys\nsys.exit(0)"))
    bench.expect((found.status, "SystemExit - 0" in found.nth()["FailureMessage"]), ("Failed", True))


def frames_of_a_script(bench: Bench) -> None:
    """An exception that Python's own library raises."""
    message = _Executed(bench, _script("import json\njson.loads('{')")).nth()["FailureMessage"]
    bench.expect((message.count("  File "), "customer_script.py" in message), (1, True))


def time_of_a_script(bench: Bench) -> None:
    """A script that sleeps a little less than it may, one that sleeps as long, and one with a shorter limit."""
    waits = [_script("import time\ntime.sleep(599)"), _script("import time\ntime.sleep(600)")]
    waits.append(_script("import time\ntime.sleep(60)", timeoutSeconds=30))
    bench.expect([_Executed(bench, each).status for each in waits], ["Success", "TimedOut", "TimedOut"])


def failure_of_a_command(bench: Bench) -> None:
    """The text of AWS's example, with another id."""
    command = {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-0"]}
    command_id = "00000000-0000-4000-8000-000000000000"
    told = "failed to run commands: exit status 1"
    failed: Answer = {"Status": "Failed", "ResponseCode": 1, "StandardErrorContent": told}
    answers: tuple[Answer, ...] = ({"Command": {"CommandId": command_id}}, failed)
    done = _Executed(bench, step("run", "aws:runCommand", command), answers=answers, service="ssm")
    output = rf"\n----------ERROR-------\n{told}"
    outputs = f'{{"Status":"Failed","ResponseCode":1,"Output":"{output}","CommandId":"{command_id}"}}'
    wanted = (
        f"Command {command_id} returns unexpected invocation result: \n{{Status=[Failed], ResponseCode=[1], "
        f"Output=[\n----------ERROR-------\n{told}], OutputPayload=[{outputs}], CommandId=[{command_id}]}}."
    )
    message = done.nth()["FailureMessage"]
    bench.expect(wanted in message or message, wanted=True)


def command_on_several_instances(bench: Bench) -> None:
    """Two instances with outputs and codes of their own."""
    command = {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-0", "i-1"]}
    ended: list[Answer] = [
        {"Status": "Success", "ResponseCode": code, "StandardOutputContent": text}
        for code, text in ((0, "first"), (2, "second"))
    ]
    command_id = "00000000-0000-4000-8000-000000000000"
    answers: tuple[Answer, ...] = ({"Command": {"CommandId": command_id}}, *ended)
    done = _Executed(bench, step("run", "aws:runCommand", command), answers=answers, service="ssm")
    wanted = {"Status": ["Success"], "ResponseCode": ["2"], "Output": ["first\nsecond"], "CommandId": [command_id]}
    bench.expect(done.outputs(), wanted)
