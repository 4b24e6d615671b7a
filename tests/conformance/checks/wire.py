"""The format of requests and responses, and the installed model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.bench import CannotTell, Differs
from conformance.drift import DOCUMENTED, differences, installed

if TYPE_CHECKING:
    from conformance.bench import Bench


def headers(bench: Bench) -> None:
    """An answer is AWS JSON 1.1, and has the id of its request."""
    if bench.target.title == "stubber":
        raise CannotTell("nothing travels here")
    told = bench.client.describe_automation_executions(MaxResults=1)["ResponseMetadata"]
    bench.expect(told["HTTPHeaders"]["content-type"].partition(";")[0], "application/x-amz-json-1.1")
    bench.expect(len(told["HTTPHeaders"]["x-amzn-requestid"]), 36)


def model_as_documented(_: Bench) -> None:
    """The installed service model has every member, type and error that the SDK's page of the start documents."""
    breaking, _added = differences(DOCUMENTED, installed())
    if breaking:
        raise Differs("what is documented", breaking)
