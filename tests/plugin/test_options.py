from __future__ import annotations

from typing import Any

import pytest

from pytest_ssm_automation import AutomationFake


@pytest.mark.parametrize(
    ("ini", "name", "value"),
    [
        ("", "strict", "True"),
        ("ssm_automation_strict = false", "strict", "False"),
        ("ssm_automation_strict = true", "strict", "True"),
        ("ssm_automation_transport = stubber", "transport", "'stubber'"),
        ("ssm_automation_relax =\n  Parameters{value}[]:max\n  TargetMaps[]:min", "relax",
         "('Parameters{value}[]:max', 'TargetMaps[]:min')"),
        ("ssm_automation_enforce =\n  Parameters{value}[]:max", "enforce", "('Parameters{value}[]:max',)"),
        ("ssm_automation_execution_limit = 100", "execution_limit", "100"),
        ("ssm_automation_execution_limit = None", "execution_limit", "None"),
        ("ssm_automation_unknown_documents = reject", "unknown_documents", "'reject'"),
        ("ssm_automation_allow_network = true", "allow_network", "True"),
        ("ssm_automation_allow_network = TRUE", "allow_network", "True"),
        ("ssm_automation_allow_network = false", "allow_network", "False"),
        ("ssm_automation_allow_network = A.example true", "allow_network", "('a.example', 'true')"),
        ("ssm_automation_allow_network = s3.amazonaws.com sts.amazonaws.com", "allow_network",
         "('s3.amazonaws.com', 'sts.amazonaws.com')"),
        ("ssm_automation_skip_sleep = true", "skip_sleep", "True"),
        ("ssm_automation_seed = 42", "seed", "'42'"),
        ("", "seed", "'test_options_are_read_from_the_ini_file.py::test_it'"),
    ],
)  # fmt: skip
def test_options_are_read_from_the_ini_file(run: Any, ini: str, name: str, value: str) -> None:
    """All options can be set in the ini file, with a prefix."""
    source = f"def test_it(ssm_automation): assert ssm_automation.options.{name} == {value}"
    run(source, ini=ini).assert_outcomes(passed=1)


def test_options_of_the_ini_file_are_documented(pytester: pytest.Pytester) -> None:
    """`pytest --help` lists every one with its meaning."""
    lines = pytester.runpytest_inprocess("--help").outlines
    names = (*AutomationFake().options._fields, "dummy_credentials")
    assert [name for name in names if not any(f"ssm_automation_{name} (" in x for x in lines)] == []


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest 9 brought the table [tool.pytest]")
@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("execution_limit = 5", "execution_limit", 5),
        ('execution_limit = "5"', "execution_limit", 5),
        ('execution_limit = "none"', "execution_limit", None),
        ("seed = 42", "seed", 42),
        ("strict = false", "strict", False),
        ("allow_network = true", "allow_network", True),
        ("allow_network = false", "allow_network", False),
        ('allow_network = ["A.example"]', "allow_network", ("a.example",)),
        ('relax = ["Mode:enum"]', "relax", ("Mode:enum",)),
    ],
)
def test_values_of_toml_are_taken_as_such(pytester: pytest.Pytester, line: str, name: str, value: object) -> None:
    """Numbers, booleans and lists of the table `[tool.pytest]` are what they are."""
    pytester.makepyprojecttoml(f"[tool.pytest]\nssm_automation_{line}")
    pytester.makepyfile(f"def test_it(ssm_automation): assert ssm_automation.options.{name} == {value!r}")
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest 9 brought the table [tool.pytest]")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('strict = "maybe"', "Expected ssm_automation_strict to be true or false, but got 'maybe'"),
        ("execution_limit = -1", "Expected execution_limit to be a whole number of at least 0, or None, but got *"),
        ("execution_limit = true", "Expected execution_limit to be a whole number of at least 0, or None, but got *"),
        ('relax = "Mode:enum"', "Expected relax to be a list or tuple of names, but got relax='Mode:enum' (*"),
        ("transport = 1", "Unknown value of transport 1. Allowed: stubber, wire."),
        ('allow_network = "a.example"', "Expected allow_network to be a list or tuple of names, but got *"),
    ],
)
def test_wrong_values_of_toml_are_refused(pytester: pytest.Pytester, line: str, message: str) -> None:
    """The message contains the option, the value, and what is allowed."""
    pytester.makepyprojecttoml(f"[tool.pytest]\nssm_automation_{line}")
    pytester.makepyfile("def test_it(ssm_automation): pass")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*UsageError: pyproject.toml: {message}"])


