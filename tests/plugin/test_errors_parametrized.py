from __future__ import annotations

from typing import Any

from model import documented_errors

COUNT = len(documented_errors())


def test_a_test_runs_once_for_each_error(run: Any) -> None:
    """Also where one of its fixtures asks, beside other parameters, and with a fixture of that name of the user's own.

    Who parametrizes the name runs the test for these values only.
    """
    result = run(
        """
        import pytest

        @pytest.fixture
        def failing(ssm_automation, each_documented_error):
            return ssm_automation.fail_with(each_documented_error).error

        def test_it(failing, ssm_client):
            with pytest.raises(getattr(ssm_client.exceptions, failing)):
                ssm_client.start_automation_execution(DocumentName="Doc")

        @pytest.mark.parametrize("not_each_documented_error", [1, 2])
        def test_numbers(not_each_documented_error, each_documented_error):
            assert each_documented_error

        class TestOwn:
            @pytest.fixture
            def each_documented_error(self, request):
                return request.param.lower()

            @pytest.mark.parametrize(argnames=["number"], argvalues=[[1]])
            def test_it(self, each_documented_error, number):
                assert each_documented_error.islower()

        @pytest.fixture
        def number():
            return 0

        @pytest.mark.parametrize("each_documented_error", ["InvalidTarget", "mine"])
        def test_name(each_documented_error):
            assert each_documented_error in ("InvalidTarget", "mine")

        @pytest.mark.parametrize(["each_documented_error"], [["InvalidTarget"], ["mine"]])
        def test_list(each_documented_error):
            assert each_documented_error in ("InvalidTarget", "mine")

        @pytest.mark.parametrize("number, each_documented_error", [(1, "InvalidTarget"), (2, "mine")])
        def test_names(each_documented_error, number):
            assert each_documented_error in ("InvalidTarget", "mine")

        @pytest.mark.parametrize(argnames="each_documented_error", argvalues=["InvalidTarget", "mine"], indirect=True)
        def test_indirect(each_documented_error, number):
            assert each_documented_error in ("InvalidTarget", "mine")
        """,
        "-v",
    )
    assert COUNT >= 7
    result.assert_outcomes(passed=4 * COUNT + 4 * 2)
    result.stdout.fnmatch_lines_random([f"*::test_it?{name}? PASSED*" for name in documented_errors()])


def test_a_test_without_arguments_is_refused(run: Any) -> None:
    """Pytest can't parametrize a running test, or one of unittest, so the message says what to do."""
    result = run(
        """
        import unittest, pytest

        def test_it(request):
            request.getfixturevalue("each_documented_error")

        class TestIt(unittest.TestCase):
            @pytest.mark.usefixtures("each_documented_error")
            def test_it(self):
                pass
        """
    )
    result.assert_outcomes(failed=1, errors=1)
    refused = "*UsageError: each_documented_error must be an argument of a test function (not getfixturevalue*"
    result.stdout.fnmatch_lines([refused, refused])
