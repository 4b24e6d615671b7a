"""What an operation answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .calls import Outcome, Request
from .state import State

if TYPE_CHECKING:
    from .runs.run import Run


@dataclass(slots=True)
class Reply:
    """What the service answers: the members of the response, and what the record says of it.

    Attributes:
        members: The members of the response.
        outcome: What became of the call.
        execution_id: The execution that it was about.
        started: The execution that it started.
        then: What happens once the call is recorded, with no lock held.
    """

    members: dict[str, Any]
    outcome: Outcome = "answered"
    execution_id: str | None = None
    started: Run | None = None
    then: Callable[[], object] | None = None


Operation = Callable[[State, Request, Mapping[str, Any]], Reply]
