from __future__ import annotations

from typing import Any

import pytest
from model import documented_errors

COUNT = len(documented_errors())


def test_a_fixture_may_ask_for_it(run: Any) -> None:
    """A test runs once for each also where one of its fixtures asks."""
    result = run(
        """
        import pytest

        @pytest.fixture
        def failing(ssm_automation, each_documented_error):
            return ssm_automation.fail_with(each_documented_error).error

        def test_it(failing, ssm_client):
            with pytest.raises(getattr(ssm_client.exceptions, failing)):
                ssm_client.start_automation_execution(DocumentName="Doc")
        """,
        "-v",
    )
    assert COUNT >= 7
    result.assert_outcomes(passed=COUNT)
    result.stdout.fnmatch_lines_random([f"*::test_it?{name}? PASSED*" for name in documented_errors()])


def test_it_multiplies_with_other_parameters(run: Any) -> None:
    """It is combined with the test's own parameters and markers."""
    result = run(
        """
        import pytest

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(number, each_documented_error):
            assert each_documented_error

        class TestIt:
            @pytest.mark.parametrize(argnames=["number"], argvalues=[[1]])
            def test_it(self, each_documented_error, number):
                assert each_documented_error
        """
    )
    result.assert_outcomes(passed=3 * COUNT)


@pytest.mark.parametrize(
    "parametrize",
    [
        '"each_documented_error", ["InvalidTarget", "mine"]',
        '["each_documented_error"], [["InvalidTarget"], ["mine"]]',
        '"number, each_documented_error", [(1, "InvalidTarget"), (2, "mine")]',
        'argnames="each_documented_error", argvalues=["InvalidTarget", "mine"], indirect=True',
    ],
)
def test_the_users_own_parameters_win(run: Any, parametrize: str) -> None:
    """Who parametrizes the name runs the test for these values only."""
    result = run(
        f"""
        import pytest

        @pytest.fixture
        def number():
            return 0

        @pytest.mark.parametrize({parametrize})
        def test_it(each_documented_error, number):
            assert each_documented_error in ("InvalidTarget", "mine")
        """
    )
    result.assert_outcomes(passed=2)


def test_the_users_own_fixture_wins(run: Any) -> None:
    """A fixture of that name in a conftest or module can be anything, and still gets each error."""
    run(
        """
        import pytest

        @pytest.fixture
        def each_documented_error(request):
            return request.param.lower()

        def test_it(each_documented_error):
            assert each_documented_error.islower()
        """
    ).assert_outcomes(passed=COUNT)


WAY_OUT = "*UsageError: each_documented_error must be an argument of a test function (not getfixturevalue*"


def test_getfixturevalue_is_refused(run: Any) -> None:
    """Pytest can't parametrize a running test, so the message says what to do."""
    result = run("def test_it(request): request.getfixturevalue('each_documented_error')")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([WAY_OUT])


def test_unittest_is_refused(run: Any) -> None:
    """Tests of unittest have no arguments, so they can't be parametrized."""
    result = run(
        """
        import unittest, pytest

        class TestIt(unittest.TestCase):
            @pytest.mark.usefixtures("each_documented_error")
            def test_it(self):
                pass
        """
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([WAY_OUT])
