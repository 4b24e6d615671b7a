from __future__ import annotations

import errno
import json
import os
import re
from typing import Any

import pytest
from model import documented_errors

TITLE = "*= SSM Automation: errors faced =*"
REQUIRED = "*= SSM Automation: errors required and never faced =*"
FACED = {"AutomationDefinitionNotFoundException": 1, "InvalidTarget": 5}
REST = [name for name in documented_errors() if name not in FACED]

SOURCE = """
    import pytest
    from pytest_ssm_automation import AutomationFake

    TOKEN = "00000000-0000-4000-8000-000000000000"

    def start(client, **members):
        try:
            client.start_automation_execution(DocumentName="Doc", **members)
        except Exception:
            pass

    @pytest.mark.parametrize("number", range(3))
    @pytest.mark.ssm_automation_error("InvalidTarget")
    def test_marked(ssm_automation, ssm_client, number):
        start(ssm_client)
        start(ssm_client)

    @pytest.mark.ssm_automation(unknown_documents="reject")
    def test_refused(ssm_client):
        start(ssm_client)

    def fail():
        with AutomationFake() as fake:
            fake.fail_with("InvalidTarget")
            start(fake.client())

    @pytest.fixture
    def earlier():
        fail()

    def test_own_fake(earlier):
        fail()

    def test_twice():
        fake = AutomationFake()
        for _ in range(2):
            with fake:
                start(fake.client())

    def test_lost():
        with AutomationFake() as fake:
            client = fake.client()
            start(client, ClientToken=TOKEN)
            for _ in range(2):
                fake.lose_response()
            start(client)
            start(client, ClientToken=TOKEN)
            start(client, ClientToken=TOKEN)
            fake.lose_response(operation="GetAutomationExecution")
            with pytest.raises(Exception, match="timeout"):
                client.get_automation_execution(AutomationExecutionId=fake.executions[0].id)
            fake.fail_with("ThrottlingException")
            start(client)

    def test_reset(ssm_automation, ssm_client):
        ssm_automation.fail_with("InvalidTarget")
        start(ssm_client)
        ssm_automation.reset()
        start(ssm_client)
"""
# A lost start is a fault and an execution, a lost replay or poll is a fault only, and a replay or an answer is neither.
LINES = [
    "AutomationDefinitionNotFoundException *  1 test",
    *(f"{name} *never" for name in REST),
    "InvalidTarget *  5 tests",
    f"Never faced: {', '.join(REST)}",
    "8 executions, 1 refusal, 10 faults",
]


def test_which_errors_were_faced(run: Any, pytester: pytest.Pytester) -> None:
    """Each test counts once, however it uses the fake and in all its phases; errors that no test faced are listed.

    A table in Markdown is appended, so that a CI job can show it in its summary. With files alone, nothing is printed.
    """
    (pytester.path / "summary.md").write_text("# Tests", "utf-8")
    files = [f"--ssm-automation-report={file}" for file in ("json:report.json", "markdown:summary.md")]
    result = run(SOURCE, "--ssm-automation-report", *files)
    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines([TITLE])
    result.stdout.fnmatch_lines_random(LINES)
    result.stdout.no_fnmatch_line("ThrottlingException *")
    assert result.ret == 0
    run(SOURCE, *files).stdout.no_fnmatch_line("*SSM Automation*")
    assert json.loads((pytester.path / "report.json").read_text("utf-8")) == {
        "errors": {**dict.fromkeys(documented_errors(), 0), **FACED},
        "never_faced": REST,
        "executions": 8,
        "refusals": 1,
        "faults": 10,
        "crashed_workers": 0,
    }
    table = "".join(f"| `{name}` | {FACED.get(name, 'never')} |\n" for name in documented_errors())
    report = (
        f"## SSM Automation: errors faced\n\n| error | tests |\n|---|---|\n{table}\n"
        f"Never faced: {', '.join(REST)}\n\n8 executions, 1 refusal, 10 faults\n"
    )
    assert (pytester.path / "summary.md").read_text("utf-8") == f"# Tests\n\n{report}\n\n{report}"


def test_a_run_without_the_option_says_nothing(run: Any) -> None:
    """There is no section, and nothing is counted."""
    source = """
        def test_none(pytestconfig):
            assert not pytestconfig.pluginmanager.has_plugin("ssm_automation_report")
    """
    result = run(source)
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*SSM Automation*")


