"""The command that runs a folder of runbooks under moto."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from public_runbooks.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


# moto's EC2 takes long to start
pytestmark = pytest.mark.slow


def save(folder: Path, name: str, *steps: dict[str, Any], **document: Any) -> None:
    """Save a runbook."""
    content = {"schemaVersion": "0.3", **document, "mainSteps": steps}
    (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def api(name: str, operation: str, **inputs: Any) -> dict[str, Any]:
    """Write a step that calls an operation of EC2."""
    return {"name": name, "action": "aws:executeAwsApi", "inputs": {"Service": "ec2", "Api": operation, **inputs}}


SNAPSHOT = {"SnapshotId": {"type": "String"}}
DELETE = api("delete", "DeleteSnapshot", SnapshotId="{{ SnapshotId }}")


def test_what_was_executed_what_failed_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It counts steps by action, with reasons, signals what waits, and checks the resources of known runbooks."""
    save(tmp_path, "AWS-DeleteSnapshot", DELETE, parameters=SNAPSHOT)
    ask = {"name": "ask", "action": "aws:approve", "inputs": {"Approvers": ["me"]}}
    stop = {"name": "stop", "action": "aws:changeInstanceState"}
    pause = {"name": "pause", "action": "aws:pause", "inputs": {}}
    save(tmp_path, "Asks", ask, pause, {**stop, "inputs": {"InstanceIds": ["i-1"], "DesiredState": "stopped"}})
    save(tmp_path, "Misspelt", api("get", "DescribeHost"))
    save(tmp_path, "NotImplemented", api("get", "DescribeFastLaunchImages"))
    save(tmp_path, "Broken", {"name": "a", "action": "aws:nothing"})
    (tmp_path / "Command.json").write_text('{"schemaVersion": "2.2"}', encoding="utf-8")
    (tmp_path / "given.json").write_text('{"AWS-DeleteSnapshot": {"SnapshotId": ["snap-1"]}}', encoding="utf-8")

    status = main([str(tmp_path), "--ways", "--parameters", str(tmp_path / "given.json")])

    shown = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert status == 0
    expected = [
        "5 runbooks: 2 Failed, 2 can't be executed, 1 refused",
        f"Broken: Runbook 'Broken' ({tmp_path / 'Broken.json'}) is not valid:",
        "aws:approve 1 0 0",
        "aws:pause 1 0 0",
        "aws:changeInstanceState 0 1 0",
        "aws:executeAwsApi 0 1 2",
        "1 Failed: StopInstances: InvalidInstanceID.NotFound",
        "1 Failed: DeleteSnapshot: InvalidSnapshot.NotFound",
        "1 can't be executed: boto3 has no operation 'DescribeHost' of ec2 (did you mean 'DescribeHosts'?)",
        "1 can't be executed: ec2 DescribeFastLaunchImages, which moto has not implemented",
        "AWS-DeleteSnapshot: as expected",
        "1 of 1 as expected",
    ]
    assert [line for line in expected if line not in lines] == []
    assert (
        "  Success  ask    a signal\n  Success  pause  a signal\n  Failed   stop   executed (ec2 StopInstances): "
        in shown
    )


def test_a_runbook_that_does_not_do_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Then the exit status is 1, and the way of the execution is printed."""
    other = api("list", "DescribeSnapshots", SnapshotIds=["{{ SnapshotId }}"])
    save(tmp_path, "AWS-DeleteSnapshot", other, parameters=SNAPSHOT)
    save(tmp_path, "AWS-CreateSnapshot", other, parameters=SNAPSHOT)

    assert main([str(tmp_path), "--cases", "AWS-DeleteSnapshot"]) == 1

    shown = capsys.readouterr().out
    assert "AWS-DeleteSnapshot: Success, expected [] afterwards, but got ['made by a runbook']" in shown
    assert "  Success  list  executed (ec2 DescribeSnapshots)" in shown
    assert "0 of 1 as expected" in shown
