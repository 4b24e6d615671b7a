"""Tests of aiobotocore's clients on the fake."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import suppress
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
import vcr
from botocore.exceptions import BotoCoreError, ClientError
from reaching import Body
from vcr.record_mode import RecordMode

from pytest_ssm_automation import AutomationFake, AutomationFakeError, NetworkBlockedError
from pytest_ssm_automation._transports.hooks import aio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

aio_session: Any = pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed")
from aiobotocore.awsrequest import AioAWSResponse  # noqa: E402 - only if it is there
from aiobotocore.client import AioBaseClient  # noqa: E402
from aiobotocore.config import AioConfig  # noqa: E402


@pytest.fixture(params=["stubber", "wire"])
def transport(request: pytest.FixtureRequest) -> str:
    """Each transport in turn."""
    name: str = request.param
    return name


def with_client(body: Callable[[Any], Awaitable[Any]], **config: Any) -> Any:
    """Run a coroutine function with an SSM client of aiobotocore."""

    async def run() -> Any:
        created = aio_session.get_session().create_client("ssm", region_name="eu-west-1", config=AioConfig(**config))
        async with created as client:
            return await body(client)

    return asyncio.run(run())


def note_sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the list of seconds that asyncio is asked to sleep from now on; it doesn't."""
    slept: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float, *_: Any) -> None:
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", note)
    return slept


def backend_config(backend: str) -> dict[str, Any]:
    """Give the configuration of a client that sends by aiohttp or httpx."""
    if backend == "aiohttp":
        return {}
    pytest.importorskip("httpx2", reason="httpx2 is not installed")
    module = pytest.importorskip("aiobotocore.httpxsession", reason="aiobotocore has no httpx backend")
    return {"http_session_cls": module.HttpxSession}


