from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from children import CLIENT, in_child, start, start_with_old_client
from moto import mock_aws

from pytest_ssm_automation import AutomationFake, NetworkBlockedError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
    # The server of the endpoint is a thread.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@pytest.fixture(params=["stubber", "wire"])
def fake(request: pytest.FixtureRequest) -> Iterator[AutomationFake]:
    """An active fake of either transport."""
    with AutomationFake(seed="processes", transport=request.param) as active:
        yield active


def test_a_child_reaches_the_parent_by_the_endpoint(fake: AutomationFake) -> None:
    """Calls of old and new clients in a forked process are recorded in the parent, and answered by it."""
    fake.serve_endpoint()
    fake.fail_with("InvalidTarget", when={"DocumentName": "Bad"})
    ids = [in_child(lambda: start_with_old_client("One")), in_child(lambda: start("Two"))]
    assert [execution.id for execution in fake.executions] == ids
    assert [execution.document_name for execution in fake.executions] == ["One", "Two"]
    assert "InvalidTarget" in in_child(lambda: start_with_old_client("Bad"))
    assert "InvalidTarget" not in in_child(lambda: start_with_old_client("Bad"))
    fake.assert_faults_raised()


def test_a_child_without_the_endpoint_is_refused(fake: AutomationFake) -> None:
    """Its calls raise, and fail a strict test, even if the child swallows the exception."""
    fake.verify()
    text = in_child(lambda: start_with_old_client("Doc"))
    assert text.startswith("AutomationFakeError: A forked process called StartAutomationExecution.")
    assert "ssm_automation_endpoint" in text
    assert fake.calls == ()
    with pytest.raises(
        AssertionError, match=r"forked processes were refused \(use the fixture ssm_automation_endpoint\)"
    ):
        fake.verify()


def test_a_child_may_enter_a_fake_of_its_own(fake: AutomationFake) -> None:
    """Its own fake answers, with ids that differ from those of the parent and siblings."""

    def own() -> str:
        with AutomationFake(seed="processes") as inner:
            execution_id = start_with_old_client("Own")
            inner.assert_started_once(DocumentName="Own")
            assert AutomationFake.current() is inner
        return execution_id

    ids = {in_child(own), in_child(own), in_child(lambda: in_child(own)), own(), own(), start_with_old_client("Doc")}
    assert len({len(each) for each in ids}) == 1
    assert len(ids) == 6
    assert len(fake.calls) == 1


def test_a_fake_is_not_active_in_a_child(fake: AutomationFake) -> None:
    """A child that leaves the block of its parent's fake restores nothing, and hides no exception."""
    assert in_child(AutomationFake.current).startswith("AutomationFakeError: No AutomationFake is active")
    assert in_child(lambda: fake.__exit__(None, None, None)) == "None"
    assert in_child(fake.serve_endpoint).startswith("AutomationFakeError")
    start_with_old_client("Doc")
    assert len(fake.calls) == 1


def test_children_of_children_and_of_threads(fake: AutomationFake) -> None:
    """Whoever forks, and however deep, the calls reach the fake that would have answered the forking thread."""
    fake.serve_endpoint()
    with ThreadPoolExecutor(1) as pool:
        texts = [
            in_child(lambda: in_child(lambda: start_with_old_client("Deep"))),
            pool.submit(in_child, lambda: start_with_old_client("Thread")).result(),
            in_child(lambda: ThreadPoolExecutor(1).submit(start_with_old_client, "Pool").result()),
        ]
    assert [execution.id for execution in fake.executions] == texts
    assert [call.params["DocumentName"] for call in fake.calls] == ["Deep", "Thread", "Pool"]


def test_nested_fakes_and_older_threads() -> None:
    """The child's calls go to the endpoint of the innermost fake, and of no other, also if an older thread forks."""
    go, results = threading.Event(), list[str]()

    def fork() -> None:
        go.wait(10)
        results.append(in_child(lambda: start("Outer")))

    old = threading.Thread(target=fork)
    old.start()
    with AutomationFake() as outer:
        outer.serve_endpoint()
        with AutomationFake() as inner:
            assert "ssm_automation_endpoint" in in_child(lambda: start_with_old_client("Doc"))
            inner.serve_endpoint()
            in_child(lambda: start_with_old_client("Inner"))
        go.set()
        old.join()
    assert [execution.id for execution in outer.executions] == results
    assert [call.params["DocumentName"] for call in inner.calls] == ["Inner"]


