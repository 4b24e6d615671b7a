"""Callers of every kind see what the steps of a runbook did."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError
from caller import poll, start
from children import in_child
from executed import Bench, api, body, step
from reaching import TRANSPORTS, reached

from pytest_ssm_automation import AutomationFake, FakeUsageError

if TYPE_CHECKING:
    from executed import Members

pytestmark = pytest.mark.slow

DECLARED = {"Name": {"type": "String"}}
PUT = api("put", "ssm", "PutParameter", Name="{{ Name }}", Value="{{ script.Value }}", Type="String")
SCRIPT = body("return {'Value': events['Name'] + '!'}", {"Name": "{{ Name }}"}, outputs={"Value": "$.Payload.Value"})
SOURCE = """
    import json
    import boto3, moto, pytest, requests
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    SCRIPT = "import boto3\\ndef h(e, c):\\n    return boto3.client('ssm').get_parameter(Name=e)['Parameter']['Name']"

    def content(service):
        inputs = {"Service": service, "Api": "PutParameter", "Name": "{{ Name }}", "Value": "v", "Type": "String"}
        script = {"Runtime": "python3.11", "Handler": "h", "Script": SCRIPT, "InputPayload": "{{ Name }}"}
        steps = [
            {"name": "put", "action": "aws:executeAwsApi", "inputs": inputs},
            {"name": "get", "action": "aws:executeScript", "inputs": script},
        ]
        return {"schemaVersion": "0.3", "parameters": {"Name": {"type": "String"}}, "mainSteps": steps}

    def status(url, name):
        def ask(operation, **members):
            headers = {"X-Amz-Target": f"AmazonSSM.{operation}", "Content-Type": "application/x-amz-json-1.1"}
            signed = AWSRequest("POST", url, headers, json.dumps(members).encode())
            SigV4Auth(Credentials("AKIDSIGNER", "secret"), "ssm", "us-east-1").add_auth(signed)
            return requests.post(url, data=signed.body, headers=dict(signed.headers.items()), timeout=60)

        started = ask("StartAutomationExecution", DocumentName="Doc", Parameters={"Name": [name]}).json()
        polls = [ask("GetAutomationExecution", **started) for _ in range(4)]
        if polls[-1].status_code == 500:
            assert "1 step of Doc can't be executed" in polls[-1].json()["message"]
            return "unknown"
        shown = polls[-1].json()["AutomationExecution"]
        return shown["AutomationExecutionStatus"]

    @pytest.fixture
    def ssm():
        with moto.mock_aws():
            yield boto3.client("ssm", region_name="us-east-1")

    @pytest.fixture
    def endpoint(ssm, ssm_automation_endpoint):
        return ssm_automation_endpoint

    @pytest.fixture
    def http(ssm, ssm_automation_http):
        return "https://ssm.us-east-1.amazonaws.com/"

    @pytest.fixture(params=["endpoint", "http"])
    def run(request, ssm):
        url = request.getfixturevalue(request.param)
        return lambda name: (status(url, name), ssm.get_parameters(Names=[name])["Parameters"])

    @pytest.mark.parametrize("number", range(2))
    def test_executed(number, run, ssm_automation):
        ssm_automation.add_runbook(content("ssm"), name="Doc")
        shown, found = run(f"p-{number}")
        assert (shown, [each["Name"] for each in found]) == ("Success", [f"p-{number}"])

    def test_unknown(run, ssm_automation):
        ssm_automation.add_runbook(content("odd"), name="Doc")
        assert run("p") == ("unknown", [])

    @pytest.mark.ssm_automation(execute_steps=False)
    def test_not_asked_for(run, ssm_automation):
        ssm_automation.add_runbook(content("odd"), name="Doc")
        assert run("p") == ("Success", [])
"""


def test_callers_over_http(pytester: pytest.Pytester) -> None:
    """By the endpoint or `requests`, and with xdist, steps are executed; one that can't be is a mistake of the test.

    Steps call what is behind the endpoint, which knows the operations of Automation alone.
    """
    pytester.makeconftest((Path(__file__).parents[1] / "plugin" / "conftest.py").read_text("utf-8"))
    pytester.makeini("[pytest]\nfilterwarnings = error\nssm_automation_execute_steps = true")
    pytester.makepyfile(SOURCE)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2")
    result.assert_outcomes(passed=6, failed=2)
    result.stdout.fnmatch_lines(["*GetAutomationExecution: FakeUsageError: 1 step of Doc can't be executed.*"])


def test_threads(bench: Bench) -> None:
    """Runs of several threads are executed beside each other, scripts one at a time, and none takes another's step."""
    bench.register(SCRIPT, PUT, parameters=DECLARED)

    def run(number: int) -> Any:
        execution_id = start(bench.client, Parameters={"Name": [f"thread-{number}"]})
        return [poll(bench.client, execution_id)["AutomationExecutionStatus"] for _ in range(4)][-1]

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(run, range(16))] == ["Success"] * 16
    names = [f"thread-{number}" for number in range(16)]
    found = [
        each for half in (names[:8], names[8:]) for each in bench.aws("ssm").get_parameters(Names=half)["Parameters"]
    ]
    assert {each["Name"]: each["Value"] for each in found} == {name: f"{name}!" for name in names}