def test_a_report_ends_with_its_run(run: Any) -> None:
    """A run inside a test has a report of its own, and what comes after it counts for the run outside."""
    source = """
        def test_it(pytester, ssm_client):
            pytester.makepyfile("def test_it(): pass")
            pytester.runpytest_inprocess("--ssm-automation-report").stdout.fnmatch_lines(["0 executions, *"])
            ssm_client.start_automation_execution(DocumentName="Doc")
    """
    result = run(source, "--ssm-automation-report", "-p", "pytester")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([TITLE, "1 execution, 0 refusals, 0 faults"])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        *(
            (value, f"takes no value, json:PATH or markdown:PATH, but got '{value}'")
            for value in ("xml:report.xml", "json", "json:", "markdown:", "markdown", "x" * 5000)
        ),
        ("tests::test_it", "*, but got 'tests::test_it'; put paths of tests before it"),
        ("json:missing/report.json", os.strerror(errno.ENOENT)),
        ("json:" + "x" * 5000, os.strerror(errno.ENAMETOOLONG)),
        ("json:tests", os.strerror(errno.EISDIR)),
        ("markdown:tests", os.strerror(errno.EISDIR)),
    ],
)
def test_a_report_that_cannot_be_written_is_refused(
    run: Any, pytester: pytest.Pytester, value: str, message: str
) -> None:
    """The run fails at the start, so that a long one does not end with its report lost."""
    pytester.mkpydir("tests")
    result = run(SOURCE, "--ssm-automation-report", value)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    separator = " " if "but got" in message else f"={value}: "
    result.stderr.fnmatch_lines([f"ERROR: --ssm-automation-report{separator}{message}"])


def test_all_that_is_required_was_faced(run: Any) -> None:
    """The run passes, without further output."""
    source = """
        import pytest

        def test_it(each_documented_error, ssm_automation, ssm_client):
            ssm_automation.fail_with(each_documented_error)
            with pytest.raises(ssm_client.exceptions.ClientError):
                ssm_client.start_automation_execution(DocumentName="Doc")
    """
    result = run(source, "--ssm-automation-require=all")
    result.assert_outcomes(passed=len(documented_errors()))
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*SSM Automation*")
    run(source, "--ssm-automation-report").stdout.fnmatch_lines(["Every documented error was faced."])


@pytest.mark.parametrize(
    ("required", "missing"),
    [
        ("all", ", ".join(REST)),
        ("InvalidTarget", ""),
        ("InvalidTarget, AutomationDefinitionNotFoundException", ""),
        ("InvalidTarget,ThrottlingException,AccessDeniedException", "AccessDeniedException"),
        (
            "ParamValidationError , ConnectTimeoutError,InternalServerError,ReadTimeoutError,InvalidTarget",
            "ParamValidationError, ConnectTimeoutError, InternalServerError",
        ),
    ],
)
def test_errors_can_be_required_by_name(run: Any, required: str, missing: str) -> None:
    """Documented or not; missing ones fail the run, and are listed in the order of the option."""
    result = run(SOURCE, f"--ssm-automation-require={required}")
    result.assert_outcomes(passed=8)
    result.stdout.no_fnmatch_line(TITLE)
    if missing:
        result.stdout.fnmatch_lines([REQUIRED, missing])
    else:
        result.stdout.no_fnmatch_line("*SSM Automation*")
    assert result.ret == (pytest.ExitCode.TESTS_FAILED if missing else pytest.ExitCode.OK)


@pytest.mark.parametrize(
    ("required", "told"),
    [
        ("InvalidTarget,InvalidTargt", "*'InvalidTargt'*InvalidTarget*"),
        ("ThrotlingException", "*'ThrotlingException'*ThrottlingException*"),
        ("al", "*'al'*'all'*"),
        ("readtimeouterror", "*'readtimeouterror'*ReadTimeoutError*"),
        (",", "*error ''*"),
        ("InvalidTarget,", "*error ''*"),
    ],
)
def test_a_misspelt_name_is_refused_at_the_start(run: Any, required: str, told: str) -> None:
    """With the nearest name, before anything is collected; a comma too many is a mistake too."""
    result = run(SOURCE, f"--ssm-automation-require={required}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --ssm-automation-require: {told}"])
    result.stdout.no_fnmatch_line("*collected*")


