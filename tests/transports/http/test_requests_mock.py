from __future__ import annotations

import io
import json
import threading
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

from pytest_ssm_automation import AutomationFake, AutomationFakeError
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


def send(request: dict[str, Any], **changes: Any) -> requests.Response:
    """Send a signed request with `requests`, some of it changed."""
    how: dict[str, Any] = {**request, **changes}
    return requests.request(**how, timeout=30)


def endpoints() -> Iterator[tuple[str, str]]:
    """Give every endpoint of SSM that botocore's resolver knows, with its Region."""
    data: Any = Loader().load_data("endpoints")
    resolver: Any = EndpointResolver(data)
    for partition in resolver.get_available_partitions():
        for region in resolver.get_available_endpoints("ssm", partition, allow_non_regional=True):
            for variant in ({}, {"use_fips_endpoint": True}, {"use_dualstack_endpoint": True},
                            {"use_fips_endpoint": True, "use_dualstack_endpoint": True}):  # fmt: skip
                try:
                    found = resolver.construct_endpoint("ssm", region, partition, **variant)
                except EndpointVariantError:
                    continue
                yield found["hostname"], region


def test_every_endpoint_is_served(fake: AutomationFake, mock: responses.RequestsMock, post: Any) -> None:
    """Each Region's endpoint, in all partitions, FIPS and dual-stack names among them."""
    found = dict(endpoints())
    for host, region in found.items():
        assert post(START, DOC, url=f"https://{host}/", region=region).status_code == 200, host
    assert [call.region for call in fake.calls] == list(found.values())
    assert len(found) > 100
    assert any("fips" in host for host in found)
    assert any(host.endswith("api.aws") for host in found)
    assert any(host.endswith(".cn") for host in found)


@pytest.mark.parametrize("use_dualstack_endpoint", [False, True])
@pytest.mark.parametrize("use_fips_endpoint", [False, True])
def test_endpoints_of_clients_are_known(post: Any, *, use_fips_endpoint: bool, use_dualstack_endpoint: bool) -> None:
    """Host names from botocore's newer endpoint rules are served too."""
    config = Config(use_fips_endpoint=use_fips_endpoint, use_dualstack_endpoint=use_dualstack_endpoint)
    seen: list[str] = []
    for region in ("us-east-1", "eu-west-3", "us-gov-west-1", "cn-north-1"):
        client: Any = boto3.client("ssm", region_name=region, config=config)
        with AutomationFake(transport="wire") as fake:
            client.meta.events.register("before-send.ssm", lambda request, **_: seen.append(request.url))
            client.start_automation_execution(**DOC)
            fake.serve_requests()
            assert post(START, DOC, url=seen.pop(), region=region).status_code == 200
        assert len(fake.calls) == 2


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


def test_endpoints_of_a_vpc_are_served(fake: AutomationFake, mock: responses.RequestsMock, post: Any) -> None:
    """Interface endpoints have other host names."""
    url = "https://vpce-0123456789abcdef0-abcdefgh.ssm.us-east-1.vpce.amazonaws.com/"
    assert post(START, DOC, url=url).status_code == 200
    assert fake.calls[0].endpoint_url == url


def test_a_fixture_gives_the_mock(run: Any) -> None:
    """With the fixture, users can post requests, and mock other URLs."""
    run(
        """
        import requests

        def test_it(ssm_automation, ssm_automation_http):
            ssm_automation_http.add("GET", "https://mine.example/", body="mine")
            assert requests.get("https://mine.example/").text == "mine"
            answer = requests.post("https://ssm.us-east-1.amazonaws.com/", headers={
                "X-Amz-Target": "AmazonSSM.StartAutomationExecution", "Content-Type": "application/x-amz-json-1.1"})
            assert answer.status_code == 400
            assert answer.json()["__type"] == "MissingAuthenticationTokenException"
            ssm_automation.assert_rejected(error="MissingAuthenticationTokenException")
        """
    ).assert_outcomes(passed=1)


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


@pytest.mark.parametrize("kind", ["text", "file", "generator"])
def test_bodies_of_any_kind_are_read(
    fake: AutomationFake, mock: responses.RequestsMock, signed: Callable[..., dict[str, Any]], kind: str
) -> None:
    """A body may be text, a file or a generator, which can be read only once."""
    request = signed(START, DOC)
    data = request["data"]
    kinds = {"text": data.decode(), "file": io.BytesIO(data), "generator": iter([data[:5], data[5:]])}
    assert send(request, data=kinds[kind]).status_code == 200
    fake.assert_started_once(exact=True, DocumentName="Doc")


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
    session.mount("https://", HTTPAdapter(max_retries=_retry()))
    fake.fail_with("InternalServerError", times=2)
    assert session.request(**signed(START, DOC), timeout=5).status_code == 200
    assert [call.outcome for call in fake.calls] == ["failed", "failed", "started"]


