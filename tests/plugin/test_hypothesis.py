from __future__ import annotations

from typing import Any

import pytest

GIVEN = """
    import pytest
    from hypothesis import HealthCheck, given, settings, strategies as st
    from pytest_ssm_automation import AutomationFake

"""
WAY_OUT = "E *UsageError: *which its markers request too, is set up once, so all examples * would share one fake*"


@pytest.mark.parametrize(
    "decorator", ["ssm_automation", "ssm_automation_error('InvalidTarget')", "usefixtures('ssm_automation')"]
)
def test_one_fake_for_all_examples_is_refused(run: Any, decorator: str) -> None:
    """A marker or usefixtures would pass by hypothesis's own health check, so the plugin checks."""
    result = run(
        GIVEN
        + f"""
    @pytest.mark.{decorator}
    @given(st.integers())
    def test_it(number):
        pass
    """
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([WAY_OUT + "Use `with AutomationFake() as fake:` inside the test instead, *"])


def test_a_named_fixture_is_refused(run: Any) -> None:
    """The fixture as an argument is refused too."""
    result = run(GIVEN + "    @given(number=st.integers())\n    def test_it(ssm_automation, number): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([WAY_OUT])


@pytest.mark.parametrize("suppressed", ["[HealthCheck.function_scoped_fixture]", "list(HealthCheck)"])
def test_who_means_it_may_share(run: Any, suppressed: str) -> None:
    """With the health check suppressed all examples share the fake."""
    run(
        GIVEN
        + f"""
    @settings(suppress_health_check={suppressed}, max_examples=5, database=None)
    @given(number=st.integers())
    def test_it(ssm_automation, ssm_client, number):
        ssm_client.start_automation_execution(DocumentName="Doc")
        assert 1 <= len(ssm_automation.calls) <= 5
    """
    ).assert_outcomes(passed=1)


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


def test_a_fake_for_each_example_is_the_way(run: Any) -> None:
    """`with AutomationFake()` inside the test makes a fake for each example."""
    run(
        GIVEN
        + """
    @settings(max_examples=20, database=None)
    @given(st.sampled_from(["Auto", "Interactive"]))
    def test_it(mode):
        with AutomationFake() as fake:
            fake.client().start_automation_execution(DocumentName="Doc", Mode=mode)
            fake.assert_started_once(Mode=mode, exact=True, DocumentName="Doc")
            fake.verify()
    """
    ).assert_outcomes(passed=1)
