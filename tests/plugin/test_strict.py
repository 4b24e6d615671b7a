from __future__ import annotations

from typing import Any

import pytest

BROAD = """
    import boto3, pytest

    def caller(**request):
        try:
            return boto3.client("ssm").start_automation_execution(**{"DocumentName": "Doc", **request})
        except Exception:
            return None

"""
TITLE = "The test passed, but strict mode found problems:"


def test_what_the_code_under_test_swallowed_fails_the_test(run: Any) -> None:
    """Refusals by botocore and the service, a fault that did not fire and a blocked request are all said at once.

    The test is reported failed, not errored.
    """
    result = run(
        BROAD
        + """
    @pytest.mark.ssm_automation_error("InvalidTarget", times=2)
    def test_it(ssm_automation):
        caller()
        caller(Targets="x", Bogus=1)
        caller(Parameters={})
        try:
            boto3.client("s3").list_buckets()
        except Exception:
            pass
    """
    )
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*ERROR*")
    start = "  StartAutomationExecution #{} (us-east-1, thread MainThread) was refused by {}"
    result.stdout.fnmatch_lines(
        [
            f"*{TITLE}",
            "",
            "Requests were refused (expect them with assert_rejected, or turn the constraint off with relax):",
            start.format(2, "botocore: ParamValidationError"),
            "    Targets: Invalid type for parameter Targets, *",
            "      constraint Targets:type",
            '    Bogus: Unknown parameter in input: "Bogus", must be one of: *',
            "      constraint request:unknown",
            start.format(3, "the service: ValidationException"),
            "    Parameters: Value '{}' at 'parameters' failed to satisfy constraint: *",
            "      constraint Parameters:min, relax=['Parameters:min'] turns it off",
            "",
            "Injected faults did not fire (remove them, or turn this check off with the option strict):",
            "  Fault('InvalidTarget', times=2) fired once, expected twice",
            "",
            "Requests to the network were blocked (answer them with moto or *assert_blocked, *allow_network):",
            "  GET https://s3.amazonaws.com/ (s3 ListBuckets)",
        ]
    )