def test_a_failure_of_the_tests_stays_what_it_is(run: Any) -> None:
    """A failed or empty run keeps its exit status, and still lists missing errors; one that only collects has none."""
    result = run("def test_it(): assert False", "--ssm-automation-require=InvalidTarget")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([REQUIRED, "InvalidTarget"])
    result = run("", "--ssm-automation-require=InvalidTarget")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result = run(SOURCE, "--ssm-automation-require=all", "--collect-only")
    assert result.ret == 0
    result.stdout.no_fnmatch_line(REQUIRED)


@pytest.mark.slow
def test_workers_are_summed_up(run: Any, pytester: pytest.Pytester) -> None:
    """With xdist, the controller writes everything once, to each place that an option names, as without xdist."""
    reports = ("--ssm-automation-report", *(f"--ssm-automation-report={to}" for to in ("json:a.json", "markdown:a.md")))
    required = "--ssm-automation-require=InvalidTarget,AccessDeniedException"
    result = run(SOURCE, "-n2", *reports, "--ssm-automation-report=json:b.json", required)
    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines_random(LINES)
    result.stdout.fnmatch_lines([TITLE, REQUIRED, "AccessDeniedException"])
    assert result.stdout.str().count("errors faced") == 1
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    text = (pytester.path / "a.md").read_text("utf-8")
    assert text.startswith("## SSM Automation: errors faced\n")
    assert text.count("| `InvalidTarget` | 5 |\n") == 1
    written = json.loads((pytester.path / "a.json").read_text("utf-8"))
    assert (written["errors"]["InvalidTarget"], written["executions"], written["faults"]) == (5, 8, 10)
    assert written == json.loads((pytester.path / "b.json").read_text("utf-8"))


RUNS = """
    import pytest
    from pytest_ssm_automation import AutomationFake

    RUNBOOK = {"schemaVersion": "0.3", "mainSteps": [
        {"name": "a", "action": "aws:sleep", "onFailure": "step:c"},
        {"name": "b", "action": "aws:sleep", "isEnd": True},
        {"name": "c", "action": "aws:sleep", "nextStep": "d"},
        {"name": "d", "action": "aws:sleep"},
        {"name": "e", "action": "aws:sleep"},
    ]}

    def run(fake):
        fake.add_runbook(RUNBOOK, name="Doc")
        fake.client().start_automation_execution(DocumentName="Doc")
        for _ in range(2):
            fake.executions[-1].advance()

    def test_good(ssm_automation):
        run(ssm_automation)

    @pytest.mark.ssm_automation_step("a", fails="no")
    @pytest.mark.ssm_automation_step("c", fails="no", status="TimedOut")
    def test_bad(ssm_automation):
        run(ssm_automation)
        ssm_automation.reset()
        ssm_automation.client().start_automation_execution(DocumentName="Unknown")

    @pytest.mark.ssm_automation(strict=False)
    def test_another(ssm_automation):
        ssm_automation.add_runbook(RUNBOOK, name="Another")
        for _ in range(2):
            ssm_automation.client().start_automation_execution(DocumentName="Another")
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_report_names_steps_that_no_test_has_seen(
    run: Any, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    """For each runbook that was started: the steps that never ran and never failed, from all workers."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    reports = ("--ssm-automation-report", *(f"--ssm-automation-report={to}" for to in ("json:a.json", "markdown:a.md")))
    result = run(RUNS, *reports, "-n", workers)
    result.stdout.fnmatch_lines(
        [
            "*= SSM Automation: steps of runbooks =*",
            "Another: 5 steps",
            "  never run: a, b, c, d, e",
            "  never failed: a, b, c, d, e",
            "Doc: 5 steps",
            "  never run: d, e",
            "  never failed: b, d, e",
        ]
    )
    report = json.loads((pytester.path / "a.json").read_text("utf-8"))
    assert report["runbooks"]["Doc"] == {"never_run": ["d", "e"], "never_failed": ["b", "d", "e"]}
    pictures = (pytester.path / "a.md").read_text("utf-8").partition("steps of runbooks\n")[2]
    assert re.findall(r"^### `(\w+)`\n\n```mermaid\nflowchart TD\n", pictures, re.MULTILINE) == ["Another", "Doc"]
    colours = [re.findall(r'"(\w)<br/>aws:sleep".:::(\w+)', picture) for picture in pictures.split("###")[1:]]
    assert colours[0] == [(step, "never") for step in "abcde"]
    assert colours[1] == [("a", "failed"), ("b", "ran"), ("c", "failed"), ("d", "never"), ("e", "never")]
    assert pictures.count('s0 -.->|"on failure"| s2\n') == 2
