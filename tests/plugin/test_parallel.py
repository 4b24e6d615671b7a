from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

CONFTEST = Path(__file__).with_name("conftest.py")
# Each test would notice a call, an execution or a fault of any other; and the ids show who had which.
SOURCE = """
    import pytest
    from pytest_ssm_automation import AutomationFake

    def start(client, document="Doc"):
        return client.start_automation_execution(DocumentName=document)["AutomationExecutionId"]

    @pytest.mark.parametrize("number", range(12))
    def test_fixture(ssm_automation, ssm_client, number):
        assert ssm_automation.calls == ()
        print(f"id-{number}:", start(ssm_client, f"Doc-{number}"))
        ssm_automation.assert_started_once(DocumentName=f"Doc-{number}")

    @pytest.mark.ssm_automation_error("InvalidTarget")
    def test_error(ssm_automation, ssm_client):
        with pytest.raises(ssm_client.exceptions.InvalidTarget):
            start(ssm_client)
        start(ssm_client)

    @pytest.mark.ssm_automation(transport="wire", execution_limit=1)
    def test_wire(ssm_automation, ssm_client):
        start(ssm_client)
        with pytest.raises(ssm_client.exceptions.AutomationExecutionLimitExceededException):
            start(ssm_client)

    def test_own():
        with AutomationFake() as fake:
            start(fake.client())
            assert len(fake.calls) == 1

    def test_faker(ssm_faker, ssm_client):
        ssm_client.start_automation_execution(**ssm_faker.automation_request())
"""
TESTS = 16