@pytest.fixture(params=["aiohttp", "httpx"])
def config(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Configure a client that sends by each HTTP library in turn."""
    return backend_config(request.param)


async def start_unless_running(client: Any) -> None:
    """Start an execution unless there is one, without a lock: a race."""
    shown = await client.describe_automation_executions()
    if not shown["AutomationExecutionMetadataList"]:
        await client.start_automation_execution(DocumentName="Doc")


def test_concurrent_calls_interleave(transport: str, config: dict[str, Any]) -> None:
    """Each call lets other tasks run before it is judged and before it returns, so that a race of the code shows."""

    async def race(client: Any) -> None:
        await asyncio.gather(*(start_unless_running(client) for _ in range(5)))

    with AutomationFake(transport=transport) as fake:
        with_client(race, **config)
        assert len(fake.executions) == 5
        with pytest.raises(AssertionError, match="more than one execution"):
            fake.assert_no_duplicate_starts()


def test_calls_interleave_on_trio(transport: str) -> None:
    """A client that sends by httpx runs on trio too, where its calls let others run, and can be cancelled."""
    trio: Any = pytest.importorskip("trio", reason="trio is not installed")
    config = AioConfig(**backend_config("httpx"))

    async def race() -> None:
        async with aio_session.get_session().create_client("ssm", region_name="eu-west-1", config=config) as client:
            async with trio.open_nursery() as nursery:
                for _ in range(5):
                    nursery.start_soon(start_unless_running, client)
            with trio.move_on_after(0.02):
                while True:
                    await client.describe_automation_executions()

    with AutomationFake(transport=transport) as fake:
        trio.run(race)
        fake.assert_started(times=5, DocumentName="Doc")
        assert fake.calls[-1].error == "Cancelled"


async def turns_of(call: Awaitable[Any]) -> int:
    """Count how often other tasks get their turn during a call."""
    turns, done = 0, False

    async def count() -> None:
        nonlocal turns
        while not done:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count())
    with suppress(BotoCoreError, ClientError):
        await call
    done = True
    await counting
    return turns


@pytest.mark.parametrize(
    ("document", "turns"), [("Doc", 2), ("?", 2), (7, 1)], ids=["answered", "refused by the service", "by botocore"]
)
def test_a_call_suspends_before_it_is_judged_and_before_it_returns(transport: str, document: Any, turns: int) -> None:
    """A call suspends twice, also one that is refused; what botocore itself refuses, it refuses before the second."""

    async def body(client: Any) -> int:
        return await turns_of(client.start_automation_execution(DocumentName=document))

    with AutomationFake(transport=transport) as fake:
        assert with_client(body) == turns
        assert len(fake.calls) == 1


def test_a_time_limit_ends_a_loop_of_calls(transport: str) -> None:
    """A loop of calls does not keep a timer of its event loop from firing."""

    async def poll(client: Any) -> None:
        async with asyncio.timeout(0.02):
            while True:
                await client.describe_automation_executions()

    with AutomationFake(transport=transport), pytest.raises(TimeoutError):
        with_client(poll)


# A call, how often it lets others run before it is cancelled, and what is recorded then.
CANCELLED = [
    ("start", 1, "failed"),
    ("start", 2, "lost"),
    ("stop", 1, "failed"),
    ("stop", 2, "lost"),
    ("refused", 2, "rejected"),
    ("other", 1, None),  # which the fake does not answer
    ("other", 2, None),
]


@pytest.mark.parametrize(("call", "turns", "outcome"), CANCELLED)
def test_a_cancelled_call_is_recorded(transport: str, call: str, turns: int, outcome: str | None) -> None:
    """A call that is cancelled failed if nothing happened, and is otherwise lost, like a lost response, or refused."""

    async def cancel(client: Any) -> None:
        calls = {
            "start": lambda: client.start_automation_execution(DocumentName="Doc"),
            "stop": lambda: client.stop_automation_execution(AutomationExecutionId=execution.id),
            "refused": lambda: client.start_automation_execution(DocumentName="?"),
            "other": lambda: client.describe_document(Name="Unknown"),
        }
        task = asyncio.ensure_future(calls[call]())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with AutomationFake(transport=transport) as fake:
        execution = fake.add_execution("Doc", statuses=["InProgress"], region="eu-west-1")
        with_client(cancel)
    error = "ValidationException" if call == "refused" else "CancelledError"
    assert [(each.outcome, each.error) for each in fake.calls] == ([(outcome, error)] if outcome else [])
    started = [each.call for each in fake.executions if each.call]
    assert started == list(fake.calls) * (call == "start" and outcome == "lost")
    assert execution.status == ("Cancelling" if call == "stop" and outcome == "lost" else "InProgress")


def test_a_call_that_its_loop_abandons_ends_with_it(transport: str) -> None:
    """A coroutine that is closed in the middle of a call leaves no record, and nothing stays patched."""

    async def abandon(client: Any) -> None:
        calling = client.start_automation_execution(DocumentName="Doc")
        calling.send(None)
        calling.close()

    original = AioBaseClient.__dict__["_make_request"]
    with AutomationFake(transport=transport) as fake:
        with_client(abandon)
        assert not fake.calls
    assert AioBaseClient.__dict__["_make_request"] is original


def test_a_call_on_its_way_when_its_fake_ends_is_refused(transport: str) -> None:
    """A call that has not been judged when its fake ends does not reach AWS, and then nothing stays patched."""

    async def body(client: Any) -> None:
        with AutomationFake(transport=transport) as fake:
            task = asyncio.ensure_future(client.start_automation_execution(DocumentName="Doc"))
            await asyncio.sleep(0)
        await task
        fake.assert_started_once(DocumentName="Doc")

    original = AioBaseClient.__dict__["_make_request"]
    with_client(body)
    with AutomationFake():
        pass
    assert AioBaseClient.__dict__["_make_request"] is original


def test_a_request_whose_context_was_emptied_is_answered(transport: str) -> None:
    """A handler that removes what the fake has noted in a request does not keep it from being answered."""

    async def body(client: Any) -> None:
        client.meta.events.register("before-call.ssm", lambda context, **_: context.clear())
        await client.start_automation_execution(DocumentName="Doc")

    with AutomationFake(transport=transport) as fake:
        with_client(body)
        fake.assert_started_once(DocumentName="Doc")


@pytest.mark.parametrize(("mode", "attempts"), [("legacy", 5), ("standard", 3), ("adaptive", 3)])
def test_retries_run_on_the_wire_without_waiting(monkeypatch: pytest.MonkeyPatch, mode: str, attempts: int) -> None:
    """Over the wire aiobotocore tries as often as against AWS, and never sleeps in between."""
    slept = note_sleeps(monkeypatch)

    async def body(client: Any) -> None:
        slept.clear()
        with pytest.raises(client.exceptions.InternalServerError):
            await client.start_automation_execution(DocumentName="Doc")

    with AutomationFake(transport="wire") as fake:
        fake.fail_with("InternalServerError", times=None)
        with_client(body, retries={"mode": mode})

        assert [call.attempt for call in fake.calls] == list(range(1, attempts + 1))
    assert set(slept) == {0}


def test_a_client_made_before_the_fake_is_answered(transport: str) -> None:
    """A client that is older than the fake is answered while the fake is active."""

    async def body(client: Any) -> list[int]:
        with AutomationFake(transport=transport) as first:
            await client.start_automation_execution(DocumentName="Doc")
        with AutomationFake() as outer, AutomationFake(transport=transport) as inner:
            await client.start_automation_execution(DocumentName="Doc")
        return [len(fake.calls) for fake in (first, outer, inner)]

    assert with_client(body) == [1, 0, 1]


CASSETTE = """
version: 1
interactions:
- request: {method: POST, uri: "https://ssm.eu-west-1.amazonaws.com/", body: null, headers: {}}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/x-amz-json-1.1]}
    body: {string: '{"Parameter": {"Name": "/any", "Value": "from the cassette"}}'}
