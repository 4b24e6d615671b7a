from __future__ import annotations

from typing import Any

import pytest
from caller import start
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_ssm_automation import AutomationFake

GIVEN = """
    import contextlib
    import boto3, pytest
    from hypothesis import HealthCheck, given, settings, strategies as st
    from pytest_ssm_automation import AutomationFake

"""
WAY_OUT = "Use `with AutomationFake() as fake:` inside the test instead, *"


def test_one_fake_for_all_examples_is_refused(run: Any) -> None:
    """Hypothesis's own health check would let a marker or usefixtures pass, so the plugin checks; arguments too."""
    result = run(
        GIVEN
        + """
    @pytest.mark.ssm_automation
    @given(st.integers())
    def test_marker(number): pass

    @pytest.mark.ssm_automation_error("InvalidTarget")
    @given(st.integers())
    def test_error(number): pass

    @pytest.mark.usefixtures("ssm_automation")
    @given(st.integers())
    def test_used(number): pass

    @given(number=st.integers())
    def test_argument(ssm_automation, number): pass
    """
    )
    result.assert_outcomes(errors=4)
    shared = "E *UsageError: *which its markers request too, is set up once, so all examples * would share one fake*"
    result.stdout.fnmatch_lines([shared + WAY_OUT] * 4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=5, database=None, deadline=None)
@given(number=st.integers())
def test_who_means_it_may_share(ssm_automation: AutomationFake, ssm_client: Any, number: int) -> None:
    """With the health check suppressed all examples share the fake."""
    start(ssm_client)
    assert 1 <= len(ssm_automation.calls) <= 5


@pytest.mark.slow
def test_a_profile_may_suppress_it(pytester: pytest.Pytester) -> None:
    """Also where the settings are a profile's."""
    pytester.makepyfile(
        GIVEN
        + """
    settings.register_profile("shared", suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
    settings.load_profile("shared")

    @pytest.mark.ssm_automation
    @given(number=st.integers())
    def test_it(number):
        assert AutomationFake.current()
    """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


class TestGuarded:
    """An autouse fixture, as the guard of a whole suite, leaves properties alone that do not use its fake."""

    @pytest.fixture(autouse=True)
    def guard(self, ssm_automation: AutomationFake) -> None:
        """Have a fake, and start something before the examples."""
        start(ssm_automation.client())

    @settings(max_examples=5, database=None, deadline=None)
    @given(st.integers())
    def test_pure(self, number: int) -> None:
        """A property that makes no call is not refused, nor what fixtures start while they are set up."""
        assert number == number  # noqa: PLR0124 - something to hold

    @settings(max_examples=20, database=None, deadline=None)
    @given(st.sampled_from(["Auto", "Interactive"]))
    def test_own(self, mode: str) -> None:
        """A fake for each example is the way."""
        with AutomationFake() as fake:
            start(fake.client(), Mode=mode)
            fake.assert_started_once(Mode=mode, exact=True, DocumentName="Doc")
            fake.verify()


@pytest.mark.slow
def test_a_call_inside_an_example_is_refused(run: Any) -> None:
    """With the fake of an autouse fixture, the call raises an error with the way out, even if the code swallows it."""
    result = run(
        GIVEN
        + """
    @pytest.fixture(autouse=True)
    def guard(ssm_automation): pass

    @settings(max_examples=5, database=None, deadline=None)
    @given(st.integers())
    @pytest.mark.parametrize("swallowed", [(), (Exception,)])
    def test_it(swallowed, number):
        with contextlib.suppress(*swallowed):
            boto3.client("ssm", "us-east-1").start_automation_execution(DocumentName="Doc")
    """
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*FakeUsageError: *" + WAY_OUT] * 2)
