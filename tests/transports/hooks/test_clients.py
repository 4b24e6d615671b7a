from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.stub import Stubber

if TYPE_CHECKING:
    from pytest_ssm_automation import AutomationFake

ANSWER = {"AutomationExecutionId": "1" * 36}


def test_each_call_makes_a_client_of_its_own(fake: AutomationFake) -> None:
    """What is registered on one client never reaches another, nor those made later."""
    one, other = fake.client(), fake.client()
    with Stubber(one) as stubber:
        stubber.add_response("start_automation_execution", ANSWER)
        start: Any = other
        start.start_automation_execution(DocumentName="Doc")
        later: Any = fake.client()
        later.start_automation_execution(DocumentName="Doc")
    assert len(fake.calls) == 2
    assert one.meta is not other.meta
    assert one.meta.events is not other.meta.events


def test_handlers_of_a_clone_are_called(fake: AutomationFake) -> None:
    """A handler registered on a client sees that client's requests, presigned ones too."""
    client: Any = fake.client()
    seen: list[str] = []
    client.meta.events.register("before-parameter-build.ssm", lambda model, **_: seen.append(model.name))
    client.meta.events.register("before-sign.ssm", lambda **_: seen.append("signed"))
    client.start_automation_execution(DocumentName="Doc")
    client.generate_presigned_url("get_parameter", Params={"Name": "x"})
    assert client.can_paginate("describe_automation_executions")
    assert "command_executed" in client.waiter_names
    assert seen == ["StartAutomationExecution", "GetParameter", "signed"]


def test_a_clone_sends_what_it_has_signed(fake: AutomationFake) -> None:
    """A call that the fake does not answer is signed once, by the clone's signer."""
    client: Any = fake.client("eu-west-1")
    sent: list[Any] = []

    def answer(request: Any, **_: Any) -> None:
        sent.append(request)

    client.meta.events.register("before-send.ssm", answer)
    with pytest.raises(Exception, match="would have left the process"):
        client.get_parameter(Name="x")
    (request,) = sent
    assert request.url == "https://ssm.eu-west-1.amazonaws.com/"
    assert request.headers["Authorization"].count(b"AWS4-HMAC-SHA256") == 1
    assert b"/eu-west-1/ssm/aws4_request" in request.headers["Authorization"]


def test_anything_that_botocore_takes_can_be_asked_for(fake: AutomationFake) -> None:
    """Other arguments go to `create_client`; the Region is us-east-1, or the argument."""
    assert fake.client().meta.region_name == "us-east-1"
    assert fake.client("ap-south-1").meta.endpoint_url == "https://ssm.ap-south-1.amazonaws.com"
    client = fake.client(endpoint_url="http://localhost:1234", config=Config(user_agent_extra="mine"))
    assert client.meta.endpoint_url == "http://localhost:1234"
    config: Any = client.meta.config
    assert config.user_agent_extra == "mine"
    with pytest.raises(TypeError, match="colour"):
        fake.client(colour="red")


def test_clients_follow_the_environment(fake: AutomationFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client is made anew once a variable of the environment that botocore reads has changed."""
    before = fake.client().meta.endpoint_url
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", "http://localhost:4566")
    assert fake.client().meta.endpoint_url == "http://localhost:4566"
    monkeypatch.delenv("AWS_ENDPOINT_URL_SSM")
    assert fake.client().meta.endpoint_url == before