def _retry() -> Any:
    from urllib3.util import Retry

    return Retry(total=3, status_forcelist=[500], allowed_methods=None)


def test_others_are_refused(fake: AutomationFake, mock: responses.RequestsMock, post: Any) -> None:
    """No request leaves the process, neither to other hosts nor to other operations of SSM."""
    with pytest.raises(requests.ConnectionError, match="Connection refused by Responses"):
        requests.get(MINE, timeout=5)
    with pytest.raises(requests.ConnectionError, match="an operation of SSM that the fake does not answer"):
        post("GetParameter", {"Name": "x"})
    assert fake.calls == ()


@pytest.mark.parametrize("first", ["theirs", "ours"])
def test_beside_the_users_own_mock(first: str, post: Any) -> None:
    """In both orders the user's mock has its URLs, and the fake its requests."""
    theirs = responses.RequestsMock()
    theirs.add("GET", MINE, body="mine")
    fake = AutomationFake()
    if first == "theirs":
        with theirs, fake:
            fake.serve_requests()
            _both_answer(fake, post)
    else:
        with fake:
            fake.serve_requests()
            with theirs:
                _both_answer(fake, post)
            with pytest.raises(requests.ConnectionError):
                requests.get(MINE, timeout=5)
    assert HTTPAdapter.send.__module__ == "requests.adapters"
    assert requests.Session.get_adapter.__module__ == "requests.sessions"
    assert not hasattr(requests.Session.get_adapter, "__wrapped__")


def _both_answer(fake: AutomationFake, post: Any) -> None:
    assert requests.get(MINE, timeout=5).text == "mine"
    assert post(START, DOC).json() == {"AutomationExecutionId": fake.executions[-1].id}
    url = fake.host_target_locations([{"Regions": ["us-east-1"]}])
    assert requests.get(url, timeout=5).json() == [{"Regions": ["us-east-1"]}]


@pytest.mark.parametrize("first", ["moto", "fake"])
def test_beside_moto(first: str, post: Any) -> None:
    """In both orders moto has the other operations of SSM, for `requests` as for botocore."""
    contexts: list[Any] = [mock_aws(), AutomationFake()]
    outermost, inner = contexts if first == "moto" else contexts[::-1]
    with outermost:
        if first == "fake":
            outermost.serve_requests()
        with inner:
            fake = AutomationFake.current()
            fake.serve_requests()
            boto3.client("ssm", region_name="us-east-1").put_parameter(Name="/doc", Value="Doc", Type="String")
            assert post("GetParameter", {"Name": "/doc"}).json()["Parameter"]["Value"] == "Doc"
            assert post(START, DOC).json() == {"AutomationExecutionId": fake.executions[-1].id}
            url = fake.host_target_locations([{"Regions": ["us-east-1"]}])
            assert requests.get(url, timeout=5).json() == [{"Regions": ["us-east-1"]}]


def test_serving_twice_is_serving_once(fake: AutomationFake, mock: responses.RequestsMock, post: Any) -> None:
    """The mock stays the same, and answers once."""
    registered = len(mock.registered())
    assert fake.serve_requests() is mock
    assert len(mock.registered()) == registered
    post(START, DOC)
    assert len(fake.calls) == 1
    assert len(mock.calls) == 1


def test_nested_fakes(post: Any) -> None:
    """The innermost fake that serves answers, and the outer one again afterwards."""
    with AutomationFake() as outer:
        outer.serve_requests()
        with AutomationFake() as inner:
            inner.serve_requests()
            post(START, DOC)
        post(START, DOC)
        post(START, DOC)
    assert (len(outer.calls), len(inner.calls)) == (2, 1)


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


def test_an_inactive_fake_serves_nobody() -> None:
    """Outside its block, a fake can neither serve nor host, and raises."""
    fake = AutomationFake()
    for serve in (fake.serve_requests, fake.serve_endpoint, lambda: fake.host_target_locations([])):
        with pytest.raises(AutomationFakeError, match="The fake must be active for this"):
            serve()


def test_headers_of_bytes_are_read(fake: AutomationFake, mock: responses.RequestsMock, signed: Any) -> None:
    """`requests` takes header values of both kinds."""
    request = signed(START, DOC)
    headers = {name: value.encode() for name, value in request["headers"].items()}
    assert send(request, headers=headers).status_code == 200
    assert json.loads(send(request).text)


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