@pytest.fixture
def process(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Run a source in another process, with the check for leaks, and warnings as errors."""

    def process(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makeconftest(CONFTEST.read_text("utf-8"))
        pytester.makeini("[pytest]\nfilterwarnings = error")
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)

    return process


def ids(result: pytest.RunResult) -> dict[str, str]:
    """Read the ids that a run has printed, by the number of the test."""
    return dict(re.findall(r"id-(\d+): (\S+)", result.stdout.str()))


def test_four_workers(process: Callable[..., pytest.RunResult]) -> None:
    """With xdist, each test has its own fake, in any worker, and the same ids as without xdist."""
    alone = process(SOURCE, "-rP", "-p", "no:randomly")
    alone.assert_outcomes(passed=TESTS)
    together = process(SOURCE, "-rP", "-n4", "-p", "no:randomly")
    together.assert_outcomes(passed=TESTS)
    assert len(set(ids(alone).values())) == 12
    assert ids(together) == ids(alone)


@pytest.mark.parametrize("dist", ["loadscope", "loadgroup", "worksteal", "each"])
def test_every_way_to_distribute(process: Callable[..., pytest.RunResult], dist: str) -> None:
    """It makes no difference which worker has which tests, or all of them."""
    every = 2 if dist == "each" else 1
    process(SOURCE, "-n2", f"--dist={dist}", "-p", "no:randomly").assert_outcomes(passed=TESTS * every)


def test_parametrization_is_the_same_in_each_worker(process: Callable[..., pytest.RunResult]) -> None:
    """What `each_documented_error` makes of a test is collected alike, or xdist would refuse to run."""
    result = process(
        """
        def test_it(each_documented_error, ssm_automation, ssm_client):
            ssm_automation.fail_with(each_documented_error)
            try:
                ssm_client.start_automation_execution(DocumentName="Doc")
            except getattr(ssm_client.exceptions, each_documented_error):
                pass
        """,
        "-n4",
    )
    assert result.parseoutcomes()["passed"] >= 7
    assert result.ret == 0


@pytest.mark.parametrize("seed", range(3))
def test_any_order(process: Callable[..., pytest.RunResult], seed: int) -> None:
    """pytest-randomly's order changes no outcome, and no id: a fake's seed is the id of its test."""
    pytest.importorskip("pytest_randomly")
    inorder = process(SOURCE, "-rP", "-p", "no:randomly")
    shuffled = process(SOURCE, "-rP", f"--randomly-seed={seed}")
    shuffled.assert_outcomes(passed=TESTS)
    assert ids(shuffled) == ids(inorder)


def test_reruns(process: Callable[..., pytest.RunResult]) -> None:
    """With pytest-rerunfailures, each attempt has a new fake, and strict failures are rerun like others.

    In the report, a test that faces an error at each attempt is one test.
    """
    pytest.importorskip("pytest_rerunfailures")
    result = process(
        """
        import pytest

        seen = []

        @pytest.mark.flaky(reruns=2)
        @pytest.mark.ssm_automation_error("InvalidTarget")
        def test_its_own(ssm_automation, ssm_client):
            assert ssm_automation.calls == ()
            with pytest.raises(ssm_client.exceptions.InvalidTarget):
                ssm_client.start_automation_execution(DocumentName="Doc")
            ssm_client.start_automation_execution(DocumentName="Doc")
            seen.append(ssm_automation)
            assert len(seen) == 3

        attempts = []

        @pytest.mark.flaky(reruns=1)
        def test_strict(ssm_automation, ssm_client):
            attempts.append(1)
            try:
                ssm_client.start_automation_execution(DocumentName="Doc", Mode="auto" if len(attempts) == 1 else "Auto")
            except Exception:
                pass

        @pytest.mark.flaky(reruns=1)
        def test_always(ssm_automation):
            ssm_automation.fail_with("InvalidTarget")
        """,
        "--ssm-automation-report",
    )
    outcomes = result.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"], outcomes["rerun"]) == (2, 1, 4)
    result.stdout.fnmatch_lines(["*The test passed, but strict mode found problems:"])
    result.stdout.fnmatch_lines(["InvalidTarget *1 test", "4 executions, 1 refusal, 3 faults"])
    result.stdout.no_fnmatch_line("*left something behind*")


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="subtests came with pytest 9")
def test_a_second_try_is_judged_by_itself(process: Callable[..., pytest.RunResult]) -> None:
    """With reruns, subtests of the second attempt do not fail for problems of the first one."""
    pytest.importorskip("pytest_rerunfailures")
    result = process(
        """
        import pytest

        TRIES = []

        def test_it(subtests, ssm_automation, ssm_client):
            TRIES.append(1)
            with subtests.test("one"), pytest.raises(ssm_client.exceptions.ClientError):
                ssm_client.start_automation_execution(DocumentName="Doc", Mode="auto")
            with subtests.test("two"):
                ssm_client.start_automation_execution(DocumentName="Doc")
            if len(TRIES) == 2:
                ssm_automation.assert_rejected()
        """,
        *("--reruns=1", "-v"),
    )
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*SUBFAILED*")
    result.stdout.fnmatch_lines(["*::test_it RERUN*", "*SUBPASSED[[]one[]]*", "*::test_it PASSED*"])


def test_a_worker_that_crashes(process: Callable[..., pytest.RunResult]) -> None:
    """Its counts are lost, and the report says so; the others' are reported all the same."""
    source = """
    import os

    def test_crashes(ssm_client):
        start(ssm_client)
        os._exit(3)
    """
    result = process(SOURCE + source, "-n2", "--ssm-automation-report")
    result.assert_outcomes(passed=TESTS, failed=1)
    sums = "* execution*, * refusal*, * fault*"
    result.stdout.fnmatch_lines(
        ["*= SSM Automation: errors faced =*", sums, "The counts of 1 crashed worker are missing."]
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_forked(process: Callable[..., pytest.RunResult]) -> None:
    """With pytest-forked, each test runs in a child: all pass, strict failures fail, a crash affects one test."""
    pytest.importorskip("pytest_forked")
    options = ("--forked", "-W", "ignore::ResourceWarning")  # it does not close its files
    if process("def test_it(): pass", *options, "-p", "no:ssm_automation").ret:
        pytest.skip("this pytest-forked does not work with this pytest, with or without the plugin")
    source = """
    def test_strict(ssm_automation):
        ssm_automation.fail_with("InvalidTarget")

    def test_crashes(ssm_client):
        import os

        start(ssm_client)
        os._exit(3)
    """
    result = process(SOURCE + source, *options)
    result.assert_outcomes(passed=TESTS, failed=2)
    result.stdout.fnmatch_lines(["*The test passed, but strict mode found problems:"])


def test_all_at_once(process: Callable[..., pytest.RunResult]) -> None:
    """In random order, over workers, with reruns, and with a report that is right."""
    pytest.importorskip("pytest_randomly")
    pytest.importorskip("pytest_rerunfailures")
    result = process(SOURCE, "-n4", "--reruns=1", "--ssm-automation-report", "--ssm-automation-require=InvalidTarget")
    result.assert_outcomes(passed=TESTS)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["InvalidTarget *1 test", "16 executions, * refusal*, 1 fault"])
