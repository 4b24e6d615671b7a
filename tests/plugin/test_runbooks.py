"""The option `runbooks`, in the ini file, in a marker and as a keyword."""

from __future__ import annotations

from typing import Any

import pytest

YAML = """\
schemaVersion: '0.3'
parameters:
  InstanceId: {type: String}
mainSteps:
  - {name: Stop, action: 'aws:sleep', inputs: {Duration: PT5S}}
"""
INI = "ssm_automation_runbooks = tests/runbooks"


@pytest.fixture
def library(pytester: pytest.Pytester) -> Any:
    """Write runbooks beneath the folder `tests/runbooks`: `library(name=text)`."""

    def write(**texts: str) -> None:
        folder = pytester.path / "tests" / "runbooks"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    write(Stop=YAML)
    return write


def test_every_test_has_the_runbooks_of_the_ini_file(
    run: Any, library: Any, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths are relative to the ini file, wherever pytest runs; a broken file affects only tests that start it."""
    library(Broken="a: [")
    (pytester.path / "elsewhere").mkdir()
    source = """
        import pytest

        def test_declared(ssm_automation, ssm_client):
            ssm_client.start_automation_execution(DocumentName="Stop", Parameters={"InstanceId": ["i-1"]})
            with pytest.raises(ssm_client.exceptions.InvalidAutomationExecutionParametersException):
                ssm_client.start_automation_execution(DocumentName="Stop")
            ssm_automation.assert_rejected(constraint="runbook:InstanceId:required")

        def test_unknown(ssm_client):
            ssm_client.start_automation_execution(DocumentName="Other")

        def test_described(ssm_client):
            assert ssm_client.describe_document(Name="Stop")["Document"]["DocumentFormat"] == "YAML"
            assert ssm_client.get_document(Name="Stop", DocumentFormat="YAML")["Content"].startswith("schemaVersion")
    """
    run(source, ini=INI).assert_outcomes(passed=3)
    monkeypatch.chdir(pytester.path / "elsewhere")
    run(source, "..", ini=INI).assert_outcomes(passed=3)


def test_markers_and_keywords_add_to_the_ini_file(run: Any, library: Any, pytester: pytest.Pytester) -> None:
    """A marker adds files, relative to the current directory, which go before; a fake made by hand has its own only."""
    pytester.path.joinpath("Near.yaml").write_text(YAML, encoding="utf-8")
    pytester.mkdir("near").joinpath("Stop.yaml").write_text(f"description: near\n{YAML}", encoding="utf-8")
    run(
        """
        from pathlib import Path

        import pytest
        from pytest_ssm_automation import AutomationFake

        def known(fake):
            return [name for name in ("Stop", "Near") if fake.client().describe_document(Name=name)]

        @pytest.mark.ssm_automation(runbooks=["Near.yaml"])
        def test_marker(ssm_automation):
            assert known(ssm_automation) == ["Stop", "Near"]

        @pytest.mark.ssm_automation(runbooks=["near"])
        def test_nearest(ssm_automation, ssm_client):
            assert ssm_client.describe_document(Name="Stop")["Document"]["Description"] == "near"

        def test_keyword(tmp_path, monkeypatch):
            with AutomationFake(runbooks=[Path("tests/runbooks"), "*.yaml"]) as fake:
                monkeypatch.chdir(tmp_path)
                assert known(fake) == ["Stop", "Near"]

        def test_none(monkeypatch):
            monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
            with AutomationFake(unknown_documents="reject") as fake:
                with pytest.raises(fake.client().exceptions.InvalidDocument):
                    known(fake)
        """,
        ini=INI,
    ).assert_outcomes(passed=4)


@pytest.mark.parametrize("value", ["tests/missing", "tests/runbooks/*.json"])
def test_a_library_without_files_fails_at_once(run: Any, library: Any, value: str) -> None:
    """A folder or glob of the ini file that matches nothing fails every test that has the fixture, and no other."""
    result = run(
        """
        def test_it(ssm_automation): pass
        def test_other(): pass
        """,
        ini=f"ssm_automation_runbooks = tests/runbooks {value}",
    )
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines([f"*UsageError: tox.ini: runbooks: '{value.replace('*', '[*]')}' *"])


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_a_broken_file_fails_the_test_that_needs_it(run: Any, library: Any, transport: str) -> None:
    """The file is named, also where the code under test swallows every exception."""
    library(Broken=YAML.replace("'aws:sleep'", "'aws:sleep', action2: ["))
    result = run(
        """
        import pytest

        @pytest.mark.parametrize("method", ["start_automation_execution", "describe_document", "get_document"])
        def test_it(ssm_client, method):
            name = "DocumentName" if method.startswith("start") else "Name"
            try:
                getattr(ssm_client, method)(**{name: "Broken"})
            except Exception:
                pass
        """,
        ini=f"{INI}\nssm_automation_transport = {transport}",
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*StartAutomationExecution: FakeUsageError: *Broken.yaml is not valid YAML: line *"])
