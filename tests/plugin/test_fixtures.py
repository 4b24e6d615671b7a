from __future__ import annotations

import gc
import os
import weakref
from typing import Any

import pytest
from botocore.stub import Stubber
from caller import start

from pytest_ssm_automation import AutomationFake


def test_the_fake_is_active_during_the_test(ssm_automation: AutomationFake, ssm_client: Any) -> None:
    """`ssm_automation` answers, and `ssm_client` is a client on it, in us-east-1."""
    assert AutomationFake.current() is ssm_automation
    assert start(ssm_client) == ssm_automation.assert_started_once(region="us-east-1").id


@pytest.fixture
def started(ssm_client: Any) -> str:
    """Start an execution before the test."""
    return start(ssm_client)


def test_fixtures_share_the_fake(started: str, ssm_automation: AutomationFake, ssm_client: Any) -> None:
    """Whatever asks for it in a test, it is the same; a nested fake answers in between."""
    assert ssm_automation.executions[0].id == started
    with AutomationFake() as inner:
        start(ssm_client, DocumentName="Inner")
        inner.assert_started_once(DocumentName="Inner")
    ssm_automation.assert_not_started(DocumentName="Inner")


@pytest.mark.parametrize("number", range(2))
def test_clients_of_the_fixture_are_their_own(ssm_client: Any, number: int) -> None:
    """What a test does to its client reaches no other test."""
    assert start(ssm_client) != "1" * 36
    stubber = Stubber(ssm_client)
    stubber.add_response("start_automation_execution", {"AutomationExecutionId": "1" * 36})
    stubber.activate()
    assert start(ssm_client) == "1" * 36


FAKES: list[weakref.ref[AutomationFake]] = []


def test_a_fake_is_gone_with_its_test(ssm_automation: AutomationFake) -> None:
    """Nothing keeps a fake, and all that it has recorded, to the end of the run."""
    FAKES.append(weakref.ref(ssm_automation))


def test_a_fake_is_gone_after_its_test() -> None:
    """The fake of the test before is not there any more."""
    gc.collect()
    assert [fake() for fake in FAKES] == [None] * len(FAKES)


@pytest.mark.parametrize("how", ["argument", "marker", "autouse"])
@pytest.mark.parametrize("order", ["pool, monkeypatch", "monkeypatch, pool"])
def test_other_fixtures_keep_their_order(run: Any, order: str, how: str) -> None:
    """The fixture, however it is requested, does not move the test's `monkeypatch` before its other fixtures."""
    names = f"ssm_automation, {order}" if how == "argument" else order
    marker = "@pytest.mark.ssm_automation" if how == "marker" else ""
    result = run(
        f"""
        import os, pytest

        @pytest.fixture(autouse={how == "autouse"})
        def guard(ssm_automation): pass

        @pytest.fixture
        def pool(): yield

        {marker}
        def test_it({names}):
            key = os.environ["AWS_ACCESS_KEY_ID"]
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "own")
            monkeypatch.undo()
            assert os.environ["AWS_ACCESS_KEY_ID"] == key
        """.replace("guard(ssm_automation)", "guard(ssm_automation)" if how == "autouse" else "guard()"),
        "--setup-show",
    )
    result.assert_outcomes(passed=1)
    shown = [word for line in result.outlines for word in line.split() if word in {"pool", "monkeypatch"}]
    first, second = order.split(", ")
    assert shown == [first, second, second, first]


@pytest.mark.parametrize("patch", ["monkeypatch", "own_patch"])
@pytest.mark.parametrize("order", ["{}, ssm_automation", "ssm_automation, {}"])
def test_the_environment_is_as_before(run: Any, monkeypatch: pytest.MonkeyPatch, order: str, patch: str) -> None:
    """Whichever is set up first, variables that the test has set are what they were before the test."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "outer")
    run(
        f"""
        import pytest

        @pytest.fixture
        def own_patch():
            with pytest.MonkeyPatch.context() as own:
                yield own

        def test_it({order.format(patch)}):
            for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
                {patch}.setenv(name, "own")
            {patch}.delenv("AWS_SESSION_TOKEN", raising=False)
            import boto3
            assert boto3.Session().region_name == "own"
        """
    ).assert_outcomes(passed=1)
    assert os.environ["AWS_ACCESS_KEY_ID"] == "outer"
    assert {"AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"}.isdisjoint(os.environ)


def test_what_a_fixture_hides_from_the_fake_is_there_again(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that are hidden before the fake is set up come back, even those with the values of the fake's own."""
    own = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_SESSION_TOKEN": "testing"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    run(
        f"""
        import pytest

        @pytest.fixture(autouse=True)
        def hide(monkeypatch):
            for name in {[*own]}:
                monkeypatch.delenv(name)

        def test_named(ssm_automation):
            pass

        @pytest.mark.ssm_automation
        def test_marked():
            pass
        """
    ).assert_outcomes(passed=2)
    assert {name: os.environ.get(name) for name in own} == own