def test_a_wrong_override_is_refused(pytester: pytest.Pytester) -> None:
    """A value on the command line is refused as one of the ini file is."""
    pytester.makepyfile("def test_it(ssm_automation): pass")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-o", "ssm_automation_strict=maybe")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*UsageError: Option -o: *ssm_automation_strict*maybe*"])


def test_markers_win_over_the_ini_file(run: Any) -> None:
    """The nearest word on an option or a constraint wins; `relax` and `enforce` of all add up."""
    run(
        """
        import pytest

        @pytest.mark.ssm_automation(strict=True, allow_network=False, relax=["Mode:enum"], execution_limit=None)
        def test_it(ssm_automation):
            options = ssm_automation.options
            assert (options.strict, options.allow_network, options.execution_limit) == (True, False, None)
            assert options.relax == ("TargetMaps[]:min", "Mode:enum")

        @pytest.mark.ssm_automation(enforce=["TargetMaps[]:min"])
        class TestEnforced:
            @pytest.mark.ssm_automation(enforce={"request:target_key"})
            def test_it(self, ssm_automation):
                options = ssm_automation.options
                assert (options.relax, options.enforce) == ((), ("TargetMaps[]:min", "request:target_key"))

            @pytest.mark.ssm_automation(relax=["TargetMaps[]:min"])
            def test_again(self, ssm_automation):
                options = ssm_automation.options
                assert (options.relax, options.enforce) == (("TargetMaps[]:min",), ())
        """,
        ini="""
        ssm_automation_strict = false
        ssm_automation_allow_network = true
        ssm_automation_execution_limit = 1
        ssm_automation_relax = TargetMaps[]:min
        """,
    ).assert_outcomes(passed=3)


def test_what_is_relaxed_or_enforced(run: Any) -> None:
    """The ini file turns constraints off, of which a strict test has nothing to report, and others on.

    A marker turns them off again. A fake that a test makes itself has the options that it names, and the defaults.
    """
    result = run(
        """
        import pytest
        from pytest_ssm_automation import AutomationFake

        LONG = {"DocumentName": "Doc", "Parameters": {"Script": ["x" * 5000]}}

        def test_relaxed(ssm_client):
            ssm_client.start_automation_execution(DocumentName="Doc", Parameters={})

        def test_enforced(ssm_client):
            with pytest.raises(ssm_client.exceptions.ClientError, match="less than or equal to 512"):
                ssm_client.start_automation_execution(**LONG)

        @pytest.mark.ssm_automation(relax=["Parameters{value}[]:max"])
        def test_enforced_and_relaxed(ssm_client):
            ssm_client.start_automation_execution(**LONG)

        def test_own():
            with AutomationFake() as fake:
                fake.client().start_automation_execution(**LONG)
        """,
        ini="ssm_automation_enforce = Parameters{value}[]:max\nssm_automation_relax = Parameters:min",
    )
    result.assert_outcomes(passed=3, failed=1)
    line = "constraint Parameters{value}[[]]:max, relax=[[]'Parameters{value}[[]]:max'] turns it off"
    result.stdout.fnmatch_lines([f"*{line}"])


CLIENT_AT_IMPORT = """
    import os
    import boto3

    CLIENT = boto3.client("ssm")
    KEY = os.environ.get("AWS_ACCESS_KEY_ID")
"""


@pytest.mark.slow
def test_dummy_credentials_are_there_before_conftest_files(pytester: pytest.Pytester) -> None:
    """With the ini option a conftest and a module may create a client when imported, though nothing is configured."""
    pytester.makeini("[pytest]\nssm_automation_dummy_credentials = true")
    pytester.makeconftest(CLIENT_AT_IMPORT)
    pytester.makepyfile(
        caller=CLIENT_AT_IMPORT,
        test_it="""
        import os
        import caller, conftest

        def test_it():
            assert caller.CLIENT.meta.region_name == conftest.CLIENT.meta.region_name == "us-east-1"
            assert caller.KEY == conftest.KEY == os.environ["AWS_ACCESS_KEY_ID"] == "AKIAIOSFODNN7EXAMPLE"

        def test_with_the_fake(ssm_automation):
            caller.CLIENT.start_automation_execution(DocumentName="Doc")
            ssm_automation.assert_started_once()
        """,
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_dummy_credentials_end_with_the_run(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was in the environment before the run is there again after it."""
    import os

    monkeypatch.setenv("AWS_PROFILE", "production")
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    source = "import os\n\ndef test_it(): assert 'AWS_PROFILE' not in os.environ and 'AWS_SESSION_TOKEN' in os.environ"
    run(source, ini="ssm_automation_dummy_credentials = true").assert_outcomes(passed=1)
    assert {name: value for name, value in os.environ.items() if name.startswith("AWS_")} == before
