from __future__ import annotations

from typing import Any


def test_a_test_case_takes_the_markers(run: Any) -> None:
    """On the class and on its methods; the fake is reached by AutomationFake.current()."""
    run(
        """
        import unittest
        import boto3, pytest
        from pytest_ssm_automation import AutomationFake

        @pytest.mark.ssm_automation(relax=["Mode:enum"])
        class TestIt(unittest.TestCase):
            def setUp(self):
                self.fake = AutomationFake.current()
                self.client = boto3.client("ssm")

            def test_relaxed(self):
                self.client.start_automation_execution(DocumentName="Doc", Mode="auto")
                self.fake.assert_started_once(Mode="auto")

            @pytest.mark.ssm_automation_error("InvalidTarget")
            def test_fails(self):
                with self.assertRaises(self.client.exceptions.InvalidTarget):
                    self.client.start_automation_execution(DocumentName="Doc")

        @pytest.mark.ssm_automation_error("InternalServerError")
        @pytest.mark.ssm_automation_error("InvalidTarget")
        class TestErrors(unittest.TestCase):
            @pytest.mark.ssm_automation_error("ThrottlingException")
            def test_order(self):
                client = boto3.client("ssm")
                for code in ("InternalServerError", "InvalidTarget", "ThrottlingException"):
                    with self.assertRaisesRegex(Exception, code):
                        client.start_automation_execution(DocumentName="Doc")
        """
    ).assert_outcomes(passed=3)


def test_a_test_case_is_strict(run: Any) -> None:
    """A swallowed mistake fails it like any other test, and its own failures stay unchanged."""
    result = run(
        """
        import unittest
        import boto3, pytest

        @pytest.mark.ssm_automation
        class TestIt(unittest.TestCase):
            def start(self):
                try:
                    boto3.client("ssm").start_automation_execution(DocumentName="Doc", Mode="auto")
                except Exception:
                    pass

            def test_swallows(self):
                self.start()

            def test_fails(self):
                self.start()
                self.assertEqual(1, 2, "its own")

            def test_skips(self):
                self.start()
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


def test_a_test_case_reaches_the_fixture_by_another(run: Any) -> None:
    """An autouse fixture may hand the fake over."""
    run(
        """
        import unittest
        import pytest

        class TestIt(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _hand_over(self, ssm_automation, ssm_client):
                self.fake, self.client = ssm_automation, ssm_client

            def test_it(self):
                self.client.start_automation_execution(DocumentName="Doc")
                self.fake.assert_started_once()
        """
    ).assert_outcomes(passed=1)
