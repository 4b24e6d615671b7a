from __future__ import annotations

import subprocess
import sys

import pytest

import pytest_ssm_automation

HEAVY = ("aiobotocore", "boto3", "botocore", "faker", "hypothesis", "requests", "responses", "yaml")


def test_public_names_can_be_imported() -> None:
    """Every name in `__all__` is there, under its own name, and listed by `dir()`."""
    for name in pytest_ssm_automation.__all__:
        assert getattr(pytest_ssm_automation, name).__name__ == name
    assert set(pytest_ssm_automation.__all__) <= set(dir(pytest_ssm_automation))
    assert sorted(pytest_ssm_automation.__all__) == list(pytest_ssm_automation.__all__)


def test_names_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first use of a name loads it, later ones find it."""
    monkeypatch.delitem(vars(pytest_ssm_automation), "Fault", raising=False)
    first = pytest_ssm_automation.Fault
    assert vars(pytest_ssm_automation)["Fault"] is first


def test_other_names_are_not_there() -> None:
    """A name that isn't public is an AttributeError, as with any module."""
    with pytest.raises(AttributeError, match="module 'pytest_ssm_automation' has no attribute 'AutomationFakes'"):
        pytest_ssm_automation.AutomationFakes  # noqa: B018


def test_importing_the_package_imports_nothing_heavy() -> None:
    """The first name that is used costs, not the import."""
    code = f"import sys, pytest_ssm_automation; print([name for name in {HEAVY} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
