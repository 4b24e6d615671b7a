"""What a ClientToken does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from botocore.client import BaseClient

from conformance.bench import CannotTell, Differs

if TYPE_CHECKING:
    from conformance.bench import Bench


def mismatch(bench: Bench) -> None:
    """Another request with the token of an earlier one is refused."""
    token = str(uuid4())
    bench.start(ClientToken=token)
    told = bench.start_refused(ClientToken=token, Parameters={"Item": ["other"]})
    bench.expect(told.code, "IdempotentParameterMismatch")


def replay(bench: Bench) -> None:
    """The same request again gets the same execution."""
    token = str(uuid4())
    bench.expect(bench.start(ClientToken=token), bench.start(ClientToken=token))


def case(bench: Bench) -> None:
    """In capitals it is the same token."""
    token = str(uuid4())
    bench.start(ClientToken=token)
    told = bench.start_refused(ClientToken=token.upper(), Parameters={"Item": ["other"]})
    bench.expect(told.code, "IdempotentParameterMismatch")


def never_made_up(bench: Bench) -> None:
    """Two equal requests without a token are two executions."""
    if not isinstance(bench.target.client, BaseClient):
        raise CannotTell("this client is not botocore's")
    first, second = bench.start(), bench.start()
    if first == second:
        raise Differs("two executions", first)
