"""The conformance suite, put to the fake and to stand-ins whose faults are known."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from conformance import __main__ as command
from conformance import register, runner, targets
from conformance.bench import MOST_EXECUTIONS, Bench
from conformance.record import Scrubber, record_executions, table
from conformance.runbooks import HARMLESS, RUNBOOKS, actions
from conformance.runner import DIFFERS, HELD, UNDETERMINED, Verdict
from conformance.targets import PREFIX, fake_target
from standin import LOST, Answer, Members, StandIn, error, served

from pytest_ssm_automation import AutomationFake, recordings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The facts are about these members and this limit too.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("TargetLocation.Targets", "TargetLocationsURL", "Targets:max=1"),
]

FACTS = register.load()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing wait, and no CI forbid what these tests are about."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(command, "_LIVE", {})
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def _ctrl_c() -> Iterator[None]:
    """Let SIGINT interrupt, which a run in the background ignores."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def standin() -> StandIn:
    """A service with documents in front of a fake, which is reached only through it."""
    return StandIn(AutomationFake(seed="conformance", unknown_documents="reject"))


@pytest.fixture
def url(standin: StandIn) -> Iterator[str]:
    """Where it listens."""
    with served(standin) as url:
        yield url


@pytest.fixture
def aws(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let a live run reach it instead of AWS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDTESTER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return url


def outcomes(verdicts: list[Verdict]) -> dict[str, str]:
    """Map facts to what came of them."""
    return {verdict.fact.id: verdict.outcome for verdict in verdicts}


def written(path: Path) -> dict[str, dict[str, Any]]:
    """Read results that were written, by fact."""
    return {row["fact"]: row for row in json.loads(path.read_text("utf-8"))["facts"]}


def test_every_fact_holds_for_the_fake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over four transports, no fact differs, and each is determined by at least one."""
    path = tmp_path / "result.json"
    assert command.run(["--json", str(path)]) == 0
    assert {row["outcome"] for row in written(path).values()} == {HELD}
    assert f"{len(FACTS)} {HELD}" in capsys.readouterr().out


def test_planted_deviations_are_found() -> None:
    """Each of five deviations of an endpoint makes its own facts differ, and no other."""
    service: Any = None

    def change(operation: str, members: Members) -> Answer | None:
        members.pop("ClientToken", None)
        if operation == "StopAutomationExecution" and service.fake.execution(members["AutomationExecutionId"]).ended:
            return 200, {}
        return None

    def deviate(operation: str, members: Members, answer: Members) -> None:
        if answer.get("message") == "Rate exceeded":
            answer["message"] = "Slow down."
        answer.get("AutomationExecutionMetadataList", []).reverse()
        shown = answer.get("AutomationExecution", {})
        if "ExecutionStartTime" in shown:
            shown["ExecutionStartTime"] = int(shown["ExecutionStartTime"])

    with ExitStack() as stack:

        def before(fake: AutomationFake, _: str) -> str:
            nonlocal service
            service = StandIn(fake)
            service.interfere, service.deviate = change, deviate
            return stack.enter_context(served(service))

        with fake_target("endpoint", before=before) as target:
            verdicts = runner.examine(target, FACTS)
    assert {name for name, outcome in outcomes(verdicts).items() if outcome != HELD} == {
        "token-mismatch", "token-replay", "token-case",
        "text-of-throttling",
        "list-order",
        "times",
        "stop", "stop-of-an-ended-run",
    }  # fmt: skip
    told = "\n".join(table(verdicts))
    assert (
        "    the fact: ('ThrottlingException', 'Rate exceeded', 400)\n    endpoint: ('ThrottlingException', 'Slow"
        in told
    )


def test_a_service_gets_runbooks_and_loses_them_again(
    standin: StandIn, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runbooks are created at an endpoint, run and deleted; checks that need the fake are not determined."""
    path = tmp_path / "result.json"
    assert command.run(["--target", url, "--json", str(path)]) == 0
    found = written(path)
    assert standin.documents == {}
    assert {row["outcome"] for row in found.values()} == {HELD, UNDETERMINED}
    assert found["resume"]["outcome"] == HELD
    assert found["text-of-throttling"]["reason"] == "a real service can't be put into this state on request"
    assert all(each.ended or each.status == "Cancelling" for each in standin.fake.executions)
    assert "deleted" in capsys.readouterr().out


def no_documents(operation: str, _: Members) -> Answer | None:
    """Create, list and delete no documents, as an endpoint of the fake."""
    return error("UnknownOperationException") if operation in {"CreateDocument", "ListDocuments"} else None


def test_an_endpoint_with_registered_runbooks(
    standin: StandIn, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If no documents can be created, registered runbooks are used, and nothing is left behind."""
    path = tmp_path / "result.json"
    standin.interfere = no_documents
    for name, runbook in RUNBOOKS.items():
        if actions(runbook) <= HARMLESS:
            standin.fake.add_runbook(runbook, name=f"{targets.REGISTERED}{name}")
    assert command.run(["--target", url, "--json", str(path)]) == 0
    found = written(path)
    untold = {row["reason"] for row in found.values() if row["outcome"] != HELD}
    assert untold == {
        "a real service can't be put into this state on request",
        "aws:approve does not run in an account",
        "botocore's retries don't run here",
        "the target creates no documents",
        "there are no credentials of another account",
    }
    assert targets.LEFT not in capsys.readouterr().out


def test_an_endpoint_without_documents(
    standin: StandIn, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An endpoint that neither creates nor knows documents is not a difference, and nothing is left behind."""
    path = tmp_path / "result.json"
    standin.interfere = no_documents
    assert command.run(["--target", url, "--json", str(path), "--only", "form-of-ids", "form-of-ids"]) == 0
    reason = "the target creates no documents, and does not have Conformance-sleep (InvalidDocument)"
    assert written(path)["form-of-ids"]["reason"] == reason
    assert targets.LEFT not in capsys.readouterr().out


def test_no_action_touches_resources(standin: StandIn, url: str) -> None:
    """All steps that run at a service have harmless actions, in runbooks with the suite's own names.

    All checks together start at most as many executions as the suite promises.
    """
    service = targets.Service("it", boto3.client("ssm", endpoint_url=url, region_name="us-east-1", **targets.KEYS))
    assert "more than" not in " ".join(verdict.reason for verdict in runner.examine(service, FACTS))
    assert len(service.made) <= MOST_EXECUTIONS
    made = [json.loads(document["Content"]) for document in standin.documents.values()]
    assert len(made) == sum(actions(runbook) <= HARMLESS for runbook in RUNBOOKS.values())
    assert set().union(*map(actions, made)) <= HARMLESS
    assert all(name.startswith(f"{PREFIX}-") for name in standin.documents)


def test_an_endpoint_that_throttles_loses_and_denies(
    standin: StandIn, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run ends, reports what could not be determined, and deletes what it has created."""

    def interfere(operation: str, members: Members) -> Answer | None:
        count = len(standin.operations)
        if count % 7 == 0:
            return error("ThrottlingException", "Rate exceeded")
        if count % 11 == 0:
            return LOST
        if 60 < count < 120 and operation != "DeleteDocument":
            return error("AccessDeniedException", "not authorized")
        return None

    standin.interfere = interfere
    assert command.run(["--target", url]) == 0
    told = capsys.readouterr().out
    assert standin.documents == {}
    assert "AccessDeniedException: not authorized" in told
    assert f" {UNDETERMINED}\n" in told


def test_what_cannot_be_deleted_is_named(standin: StandIn, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Documents that the account may not delete are named, with the way to try again."""
    standin.interfere = lambda operation, _: error("AccessDeniedException") if operation == "DeleteDocument" else None
    assert command.run(["--target", url, "--only", "form-of-ids"]) == 1
    (name,) = standin.documents
    told = capsys.readouterr().out
    assert f"document {name}: LEFT, AccessDeniedException" in told
    assert "--clean" in told


@pytest.mark.usefixtures("_ctrl_c")
def test_an_interrupted_run_cleans_up(standin: StandIn, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """After Ctrl-C, everything created is deleted, running executions are stopped, and the rest is not determined."""

    def interfere(operation: str, _: Members) -> Answer | None:
        if operation == "GetAutomationExecution" and not interrupted:
            interrupted.append(1)
            os.kill(os.getpid(), signal.SIGINT)
        return None

    interrupted: list[int] = []
    standin.interfere = interfere
    assert command.run(["--target", url]) == 0
    assert standin.documents == {}
    assert all(each.ended or each.status == "Cancelling" for each in standin.fake.executions)
    assert "the run was interrupted" in capsys.readouterr().out


@pytest.mark.usefixtures("_ctrl_c")
def test_an_interrupted_clean_up_says_so(standin: StandIn, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C during the clean-up ends it too, with a message how to continue."""

    def interfere(operation: str, _: Members) -> Answer | None:
        if operation == "DeleteDocument":
            os.kill(os.getpid(), signal.SIGINT)
        return None

    standin.interfere = interfere
    with pytest.raises(KeyboardInterrupt):
        command.run(["--target", url, "--only", "form-of-ids"])
    assert capsys.readouterr().out.endswith("run it again with --clean.\n")


def test_an_endpoint_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """If no server listens, a line says so, and nothing is tried."""
    with served(None) as gone:
        pass
    assert command.run(["--target", gone]) == 1
    assert capsys.readouterr().err.startswith("EndpointConnectionError: ")


def test_a_crash_is_cleaned_up_later(standin: StandIn, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--clean stops and deletes what a run has left behind, and nothing else."""
    client = boto3.client("ssm", endpoint_url=url, region_name="us-east-1", **targets.KEYS)
    bench = Bench(targets.Service("crashed", client))
    running = bench.start("pause")
    standin.documents["Mine"] = {}
    assert command.run(["--target", url, "--clean", "--yes"]) == 0
    assert list(standin.documents) == ["Mine"]
    assert standin.fake.execution(running).status in {"Cancelling", "Cancelled"}
    bench.until(running)
    assert command.run(["--target", url, "--clean"]) == 0
    assert capsys.readouterr().out.endswith("Nothing is left behind.\n")


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("typed", ["n\n", ""])
def test_a_live_run_says_what_it_does_and_asks(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    """Nothing is created before the user has agreed, or if the question can't be asked, as in a pipe."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert command.run(["--live"]) == 2
    assert set(standin.operations) <= {"", "ListDocuments"}  # GetCallerIdentity
    told = capsys.readouterr().out
    assert "starts at most 60 executions" in told
    assert "US dollars" in told
    assert typed or told.endswith("repeat it with --yes.\n")
    assert command.run(["--live", "--yes", "--only", "form-of-ids"]) == 0
    assert standin.documents == {}


@pytest.mark.parametrize(
    ("arguments", "environment", "text"),
    [
        (["--live"], {"CI": "true"}, "CI is set"),
        (["--target", "https://ssm.us-east-1.amazonaws.com"], {}, "needs --live"),
        (["--clean"], {}, "the fake keeps nothing"),
        (["--only", "nonsense"], {}, "there is no fact nonsense"),
    ],
)
def test_what_the_command_refuses(
    arguments: list[str],
    environment: dict[str, str],
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The command uses AWS only on request, and never in CI."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        command.run(arguments)
    assert text in capsys.readouterr().err


def test_motos_server(tmp_path: Path) -> None:
    """The documents of moto's server are compared with the facts; what it lacks is not determined."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    path = tmp_path / "result.json"
    with served(DomainDispatcherApplication(create_backend_app)) as url:
        command.run(["--target", url, "--json", str(path)])
        client = boto3.client("ssm", endpoint_url=url, region_name="us-east-1", **targets.KEYS)
        assert client.list_documents()["DocumentIdentifiers"] == []
    found = written(path)
    assert set(found) == {fact.id for fact in FACTS}
    assert found["document-described"]["outcome"] == HELD
    assert "500" in found["form-of-ids"]["reason"]


def test_what_is_recorded(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is written for others has the answers, without account, ids, ARNs, times or tokens of pages.

    The token of an answer is still known in the next request. Executions that have ended are written as the command
    `record` writes them, while their runbooks are there.
    """
    path = tmp_path / "recording.json"
    only = ("times", "code-of-rules", "list-pages")
    assert command.run(["--target", url, "--record", str(path), "--only", *only]) == 0
    text = path.read_text("utf-8")
    recorded = written(path)
    assert recorded["times"]["calls"][-1]["answer"]["AutomationExecution"]["ExecutionStartTime"] == "<time 1>"
    assert recorded["code-of-rules"]["calls"][-1]["answer"]["Error"]["Code"].startswith("InvalidAutomation")
    pages = [call for call in recorded["list-pages"]["calls"] if call["operation"].startswith("Describe")]
    assert pages[0]["answer"]["NextToken"] == pages[1]["request"]["NextToken"] == "<token 1>"
    assert not [secret for secret in ("123456789012", "assumed-role", "-4", "AKID") if secret in text]
    files = list((tmp_path / "recording").iterdir())
    assert files
    assert [recordings.compare(file) for file in files] == [()] * len(files)
    assert f"{files[0]} was written." in capsys.readouterr().out


def test_executions_that_cannot_be_recorded_are_told(tmp_path: Path) -> None:
    """An execution that is gone, or runs, has no file."""
    with AutomationFake() as fake:
        fake.add_runbook(RUNBOOKS["sleep"], name="Doc")
        running = fake.client().start_automation_execution(DocumentName="Doc")["AutomationExecutionId"]
        gone = "4105a4fc-f944-11e6-9d32-8fb2db27a909"
        (line,) = record_executions(fake.client(), [gone, running], tmp_path)
    assert line.startswith(f"{gone} was not recorded: An error occurred (AutomationExecutionNotFound")
    assert list(tmp_path.iterdir()) == []


def test_a_reason_takes_one_line() -> None:
    """The page of an error that a server answers with does not fill the table."""
    lines = list(table([Verdict(FACTS[0], UNDETERMINED, "it", reason="500: <html>\n" + "<p>\n" * 100)]))
    assert len(lines) == 3
    assert lines[1].startswith("    500: <html> <p>")
    assert len(lines[1]) < 170


def test_scrubbing() -> None:
    """The same thing has the same name everywhere, and text around it stays."""
    scrub = Scrubber().scrub
    arn = "arn:aws:sts::111122223333:assumed-role/Admin/jane@example.com"
    text = f"User: {arn} is not authorized, key AKIAIOSFODNN7EXAMPLE, at 2026-01-02T03:04:05.6Z"
    assert scrub(text) == "User: <arn 1> is not authorized, key <key 1>, at <time 1>"
    assert scrub({"111122223333": [arn, 1, None, {"444455556666"}]}) == {
        "<account 1>": ["<arn 1>", 1, None, ["<account 2>"]]
    }


def test_a_fact_differs_if_it_does_so_anywhere() -> None:
    """Of several transports, the worst result counts, but one without a result does not matter."""
    verdicts = [[Verdict(FACTS[0], outcome, outcome)] for outcome in (UNDETERMINED, HELD, DIFFERS)]
    assert runner.merged(verdicts)[0].outcome == DIFFERS
    assert runner.merged(verdicts[:2])[0].outcome == HELD
