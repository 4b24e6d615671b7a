from __future__ import annotations

from typing import Any

import pytest

from pytest_ssm_automation import AutomationFake

TOML = pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest 9 brought the table [tool.pytest]")


@pytest.mark.parametrize(
    ("file", "line", "value"),
    [
        *(
            ("tox.ini", line, value)
            for line, value in (
                ("strict =", True),
                ("strict = false", False),
                ("strict = true", True),
                ("transport = stubber", "stubber"),
                ("relax =\n  Parameters{value}[]:max\n  Mode:enum", ("Parameters{value}[]:max", "Mode:enum")),
                ("enforce =\n  Parameters{value}[]:max", ("Parameters{value}[]:max",)),
                ("execution_limit = 100", 100),
                ("execution_limit = None", None),
                ("unknown_documents = reject", "reject"),
                ("allow_network = true", True),
                ("allow_network = TRUE", True),
                ("allow_network = false", False),
                ("allow_network = A.example true", ("a.example", "true")),
                ("allow_network = s3.amazonaws.com sts.amazonaws.com", ("s3.amazonaws.com", "sts.amazonaws.com")),
                ("skip_sleep = true", True),
                ("seed = 42", "42"),
                ("seed =", "test_options_are_read.py::test_it"),
            )
        ),
        *(
            pytest.param("pyproject.toml", line, value, marks=TOML)
            for line, value in (
                ("execution_limit = 5", 5),
                ('execution_limit = "5"', 5),
                ('execution_limit = "none"', None),
                ("seed = 42", 42),
                ("strict = false", False),
                ("allow_network = true", True),
                ("allow_network = false", False),
                ('allow_network = ["A.example"]', ("a.example",)),
                ('relax = ["Mode:enum"]', ("Mode:enum",)),
            )
        ),
    ],
)
def test_options_are_read(pytester: pytest.Pytester, file: str, line: str, value: object) -> None:
    """All options can be set in the ini file, with a prefix; values of TOML are what they are."""
    table = "tool.pytest" if file.endswith("toml") else "pytest"
    (pytester.path / file).write_text(f"[{table}]\nssm_automation_{line}", encoding="utf-8")
    option = f"ssm_automation.options.{line.partition(' ')[0]}"
    pytester.makepyfile(f"def test_it(ssm_automation): assert {option} == {value!r}")
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_options_of_the_ini_file_are_documented(pytester: pytest.Pytester) -> None:
    """`pytest --help` lists every one with its meaning."""
    lines = pytester.runpytest_inprocess("--help").outlines
    names = (*AutomationFake().options._fields, "dummy_credentials")
    assert [name for name in names if not any(f"ssm_automation_{name} (" in x for x in lines)] == []


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
