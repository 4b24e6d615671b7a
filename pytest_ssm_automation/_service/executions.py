"""Executions, and the store of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calls import Call


@dataclass(frozen=True, slots=True)
class Execution:
    """A run of a runbook that the service started.

    Attributes:
        id: The execution's id: 36 characters.
        call: The call that started it.
    """

    id: str
    call: Call

    @property
    def request(self) -> dict[str, Any]:
        """The members of the request that started it; a fresh copy at each look."""
        return self.call.params

    @property
    def region(self) -> str:
        """The Region it runs in."""
        return self.call.region

    @property
    def document_name(self) -> str:
        """The runbook's name or ARN, as requested."""
        name: str = self.request["DocumentName"]
        return name

    @property
    def document_version(self) -> str | None:
        """The runbook's version, as requested."""
        return self.request.get("DocumentVersion")

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The runbook's parameters, as requested."""
        return self.request.get("Parameters", {})
