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


GUARDED = """
    @pytest.fixture(autouse=True)
    def guard(ssm_automation): pass

    def start():
        boto3.client("ssm", "us-east-1").start_automation_execution(DocumentName="Doc")
"""


def test_an_autouse_fixture_leaves_properties_alone(run: Any) -> None:
    """A guard of a whole suite changes nothing in properties that make no call, or that enter a fake themselves."""
    run(
        GIVEN
        + "    import boto3"
        + GUARDED
        + """
    @settings(max_examples=5, database=None)
    @given(st.integers())
    def test_pure(number):
        assert number == number

    @settings(max_examples=5, database=None)
    @given(st.integers())
    def test_own(number):
        with AutomationFake() as fake:
            start()
            fake.assert_started_once()
    """
    ).assert_outcomes(passed=2)


@pytest.mark.slow
@pytest.mark.parametrize("swallowing", ["", "contextlib.suppress(Exception)"])
def test_a_call_inside_an_example_is_refused(run: Any, swallowing: str) -> None:
    """With the fake of an autouse fixture, the call raises an error with the way out, even if the code swallows it."""
    result = run(
        GIVEN
        + "    import boto3, contextlib"
        + GUARDED
        + f"""
    @settings(max_examples=5, database=None)
    @given(st.integers())
    def test_it(number):
        with {swallowing or "contextlib.nullcontext()"}:
            start()
    """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*FakeUsageError: *Use `with AutomationFake() as fake:` inside the test instead, *"])


def test_fixtures_may_call_before_the_examples(run: Any) -> None:
    """What fixtures start while they are set up is not shared by examples."""
    run(
        GIVEN
        + "    import boto3"
        + GUARDED
        + """
    @pytest.fixture(autouse=True)
    def started(guard): start()

    @settings(max_examples=5, database=None)
    @given(st.integers())
    def test_it(number): pass
    """
    ).assert_outcomes(passed=1)