def test_pollers_of_one_run(bench: Bench) -> None:
    """A step is executed once, however many poll at the same time."""
    source = "import boto3\nreturn boto3.client('ssm').put_parameter(Name='once', Value='v', Type='String')"
    execution_id = bench.begin(body(source))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(bench.poll, [execution_id] * 16))
    assert bench.poll(execution_id)["AutomationExecutionStatus"] == "Success"
    assert len(bench.aws("ssm").get_parameter_history(Name="once")["Parameters"]) == 1


def test_asynchronous_callers(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of runs that tasks poll beside each other reach moto's server; calls of the tasks stay the caller's."""
    session: Any = pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed").get_session()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)

    async def main() -> list[str]:
        async with session.create_client("ssm", region_name="us-east-1") as client:

            async def run(name: str) -> str:
                started = await client.start_automation_execution(DocumentName="Doc", Parameters={"Name": [name]})
                started.pop("ResponseMetadata")
                shown = [(await client.get_automation_execution(**started))["AutomationExecution"] for _ in range(4)]
                return str(shown[-1]["AutomationExecutionStatus"])

            return await asyncio.gather(*map(run, ("a", "b", "c")))

    with AutomationFake(execute_steps=True) as fake:
        Bench(fake).register(SCRIPT, PUT, parameters=DECLARED)
        assert asyncio.run(main()) == ["Success"] * 3
        # boto3 reads, because aiohttp refuses the two Server headers of moto's server in Python's development mode
        found = boto3.client("ssm", region_name="us-east-1").get_parameters(Names=["a", "b", "c"])
        assert sorted(each["Value"] for each in found["Parameters"]) == ["a!", "b!", "c!"]
        fake.assert_called("GetAutomationExecution", times=12)
        assert [call.step for call in fake.calls] == [None] * 15


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process(bench: Bench) -> None:
    """The process whose fake answers executes the steps: a fork with a fake of its own, or the test by its endpoint."""
    aws = bench.aws("ssm")  # before there is an endpoint
    bench.register(SCRIPT, PUT, parameters=DECLARED)

    def run(name: str, client: Any = bench.client) -> str:
        execution_id = start(client, Parameters={"Name": [name]})
        return str([poll(client, execution_id)["AutomationExecutionStatus"] for _ in range(4)][-1])

    def run_on_own_fake() -> str:
        with AutomationFake(execute_steps=True) as fake:
            Bench(fake).register(SCRIPT, PUT, parameters=DECLARED)
            return f"{run('own', fake.client())} {aws.get_parameters(Names=['own'])['Parameters'][0]['Value']}"

    def found() -> list[str]:
        names = ["refused", "own", "served"]
        return [each["Name"] for each in aws.get_parameters(Names=names)["Parameters"]]

    assert in_child(partial(run, "refused")).startswith("AutomationFakeError: A forked process called")
    assert in_child(run_on_own_fake) == "Success own!"
    assert (found(), bench.fake.executions) == ([], [])
    bench.fake.serve_endpoint()
    assert in_child(partial(run, "served")) == "Success"
    assert in_child(run_on_own_fake) == "Success own!"
    assert (found(), len(bench.fake.executions)) == (["served"], 1)


ODD: list[Members] = [
    api("service", "odd", "PutParameter"),
    step("runtime", "executeScript", {"Runtime": "PowerShell 7.4", "Handler": "h", "Script": "$null"}),
    step("action", "invokeWebhook", {"IntegrationName": "hook"}),
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd["name"])
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_can_not_be_executed_is_told_over_every_transport(transport: str, odd: Members) -> None:
    """A caller with botocore gets the error, another one a status of 500, the test both; the run goes no step on."""
    told = f"1 step of Doc can't be executed.*{odd['name']}"
    with reached(transport, execute_steps=True) as (fake, client_of):
        fake.add_runbook({"schemaVersion": "0.3", "mainSteps": [odd]}, name="Doc")
        client = client_of({"aws_access_key_id": "testing", "aws_secret_access_key": "testing"})
        execution_id = client.start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
        over_http = transport in {"requests", "endpoint"}
        for _ in range(2):
            client.get_automation_execution(AutomationExecutionId=execution_id)
        for _ in range(2):
            with pytest.raises(ClientError if over_http else FakeUsageError, match=f"(?s){told}") as raised:
                client.get_automation_execution(AutomationExecutionId=execution_id)
            if over_http:
                response = cast("ClientError", raised.value).response
                status = response["ResponseMetadata"]["HTTPStatusCode"]
                assert (response["Error"]["Code"], status) == ("InternalFailure", 500)
        assert fake.execution(execution_id).status == "InProgress"
        with pytest.raises(AssertionError, match=f"(?s){told}.*{told}"):
            fake.verify()
