from __future__ import annotations

from typing import Any

import pytest


def test_markers_are_documented(pytester: pytest.Pytester) -> None:
    """`pytest --markers` explains both, so that --strict-markers knows them."""
    pytester.runpytest_inprocess("--markers").stdout.fnmatch_lines(
        [
            "@pytest.mark.ssm_automation(**options): use the fixture ssm_automation, with these options. *",
            "@pytest.mark.ssm_automation_error(*errors, message=None, times=1, after=0, when=None, operation=*",
        ]
    )


@pytest.mark.parametrize(
    "marker", ["ssm_automation", "ssm_automation(seed='x')", "ssm_automation_error('InvalidTarget')"]
)
def test_either_marker_brings_the_fixture_in(run: Any, marker: str) -> None:
    """A test that is marked has an active fake, before its other fixtures of function scope, and once only."""
    result = run(
        f"""
        import boto3, pytest
        from pytest_ssm_automation import AutomationFake

        pytestmark = [pytest.mark.{marker}, pytest.mark.ssm_automation(strict=False)]

        @pytest.fixture(scope="module", autouse=True)
        def wide():
            yield

        @pytest.fixture
        def early():
            return AutomationFake.current()

        def test_early(early, wide, tmp_path):
            assert AutomationFake.current() is early

        def test_alone():
            assert AutomationFake.current().client()

        def test_named(ssm_automation, early, request):
            assert request.fixturenames.count("ssm_automation") == 1

        def test_module_first(wide, request):
            assert request.fixturenames.index("wide") < request.fixturenames.index("ssm_automation")
        """
    )
    result.assert_outcomes(passed=4)


def test_a_marker_of_one_parameter_set_is_for_that_one(run: Any) -> None:
    """Its siblings have no fake."""
    run(
        """
        import pytest
        from pytest_ssm_automation import AutomationFake, AutomationFakeError

        @pytest.mark.parametrize("marked", [False, pytest.param(True, marks=pytest.mark.ssm_automation), False])
        def test_it(marked, request):
            assert ("ssm_automation" in request.fixturenames) == marked
            if marked:
                AutomationFake.current()
            else:
                with pytest.raises(AutomationFakeError):
                    AutomationFake.current()
        """
    ).assert_outcomes(passed=3)


def test_no_marker_no_fixture(run: Any) -> None:
    """Other tests, and items that are not Python functions, are not affected."""
    result = run(
        '''
        def double(number):
            """Double it.

            >>> double(2)
            4
            """
            return number * 2

        def test_it(request):
            assert "ssm_automation" not in request.fixturenames
        ''',
        "--doctest-modules",
    )
    result.assert_outcomes(passed=2)


def test_the_nearest_marker_wins_option_by_option(run: Any) -> None:
    """Function before class before its base before module, each for the options that it names; `relax` adds up."""
    run(
        """
        import pytest

        pytestmark = pytest.mark.ssm_automation(strict=False, seed="module", relax=["Parameters:min"])

        @pytest.mark.ssm_automation(seed="class", execution_limit=1)
        class TestIt:
            @pytest.mark.ssm_automation(execution_limit=2, relax=["TargetMaps[]:min"])
            def test_function(self, ssm_automation):
                options = ssm_automation.options
                assert (options.strict, options.seed, options.execution_limit) == (False, "class", 2)
                assert options.relax == ("Mode:enum", "Parameters:min", "TargetMaps[]:min")

            def test_class(self, ssm_automation):
                options = ssm_automation.options
                assert (options.strict, options.seed, options.execution_limit) == (False, "class", 1)
                assert options.relax == ("Mode:enum", "Parameters:min")

        @pytest.mark.ssm_automation(seed="upper")
        @pytest.mark.ssm_automation(seed="lower", execution_limit=3)
        def test_stacked(ssm_automation):
            assert ssm_automation.options.seed == "lower"
            assert ssm_automation.options.execution_limit == 3

        @pytest.mark.ssm_automation(seed="base", execution_limit=4)
        class Base:
            pass

        class TestInherited(Base):
            pytestmark = pytest.mark.ssm_automation(seed="inherited")

            def test_class(self, ssm_automation):
                assert ssm_automation.options.seed == "inherited"
                assert ssm_automation.options.execution_limit == 4
        """,
        ini="""
        ssm_automation_relax =
            Mode:enum
        ssm_automation_execution_limit = 9
        """,
    ).assert_outcomes(passed=4)