def test_clients_without_usable_credentials(fake: AutomationFake) -> None:
    """A client that was made without credentials, or whose credentials would have to be fetched, reaches the parent."""

    def fetch() -> Any:
        raise AssertionError

    fake.serve_endpoint()
    without: Any = boto3.client("ssm", region_name="us-east-1")
    without._request_signer._credentials = None
    stale: Any = boto3.client("ssm", region_name="us-east-1")
    stale._request_signer._credentials = RefreshableCredentials.create_from_metadata(
        {"access_key": "AKIDSTALE", "secret_key": "x", "token": "x", "expiry_time": "2001-01-01T00:00:00Z"},
        refresh_using=fetch,
        method="test",
    )
    for client in (without, stale):
        in_child(partial(client.start_automation_execution, DocumentName="Doc"))
    assert [call.access_key_id for call in fake.calls] == ["AKIAIOSFODNN7EXAMPLE", "AKIDSTALE"]


def test_other_operations_of_a_child() -> None:
    """Moto still answers them, and the guard still blocks them; the parent describes only registered runbooks."""
    with AutomationFake() as fake:
        fake.serve_endpoint()
        fake.add_runbook({"schemaVersion": "0.3", "mainSteps": [{"name": "a", "action": "aws:sleep"}]}, name="Own")
        assert in_child(lambda: CLIENT.describe_document(Name="Own")["Document"]["Name"]) == "Own"
        for blocked in (lambda: CLIENT.describe_document(Name="Other"), lambda: CLIENT.get_parameter(Name="x")):
            assert in_child(blocked).startswith(NetworkBlockedError.__name__)
        with mock_aws():
            CLIENT.put_parameter(Name="name", Value="value", Type="String")
            got = in_child(lambda: CLIENT.get_parameter(Name="name")["Parameter"]["Value"])
            assert got == "value"
            assert in_child(lambda: start_with_old_client("Doc")) == fake.executions[0].id


def test_after_the_parents_fake_has_gone(fake: AutomationFake) -> None:
    """Calls of a child that outlives the fake fail."""
    url = fake.serve_endpoint()
    client: Any = boto3.client("ssm", region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}))
    reading, writing = os.pipe()
    there, here = os.pipe()

    def late() -> str:
        os.close(writing)
        os.write(here, b"x")
        os.read(reading, 1)
        return str(client.start_automation_execution(DocumentName="Late"))

    with ThreadPoolExecutor(1) as pool:
        text = pool.submit(in_child, late)
        os.read(there, 1)
        fake.__exit__(None, None, None)
        os.close(writing)
        assert text.result().startswith(("EndpointConnectionError", "ConnectionClosedError"))
        assert url in text.result()
    for each in (reading, there, here):
        os.close(each)
    fake.__enter__()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_process_pools(method: str) -> None:
    """`ProcessPoolExecutor` and `multiprocessing`, with each start method, in one test after the other."""
    context = get_context(method)
    for transport in ("stubber", "wire"):
        with AutomationFake(transport=transport) as fake:
            fake.serve_endpoint()
            with ProcessPoolExecutor(2, mp_context=context) as pool:
                ids = list(pool.map(start, ["One", "Two", "Three"]))
            with context.Pool(1) as processes:
                ids.append(processes.apply(start, ("Four",)))
        assert {execution.id for execution in fake.executions} == set(ids)
        assert len(fake.calls) == 4


def test_a_client_of_aiobotocore() -> None:
    """Its calls in a forked process reach the parent too."""
    session = pytest.importorskip("aiobotocore.session")

    async def call(*, signed: bool) -> str:
        async with session.get_session().create_client(
            "ssm", region_name="us-east-1", aws_access_key_id="AKIDAIO", aws_secret_access_key="x"
        ) as client:
            if not signed:
                client._request_signer._credentials = None
            answer = await client.start_automation_execution(DocumentName="Doc")
            return str(answer["AutomationExecutionId"])

    def run(*, signed: bool) -> str:
        return asyncio.run(call(signed=signed))

    with AutomationFake() as fake:
        assert "ssm_automation_endpoint" in in_child(lambda: run(signed=True))
        fake.serve_endpoint()
        ids = [in_child(partial(run, signed=signed)) for signed in (True, False)]
        assert [execution.id for execution in fake.executions] == ids
