"""The pytest plugin: hooks, markers, options and fixtures. Large modules are imported only if a test needs them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from faker import Faker
    from mypy_boto3_ssm import SSMClient
    from responses import RequestsMock

    from ._fake import AutomationFake

# As in `_errors`, which is not imported here, because that takes as long as the options.
_SITE = "https://pytest-ssm-automation.readthedocs.io/"
# Options of the ini file: name, type and help.
_INI: tuple[tuple[str, Literal["string", "bool", "linelist", "args"], str], ...] = (
    ("transport", "string", "how requests are answered: stubber or wire"),
    ("strict", "bool", "whether a test that passed fails if its code may have swallowed a mistake"),
    ("relax", "linelist", "ids of constraints to turn off"),
    ("enforce", "linelist", "ids of constraints to turn on that are off by default"),
    ("runbooks", "args", "files, folders or globs of runbooks to register, relative to the ini file"),
    ("pace", "string", "how far a poll advances an execution that walks its runbook: run or step"),
    ("execute_steps", "args", "true, or the actions whose steps are executed with boto3 and Python"),
    ("unknown_documents", "string", "whether to start runbooks that are not registered: accept or reject"),
    ("unknown_urls", "string", "whether to accept a TargetLocationsURL that the test does not host: accept or reject"),
    ("execution_limit", "string", "the maximum number of unfinished executions in an account and Region"),
    ("allow_network", "args", "true, or the hosts that unanswered requests may reach"),
    ("skip_sleep", "bool", "whether time.sleep returns immediately in the thread of the test, and advances its clocks"),
    ("seed", "string", "a seed for all random values; default: the id of the test"),
)
_MARKERS = (
    (
        "ssm_automation(**options): use the fixture ssm_automation, with these options. "
        f'Example: `@pytest.mark.ssm_automation(transport="wire")`. Documentation: {_SITE}'
    ),
    (
        "ssm_automation_error(*errors, message=None, times=1, after=0, when=None, "
        'operation="StartAutomationExecution"): '
        "make the next matching calls fail with these errors, in order. "
        'Example: `@pytest.mark.ssm_automation_error("ThrottlingException", times=2)`'
    ),
    (
        'ssm_automation_step(name, *, outputs=None, fails=None, times=None, status="Failed", runbook=None, when=None): '
        "set the outputs of a step of a registered runbook, or make it fail. "
        'Example: `@pytest.mark.ssm_automation_step("createImage", outputs={"ImageId": "ami-1"})`'
    ),
    (
        "ssm_automation_replay(path, *, when=None): show a recorded execution to callers that start its runbook. "
        'Example: `@pytest.mark.ssm_automation_replay("tests/runs/4105a4fc-f944-11e6-9d32-8fb2db27a909.json")`'
    ),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options of the ini file and of the command line."""
    for name, kind, meaning in _INI:
        parser.addini(f"ssm_automation_{name}", meaning, type=kind, default=None)
    parser.addini(
        "ssm_automation_dummy_credentials",
        "whether to put a dummy Region and credentials in the environment before any module is imported",
        type="bool",
        default=False,
    )
    group = parser.getgroup("ssm-automation", f"AWS Systems Manager Automation ({_SITE})")
    group.addoption(
        "--ssm-automation-report",
        action="append",
        nargs="?",
        const="terminal",
        default=[],
        metavar="json:PATH|markdown:PATH",
        help=(
            "report which documented errors the code under test has faced, in the terminal, or in a file: "
            "json:PATH writes a file, markdown:PATH appends to a file, such as the summary of a CI job; "
            "can be used several times"
        ),
    )
    group.addoption(
        "--ssm-automation-require",
        metavar="all|NAME,...",
        help="fail the run if one of these errors was never faced, such as InvalidTarget,ThrottlingException",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set dummy credentials, if the ini file says so, before modules are imported that might make a client."""
    try:
        wanted = early_config.getini("ssm_automation_dummy_credentials")
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"Expected ssm_automation_dummy_credentials to be true or false: {error}") from None
    if wanted:
        from ._transports.guard.environment import DummyEnvironment

        early_config.add_cleanup(DummyEnvironment().apply().restore)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and the plugin for the report if it is requested."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if config.option.ssm_automation_report or config.option.ssm_automation_require:
        from . import _report_plugin

        config.pluginmanager.register(_report_plugin.ReportPlugin(config), "ssm_automation_report")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Add the fixture to all tests with a marker, before other function-scoped fixtures."""
    names = {"ssm_automation", "ssm_automation_error", "ssm_automation_step", "ssm_automation_replay"}
    for item in items:
        if not names.isdisjoint(mark.name for mark in item.iter_markers()):
            from ._collection import bring_in

            bring_in(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Prepare a run that uses the fake, before a test patches the file system."""
    # in a controller of pytest-xdist, the session of pytest 7 has no list
    items: list[pytest.Item] = getattr(session, "items", [])
    used = {name for item in items for name in getattr(item, "fixturenames", ())}
    if "ssm_automation" in used or "pytest_ssm_automation._fake" in sys.modules:
        from ._collection import prepare

        prepare(session.config, used)
    elif session.config.pluginmanager.has_plugin("dsession"):  # a controller, to which workers send late calls
        from ._watch_plugin import watch

        watch(session.config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that requests `each_documented_error` once for each error."""
    if "each_documented_error" in metafunc.fixturenames:
        from ._collection import parametrize_errors

        parametrize_errors(metafunc)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a strict test that passed with problems. The exception is raised here, so that xfail can expect it.

    This hook is always registered, because a test may request the fixture while it runs.
    """
    result = yield
    watching: Any = item.config.pluginmanager.get_plugin("ssm_automation_watching")
    if watching is not None:
        watching.check(item)
    return result


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Report late calls of all runs that have imported the fake."""
    if "pytest_ssm_automation._transports.owner.late" in sys.modules:
        from ._watch_plugin import finish

        finish(session.config)


@pytest.fixture
def ssm_automation(request: pytest.FixtureRequest) -> Iterator[AutomationFake]:
    """An active `AutomationFake`, which answers the Automation operations of all SSM clients until the test ends.
    Example: `ssm_automation.assert_started_once(DocumentName="AWS-RestartEC2Instance")`.
    Documentation: https://pytest-ssm-automation.readthedocs.io/
    """
    from ._fixture import make_fake

    with make_fake(request) as fake:
        yield fake


@pytest.fixture
def ssm_client(ssm_automation: AutomationFake) -> SSMClient:
    """A botocore SSM client of the fake, in us-east-1.
    Example: `ssm_client.start_automation_execution(DocumentName="AWS-RestartEC2Instance")`.
    """
    return ssm_automation.client()


@pytest.fixture
def ssm_faker(faker: Faker) -> Faker:
    """The `Faker` of Faker's own fixture, with `AutomationProvider` added.
    Example: `ssm_faker.automation_request()`.
    """
    from .providers import AutomationProvider

    for generator in faker.factories:
        if not any(isinstance(provider, AutomationProvider) for provider in generator.get_providers()):
            generator.add_provider(AutomationProvider)
    return faker


@pytest.fixture
def ssm_automation_http(ssm_automation: AutomationFake) -> RequestsMock:
    """An active `responses.RequestsMock`, with which the fake also answers callers that sign their own HTTP requests.
    Example: `ssm_automation_http.get("https://example.com", body="other URLs can be mocked too")`.
    """
    return ssm_automation.serve_requests()


@pytest.fixture
def ssm_automation_endpoint(request: pytest.FixtureRequest, ssm_automation: AutomationFake) -> str:
    """The URL of a loopback HTTP server that serves the fake to other processes, such as the AWS CLI and other SDKs.
    Example: `subprocess.run(["aws", "ssm", "start-automation-execution", "--document-name", "Doc"])` in the test.
    """
    from ._fixture import serve_endpoint

    return serve_endpoint(request, ssm_automation)


@pytest.fixture
def each_documented_error(request: pytest.FixtureRequest) -> str:
    """The name of a documented exception of StartAutomationExecution. The test runs once for each of them.
    Example: `ssm_automation.fail_with(each_documented_error)`.
    """
    from ._fixture import documented_error

    return documented_error(request)


__tracebackhide__ = True  # a usage error names the line of the test
