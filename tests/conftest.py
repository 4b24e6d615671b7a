"""What tests of all folders share."""

from __future__ import annotations

import importlib
import os
import pkgutil
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import boto3
import moto.ssm.models
import moto.sts.models  # noqa: F401
import pytest
from caller import has

import pytest_ssm_automation
from pytest_ssm_automation import AutomationFake

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["pytester"]

# Pytester forgets what a run inside this process has imported first, and a second copy of a module has classes of its
# own: so import all now.
for _module in pkgutil.walk_packages(pytest_ssm_automation.__path__, "pytest_ssm_automation."):
    importlib.import_module(_module.name)
boto3.setup_default_session(region_name="us-east-1")
boto3.DEFAULT_SESSION = None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that needs what the service model of an older botocore does not have."""
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            if not has(name):
                pytest.skip(f"this botocore does not have {name}")


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the credentials and settings of the user."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def fake() -> Iterator[AutomationFake]:
    """An active fake without the plugin's checks, so that a test may leave mistakes in it."""
    with AutomationFake(seed="tests") as active:
        yield active


@pytest.fixture
def client(fake: AutomationFake) -> Any:
    """An SSM client on the fixture `fake`."""
    return fake.client()


@pytest.fixture
def run(pytester: pytest.Pytester) -> Any:
    """Run a user's test module in this process, with warnings as errors: `run(source, *arguments, ini="")`."""

    def run(source: str, *arguments: str, ini: str = "") -> pytest.RunResult:
        pytester.makeini("[pytest]\nfilterwarnings = error\n" + dedent(ini))
        pytester.makepyfile(source)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)

    return run
