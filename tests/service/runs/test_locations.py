from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
import responses
from botocore.exceptions import ClientError
from moto import mock_aws

from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCATIONS: list[dict[str, Any]] = [
    {"Accounts": ["111111111111"], "Regions": ["us-east-1", "eu-central-1"], "ExecutionRoleName": "Automation"},
    {"Accounts": ["222222222222"], "Regions": ["us-east-1"]},
]
URL = "https://bucket.s3.eu-central-1.amazonaws.com/locations.json?X-Amz-Signature=0123456789abcdef"
MOST_BYTES = 1024 * 1024
CODE = "InvalidAutomationExecutionParametersException"
UNUSABLE = "The file at TargetLocationsURL can't be used: "

pytestmark = pytest.mark.needs("TargetLocationsURL")


def start(client: Any, url: str) -> str:
    """Start an execution with the locations at a URL."""
    answer = client.start_automation_execution(DocumentName="Doc", TargetLocationsURL=url)
    execution_id: str = answer["AutomationExecutionId"]
    return execution_id


@pytest.fixture
def refusal(client: Any) -> Callable[[str], str]:
    """Start with an unusable URL, and return the reason."""

    def refusal(url: str) -> str:
        with pytest.raises(ClientError) as caught:
            start(client, url)
        response: Any = caught.value.response
        error = response["Error"]
        assert error["Code"] == CODE
        assert error["Message"].startswith(UNUSABLE)
        reason: str = error["Message"].removeprefix(UNUSABLE)
        return reason

    return refusal


def test_hosted_locations_are_expanded(fake: AutomationFake, client: Any) -> None:
    """An execution with hosted locations has the same steps as one that names them in the request."""
    by_url = start(client, fake.host_target_locations(LOCATIONS))
    named = client.start_automation_execution(DocumentName="Doc", TargetLocations=LOCATIONS)["AutomationExecutionId"]

    def places(execution_id: str) -> Any:
        shown = client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
        return [step.get("TargetLocation") for step in shown["StepExecutions"]]

    assert places(by_url) == places(named)
    assert len(places(by_url)) == 3
    assert "TargetLocations" not in fake.calls[0].params


def test_a_hosted_url_looks_like_a_presigned_one(fake: AutomationFake) -> None:
    """It is another one each time, and leads to a copy of the list; that it is valid, a start with it shows."""
    mine = [{"Regions": ["us-east-1"]}]
    urls = {fake.host_target_locations(mine) for _ in range(3)}
    mine.clear()
    assert len(urls) == 3
    for url in urls:
        assert re.search(r"[?&]X-Amz-Signature=[0-9a-f]{64}$", url)
        assert requests.get(url, timeout=5).json() == [{"Regions": ["us-east-1"]}]


def test_a_file_may_have_more_locations_than_a_request(fake: AutomationFake, client: Any) -> None:
    """The model's limit on TargetLocations is one on requests; the file is there to get around it."""
    many = [{"Accounts": [f"{number:012}"], "Regions": ["us-east-1"]} for number in range(150)]
    assert start(client, fake.host_target_locations(many)) == fake.executions[0].id


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"body": b"Accounts: [1]"}, "it is not JSON."),
        ({"body": b""}, "it is not JSON."),
        ({"body": b"\xff\xfe"}, "it is not JSON."),
        ({"body": b"[" * 100_000}, "it is nested too deeply."),
        # json itself can read this
        ({"body": b"[" * 101 + b"]" * 101}, "it is nested too deeply."),
        ({"body": json.dumps(LOCATIONS[0]).encode()}, "it is not a JSON array of target locations."),
        ({"body": b" " * (MOST_BYTES + 1)}, f"it has {MOST_BYTES + 1} bytes, more than the maximum of {MOST_BYTES}."),
        *(({"status": each, "body": "<Error/>"}, f"it can't be read: HTTP status {each}.") for each in (403, 404, 500)),
        ({"body": requests.ReadTimeout()}, "no answer within 5 seconds."),
        ({"body": requests.ConnectTimeout()}, "no answer within 5 seconds."),
        ({"body": requests.TooManyRedirects()}, "it can't be read: TooManyRedirects."),
    ],
    ids=[
        *("yaml", "empty", "binary", "deep", "less deep", "object", "large"),
        *("denied", "missing", "broken", "slow", "unreachable", "redirects"),
    ],
)
def test_files_that_cant_be_read(fake: AutomationFake, refusal: Any, answer: dict[str, Any], reason: str) -> None:
    """Each has an error of the service, no exception of `requests` is raised, and nothing is started."""
    fake.serve_requests().add("GET", URL.partition("?")[0], **answer)
    assert refusal(URL) == reason
    assert fake.executions == ()
    assert [(call.outcome, call.error) for call in fake.calls] == [("rejected", CODE)]


