from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore import useragent

from pytest_ssm_automation import AutomationFake
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
        assert seen[-1].endswith(f" {extra}")
    assert seen[0] == seen[2] != seen[1]


def test_a_component_is_written_once() -> None:
    """The text of an equal component is remembered while the patch is applied."""
    component = useragent.UserAgentComponent("app", "a b", "c")
    patches = Patches()
    patches.apply(user_agent_patches())
    written = component.to_string()
    assert useragent.UserAgentComponent("app", "a b", "c").to_string() is written
    patches.restore()
    assert component.to_string() == written == "app/a-b#c"
    assert component.to_string() is not written


@pytest.mark.parametrize("missing", ["UserAgentComponent", "to_string"])
def test_without_botocores_private_names(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """Nothing is patched where botocore has no such component, or none that writes itself."""
    owner: Any = useragent if missing == "UserAgentComponent" else useragent.UserAgentComponent
    monkeypatch.delattr(owner, missing)
    assert list(user_agent_patches()) == []