def test_what_was_expected_is_fine(run: Any) -> None:
    """An acknowledged refusal, a fault that fired and ordinary refusals fail no test."""
    run(
        BROAD
        + """
    @pytest.mark.ssm_automation(execution_limit=1)
    @pytest.mark.ssm_automation_error("InvalidTarget")
    def test_it(ssm_automation):
        caller(Mode="auto")
        ssm_automation.assert_rejected(constraint="Mode:enum")
        assert [caller() is None for _ in range(3)] == [True, False, True]
    """
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(("ini", "marker"), [("ssm_automation_strict = false", ""), ("", "strict=False")])
def test_strictness_can_be_turned_off(run: Any, ini: str, marker: str) -> None:
    """By the ini file, or by a marker."""
    source = f"""
    @pytest.mark.ssm_automation({marker})
    def test_it(ssm_automation):
        ssm_automation.fail_with("InvalidTarget")
        caller(Mode="auto")
        caller(Mode=1)
    """
    run(BROAD + source, ini=ini).assert_outcomes(passed=1)


NOTED = "*- SSM Automation: problems noted during {} -*"


def test_a_failure_shows_problems_too(run: Any) -> None:
    """They have a section of their own, because they are often the cause; where there are none, there is no section.

    If the setup failed, faults are not listed, because none can have fired yet.
    """
    result = run(
        BROAD
        + """
    @pytest.fixture
    def broken(ssm_automation):
        ssm_automation.fail_with("InvalidTarget", when={"DocumentName": "Other"})
        caller(Mode="auto")
        raise ValueError("set up")

    def test_errs(broken):
        pass

    @pytest.mark.ssm_automation_error("InvalidTarget")
    def test_fails(ssm_automation):
        caller(Mode="auto")
        assert False, "its own"

    def test_has_no_problems(ssm_automation):
        caller()
        assert False, "last but one"

    @pytest.mark.ssm_automation(strict=False)
    def test_is_not_strict(ssm_automation):
        caller(Mode="auto")
        assert False
    """
    )
    result.assert_outcomes(failed=3, errors=1)
    refused = ["Requests were refused*", "*", "*Mode:*", "*Mode:enum*"]
    unfired = ["Injected faults did not fire*", "  Fault('InvalidTarget')*"]
    result.stdout.fnmatch_lines(
        ["*set up*", NOTED.format("setup"), *refused, "*its own*", NOTED.format("call"), *refused, "", *unfired]
    )
    shown = result.stdout.str()
    assert [shown.count(text) for text in ("SSM Automation: problems", "did not fire", TITLE)] == [2, 1, 0]


def test_teardown_is_judged_by_itself(run: Any) -> None:
    """A refusal that teardown code swallows, and a fault that is injected for it and never fires, are errors of it."""
    result = run(
        BROAD
        + """
    @pytest.fixture
    def swallows(ssm_automation):
        yield
        caller(Mode="auto")

    @pytest.fixture
    def injects(ssm_automation):
        yield
        ssm_automation.fail_with("InvalidTarget")

    @pytest.fixture
    def tidy(ssm_automation):
        yield
        ssm_automation.fail_with("InvalidTarget")
        caller()
        caller(Mode="auto")
        ssm_automation.assert_rejected(constraint="Mode:enum")

    def test_swallows(swallows): pass
    def test_injects(injects): pass
    def test_tidy(tidy): pass
    """
    )
    result.assert_outcomes(passed=3, errors=2)
    title = "The teardown passed, but strict mode found problems in it:"
    result.stdout.fnmatch_lines([title, "", "Requests were refused*", title, "", "Injected faults did not fire*"])


def test_a_problem_is_told_once(run: Any) -> None:
    """The teardown does not repeat problems of the test; new ones are shown next to its own errors.

    After a reset, the same problem is a new one.
    """
    result = run(
        BROAD
        + """
    @pytest.fixture
    def fixture(ssm_automation):
        yield
        caller(Mode=1)
        raise ValueError("tear down")

    @pytest.mark.ssm_automation_error("InvalidTarget", times=3)
    def test_it(fixture, ssm_automation):
        caller(Mode="auto")
        caller()

    @pytest.fixture
    def again(ssm_automation):
        yield
        ssm_automation.reset()
        caller(Mode="auto")

    def test_that_starts_again(again, ssm_automation):
        caller(Mode="auto")
        ssm_automation.reset()
        caller(Mode="auto")
    """
    )
    result.assert_outcomes(failed=2, errors=2)
    # the summary at the end may repeat the texts
    text = result.stdout.str().partition("short test summary info")[0]
    assert text.count("InvalidTarget', times=3) fired once") == 1
    assert text.count("constraint Mode:type") == 1
    assert text.count("constraint Mode:enum") == 3
    result.stdout.fnmatch_lines([NOTED.format("teardown")])


def test_skipped_and_expected_failures_are_left_alone(run: Any) -> None:
    """Skipped tests and expected failures are not checked, and neither are earlier problems in their teardown.

    A strict failure can be expected like an assertion, but not as another exception.
    """
    result = run(
        BROAD
        + """
    def test_skips(ssm_automation):
        caller(Mode="auto")
        pytest.skip("later")

    @pytest.fixture
    def skipping(ssm_automation):
        caller(Mode="auto")
        pytest.skip("later")

    def test_skips_early(skipping):
        pass

    @pytest.mark.xfail
    def test_fails(ssm_automation):
        caller(Mode="auto")
        assert False

    @pytest.mark.xfail(strict=False)
    def test_passes(ssm_automation):
        caller()

    @pytest.mark.xfail(strict=True)
    def test_passes_strictly(ssm_automation):
        caller()

    @pytest.mark.xfail(strict=True, raises=AssertionError)
    def test_swallows(ssm_automation):
        caller(Mode="auto")

    @pytest.mark.xfail(raises=ValueError)
    def test_swallows_something_else(ssm_automation):
        caller(Mode="auto")
    """
    )
    result.assert_outcomes(skipped=2, xfailed=2, xpassed=1, failed=2)
    result.stdout.fnmatch_lines(["_* test_passes_strictly _*", "_* test_swallows_something_else _*", f"*{TITLE}"])


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="subtests came with pytest 9")
def test_subtests_are_left_alone_and_the_test_fails(run: Any) -> None:
    """Mistakes are the whole test's: no subtest fails for them, passed or not."""
    result = run(
        BROAD
        + """
    def test_it(subtests, ssm_automation):
        with subtests.test("one"):
            caller(Mode="auto")
        with subtests.test("two"):
            caller()
    """,
        "-v",
    )
    result.stdout.fnmatch_lines(["*SUBPASSED[[]one[]]*", "*SUBPASSED[[]two[]]*", "*::test_it FAILED*", f"*{TITLE}"])


@pytest.mark.slow
def test_all_is_said_under_xdist(run: Any) -> None:
    """A worker's failure reaches the terminal with its text."""
    result = run(BROAD + "    def test_it(ssm_automation): caller(Parameters={})", "-n1")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [f"*{TITLE}", "", "Requests were refused *", "*", "*", "*constraint Parameters:min, relax=*"]
    )


@pytest.mark.slow
def test_a_fixture_requested_while_the_test_runs(pytester: pytest.Pytester) -> None:
    """A test that requests the fixture itself fails with its problems, too, even if no other test uses it."""
    pytester.makepyfile(
        """
        import pytest

        def test_it(request):
            fake = request.getfixturevalue("ssm_automation")
            with pytest.raises(Exception):
                fake.client().start_automation_execution(DocumentName="Doc", Mode="Wrong")
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*The test passed, but strict mode found problems:*"])
