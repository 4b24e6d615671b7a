"""A call of a step that nothing answers is the test's mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import boto3
import pytest
from botocore import handlers
from botocore.config import Config
from botocore.exceptions import ClientError
from executed import Bench, answers, api

from pytest_ssm_automation import AutomationFake, FakeUsageError, NetworkBlockedError

if TYPE_CHECKING:
    from collections.abc import Callable

Mode = Literal["legacy", "standard", "adaptive"]


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


def answering(monkeypatch: pytest.MonkeyPatch, client: Any, handler: Callable[..., Any] | None = None) -> None:
    """Give each step a client whose requests a handler answers."""
    if handler:
        client.meta.events.register_first("before-send", handler)
    monkeypatch.setattr(boto3, "client", lambda *_, **__: client)


MOTOS = "which moto has not implemented"
UNANSWERED: list[tuple[str, Callable[..., Any] | None, str]] = [
    ("kms", None, "which nothing answered"),
    ("kms", raises(NotImplementedError("The action")), MOTOS),
    ("kms", answers(b"Not yet implemented", 404), MOTOS),
    ("kms", answers(b"", 501), MOTOS),
    ("kms", answers(b"<!doctype html>\n<html lang=en>", 500), "which was not answered: HTTP status 500"),
    ("kms", raises(KeyError("a fault of moto")), "which was not answered: KeyError: 'a fault of moto'"),
    # Services with XML refuse to parse these.
    ("sns", answers(b"Not yet implemented", 404), MOTOS),
    ("sns", answers(b"no XML", 404), "which was not answered: ResponseParserError: "),
]


@pytest.mark.parametrize(("service", "handler", "fate"), UNANSWERED)
def test_what_nothing_answers_is_the_tests_mistake(
    service: str, handler: Callable[..., Any] | None, fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the step, the operation, moto, and what to say instead; and the step has not failed."""
    answering(monkeypatch, make_client(service), handler)
    operation = {"kms": "ListKeys", "sns": "ListTopics"}[service]
    with AutomationFake(execute_steps=True) as fake:
        bench = Bench(fake)
        execution_id = bench.begin(
            api("list", service, operation, maxAttempts=3, onFailure="Continue", outputs={"All": "$.All"})
        )
        for _ in range(2):
            with pytest.raises(FakeUsageError) as caught:
                bench.poll(execution_id)
            text, cause = str(caught.value), caught.value.__cause__
            assert text.startswith(f"Step 'list' (aws:executeAwsApi) of Doc called {service} {operation}, {fate}")
            assert isinstance(cause, NetworkBlockedError) == (handler is None)
            assert text.endswith("set the outputs of the step: fake.step_outputs('list', {'All': ...})")
        assert fake.execution(execution_id).step("list")["StepStatus"] == "InProgress"


REFUSED: list[tuple[Callable[..., Any], str]] = [
    (answers(b'{"__type": "InternalFailure"}', 500), "InternalFailure"),
    (answers(b'{"__type": "NotFoundException"}', 404), "NotFoundException"),
    (raises(ClientError({"Error": {"Code": "No"}}, "ListKeys")), "No"),
]


@pytest.mark.parametrize(("handler", "code"), REFUSED)
def test_a_refusal_is_no_mistake(handler: Callable[..., Any], code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of a service, whatever its status, or of a handler of botocore fails the step."""
    answering(monkeypatch, make_client(), handler)
    with AutomationFake(execute_steps=True) as fake:
        text = Bench(fake).run(api("list", "kms", "ListKeys")).text("list")
    assert text.startswith(f"An error occurred ({code})")


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
        answering(monkeypatch, make_client(mode=mode))
    with AutomationFake(execute_steps=True) as fake:
        run = Bench(fake).run(api("list", "kms", "ListKeys", maxAttempts=3))
    text = "An error occurred (ThrottlingException) when calling the ListKeys operation: Rate exceeded"
    assert run.text("list") == text
