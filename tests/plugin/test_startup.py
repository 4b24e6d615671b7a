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
    """The plugin costs such a run next to nothing: none of the libraries that it works with is imported."""
    alone.makepyfile(f"import sys\n\ndef test_it(): assert [name for name in {HEAVY} if name in sys.modules] == []")
    alone.runpytest_subprocess(*ALONE).assert_outcomes(passed=1)


def test_the_fake_needs_no_more_than_botocore(alone: pytest.Pytester) -> None:
    """A test that uses the fake imports botocore, and none of the libraries that other features work with."""
    others = tuple(name for name in HEAVY if name != "botocore")
    alone.makepyfile(
        f"""
        import sys

        def test_it(ssm_client, ssm_automation):
            ssm_client.start_automation_execution(DocumentName="Doc")
            ssm_automation.assert_started_once()
            assert [name for name in {others} if name in sys.modules] == []
        """
    )
    alone.runpytest_subprocess(*ALONE).assert_outcomes(passed=1)


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


def test_the_plugin_can_be_switched_off(pytester: pytest.Pytester) -> None:
    """`-p no:ssm_automation` leaves neither fixtures nor markers."""
    pytester.makepyfile("def test_it(ssm_automation): pass")
    result = pytester.runpytest_subprocess("-p", "no:ssm_automation", "-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *fixture 'ssm_automation' not found"])
