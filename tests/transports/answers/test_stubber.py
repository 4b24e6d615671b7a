from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake


def test_it_is_botocores_stubber(client: Any, fake: AutomationFake) -> None:
    """Answers and errors are those of a Stubber of the client's."""
    with (
        mock.patch.object(Stubber, "add_response", autospec=True, side_effect=Stubber.add_response) as answers,
        mock.patch.object(Stubber, "add_client_error", autospec=True, side_effect=Stubber.add_client_error) as errors,
    ):
        client.start_automation_execution(DocumentName="Doc")
        fake.fail_with("InvalidTarget")
        with pytest.raises(client.exceptions.InvalidTarget):
            client.start_automation_execution(DocumentName="Doc")
    for called in (answers, errors):
        called.assert_called_once()
        assert called.call_args.args[0].client is client


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
    ids = {client.start_automation_execution(DocumentName="Doc")["ResponseMetadata"]["RequestId"] for _ in range(10)}
    assert {len(each) for each in ids - {metadata["RequestId"]}} == {36}
    assert len(ids) == 10


def test_each_call_gets_its_own_answer(client: Any, fake: AutomationFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A response that an alarm or Ctrl-C interrupted is not returned to the next call."""

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Stubber, "_get_response_handler", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.start_automation_execution(DocumentName="Doc")
    fake.fail_with("InvalidTarget")
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


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_there_is_one_attempt(fake: AutomationFake, waits: list[float], mode: str) -> None:
    """Answers come before botocore's retries, so a call is one attempt and never waits."""
    retries: Any = {"mode": mode, "total_max_attempts": 5}
    client: Any = fake.client(config=Config(retries=retries))
    errors = ("InternalServerError", "ThrottlingException", "ReadTimeoutError")
    for error in errors:
        fake.fail_with(error)
        with pytest.raises(Exception, match=r"Rate exceeded|InternalServerError|Read timeout"):
            client.start_automation_execution(DocumentName="Doc")
    assert waits == []
    assert [(call.attempt, call.outcome, call.error) for call in fake.calls] == [(1, "failed", each) for each in errors]


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
