"""How an execution goes, and what is shown of it."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from model import ENDED, enum

from conformance.bench import Differs

if TYPE_CHECKING:
    from conformance.bench import Bench
    from conformance.running import Shown


def statuses(bench: Bench) -> None:
    """The model has every status that ends an execution, and a short run shows three of them in order."""
    bench.expect(ENDED - set(enum("AutomationExecutionStatus")), set())
    seen, shown = bench.history()
    order = ("Pending", "InProgress", "Success")
    bench.expect(sorted(set(seen), key=order.index), list(dict.fromkeys(seen)))
    bench.expect(shown.status, "Success")


def one_status_a_poll(bench: Bench) -> None:
    """Nobody has to wait for the fake."""
    bench.needs_fake()
    execution_id = bench.start()
    seen = [bench.get(execution_id).status for _ in range(4)]
    bench.expect(seen, ["Pending", "InProgress", "Success", "Success"])


def times(bench: Bench) -> None:
    """Times have a zone, and milliseconds that are not zero."""
    shown = bench.finished()
    for name in ("ExecutionStartTime", "ExecutionEndTime"):
        time = shown[name]
        bench.expect(time.utcoffset() is not None, wanted=True)
        bench.expect((time.microsecond > 0, time.microsecond % 1000), (True, 0))
    bench.expect(shown["ExecutionStartTime"].astimezone(UTC) <= shown["ExecutionEndTime"], wanted=True)


def members_of_an_execution(bench: Bench) -> None:
    """What is always shown of an ended run."""
    shown = bench.finished()
    wanted = {
        "DocumentName": bench.name("sleep"),
        "DocumentVersion": "1",
        "AutomationExecutionStatus": "Success",
        "StepExecutionsTruncated": False,
        "Parameters": {"Item": ["none"]},
        "Outputs": {},
        "Mode": "Auto",
        "Targets": [],
        "ResolvedTargets": {"ParameterValues": [], "Truncated": False},
    }
    bench.expect({name: shown.get(name) for name in wanted}, wanted)
    bench.expect(shown["ExecutedBy"].startswith("arn:"), wanted=True)


def name_from_an_arn(bench: Bench) -> None:
    """The ARN of a runbook comes back as its name."""
    account = bench.finished()["ExecutedBy"].split(":")[4]
    arn = f"arn:aws:ssm:{bench.target.region}:{account}:document/{bench.name('sleep')}"
    shown = bench.get(bench.start(DocumentName=arn))
    bench.expect(shown["DocumentName"], bench.name("sleep"))


def members_of_a_step(bench: Bench) -> None:
    """A step has name, action, status, id and times."""
    (step,) = bench.finished()["StepExecutions"]
    found = (step["StepName"], step["Action"], step["StepStatus"], len(step["StepExecutionId"]))
    bench.expect(found, ("wait", "aws:sleep", "Success", 36))
    bench.expect(step["ExecutionStartTime"] <= step["ExecutionEndTime"], wanted=True)


def order_of_steps(bench: Bench) -> None:
    """Steps run, and are shown, as they are listed."""
    bench.expect([*bench.finished("steps").statuses.items()], [("first", "Success"), ("second", "Success")])


def interactive(bench: Bench) -> None:
    """An interactive run waits before its first step."""
    execution_id = bench.held("steps", Mode="Interactive")
    shown = bench.get(execution_id)
    bench.expect({*shown.statuses.values()} <= {"Pending", "Waiting"}, wanted=True)
    bench.stop(execution_id)


def _first_succeeded(shown: Shown) -> bool:
    return next(iter(shown.statuses.values())) == "Success"


def interactive_step_by_step(bench: Bench) -> None:
    """After the first step, the execution waits for a signal for the second one."""
    execution_id = bench.held("steps", Mode="Interactive")
    bench.signal(execution_id, "StartStep", StepName=["first"])
    shown = bench.until(execution_id, {"Waiting"}, also=_first_succeeded)
    bench.stop(execution_id)
    bench.expect(shown.statuses["second"] in {"Pending", "Waiting"}, wanted=True)


def interactive_end(bench: Bench) -> None:
    """After its only step the execution waits, and it ends when it is completed."""
    execution_id = bench.held("sleep", Mode="Interactive")
    bench.signal(execution_id, "StartStep", StepName=["wait"])
    bench.until(execution_id, {"Waiting"}, also=_first_succeeded)
    bench.stop(execution_id, "Complete")
    bench.expect(bench.until(execution_id).status, "Success")


def kept_per_region(bench: Bench) -> None:
    """An execution is not found in another Region."""
    other = bench.target.elsewhere(region="eu-west-1" if bench.target.region == "us-east-1" else "us-east-1")
    _not_found(other, bench.finished()["AutomationExecutionId"])


def kept_per_account(bench: Bench) -> None:
    """An execution is not found with the key of another account."""
    other = bench.target.elsewhere(access_key_id="ASIAQNZGKIQY56JQ7WML")
    _not_found(other, bench.finished()["AutomationExecutionId"])


def account_of_a_key(bench: Bench) -> None:
    """The account that a key encodes is the one that the execution belongs to."""
    bench.needs_fake()
    other = bench.target.elsewhere(access_key_id="ASIAQNZGKIQY56JQ7WML")
    name = bench.name("sleep")
    execution_id = other.start_automation_execution(DocumentName=name)["AutomationExecutionId"]
    shown = other.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
    bench.expect(shown["ExecutedBy"].split(":")[4], "029608264753")


def _not_found(client: Any, execution_id: str) -> None:
    try:
        client.get_automation_execution(AutomationExecutionId=execution_id)
    except ClientError as error:
        if error.response["Error"]["Code"] == "AutomationExecutionNotFoundException":
            return
        raise
    raise Differs("AutomationExecutionNotFoundException", "an answer")


def unknown_execution(bench: Bench) -> None:
    """An unknown id is not found."""
    told = bench.refused("get_automation_execution", AutomationExecutionId="0" * 36)
    bench.expect((told.code, told.status), ("AutomationExecutionNotFoundException", 400))
