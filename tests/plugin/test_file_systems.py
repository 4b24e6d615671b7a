from __future__ import annotations

import pytest

HEAD = """
import io
import os
from unittest import mock

import boto3
import pytest

def start(client):
    return client.start_automation_execution(DocumentName="Doc", Tags=[{"Key": "a", "Value": "b"}])
"""
SOURCE = (
    HEAD
    + """
def test_fs_first(fs, ssm_automation, ssm_client):
    start(ssm_client)
    ssm_automation.assert_started_once(DocumentName="Doc")

def test_fake_first(ssm_automation, ssm_client, fs):
    start(ssm_client)
    ssm_automation.assert_started_once(DocumentName="Doc")

def test_fs_of_the_module(fs_module, ssm_automation, ssm_client):
    with pytest.raises(ssm_client.exceptions.ClientError):
        ssm_client.start_automation_execution(DocumentName="Doc", Mode="Wrong")
    ssm_automation.assert_rejected(constraint="Mode:enum")

def test_client_of_the_fake(ssm_automation, fs):
    start(ssm_automation.client())
    ssm_automation.assert_started_once(DocumentName="Doc")

kinds = set()

@pytest.mark.parametrize("_", range(2))
def test_step(_, fs, ssm_automation, ssm_client):
    steps = [{"name": "make", "action": "aws:createTags", "inputs": {"ResourceIds": ["i-1"], "Tags": []}}]
    ssm_automation.add_runbook({"schemaVersion": "0.3", "mainSteps": steps}, name="Doc")
    ssm_automation.step_outputs("make", lambda run: kinds.add(type(run)) or {})
    started = start(ssm_client)
    ssm_automation.execution(started["AutomationExecutionId"]).finish()
    assert len(kinds) == 1

def test_open(ssm_automation, ssm_client):
    with mock.patch("builtins.open", mock.mock_open(read_data="{}")), mock.patch("io.open", mock.mock_open()):
        start(ssm_client)
    ssm_automation.assert_started_once(DocumentName="Doc")

@mock.patch("os.listdir", lambda *_: ["x"])
@mock.patch("os.path.isdir", lambda _: False)
@mock.patch("os.path.isfile", lambda _: False)
def test_os(ssm_automation, ssm_client):
    start(ssm_client)
    ssm_automation.assert_started_once(DocumentName="Doc")
"""
)
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_pyfakefs")]


@pytest.fixture
def _pyfakefs() -> None:
    pytest.importorskip("pyfakefs")


def run(pytester: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    """Run tests in another process, in which no model is loaded yet."""
    pytester.makeini("[pytest]\nfilterwarnings = error\nssm_automation_dummy_credentials = true")
    pytester.makepyfile(test_it=source)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)


ALL = ["fs_first", "fake_first", "fs_of_the_module", "client_of_the_fake", "step", "open", "os"]


@pytest.mark.parametrize("order", [ALL, ALL[::-1], ["client_of_the_fake", "fs_first"]], ids=["all", "reversed", "two"])
def test_in_any_order(pytester: pytest.Pytester, order: list[str]) -> None:
    """The service model is known before a test patches the file system, whichever test comes first."""
    passed = len(order) + ("step" in order)  # the parametrized test is two
    run(pytester, SOURCE, *(f"test_it.py::test_{name}" for name in order)).assert_outcomes(passed=passed)


def test_a_worker_of_xdist(pytester: pytest.Pytester) -> None:
    """Each worker reads the model for itself."""
    run(pytester, SOURCE, "-n", "1", "test_it.py::test_fs_first").assert_outcomes(passed=1)


IMPORTED = """
from pytest_ssm_automation import AutomationFake

CLIENT = boto3.client("ssm", region_name="us-east-1")

def test_it(fs):
    with AutomationFake() as fake:
        start(CLIENT)
    fake.assert_started_once(DocumentName="Doc")
"""
LATE = """
CLIENT = boto3.client("ssm", region_name="us-east-1")

def test_it(fs):
    from pytest_ssm_automation import AutomationFake

    with AutomationFake() as fake:
        start(CLIENT)
    fake.assert_started_once(DocumentName="Doc")
"""
NONE = """
@mock.patch("os.path.isdir", lambda _: False)
@mock.patch("os.path.isfile", lambda _: False)
def test_patched():
    from botocore.exceptions import BotoCoreError
    from pytest_ssm_automation import AutomationFake

    with pytest.raises(BotoCoreError):
        AutomationFake()

def test_afterwards():
    from pytest_ssm_automation import AutomationFake

    with AutomationFake() as fake:
        start(fake.client())
    fake.assert_started_once(DocumentName="Doc")
"""


@pytest.mark.parametrize("source", [IMPORTED, LATE], ids=["imported", "late"])
def test_the_context_manager(pytester: pytest.Pytester, source: str) -> None:
    """It needs no fixture: the model is read before the tests, or else it is the one of a client."""
    run(pytester, HEAD + source).assert_outcomes(passed=1)


def test_nothing_empty_is_kept(pytester: pytest.Pytester) -> None:
    """Where there is neither a model nor a client, the next test finds one."""
    run(pytester, HEAD + NONE).assert_outcomes(passed=2)


def test_a_run_without_the_fake_reads_nothing(pytester: pytest.Pytester) -> None:
    """Neither does one that only collects."""
    code = "def test_it(): import sys; assert 'pytest_ssm_automation._service.checks.model' not in sys.modules"
    run(pytester, HEAD + code).assert_outcomes(passed=1)
    result = run(pytester, SOURCE, "--collect-only", "-q")
    assert result.ret == 0
