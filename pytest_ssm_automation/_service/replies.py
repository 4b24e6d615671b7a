"""Replies of operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .calls import Outcome, Request
from .state import State

if TYPE_CHECKING:
    from .runs.run import Run


class Reply(NamedTuple):
    """The reply of an operation: the members of the response, and details for the record.

    Attributes:
        members: The members of the response.
        outcome: The outcome of the call.
        execution_id: The execution that the call refers to.
        started: The execution that the call started.
        shown: The executions whose state the response shows.
        then: A function to call after the call is recorded, without holding a lock.
    """

    members: dict[str, Any]
    outcome: Outcome = "answered"
    execution_id: str | None = None
    started: Run | None = None
    shown: Sequence[Run] = ()
    then: Callable[[], object] | None = None


Operation = Callable[[State, Request, Mapping[str, Any]], Reply]
