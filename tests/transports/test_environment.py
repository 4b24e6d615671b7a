from __future__ import annotations

import os

import boto3
import pytest

from pytest_ssm_automation import AutomationFake
from pytest_ssm_automation._transports.environment import DummyEnvironment


def test_credentials_are_dummies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real credentials, profiles and roles are out of sight while a fake is active, and back afterwards."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDREAL")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ops")
    before = dict(os.environ)
    with AutomationFake():
        credentials = boto3.Session().get_credentials()
        assert credentials is not None
        assert credentials.access_key == "AKIAIOSFODNN7EXAMPLE"
        assert (credentials.secret_key, credentials.token) == ("testing", "testing")
        assert not {"AWS_PROFILE", "AWS_ROLE_ARN"} & set(os.environ)
        assert os.environ["AWS_CONFIG_FILE"] == os.devnull
    assert dict(os.environ) == before


@pytest.mark.parametrize("variable", ["AWS_DEFAULT_REGION", "AWS_REGION"])
def test_a_region_that_is_set_stays(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """A Region is put in only where there is none."""
    with AutomationFake():
        assert os.environ["AWS_DEFAULT_REGION"] == "us-east-1"
    monkeypatch.setenv(variable, "eu-central-1")
    with AutomationFake():
        assert {os.environ.get("AWS_DEFAULT_REGION"), os.environ.get("AWS_REGION")} == {"eu-central-1", None}


def test_what_the_test_has_changed_meanwhile_stays() -> None:
    """Restoring never overwrites a variable that somebody else has set since."""
    before = dict(os.environ)
    dummies = DummyEnvironment()
    os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
    del os.environ["AWS_ACCESS_KEY_ID"]
    dummies.restore()
    assert os.environ.pop("AWS_DEFAULT_REGION") == "eu-central-1"
    assert dict(os.environ) == before


def test_nested_fakes_share_the_dummies() -> None:
    """The last one to end puts the environment back."""
    before = dict(os.environ)
    with AutomationFake():
        with AutomationFake():
            inside = dict(os.environ)
        assert dict(os.environ) == inside != before
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("names", "seen"),
    [("ssm_automation, monkeypatch", "eu-central-1"), ("monkeypatch, ssm_automation", "eu-central-1")],
)
def test_setting_a_region_in_a_test_leaves_no_leak(pytester: pytest.Pytester, names: str, seen: str) -> None:
    """In either order of the fixtures, what a test sets is seen by it, and gone afterwards."""
    pytester.makepyfile(
        f"""
        import os, pytest

        @pytest.fixture(scope="module", autouse=True)
        def _leaks():
            before = dict(os.environ)
            yield
            after = dict(os.environ)
            before.pop("PYTEST_CURRENT_TEST"), after.pop("PYTEST_CURRENT_TEST")
            assert after == before

        @pytest.fixture
        def early(monkeypatch):
            monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")

        def test_inside({names}):
            monkeypatch.setenv("AWS_DEFAULT_REGION", "{seen}")
            monkeypatch.setenv("AWS_SESSION_TOKEN", "mine")
            monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
            assert os.environ["AWS_DEFAULT_REGION"] == "{seen}"

        def test_by_fixture(early, ssm_automation):
            assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"

        def test_by_fixture_afterwards(ssm_automation, early):
            assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"

        def test_afterwards():
            assert "AWS_DEFAULT_REGION" not in os.environ
            assert "AWS_SESSION_TOKEN" not in os.environ
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider", "-Werror").assert_outcomes(passed=4)
