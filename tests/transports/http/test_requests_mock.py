from __future__ import annotations

import io
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import boto3
import botocore.exceptions
import pytest
import requests
import responses
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointVariantError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver
from moto import mock_aws
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.util import Retry

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._transports.http import fetching, requests_mock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = "StartAutomationExecution"
DOC = {"DocumentName": "Doc"}
LOCATIONS = "https://bucket.s3.us-east-1.amazonaws.com/locations.json"
MINE = "https://mine.example/"
RUNBOOK = {
    "schemaVersion": "0.3",
    "mainSteps": [{"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}],
}


@pytest.fixture
def mock(fake: AutomationFake) -> responses.RequestsMock:
    """The mock on which the fixture `fake` answers."""
    return fake.serve_requests()


def endpoints() -> Iterator[tuple[str, str]]:
    """Give the endpoints of SSM, with their Regions: those of botocore's resolver, of its rules and of a VPC."""
    data: Any = Loader().load_data("endpoints")
    resolver: Any = EndpointResolver(data)
    variants: list[dict[str, Any]] = [
        {"use_fips_endpoint": fips, "use_dualstack_endpoint": dual} for fips in (False, True) for dual in (False, True)
    ]
    for partition in resolver.get_available_partitions():
        for region in resolver.get_available_endpoints("ssm", partition, allow_non_regional=True):
            for variant in variants:
                with suppress(EndpointVariantError):
                    found = resolver.construct_endpoint("ssm", region, partition, **variant)
                    yield f"https://{found['hostname']}/", region
    for region in ("us-east-1", "eu-west-3", "us-gov-west-1", "cn-north-1"):
        for variant in variants:
            client: Any = boto3.client("ssm", region_name=region, config=Config(**variant))
            yield client.generate_presigned_url("get_parameter", {"Name": "x"}).partition("?")[0], region
    yield "https://vpce-0123456789abcdef0-abcdefgh.ssm.us-east-1.vpce.amazonaws.com/", "us-east-1"


def test_every_endpoint_is_served(fake: AutomationFake, mock: responses.RequestsMock, post: Any) -> None:
    """Each Region's endpoint, in all partitions, FIPS and dual-stack names among them."""
    found = dict(endpoints())
    for url, region in found.items():
        assert post(START, DOC, url=url, region=region).status_code == 200, url
    assert [(call.endpoint_url, call.region) for call in fake.calls] == list(found.items())
    assert len(found) > 100
    for part in ("fips", ".api.aws/", ".cn/"):
        assert any(part in url for url in found)


@pytest.mark.parametrize(
    "url",
    [
        "https://ssm.example.com/",
        "https://ssm.us-east-1.amazonaws.com.example.com/",
        "https://ec2.us-east-1.amazonaws.com/",
        "https://notssm.us-east-1.amazonaws.com/",
        "https://example.com/?https://ssm.us-east-1.amazonaws.com/",
    ],
)
def test_other_hosts_are_not_served(mock: responses.RequestsMock, post: Any, url: str) -> None:
    """Host names that only resemble an endpoint of SSM are not served."""
    with pytest.raises(requests.ConnectionError):
        post(START, DOC, url=url)


def test_wrong_requests_get_the_answers_of_aws(
    fake: AutomationFake, mock: responses.RequestsMock, post: Any, signed: Any
) -> None:
    """A wrong target, invalid JSON or another method gets AWS's response, not an exception of `responses`."""
    assert post("Bogus", DOC).json()["__type"] == "UnknownOperationException"
    assert post(START, body=b"{").json()["__type"] == "SerializationException"
    for method in ("GET", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"):
        answer = requests.request(method, "https://ssm.us-east-1.amazonaws.com/", timeout=5)
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/x-amz-json-1.1")
    assert [call.error for call in fake.calls] == ["SerializationException"]


def test_bodies_and_headers_of_any_kind_are_read(
    fake: AutomationFake, mock: responses.RequestsMock, signed: Callable[..., dict[str, Any]]
) -> None:
    """A body may be text, a file or a generator, which can be read only once; header values may be bytes."""
    request = signed(START, DOC)
    data = request["data"]
    headers = {name: value.encode() for name, value in request["headers"].items()}
    for change in (
        {"data": data.decode()},
        {"data": io.BytesIO(data)},
        {"data": iter([data[:5], data[5:]])},
        {"headers": headers},
    ):
        assert requests.request(**{**request, **change}, timeout=30).status_code == 200
    fake.assert_started(times=4, exact=True, DocumentName="Doc")


def test_connection_errors_are_those_of_requests(fake: AutomationFake, mock: responses.RequestsMock, post: Any) -> None:
    """A caller that uses `requests` gets its exceptions, with the request, instead of botocore's."""
    for error, expected in {
        "ReadTimeoutError": requests.ReadTimeout,
        "ConnectTimeoutError": requests.ConnectTimeout,
        "EndpointConnectionError": requests.ConnectionError,
        "ConnectionClosedError": requests.ConnectionError,
    }.items():
        fake.fail_with(error)
        with pytest.raises(expected) as caught:
            post(START, DOC)
        assert type(caught.value) is expected
        assert caught.value.request is not None
        assert isinstance(caught.value.__cause__, botocore.exceptions.BotoCoreError)


def test_an_exception_without_a_form_in_http_is_refused(
    fake: AutomationFake, mock: responses.RequestsMock, post: Any
) -> None:
    """The caller gets InternalFailure, and the strict test fails; service errors as exceptions are allowed."""
    fake.fail_with(ClientError({"Error": {"Code": "InvalidTarget"}}, START))
    assert post(START, DOC).json()["__type"] == "InvalidTarget"
    fake.fail_with(KeyboardInterrupt())
    answer = post(START, DOC)
    assert (answer.status_code, answer.json()["__type"]) == (500, "InternalFailure")
    assert "KeyboardInterrupt() can't be raised in a caller that sends HTTP, " in answer.json()["message"]
    assert [(call.outcome, call.error) for call in fake.calls[1:]] == [("failed", "FakeUsageError")]
    with pytest.raises(AssertionError, match=r"FakeUsageError: KeyboardInterrupt\(\) can't be raised"):
        fake.verify()


def test_an_interrupt_reaches_the_caller(
    fake: AutomationFake, mock: responses.RequestsMock, post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no function of the test raises is no mistake of the test, such as a time limit for it."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(requests_mock, "answer_http", interrupt)
    with pytest.raises(KeyboardInterrupt):
        post(START, DOC)


def test_a_retrying_session_retries(fake: AutomationFake, mock: responses.RequestsMock, signed: Any) -> None:
    """The adapter's own retries run."""
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=Retry(total=3, status_forcelist=[500], allowed_methods=None)))
    fake.fail_with("InternalServerError", times=2)
    assert session.request(**signed(START, DOC), timeout=5).status_code == 200
    assert [call.outcome for call in fake.calls] == ["failed", "failed", "started"]


def test_others_are_refused(fake: AutomationFake, mock: responses.RequestsMock, post: Any) -> None:
    """No request leaves the process, neither to other hosts nor to other operations of SSM."""
    with pytest.raises(requests.ConnectionError, match="Connection refused by Responses"):
        requests.get(MINE, timeout=5)
    with pytest.raises(requests.ConnectionError, match="an operation of SSM that the fake does not answer"):
        post("GetParameter", {"Name": "x"})
    assert fake.calls == ()


@contextmanager
def own_mock() -> Iterator[None]:
    """A mock of the user's."""
    with responses.RequestsMock() as theirs:
        theirs.add("GET", MINE, body="mine")
        yield


@contextmanager
def serving() -> Iterator[None]:
    """A fake that serves `requests`."""
    with AutomationFake() as fake:
        fake.serve_requests()
        yield


@pytest.mark.parametrize("first", ["theirs", "ours"])
@pytest.mark.parametrize("other", [mock_aws, own_mock, serving])
def test_beside_another_mock(first: str, other: Callable[[], Any], post: Any) -> None:
    """In both orders the user's mock has its URLs, moto the other operations of SSM, and the fake its requests.

    Of two fakes that serve, the inner one answers.
    """
    contexts = [other(), serving()]
    with ExitStack() as stack:
        for context in contexts if first == "theirs" else contexts[::-1]:
            stack.enter_context(context)
        fake = AutomationFake.current()
        assert post(START, DOC).json() == {"AutomationExecutionId": fake.executions[-1].id}
        url = fake.host_target_locations([{"Regions": ["us-east-1"]}])
        assert requests.get(url, timeout=5).json() == [{"Regions": ["us-east-1"]}]
        if other is own_mock:
            assert requests.get(MINE, timeout=5).text == "mine"
        if other is mock_aws:
            boto3.client("ssm", region_name="us-east-1").put_parameter(Name="/doc", Value="Doc", Type="String")
            assert post("GetParameter", {"Name": "/doc"}).json()["Parameter"]["Value"] == "Doc"
    assert HTTPAdapter.send.__module__ == "requests.adapters"
    assert not hasattr(requests.Session.get_adapter, "__wrapped__")


def test_serving_twice_is_serving_once(fake: AutomationFake, mock: responses.RequestsMock, post: Any) -> None:
    """The mock stays the same, and answers once."""
    assert fake.serve_requests() is mock
    post(START, DOC)
    assert (len(fake.calls), len(mock.calls)) == (1, 1)


def test_adapters_of_another_kind_are_left_alone(mock: responses.RequestsMock) -> None:
    """An adapter that makes no HTTP connection does what it did."""

    class Local(BaseAdapter):
        def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
            response = requests.Response()
            response.status_code = 299
            response.request = request
            return response

    session = requests.Session()
    session.mount("local://", Local())
    assert session.get("local://x", allow_redirects=False).status_code == 299


@pytest.mark.needs("TargetLocationsURL")
def test_a_callback_has_a_time_limit(fake: AutomationFake, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A callback that hosts target locations and never answers is refused as a server would be."""
    monkeypatch.setattr(fetching, "_TIMEOUT_SECONDS", 0.2)
    go = threading.Event()
    mock = fake.serve_requests()
    mock.add_callback("GET", LOCATIONS, lambda _: (200, {}, "[]") if go.wait(30) else (500, {}, ""))
    with pytest.raises(ClientError, match="no answer within 0 seconds"):
        client.start_automation_execution(DocumentName="Doc", TargetLocationsURL=LOCATIONS)
    go.set()
    for thread in threading.enumerate():
        if thread.name == "ssm-automation-fetch":
            thread.join()


@pytest.mark.needs("TargetLocationsURL")
def test_an_error_of_a_callback_is_the_tests_own(fake: AutomationFake, client: Any) -> None:
    """What a callback raises is raised where the execution is started."""
    fake.serve_requests().add_callback("GET", LOCATIONS, lambda _: 1 / 0)  # type: ignore[arg-type,return-value]
    with pytest.raises(ZeroDivisionError):
        client.start_automation_execution(DocumentName="Doc", TargetLocationsURL=LOCATIONS)
