from __future__ import annotations

from contextlib import nullcontext
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from caller import start

from pytest_ssm_automation import AutomationFake, AutomationFakeError


@pytest.fixture(scope="module")
def wide() -> None:
    """Stand for what is set up once for the module."""


@pytest.fixture
def early() -> AutomationFake:
    """Return the fake that is active when other fixtures are set up."""
    return AutomationFake.current()


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(1, marks=pytest.mark.ssm_automation),
        pytest.param(2, marks=pytest.mark.ssm_automation(seed="x")),
        pytest.param(3, marks=pytest.mark.ssm_automation_error("InvalidTarget")),
    ],
)
@pytest.mark.ssm_automation(strict=False)
@pytest.mark.usefixtures("wide", "tmp_path")
def test_either_marker_brings_the_fixture_in(
    early: AutomationFake, request: pytest.FixtureRequest, number: int
) -> None:
    """A test that is marked has an active fake, before its other fixtures of function scope, and once only."""
    assert AutomationFake.current() is early
    names = request.node.fixturenames
    assert names.index("wide") < names.index("ssm_automation") < names.index("tmp_path")
    assert names.count("ssm_automation") == 1


@pytest.mark.ssm_automation
def test_a_marker_and_an_argument_are_one_fixture(
    ssm_automation: AutomationFake, early: AutomationFake, request: pytest.FixtureRequest
) -> None:
    """A test that names the fixture, too, has it where it names it."""
    assert request.fixturenames.count("ssm_automation") == 1
    assert early is ssm_automation


@pytest.mark.parametrize("marked", [False, pytest.param(True, marks=pytest.mark.ssm_automation)])
def test_a_marker_of_one_parameter_set_is_for_that_one(request: pytest.FixtureRequest, *, marked: bool) -> None:
    """Its siblings have no fake, as all tests without a marker."""
    assert ("ssm_automation" in request.fixturenames) == marked
    with nullcontext() if marked else pytest.raises(AutomationFakeError):
        AutomationFake.current()


def test_the_nearest_marker_wins_option_by_option(run: Any) -> None:
    """Function before class before its base before module before ini file, each for the options that it names.

    The nearest word on a constraint wins, too: `relax` and `enforce` of all add up.
    """
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

        @pytest.mark.ssm_automation(strict=True, allow_network=False, relax=["TargetMaps[]:min"], execution_limit=None)
        def test_ini_file(ssm_automation):
            options = ssm_automation.options
            assert (options.strict, options.allow_network, options.execution_limit) == (True, False, None)
            assert options.relax == ("Mode:enum", "Parameters:min", "TargetMaps[]:min")

        @pytest.mark.ssm_automation(enforce=["Mode:enum"])
        class TestEnforced:
            @pytest.mark.ssm_automation(enforce={"request:target_key"})
            def test_it(self, ssm_automation):
                options = ssm_automation.options
                assert (options.relax, options.enforce) == (("Parameters:min",), ("Mode:enum", "request:target_key"))

            @pytest.mark.ssm_automation(relax=["Mode:enum"])
            def test_again(self, ssm_automation):
                options = ssm_automation.options
                assert (options.relax, options.enforce) == (("Parameters:min", "Mode:enum"), ())

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
        ssm_automation_strict = true
        ssm_automation_allow_network = true
        """,
    ).assert_outcomes(passed=7)


def messages(fake: AutomationFake) -> str:
    """Join the messages of the faults."""
    return "".join(str(fault.message) for fault in fake.faults)


def fails(client: Any, kind: type[BaseException], match: str | None = None) -> None:
    """Start an execution, which raises."""
    with pytest.raises(kind, match=match):
        start(client)


error = pytest.mark.ssm_automation_error


class TestErrors:
    """Errors of markers come module before class before function, those of one marker in its order."""

    pytestmark: ClassVar[Any] = [
        pytest.mark.ssm_automation(strict=False),
        error("InvalidTarget", message="1"),
        error("InvalidTarget", message="2"),
    ]

    @error("InvalidTarget", "InternalServerError", times=2, after=1, when={"Mode": "Auto"}, message="no")
    @error("AutomationExecutionNotFoundException", operation="GetAutomationExecution", times=None)
    def test_arguments(self, ssm_automation: AutomationFake) -> None:
        """Each error of a marker has the marker's arguments."""
        both, other = ssm_automation.faults[2:4], ssm_automation.faults[4]
        assert [fault.error for fault in both] == ["InvalidTarget", "InternalServerError"]
        for fault in both:
            assert (fault.times, fault.after, fault.when, fault.message) == (2, 1, {"Mode": "Auto"}, "no")
            assert fault.operation == "StartAutomationExecution"
        assert (other.operation, other.times) == ("GetAutomationExecution", None)

    @error("InvalidTarget", message="3")
    @error("InvalidTarget", message="4")
    class TestDecorated:
        """Stacked decorators come from the top down."""

        @error("InvalidTarget", message="5")
        @error("InvalidTarget", message="6")
        def test_function(self, ssm_automation: AutomationFake) -> None:
            """Those of the function come last."""
            assert messages(ssm_automation) == "123456"

    class TestListed:
        """Lists come as written."""

        pytestmark: ClassVar[Any] = [error("InvalidTarget", message="3"), error("InvalidTarget", message="4")]

        def test_class(self, ssm_automation: AutomationFake) -> None:
            """They come after those of the outer class."""
            assert messages(ssm_automation) == "1234"

    class TestInherited(TestListed):
        """Those of a base class come first."""

        pytestmark: ClassVar[Any] = error("InvalidTarget", message="5")

        def test_class(self, ssm_automation: AutomationFake) -> None:
            """The class adds its own."""
            assert messages(ssm_automation) == "12345"

    @error("InvalidTarget", message="3")
    @pytest.mark.parametrize(
        "mark", [pytest.param(1, marks=[error("InvalidTarget", message="4"), error("InvalidTarget", message="5")])]
    )
    def test_parameter(self, ssm_automation: AutomationFake, mark: int) -> None:
        """Those of a parameter set come last."""
        assert messages(ssm_automation) == "12345"


@error("ReadTimeoutError", ConnectTimeoutError(endpoint_url="https://mine"))
@error(KeyboardInterrupt(), ZeroDivisionError)
def test_markers_take_what_fail_with_takes(ssm_automation: AutomationFake, ssm_client: Any) -> None:
    """Names, instances and any exception; faults of the test come after them, and a reset brings them back."""
    for _ in range(2):
        ssm_automation.fail_with("InternalServerError")
        fails(ssm_client, ReadTimeoutError)
        fails(ssm_client, ConnectTimeoutError, "https://mine")
        fails(ssm_client, KeyboardInterrupt)
        fails(ssm_client, ZeroDivisionError)
        fails(ssm_client, ssm_client.exceptions.InternalServerError)
        start(ssm_client)
        ssm_automation.assert_faults_raised()
        ssm_automation.reset()
    for kind in (ReadTimeoutError, ConnectTimeoutError, KeyboardInterrupt, ZeroDivisionError):
        fails(ssm_client, kind)