"""


def test_a_recorder_replays_and_records_nothing(config: dict[str, Any], tmp_path: Path) -> None:
    """Vcrpy replays its cassette beside the fake, and a request that it would record is blocked, as without it."""
    cassette = tmp_path / "cassette.yaml"
    cassette.write_text(CASSETTE, encoding="utf-8")

    async def replay(client: Any) -> None:
        await client.start_automation_execution(DocumentName="Doc")
        answer = await client.get_parameter(Name="/any")
        assert answer["Parameter"]["Value"] == "from the cassette"

    async def ask(client: Any) -> None:
        with pytest.raises(NetworkBlockedError, match=r"\(ssm GetParameter\)"):
            await client.get_parameter(Name="/any")

    with AutomationFake() as fake:
        with vcr.use_cassette(str(cassette), record_mode=RecordMode.NONE):
            with_client(replay, **config)
        fake.verify()
        with vcr.use_cassette(str(tmp_path / "new.yaml")):
            with_client(ask, **config)
        with_client(ask, **config)
        fake.assert_blocked("https://ssm.eu-west-1.amazonaws.com/", times=2)
    assert list(tmp_path.iterdir()) == [cassette]


def test_other_calls_wait_before_a_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that the fake does not answer is retried after botocore's delay."""
    slept = note_sleeps(monkeypatch)

    async def body(client: Any) -> None:
        answers = iter((500, 200))
        client.meta.events.register(
            "before-send.ssm",
            lambda request, **_: AioAWSResponse(request.url, next(answers), {}, Body(b"{}")),
        )
        await client.get_parameter(Name="/any")

    with AutomationFake(transport="wire"):
        with_client(body, retries={"mode": "standard"})
    assert any(seconds > 0 for seconds in slept)


@pytest.mark.parametrize("asynchronous", [True, False])
def test_a_handler_of_the_users_may_answer(*, asynchronous: bool) -> None:
    """A `before-send` handler of the user's goes before the fake, as it would before the connection."""
    answered = AioAWSResponse("https://ssm.example", 200, {}, Body(b'{"AutomationExecutionId": "mine"}'))

    async def answer(**_: Any) -> Any:
        return answered

    async def body(client: Any) -> list[str]:
        client.meta.events.register("before-send.ssm", lambda **_: None)
        client.meta.events.register("before-send.ssm", answer if asynchronous else lambda **_: answered)
        started = await client.start_automation_execution(DocumentName="Doc")
        return [started["AutomationExecutionId"]]

    with AutomationFake(transport="wire") as fake:
        assert with_client(body) == ["mine"]
        assert not fake.calls


@pytest.mark.slow
def test_it_may_be_imported_while_the_fake_is_active() -> None:
    """Aiobotocore is not imported by the fake, and is answered even if the code under test imports it late."""
    program = """
    import asyncio, sys
    from pytest_ssm_automation import AutomationFake

    async def main():
        from aiobotocore.session import get_session
        async with get_session().create_client("ssm", region_name="us-east-1") as client:
            await client.start_automation_execution(DocumentName="Doc")

    with AutomationFake() as fake:
        assert "aiobotocore" not in sys.modules
        asyncio.run(main())
        fake.assert_started_once(DocumentName="Doc")
    """
    subprocess.run([sys.executable, "-c", dedent(program)], check=True)


