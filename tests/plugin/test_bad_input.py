from __future__ import annotations

import sys
from typing import Any

import pytest

TEMPLATE = """
    import pytest

    {marker}
    def test_it(ssm_automation, request):
        {call}
"""
USAGE = "E *UsageError: "


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("ssm_automation(transprot='wire')", "Unknown option 'transprot'. Did you mean 'transport'? Allowed: *"),
        ("ssm_automation(relax=['Parametrs:max'])", "Unknown constraint 'Parametrs:max'. Did you mean 'Parameters*"),
        ("ssm_automation(relax=['Mode:type'])", "Mode:type can't be relaxed, because botocore does not *"),
        ("ssm_automation('wire')", "The marker ssm_automation takes options as keywords, such as *, but got 'wire'"),
        ("ssm_automation_error('InvalidTargets')", "Unknown error 'InvalidTargets'. Did you mean 'InvalidTarget'?*"),
        ("ssm_automation_error('InvalidTarget', 'Throttling')",
         "Unknown error 'Throttling'. Did you mean 'ThrottlingException'?*"),
        ("ssm_automation_error('InvalidTarget', time=2)",
         "Unknown argument of the marker ssm_automation_error 'time'. Did you mean 'times'?*"),
        ("ssm_automation_error('InvalidTarget', times=0)", "Expected times to be a whole number of at least 1, or *"),
        ("ssm_automation_error('InvalidTarget', after=-1)", "Expected after to be a whole number of at least 0, but*"),
        ("ssm_automation_error('InvalidTarget', when={'Documentname': 'x'})",
         "Unknown member of StartAutomationExecution 'Documentname'. Did you mean 'DocumentName'?*"),
        ("ssm_automation_error('InvalidTarget', operation='GetAutomation')",
         "Unknown operation 'GetAutomation'. Did you mean 'GetAutomationExecution'?*"),
        ("ssm_automation_error('InvalidTarget', lost=True)",
         "Unknown argument of the marker ssm_automation_error 'lost'. *"),
        ("ssm_automation_step('get', 'put', fails='x')",
         "The marker ssm_automation_step takes the name of one step, but got ('get', 'put')"),
        ("ssm_automation_step(fails='x')", "The marker ssm_automation_step takes the name of one step, but got none"),
        ("ssm_automation_step('get', name='put', fails='x')", "* takes the name of one step, but got ('get',)"),
        ("ssm_automation_step('get')", "Expected outputs or fails for step 'get', but got neither"),
        ("ssm_automation_step('get', fail='x')",
         "Unknown argument of ssm_automation_step 'fail'. Did you mean 'fails'?*"),
        ("ssm_automation_step('get', fails='x', status='Fail')", "* Did you mean 'Failed'?*"),
        ("ssm_automation_replay()", "The marker ssm_automation_replay takes the path of one recording, but got none"),
        ("ssm_automation_replay('a.json', 'b.json')", "*takes the path of one recording, but got ('a.json', 'b.json')"),
        ("ssm_automation_replay('run.json', whn={})",
         "Unknown argument of the marker ssm_automation_replay 'whn'. Did you mean 'when'?*"),
        ("ssm_automation_replay('gone.json')", "*gone.json cannot be read: No such file or directory"),
        ("ssm_automation_replay('run.json', when={'Name': ''})",
         "Unknown member of StartAutomationExecution 'Name'.*"),
        ("ssm_automation_error", "The marker ssm_automation_error needs at least one error"),
    ],
)  # fmt: skip
def test_mistakes_in_markers_stop_the_test_at_setup(run: Any, marker: str, message: str) -> None:
    """The test doesn't run, and the message names what is nearest, and the line of the test, but not the plugin's."""
    result = run(TEMPLATE.format(marker=f"@pytest.mark.{marker}", call="pass"), "--tb=short")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([USAGE + message, "*test_mistakes_in_markers_*.py:3: in test_it"])
    result.stdout.no_fnmatch_line("*/plugin.py:*")


LIMIT = "Expected execution_limit to be a whole number of at least 0, or None, but got "
TOML = pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest 9 brought the table [tool.pytest]")


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        *(
            ("tox.ini", line, message)
            for line, message in (
                ("transport = wired", "Unknown value of transport 'wired'. *"),
                ("relax = Parametrs:max", "Unknown constraint 'Parametrs:max'. Did you mean 'Parameters:max'?*"),
                ("execution_limit = many", LIMIT + "execution_limit='many' (*"),
                ("execution_limit = -1", LIMIT + "execution_limit='-1' (*"),
                ("unknown_documents = refuse", "Unknown value of unknown_documents 'refuse'. *"),
                ("strict = maybe", "Expected ssm_automation_strict to be true or false, but got 'maybe'"),
                ("skip_sleep = 2", "Expected ssm_automation_skip_sleep to be true or false, but got '2'"),
            )
        ),
        *(
            pytest.param("pyproject.toml", line, message, marks=TOML)
            for line, message in (
                ('strict = "maybe"', "Expected ssm_automation_strict to be true or false, but got 'maybe'"),
                ("execution_limit = -1", LIMIT + "*"),
                ("execution_limit = true", LIMIT + "*"),
                ('relax = "Mode:enum"', "Expected relax to be a list or tuple of names, but got relax='Mode:enum' (*"),
                ("transport = 1", "Unknown value of transport 1. Allowed: stubber, wire."),
                ('allow_network = "a.example"', "Expected allow_network to be a list or tuple of names, but got *"),
            )
        ),
        ("Option -o", "strict=maybe", "*ssm_automation_strict*maybe*"),
    ],
)
def test_mistakes_in_the_ini_file_stop_the_test_at_setup(
    pytester: pytest.Pytester, file: str, line: str, message: str
) -> None:
    """So do those on the command line. The message names the file, unless it names the constraint."""
    option, table = f"ssm_automation_{line}", "tool.pytest" if file.endswith("toml") else "pytest"
    if file != "Option -o":
        (pytester.path / file).write_text(f"[{table}]\n{option}", encoding="utf-8")
    pytester.makepyfile("def test_it(ssm_automation): pass")
    arguments = ("-o", option) if file == "Option -o" else ()
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)
    result.assert_outcomes(errors=1)
    place = "" if message.startswith("Unknown constraint") else f"{file}: "
    result.stdout.fnmatch_lines([USAGE + place + message])


