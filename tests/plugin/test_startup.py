from __future__ import annotations

import pytest

HEAVY = ("aiobotocore", "boto3", "botocore", "faker", "hypothesis", "regex", "requests", "responses", "yaml")
ALONE = ("-p", "pytest_ssm_automation.plugin", "-p", "no:cacheprovider")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester) -> pytest.Pytester:
    """Runs without other plugins, which may import what they like."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return pytester


def test_a_test_that_uses_nothing_imports_nothing(alone: pytest.Pytester) -> None:
    """The plugin costs such a run next to nothing: no library is imported, and the environment does not change."""
    alone.makepyfile(
        f"""
        import os, sys

        def test_it():
            assert [name for name in {HEAVY} if name in sys.modules] == []
            assert "AWS_ACCESS_KEY_ID" not in os.environ
        """
    )
    alone.runpytest_subprocess(*ALONE).assert_outcomes(passed=1)


def test_a_start_imports_no_more_than_it_needs(alone: pytest.Pytester) -> None:
    """A test that uses the fake imports botocore, and none of the libraries that other features work with.

    Modules for runbooks, walks, violations, other operations and other transports are imported on first use.
    """
    others = tuple(name for name in HEAVY if name != "botocore")
    alone.makepyfile(
        f"""
        import sys

        def ours(*names):
            return [name for name in names if f"pytest_ssm_automation.{{name}}" in sys.modules]

        def test_it(ssm_client, ssm_automation):
            ssm_client.start_automation_execution(DocumentName="Doc")
            late = ("_service.runs.walks.walk", "_service.runbooks.flow", "_service.operations", "_service.java.writer")
            assert ours(*late, "_service.checks.violations", "_transports.answers.wire") == []
            assert ssm_automation.executions[0].steps == []
            assert ours("_service.runs.execution", "_service.runs.walks.walk") == ["_service.runs.execution"]
            ssm_automation.assert_started_once()
            assert [name for name in {others} if name in sys.modules] == []
        """
    )
    alone.runpytest_subprocess(*ALONE).assert_outcomes(passed=1)


def test_reports_are_changed_only_in_runs_that_use_the_fake(alone: pytest.Pytester) -> None:
    """The hook for reports is registered when a test uses the fake, once, and not in other runs."""
    alone.makepyfile(
        """
        def hooks(config):
            found = [each.plugin_name for each in config.hook.pytest_runtest_makereport.get_hookimpls()]
            return [name for name in found if "ssm_automation" in name]

        def test_it(pytestconfig):
            assert hooks(pytestconfig) == []

        def test_by_name(request):
            for _ in range(2):
                request.getfixturevalue("ssm_automation")
            assert len(hooks(request.config)) == 1

        def test_it_again(pytestconfig):
            assert len(hooks(pytestconfig)) == 1
        """
    )
    alone.runpytest_subprocess(*ALONE).assert_outcomes(passed=3)


def test_help_imports_nothing(alone: pytest.Pytester) -> None:
    """`pytest --help` and `--markers` work without any of them."""
    alone.makeconftest(
        f"""
        import sys

        def pytest_unconfigure():
            print("imported:", [name for name in {HEAVY} if name in sys.modules])
        """
    )
    for option in ("--help", "--markers"):
        alone.runpytest_subprocess(*ALONE, option).stdout.fnmatch_lines(["imported: []"])


@pytest.mark.slow
def test_the_plugin_can_be_switched_off(pytester: pytest.Pytester) -> None:
    """`-p no:ssm_automation` leaves neither fixtures nor markers."""
    pytester.makepyfile("def test_it(ssm_automation): pass")
    result = pytester.runpytest_subprocess("-p", "no:ssm_automation", "-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *fixture 'ssm_automation' not found"])
