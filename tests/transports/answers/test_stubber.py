from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from pytest_ssm_automation._transports.answers import stubber
from pytest_ssm_automation._transports.answers.stubber import AutomationStubber
from pytest_ssm_automation._transports.hooks import interception

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake


def test_it_is_botocores_stubber(client: Any, fake: AutomationFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Responses come from a Stubber without pending ones, only for operations of the fake."""
    made: list[Any] = []

    class Seen(AutomationStubber):
        def __init__(self, client: Any) -> None:
            super().__init__(client)
            made.append(self)

    monkeypatch.setattr(stubber, "AutomationStubber", Seen)
    client.start_automation_execution(DocumentName="Doc")
    fake.fail_with("InvalidTarget")
    with pytest.raises(client.exceptions.InvalidTarget):
        client.start_automation_execution(DocumentName="Doc")
    assert len(made) == 2
    for each in made:
        assert isinstance(each, Stubber)
        assert each.client is client
        each.assert_no_pending_responses()
    get_parameter = client.meta.service_model.operation_model("GetParameter")
    assert interception._stubbing(client, get_parameter, {}) is None


def test_a_request_is_validated_once(client: Any, fake: AutomationFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is valid before it is serialized is not validated again, unless a handler changes the body."""
    validated = mock.Mock(wraps=fake._service.violations)
    monkeypatch.setattr(fake._service, "violations", validated)
    client.start_automation_execution(DocumentName="Doc")
    assert validated.call_count == 1
    client.meta.events.register("before-call.ssm", lambda params, **_: params.update(body=bytes(params["body"]) + b" "))
    client.start_automation_execution(DocumentName="Doc")
    assert validated.call_count == 3


def test_an_answer_has_what_the_services_has(client: Any, fake: AutomationFake) -> None:
    """An answer is the execution's id and botocore's own metadata."""
    answer = client.start_automation_execution(DocumentName="Doc")
    metadata = answer.pop("ResponseMetadata")
    assert answer == {"AutomationExecutionId": fake.executions[0].id}
    assert metadata == {
        "RequestId": metadata["RequestId"],
        "HTTPStatusCode": 200,
        "HTTPHeaders": {
            "x-amzn-requestid": metadata["RequestId"],
            "content-type": "application/x-amz-json-1.1",
        },
        "RetryAttempts": 0,
    }
    assert len(metadata["RequestId"]) == 36


@pytest.mark.parametrize("error", [None, "InvalidTarget"])
def test_each_call_gets_its_own_answer(
    client: Any, fake: AutomationFake, monkeypatch: pytest.MonkeyPatch, error: str | None
) -> None:
    """A response that an alarm or Ctrl-C interrupted is not returned to the next call."""

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(AutomationStubber, "_get_response_handler", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.start_automation_execution(DocumentName="Doc")
    if error:
        fake.fail_with(error)
        with pytest.raises(client.exceptions.InvalidTarget):
            client.start_automation_execution(DocumentName="Doc")
    answer = client.start_automation_execution(DocumentName="Doc")
    assert answer["AutomationExecutionId"] == fake.executions[-1].id


def test_an_error_has_what_the_services_has(client: Any, fake: AutomationFake) -> None:
    """An error can be read in every way in which callers read one."""
    fake.fail_with("InternalServerError", message="broken")
    with pytest.raises(client.exceptions.InternalServerError) as caught:
        client.start_automation_execution(DocumentName="Doc")
    error = caught.value
    assert isinstance(error, ClientError)
    assert error.operation_name == "StartAutomationExecution"
    assert str(error) == (
        "An error occurred (InternalServerError) when calling the StartAutomationExecution operation: broken"
    )
    metadata = error.response["ResponseMetadata"]
    assert error.response == {
        "Error": {"Code": "InternalServerError", "Message": "broken"},
        "Message": "broken",
        "ResponseMetadata": metadata,
    }
    assert metadata["HTTPStatusCode"] == 500
    assert metadata["HTTPHeaders"]["x-amzn-requestid"] == metadata["RequestId"]
    assert metadata["RetryAttempts"] == 0


def test_no_two_answers_have_the_same_request_id(client: Any) -> None:
    """Request ids tell requests apart, as those of the service do."""
    answers = [client.start_automation_execution(DocumentName="Doc") for _ in range(10)]
    assert len({answer["ResponseMetadata"]["RequestId"] for answer in answers}) == 10


@pytest.mark.parametrize("error", ["InternalServerError", "ThrottlingException", "ReadTimeoutError"])
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_there_is_one_attempt(fake: AutomationFake, waits: list[float], error: str, mode: str) -> None:
    """Answers come before botocore's retries, so a call is one attempt and never waits."""
    retries: Any = {"mode": mode, "total_max_attempts": 5}
    client: Any = fake.client(config=Config(retries=retries))
    fake.fail_with(error)
    with pytest.raises(Exception, match=r"Rate exceeded|InternalServerError|Read timeout"):
        client.start_automation_execution(DocumentName="Doc")
    assert waits == []
    assert [(call.attempt, call.outcome, call.error) for call in fake.calls] == [(1, "failed", error)]


def test_a_handler_of_the_users_goes_first(client: Any, fake: AutomationFake) -> None:
    """What a handler of `before-call` or another Stubber answers never reaches the fake, also one that came later."""
    client.start_automation_execution(DocumentName="Doc")
    answer = {"AutomationExecutionId": 36 * "1"}
    with Stubber(client) as theirs:
        theirs.add_response("start_automation_execution", answer)
        assert client.start_automation_execution(DocumentName="Doc") == answer
    headers: Any = {}
    handler = lambda **_: (AWSResponse("", 200, headers, None), answer)  # noqa: E731
    client.meta.events.register_last("before-call.ssm", handler)
    assert client.start_automation_execution(DocumentName="Doc") == answer
    client.meta.events.unregister("before-call.ssm", handler)
    client.start_automation_execution(DocumentName="Doc")
    assert len(fake.calls) == 2