ERRORS = """
    import pytest

    def codes(fake):
        return [fault.error for fault in fake.faults]

    error = pytest.mark.ssm_automation_error

    @pytest.fixture(autouse=True)
    def _forget(ssm_automation):
        yield
"""


def test_errors_of_one_marker_come_in_its_order(run: Any) -> None:
    """Several errors in one marker are met one after the other, each with the marker's arguments."""
    run(
        ERRORS
        + """
    @pytest.mark.ssm_automation(strict=False)
    @error("InvalidTarget", "InternalServerError", times=2, after=1, when={"Mode": "Auto"}, message="no")
    def test_it(ssm_automation):
        assert codes(ssm_automation) == ["InvalidTarget", "InternalServerError"]
        for fault in ssm_automation.faults:
            assert (fault.times, fault.after, fault.when, fault.message) == (2, 1, {"Mode": "Auto"}, "no")
            assert fault.operation == "StartAutomationExecution"

    @pytest.mark.ssm_automation(strict=False)
    @error("AutomationExecutionNotFoundException", operation="GetAutomationExecution", times=None)
    def test_operation(ssm_automation):
        (fault,) = ssm_automation.faults
        assert (fault.operation, fault.times) == ("GetAutomationExecution", None)
    """
    ).assert_outcomes(passed=2)


def test_errors_of_several_markers_add_up(run: Any) -> None:
    """Module before class before function, stacked decorators from the top down, lists as written."""
    run(
        ERRORS
        + """
    pytestmark = [
        pytest.mark.ssm_automation(strict=False),
        error("InvalidTarget", message="1"),
        error("InvalidTarget", message="2"),
    ]

    def messages(fake):
        return "".join(fault.message for fault in fake.faults)

    @error("InvalidTarget", message="3")
    @error("InvalidTarget", message="4")
    class TestDecorated:
        @error("InvalidTarget", message="5")
        @error("InvalidTarget", message="6")
        def test_function(self, ssm_automation):
            assert messages(ssm_automation) == "123456"

        def test_class(self, ssm_automation):
            assert messages(ssm_automation) == "1234"

    class TestListed:
        pytestmark = [error("InvalidTarget", message="3"), error("InvalidTarget", message="4")]

        def test_class(self, ssm_automation):
            assert messages(ssm_automation) == "1234"

    class TestInherited(TestListed):
        pytestmark = error("InvalidTarget", message="5")

        def test_class(self, ssm_automation):
            assert messages(ssm_automation) == "12345"

    @error("InvalidTarget", message="3")
    @pytest.mark.parametrize(
        "mark", [pytest.param(1, marks=[error("InvalidTarget", message="4"), error("InvalidTarget", message="5")])]
    )
    def test_parameter(ssm_automation, mark):
        assert messages(ssm_automation) == "12345"
    """
    ).assert_outcomes(passed=5)


def test_markers_take_what_fail_with_takes(run: Any) -> None:
    """Names, instances and any exception; faults of the test come after them, and a reset brings them back."""
    run(
        """
        import pytest
        from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

        def fails(client, kind, match=""):
            with pytest.raises(kind, match=match or None):
                client.start_automation_execution(DocumentName="Doc")

        @pytest.mark.ssm_automation_error("ReadTimeoutError", ConnectTimeoutError(endpoint_url="https://mine"))
        @pytest.mark.ssm_automation_error(KeyboardInterrupt(), ZeroDivisionError)
        def test_it(ssm_automation, ssm_client):
            ssm_automation.fail_with("InternalServerError")
            fails(ssm_client, ReadTimeoutError)
            fails(ssm_client, ConnectTimeoutError, "https://mine")
            fails(ssm_client, KeyboardInterrupt)
            fails(ssm_client, ZeroDivisionError)
            fails(ssm_client, ssm_client.exceptions.InternalServerError)
            ssm_client.start_automation_execution(DocumentName="Doc")

        @pytest.mark.ssm_automation_error("InvalidTarget")
        def test_reset(ssm_automation, ssm_client):
            for _ in range(2):
                ssm_automation.reset()
                fails(ssm_client, ssm_client.exceptions.InvalidTarget)
        """
    ).assert_outcomes(passed=2)
