from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore import useragent

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._transports import user_agent
from pytest_ssm_automation._transports.patching import Patches
from pytest_ssm_automation._transports.user_agent import user_agent_patches


def test_the_header_is_as_without_the_fake() -> None:
    """A call has the User-Agent that botocore would write, with what each client adds to its own."""
    seen: list[str] = []
    for extra in ("first/1", "second/2", "first/1"):
        config = boto3.session.Config(user_agent_extra=extra)
        client: Any = boto3.client("ssm", region_name="us-east-1", config=config)
        client.meta.events.register("before-call.ssm", lambda params, **_: seen.append(params["headers"]["User-Agent"]))
        with AutomationFake():
            client.start_automation_execution(DocumentName="Doc")
            client.start_automation_execution(DocumentName="Doc")
        assert seen[-1].endswith(f" {extra}")
        assert seen[-1] == seen[-2]
    assert seen[0] == seen[-1] != seen[2]


class Client:
    """What writes the header of a client, since botocore 1.44."""

    def __init__(self) -> None:
        """Start without features."""
        self.parts: tuple[str, ...] = ("Boto3",)
        self._client_features: set[str] | None = None
        self.written = 0

    def set_client_features(self, features: set[str]) -> None:
        """Set the features of the client."""
        self._client_features = features

    def _get_static_parts(self) -> tuple[str, ...]:
        return self.parts

    def to_string(self) -> str:
        """Write the header."""
        self.written += 1
        return f"{self.parts} {self.written}"


@pytest.fixture
def botocore(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Replace botocore's module by one like that of 1.44."""
    context = SimpleNamespace(features=set())
    made = SimpleNamespace(
        UserAgentString=Client,
        get_context=lambda: context,
        modify_components=list,
        _default_modify_components=list,
        context=context,
    )
    monkeypatch.setattr(user_agent, "useragent", made)
    return made


def test_a_header_is_written_once(botocore: SimpleNamespace) -> None:
    """It is kept for a client until its parts or its features change, and not after the fake."""
    first, second, patches = Client(), Client(), Patches()
    patches.apply(user_agent_patches())
    text = first.to_string()
    assert first.to_string() is text
    assert second.to_string() == text
    botocore.context.features.add("a")
    assert first.to_string().endswith(" 2")
    first.set_client_features({"a"})  # which the call has already
    assert first.to_string().endswith(" 2")
    botocore.get_context = lambda: None  # outside of a call
    first.set_client_features({"b"})
    assert first.to_string().endswith(" 3")
    first.parts = ("Boto3", "app/x")
    assert first.to_string().endswith(" 4")
    patches.restore()
    assert first.to_string().endswith(" 5")


def test_modified_components_are_written_for_each_call(botocore: SimpleNamespace) -> None:
    """Code that replaces `modify_components`, as botocore allows, sees the components of each call."""
    client, patches = Client(), Patches()
    patches.apply(user_agent_patches())
    botocore.modify_components = reversed
    assert [client.to_string()[-1] for _ in range(3)] == ["1", "2", "3"]
    patches.restore()


@pytest.mark.parametrize("missing", ["_default_modify_components", "get_context", "modify_components"])
def test_without_names_of_the_module_nothing_is_kept(botocore: SimpleNamespace, missing: str) -> None:
    """Nothing is patched without one of the names in the module, and without components that write themselves."""
    delattr(botocore, missing)
    assert list(user_agent_patches()) == []


@pytest.mark.parametrize("missing", ["_get_static_parts", "set_client_features", "to_string"])
def test_without_names_of_the_class_nothing_is_kept(
    botocore: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """Neither is it without one of the names in the class."""
    monkeypatch.delattr(Client, missing)
    assert list(user_agent_patches()) == []
    del botocore.UserAgentString
    assert list(user_agent_patches()) == []


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away from botocore what it has since 1.44."""
    monkeypatch.delattr(useragent, "_default_modify_components", raising=False)


@pytest.mark.usefixtures("older")
def test_a_component_is_written_once() -> None:
    """Before 1.44, the text of an equal component is kept while the patches are applied."""
    component = useragent.UserAgentComponent("app", "a b", "c")
    patches = Patches()
    patches.apply(user_agent_patches())
    written = component.to_string()
    assert useragent.UserAgentComponent("app", "a b", "c").to_string() is written
    patches.restore()
    assert component.to_string() == written == "app/a-b#c"
    assert component.to_string() is not written


@pytest.mark.usefixtures("older")
@pytest.mark.skipif(not hasattr(useragent, "UserAgentComponentSizeConfig"), reason="this botocore limits no component")
def test_a_component_with_a_limit_is_written_once() -> None:
    """Neither are the features of a call, whose component has a limit, which is equal only to itself."""

    def features() -> Any:
        kind: Any = useragent.UserAgentComponent
        return kind("m", "A,B", size_config=useragent.UserAgentComponentSizeConfig(1024, ","))

    patches = Patches()
    patches.apply(user_agent_patches())
    assert features().to_string() is features().to_string()
    patches.restore()
    assert features().to_string() is not features().to_string()


@pytest.mark.usefixtures("older")
@pytest.mark.parametrize("missing", ["UserAgentComponent", "to_string"])
def test_without_components_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """Nothing is patched where botocore has no such component, or none that writes itself."""
    owner: Any = useragent if missing == "UserAgentComponent" else useragent.UserAgentComponent
    monkeypatch.delattr(owner, missing)
    assert list(user_agent_patches()) == []


@pytest.mark.usefixtures("older")
def test_components_without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where botocore limits no component, only the text of components is kept."""
    monkeypatch.delattr(useragent, "UserAgentComponentSizeConfig", raising=False)
    assert len(list(user_agent_patches())) == 1
