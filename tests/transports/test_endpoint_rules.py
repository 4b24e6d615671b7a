from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import boto3
import pytest
from botocore import regions

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._transports.endpoint_rules import endpoint_patches
from pytest_ssm_automation._transports.patching import Patches

NAMES = ("_get_customized_builtins", "construct_endpoint")


@pytest.fixture
def client() -> Any:
    """Make a client that stores the URLs of its calls in `urls`."""
    made: Any = boto3.client("ssm", region_name="us-east-1")
    made.urls = []
    made.meta.events.register("before-call.ssm", lambda params, **_: made.urls.append(params["url"]))
    return made


def test_the_rules_are_applied_once_for_equal_settings(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules are applied to the first call of a client. Later calls have the same endpoint."""
    applied: list[Any] = []
    rules, resolve = client._ruleset_resolver, client._ruleset_resolver._provider.resolve_endpoint

    def apply(**given: Any) -> Any:
        applied.append(given)
        return resolve(**given)

    monkeypatch.setattr(rules._provider, "resolve_endpoint", apply)
    with AutomationFake():
        for _ in range(3):
            client.start_automation_execution(DocumentName="Doc")
        assert len(applied) == 1
    assert len(set(client.urls)) == 1
    rules.construct_endpoint(client.meta.service_model.operation_model("GetAutomationExecution"), {}, {})
    assert len(applied) == 2


def test_handlers_change_the_settings_of_one_call(client: Any) -> None:
    """A handler of `before-endpoint-resolution` is called once for each call, and changes the endpoint of this call."""
    wanted = ["eu-west-1", "us-east-1", "eu-west-1", "ap-south-1"]
    left = [*wanted]

    def change(builtins: dict[str, Any], **_: Any) -> None:
        builtins["AWS::Region"] = left.pop(0)

    client.meta.events.register("before-endpoint-resolution.ssm", change)
    with AutomationFake():
        for _ in wanted:
            client.start_automation_execution(DocumentName="Doc")
    assert client.urls == [f"https://ssm.{region}.amazonaws.com/" for region in wanted]


def test_headers_of_an_endpoint_are_copied(client: Any) -> None:
    """Each call gets headers of its own, which it may change."""
    rules, model = client._ruleset_resolver, client.meta.service_model.operation_model("StartAutomationExecution")
    with AutomationFake():
        rules.construct_endpoint(model, {}, {}).headers["X-Changed"] = "yes"
        assert rules.construct_endpoint(model, {}, {}).headers == {}


def test_endpoints_that_depend_on_the_request_are_not_kept() -> None:
    """Each bucket of S3 has its own endpoint, under a fake too."""
    urls: list[str] = []

    def answer(params: Any, **_: Any) -> Any:
        urls.append(params["url"])
        return SimpleNamespace(status_code=200), {}

    client: Any = boto3.client("s3", region_name="us-east-1")
    client.meta.events.register("before-call.s3", answer)
    with AutomationFake():
        for name in ("one", "two", "one"):
            client.head_bucket(Bucket=f"bucket-{name}")
    assert [url.partition(".")[0] for url in urls] == [f"https://bucket-{name}" for name in ("one", "two", "one")]


class Endpoint(NamedTuple):
    """What botocore's rules result in."""

    url: str
    properties: dict[str, Any]
    headers: dict[str, str]


class Rules:
    """Rules of botocore."""

    def __init__(self, *parameters: str) -> None:
        """Set the names of the parameters."""
        self._param_definitions = dict.fromkeys(parameters)
        self.applied = 0

    def _get_customized_builtins(self, *_: object) -> dict[str, str]:
        return {}

    def construct_endpoint(self, *_: object) -> Endpoint:
        """Apply the rules."""
        self.applied += 1
        return Endpoint(f"https://{self.applied}", {}, {})


@pytest.mark.parametrize(
    ("parameters", "context", "service", "urls"),
    [
        (("Region", "UseFIPS"), {}, "ssm", 1),
        (("Region",), {"static_context_parameters": ()}, "ssm", 1),
        (("Region", "AccountId"), {}, "ssm", 2),
        (("Region",), {}, "ec2", 2),
        (("Region",), {"static_context_parameters": ("a",)}, "ssm", 2),
        (("Region",), {"context_parameters": ("a",)}, "ssm", 2),
        (("Region",), {"operation_context_parameters": ("a",)}, "ssm", 2),
    ],
)
def test_only_settings_of_the_client_are_relied_on(
    monkeypatch: pytest.MonkeyPatch, parameters: tuple[str, ...], context: Any, service: str, urls: int
) -> None:
    """An endpoint is kept if no parameter of the rules comes from the request, its operation, or the credentials."""
    monkeypatch.setattr(regions, "EndpointRulesetResolver", Rules)
    model = SimpleNamespace(name="Start", service_model=SimpleNamespace(service_name=service), **context)
    rules, patches = Rules(*parameters), Patches()
    patches.apply(endpoint_patches())
    assert len({rules.construct_endpoint(model, {}, {}).url for _ in range(2)}) == urls
    patches.restore()


def test_rules_without_known_parameters_are_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint is not kept if botocore stores the parameters elsewhere."""
    monkeypatch.setattr(regions, "EndpointRulesetResolver", Rules)
    model = SimpleNamespace(name="Start", service_model=SimpleNamespace(service_name="ssm"))
    rules, patches = Rules(), Patches()
    del rules._param_definitions
    patches.apply(endpoint_patches())
    assert len({rules.construct_endpoint(model, {}, {}).url for _ in range(2)}) == 2
    patches.restore()


@pytest.mark.parametrize("missing", ["EndpointRulesetResolver", *NAMES])
def test_without_botocores_names_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """Nothing is patched where botocore lacks a name."""
    owner: Any = regions if missing == "EndpointRulesetResolver" else regions.EndpointRulesetResolver
    monkeypatch.delattr(owner, missing)
    assert list(endpoint_patches()) == []