@pytest.mark.parametrize("line", ["[pytest]\nssm_automation_skip_sleeps = true", ""])
def test_a_misspelt_option_of_the_ini_file_is_refused(pytester: pytest.Pytester, line: str) -> None:
    """A test with the fake fails, and is told a similar name, while pytest itself only warns.

    An option of a neighbour may begin alike.
    """
    pytester.makeini(line)
    pytester.makeconftest("def pytest_addoption(parser): parser.addini('ssm_automation_of_a_neighbour', 'its own')")
    pytester.makepyfile("def test_it(ssm_automation): pass")
    arguments = ("-p", "no:cacheprovider", "-W", "ignore::pytest.PytestConfigWarning")
    neighbour = ("-o", "ssm_automation_of_a_neighbour=1")
    result = pytester.runpytest_inprocess(*arguments, *neighbour)
    if line:
        result.assert_outcomes(errors=1)
        unknown = "Unknown option 'ssm_automation_skip_sleeps'. Did you mean 'ssm_automation_skip_sleep'? Allowed: *"
        result.stdout.fnmatch_lines([f"{USAGE}tox.ini: {unknown}"])
    else:
        result.assert_outcomes(passed=1)


@pytest.mark.parametrize("fixture", ["each_documented_error", "ssm_automation_endpoint"])
def test_mistakes_of_a_fixture_name_the_test_and_not_the_plugin(
    run: Any, monkeypatch: pytest.MonkeyPatch, fixture: str
) -> None:
    """The traceback only has frames of the plugin, so the message contains the line of the test."""
    monkeypatch.setitem(sys.modules, "werkzeug.serving", None)
    monkeypatch.delitem(sys.modules, "pytest_ssm_automation._transports.http.endpoint")
    marker = "@pytest.mark.filterwarnings('default')"
    result = run(TEMPLATE.format(marker=marker, call=f"request.getfixturevalue('{fixture}')"), "--tb=short")
    result.stdout.fnmatch_lines([USAGE + "*", "*test_mistakes_of_a_fixture_*.py:3: in test_it"])
    result.stdout.no_fnmatch_line("*/plugin.py:*")


@pytest.mark.parametrize(
    ("ini", "message"),
    [
        ("ssm_automation_dummy_credentials = maybe",
         "Expected ssm_automation_dummy_credentials to be true or false: "),
        ("ssm_automation_transprot = wire", "Unknown config option: ssm_automation_transprot"),
    ],
)  # fmt: skip
def test_mistakes_that_stop_the_run(run: Any, ini: str, message: str) -> None:
    """A mistake in what is read before the first test is told at once; unknown options are pytest's business."""
    result = run("def test_it(): pass", "--strict-config", ini=ini)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert message in result.stderr.str() + result.stdout.str()


SLIPS = (
    "ssm_automation.fail_with('InvalidTargets')",
    "ssm_automation.fail_with('InvalidTarget', when={'Documentname': 'x'})",
    "ssm_automation.assert_started(Documentname='x')",
    "ssm_automation.assert_rejected(constraint='Parametrs:max')",
    "ssm_automation.assert_started({})",
    "ssm_automation.assert_started_once(times=2)",
    "ssm_automation.script(['Succes'])",
    "ssm_automation.add_execution('Doc', steps=[{'Name': 'x'}])",
    "ssm_automation.add_runbook({}, name='Doc')",
    "ssm_automation.execution('none')",
    "AutomationFake(transprot='wire')",
    "AutomationFake(transport='wired')",
    "AutomationFake(relax=['Parametrs:max'])",
    "constraints('StartAutomation')",
    "Fault('InvalidTargets')",
    "strategies.valid_requests(Documentname='x')",
    "strategies.fault_plans(errors=['InvalidTargets'])",
)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        *((call, "pytest_ssm_automation.FakeUsageError: *") for call in SLIPS),
        ("ssm_automation.executions[0]", "IndexError: index 0 is out of range, as there are 0 items"),
        ("ssm_automation.assert_started_once(Mode='Auto')", "AssertionError: StartAutomationExecution was not *"),
    ],
)
def test_usage_errors_point_at_the_test(run: Any, call: str, error: str) -> None:
    """The traceback of a slip, or of an assertion, ends in the user's line, and the error has its public name."""
    imports = "from pytest_ssm_automation import AutomationFake, Fault, constraints, strategies"
    result = run(TEMPLATE.format(marker="", call=call).replace("import pytest", imports))
    result.stdout.fnmatch_lines([f">       {call.replace('[', '[[]')}", f"E       {error}"])
    result.stdout.no_fnmatch_line("*pytest_ssm_automation*.py:*")
    result.stdout.no_fnmatch_line("*dataclasses.py:*")