def test_the_fixture_serves_tests_of_pytest_asyncio(pytester: pytest.Pytester) -> None:
    """An async test of pytest-asyncio takes fixture and markers like any other, and strictness holds."""
    pytest.importorskip("pytest_asyncio", reason="pytest-asyncio is not installed")
    pytester.makepyfile(
        """
        import asyncio
        import pytest
        from aiobotocore.session import get_session

        @pytest.mark.asyncio
        @pytest.mark.ssm_automation_error("InvalidTarget")
        async def test_swallows(ssm_automation):
            async with get_session().create_client("ssm", region_name="us-east-1") as client:
                await asyncio.gather(
                    *(client.start_automation_execution(DocumentName="Doc") for _ in range(3)), return_exceptions=True
                )
                ssm_automation.assert_started(times=2)
                await asyncio.gather(client.start_automation_execution(DocumentName="?"), return_exceptions=True)
        """
    )
    scope = "asyncio_default_fixture_loop_scope=function"
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-o", scope)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*strict mode found problems*", "*constraint DocumentName:pattern*"])


def test_no_process_is_asked_for_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that has read the user's profiles before asks none of the programs that they name."""
    ran = tmp_path / "ran"
    program = f"{sys.executable} -c \"open({str(ran)!r}, 'w')\""
    keys = "aws_access_key_id = AKIDREAL\naws_secret_access_key = real"
    (tmp_path / "config").write_text(f"[profile prod]\ncredential_process = {program}\n[profile keys]\n{keys}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    session = aio_session.get_session()
    session.set_config_variable("profile", "prod")
    assert "prod" in session.available_profiles

    other = aio_session.get_session()
    other.set_config_variable("profile", "keys")

    async def call() -> None:
        for each in (session, other):
            async with each.create_client("ssm", region_name="us-east-1") as client:
                await client.start_automation_execution(DocumentName="Doc")

    with AutomationFake() as fake:
        asyncio.run(call())
    assert {call.access_key_id for call in fake.calls} == {"AKIAIOSFODNN7EXAMPLE"}
    assert not ran.exists()


# without the hooks for credentials, aiobotocore itself makes no client
@pytest.mark.parametrize(
    ("module", "owner", "name"),
    [
        ("client", "AioBaseClient", "_convert_to_request_dict"),
        ("client", "AioBaseClient", "_make_request"),
        ("httpsession", "AIOHTTPSession", "send"),
    ],
)
def test_a_release_without_a_hook_is_refused_when_it_is_used(
    module: str, owner: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a private name of aiobotocore is missing, only its own clients fail, and the message lists versions."""
    monkeypatch.delattr(f"aiobotocore.{module}.{owner}.{name}")
    with AutomationFake() as fake:
        fake.client().start_automation_execution(DocumentName="Doc")
        text = rf"does not support aiobotocore [\d.]+: {owner}\.{name} is missing\. These versions work: 2\.13"
        with pytest.raises(AutomationFakeError, match=text):
            with_client(lambda client: client.start_automation_execution(DocumentName="Doc"))
        assert len(fake.calls) == 1


@pytest.mark.parametrize("lacking", ["release", "library"])
def test_httpx_is_optional(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that only uses aiohttp is supported, and so is one beside which httpx is not installed."""
    if lacking == "release":
        monkeypatch.setattr(aio, "find_spec", lambda _: None)
    else:
        monkeypatch.setattr(pytest.importorskip("aiobotocore.httpxsession"), "httpx", None)
    with AutomationFake() as fake:
        with_client(lambda client: client.start_automation_execution(DocumentName="Doc"))
        fake.assert_started_once(DocumentName="Doc")


def test_without_aiobotocore_nothing_is_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    """If aiobotocore has not been imported, nothing is wrapped."""
    original = AioBaseClient.__dict__["_make_request"]
    monkeypatch.delitem(sys.modules, "aiobotocore.client")
    with AutomationFake():
        assert AioBaseClient.__dict__["_make_request"] is original
