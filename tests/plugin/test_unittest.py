"""Test cases of unittest, which reach the fake by `AutomationFake.current()`, a fixture or the context manager."""

from __future__ import annotations

import unittest
from typing import Any

import boto3
import pytest
from caller import start

from pytest_ssm_automation import AutomationFake, AutomationFakeError


@pytest.mark.ssm_automation(relax=["Mode:enum"])
class TestMarkers(unittest.TestCase):
    """A test case takes markers, on the class and on its methods."""

    def setUp(self) -> None:
        """Reach the fake."""
        self.fake = AutomationFake.current()
        self.client: Any = boto3.client("ssm", "us-east-1")

    def test_relaxed(self) -> None:
        """The options are those of the class."""
        start(self.client, Mode="auto")
        self.fake.assert_started_once(Mode="auto")

    @pytest.mark.ssm_automation_error("InvalidTarget")
    def test_fails(self) -> None:
        """The error is that of the method."""
        with pytest.raises(self.client.exceptions.InvalidTarget):
            start(self.client)


@pytest.mark.ssm_automation_error("InternalServerError")
@pytest.mark.ssm_automation_error("InvalidTarget")
class TestOrder(unittest.TestCase):
    """Errors of the class come first, from the top down."""

    @pytest.mark.ssm_automation_error("ThrottlingException")
    def test_order(self) -> None:
        """Those of the method follow."""
        for code in ("InternalServerError", "InvalidTarget", "ThrottlingException"):
            with pytest.raises(Exception, match=code):
                start(boto3.client("ssm", "us-east-1"))


class TestFixture(unittest.TestCase):
    """An autouse fixture may hand the fake over."""

    @pytest.fixture(autouse=True)
    def _hand_over(self, ssm_automation: AutomationFake, ssm_client: Any) -> None:
        self.fake, self.client = ssm_automation, ssm_client

    def test_it(self) -> None:
        """The test has the fake of the fixture."""
        start(self.client)
        self.fake.assert_started_once()


class TestSetUp(unittest.TestCase):
    """In setUp, unittest's own clean-up ends the fake."""

    def setUp(self) -> None:
        """Enter a fake."""
        self.fake = self.enterContext(AutomationFake())

    def test_one(self) -> None:
        """The fake is that of the test."""
        start(self.fake.client())
        self.fake.assert_started_once()

    def test_two(self) -> None:
        """Nothing is left of another test's."""
        assert self.fake.calls == ()


def test_no_fake_is_left() -> None:
    """The fakes of the test cases have ended."""
    with pytest.raises(AutomationFakeError):
        AutomationFake.current()


def test_a_test_case_is_strict(run: Any) -> None:
    """A swallowed mistake fails it like any other test, and its own failures stay unchanged."""
    result = run(
        """
        import unittest
        import boto3, pytest

        @pytest.mark.ssm_automation
        class TestIt(unittest.TestCase):
            def setUp(self):
                try:
                    boto3.client("ssm").start_automation_execution(DocumentName="Doc", Mode="auto")
                except Exception:
                    pass

            def test_swallows(self):
                pass

            def test_fails(self):
                self.assertEqual(1, 2, "its own")

            def test_skips(self):
                self.skipTest("later")
        """
    )
    result.assert_outcomes(failed=2, skipped=1)
    failed, _, passed = result.stdout.str().partition("_ TestIt.test_swallows _")
    assert "1 != 2 : its own" in failed
    assert "SSM Automation: problems noted during call" in failed
    assert "Requests were refused" in failed
    assert "strict mode found problems" not in failed
    assert "The test passed, but strict mode found problems:" in passed
