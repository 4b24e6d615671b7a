"""A call of a step that nothing answers is the test's mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import boto3
import pytest
from botocore import handlers
from botocore.awsrequest import AWSResponse, HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ClientError
from executed import Bench, api

from pytest_ssm_automation import AutomationFake, FakeUsageError, NetworkBlockedError

if TYPE_CHECKING:
    from collections.abc import Callable

Mode = Literal["legacy", "standard", "adaptive"]


def answers(text: bytes, status: int) -> Callable[..., Any]:
    """Return a handler that answers as another library does."""

    class Raw:
        def stream(self, **_: Any) -> Any:
            yield text

    return lambda **_: AWSResponse("https://aws", status, HTTPHeaders(), Raw())


def raises(error: Exception) -> Callable[..., Any]:
    """Return a handler that raises."""

    def handler(**_: Any) -> None:
        raise error

    return handler


def make_client(service: str = "kms", mode: Mode = "legacy") -> Any:
    """Make a client that does not retry."""
    once = Config(retries={"total_max_attempts": 1, "mode": mode})
    return boto3.Session().client(
        service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b", config=once
    )


@pytest.mark.parametrize(
    ("handler", "fate"),
    [
        (None, "which nothing answered"),
        (raises(NotImplementedError("The action")), "which moto has not implemented"),
        (answers(b"Not yet implemented", 404), "which moto has not implemented"),
        (answers(b"", 501), "which moto has not implemented"),
        (answers(b"<!doctype html>\n<html lang=en><title>500</title>", 500), "which was not answered: HTTP status 500"),
        (raises(KeyError("a fault of moto")), "which was not answered: KeyError: 'a fault of moto'"),
    ],
)
def test_what_nothing_answers_is_the_tests_mistake(
    handler: Callable[..., Any] | None, fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the step, the operation, moto, and what to say instead; and the step has not failed."""
    client = make_client()
    if handler:
        client.meta.events.register_first("before-send.kms", handler)
    monkeypatch.setattr(boto3, "client", lambda service, **_: client)
    with AutomationFake(execute_steps=True) as fake:
        bench = Bench(fake)
        execution_id = bench.begin(
            api("list", "kms", "ListKeys", maxAttempts=3, onFailure="Continue", outputs={"Keys": "$.Keys"})
        )
        for _ in range(2):
            with pytest.raises(FakeUsageError) as caught:
                bench.poll(execution_id)
            text, cause = str(caught.value), caught.value.__cause__
            assert text.startswith("Step 'list' (aws:executeAwsApi) of Doc called kms ListKeys, ")
            assert fate in text
            assert isinstance(cause, NetworkBlockedError) == (handler is None)
            assert text.endswith("set the outputs of the step: fake.step_outputs('list', {'Keys': ...})")
        assert fake.execution(execution_id).step("list")["StepStatus"] == "InProgress"


@pytest.mark.parametrize(
    ("text", "fate"),
    [
        (b"Not yet implemented", "which moto has not implemented"),
        (b"no XML", "which was not answered: ResponseParserError: "),
    ],
)
def test_what_can_not_be_parsed_is_no_answer(text: bytes, fate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services with XML refuse to parse such a response."""
    client = make_client("sns")
    client.meta.events.register_first("before-send.sns", answers(text, 404))
    monkeypatch.setattr(boto3, "client", lambda service, **_: client)
    with AutomationFake(execute_steps=True) as fake:
        bench = Bench(fake)
        execution_id = bench.begin(api("list", "sns", "ListTopics"))
        with pytest.raises(FakeUsageError, match=f"called sns ListTopics, {fate}"):
            bench.poll(execution_id)


def test_an_error_of_a_service_is_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal with a status of the server, or of something that is not found, fails the step."""
    for status, code in ((500, "InternalFailure"), (404, "NotFoundException")):
        client = make_client()
        client.meta.events.register_first("before-send.kms", answers(b'{"__type": "%s"}' % code.encode(), status))
        monkeypatch.setattr(boto3, "client", lambda service, client=client, **_: client)
        with AutomationFake(execute_steps=True) as fake:
            assert (
                Bench(fake).run(api("list", "kms", "ListKeys")).text("list").startswith(f"An error occurred ({code})")
            )


def test_an_error_of_a_handler_is_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ClientError that some handler of botocore raises is a refusal too."""
    client = make_client()
    client.meta.events.register_first("before-send.kms", raises(ClientError({"Error": {"Code": "No"}}, "ListKeys")))
    monkeypatch.setattr(boto3, "client", lambda service, **_: client)
    with AutomationFake(execute_steps=True) as fake:
        assert Bench(fake).run(api("list", "kms", "ListKeys")).text("list").startswith("An error occurred (No)")


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize("own", [False, True])
def test_how_often_a_client_has_tried_is_not_in_the_message(
    mode: Mode,
    own: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is the service's text, whatever the mode of retries, for a client of the test too."""
    throttled = "before-send.kms", answers(b'{"__type": "ThrottlingException", "message": "Rate exceeded"}', 400)
    monkeypatch.setenv("AWS_RETRY_MODE", mode)
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [*handlers.BUILTIN_HANDLERS, throttled])
    if own:
        client = make_client(mode=mode)
        monkeypatch.setattr(boto3, "client", lambda service, **_: client)
    with AutomationFake(execute_steps=True) as fake:
        run = Bench(fake).run(api("list", "kms", "ListKeys", maxAttempts=3))
    text = "An error occurred (ThrottlingException) when calling the ListKeys operation: Rate exceeded"
    assert run.text("list") == text