@pytest.mark.parametrize(
    ("locations", "place"),
    [
        ([{"Regions": ["us-east-1"]}, {"Regions": [7]}], "at TargetLocations[1].Regions[0]"),
        ([{"ExecutionRoleName": "x" * 65}], "at TargetLocations[0].ExecutionRoleName"),
        ([{"Region": ["us-east-1"]}], "at TargetLocations[0].Region"),
        ([], "at TargetLocations"),
        (["us-east-1"], "at TargetLocations[0]"),
    ],
    ids=["type", "role", "unknown", "none", "text"],
)
def test_invalid_locations(fake: AutomationFake, refusal: Any, locations: Any, place: str) -> None:
    """Every location is checked against the model, and the message names the place."""
    assert refusal(fake.host_target_locations(locations)).startswith(f"{place}: ")


def test_a_name_of_targets_needs_targets_in_the_file(fake: AutomationFake, client: Any) -> None:
    """TargetParameterName is allowed with any URL, and refused if the file contains no targets."""
    location: dict[str, Any] = {"Accounts": ["123456789012"], "Regions": ["us-east-1"]}
    targets = [{"Key": "ParameterValues", "Values": ["i-1"]}]
    request = {"DocumentName": "Doc", "TargetParameterName": "Id"}
    with pytest.raises(ClientError, match="Targets are required if you specify TargetParameterName"):
        client.start_automation_execution(TargetLocationsURL=fake.host_target_locations([location]), **request)
    hosted = fake.host_target_locations([{**location, "Targets": targets}])
    assert client.start_automation_execution(TargetLocationsURL=hosted, **request)


def test_a_url_that_nobody_hosts(fake: AutomationFake, client: Any) -> None:
    """By default it is accepted unread; with the option it has to be hosted, whether anything else is mocked or not."""
    assert start(client, URL) == fake.executions[0].id
    with AutomationFake(unknown_urls="reject") as strict:
        for serve in (lambda: None, strict.serve_requests):
            serve()
            with pytest.raises(ClientError, match=re.escape(f"{UNUSABLE}it is not hosted.")):
                start(strict.client(), URL)
        start(strict.client(), strict.host_target_locations(LOCATIONS))
        strict.assert_started_once()


def test_requests_is_not_imported_to_look_for_a_url() -> None:
    """Where `requests` was never imported nothing mocks it: its import would outlast hypothesis's deadline."""
    code = """
import sys
from pytest_ssm_automation import AutomationFake
with AutomationFake() as fake:
    url = "https://bucket.s3.amazonaws.com/targets.json"
    fake.client().start_automation_execution(DocumentName="Doc", TargetLocationsURL=url)
    fake.assert_started_once(TargetLocationsURL=url)
print("requests" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_never_a_real_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even beneath moto, which lets requests to hosts that it doesn't know through."""
    tried: list[Any] = []
    monkeypatch.setattr("socket.create_connection", lambda *args, **_: tried.append(args))
    monkeypatch.setattr("urllib3.util.connection.create_connection", lambda *args, **_: tried.append(args))
    url = "https://bucket.s3.eu-central-1.amazonaws.com/locations.json"
    with AutomationFake(unknown_urls="reject") as fake:
        for mocks in ([], [mock_aws(config={"core": {"mock_credentials": True, "passthrough": {"urls": [".*"]}}})]):
            for each in mocks:
                each.start()
            with pytest.raises(ClientError, match="it is not hosted"):
                start(fake.client(), url)
            for each in mocks:
                each.stop()
    assert tried == []


def test_locations_in_a_bucket_of_moto() -> None:
    """The code under test may write the file to moto's S3 and presign its URL, and the fake reads it there."""
    with mock_aws(), AutomationFake(unknown_urls="reject") as fake:
        s3: Any = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="locations")
        s3.put_object(Bucket="locations", Key="all.json", Body=json.dumps(LOCATIONS))
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "locations", "Key": "all.json"})
        start(fake.client(), url)
        with pytest.raises(ClientError, match="HTTP status 404"):
            start(fake.client(), url.replace("all.json", "none.json"))
    assert len(fake.executions[0].steps) == 3


def test_no_password_is_sent_to_a_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service reads a URL with nothing but what it says, and not with the passwords of the user's machine."""
    (tmp_path / "netrc").write_text(
        "machine bucket.s3.eu-central-1.amazonaws.com login me password secret", encoding="utf-8"
    )
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with responses.RequestsMock() as mocks, AutomationFake() as fake:
        mocks.add("GET", URL, json=LOCATIONS)
        start(fake.client(), URL)
        assert "Authorization" not in mocks.calls[0].request.headers


def test_hosted_files_are_gone_with_the_fake() -> None:
    """After the fake the URL leads nowhere again."""
    with AutomationFake() as fake:
        url = fake.host_target_locations(LOCATIONS)
    with AutomationFake(unknown_urls="reject") as later, pytest.raises(ClientError, match="it is not hosted"):
        start(later.client(), url)
    assert later.executions == ()


def test_a_thread_may_read_hosted_locations(fake: AutomationFake) -> None:
    """All threads of the process can read hosted files."""
    url = fake.host_target_locations(LOCATIONS)
    worker = threading.Thread(target=lambda: start(fake.client(), url))
    worker.start()
    worker.join()
    fake.assert_started_once(TargetLocationsURL=url)
