"""The state of the service: runbooks, executions, tokens, tags and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .checks import model
from .errors import InvalidRequestError, ServiceError
from .runs.targets.locations import read_locations, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .calls import Request
    from .runbooks.declarations import Runbook
    from .runbooks.library import RunbookStore
    from .runs.recorded import Replay
    from .runs.run import Run
    from .runs.store import ExecutionStore
    from .runs.targets.locations import Fetch
    from .validation import Validation


class State:
    """The state that operations read and change.

    Attributes:
        store: All executions.
        runbooks: The registered runbooks.
        reject_unknown_documents: Whether runbooks must be registered.
        tokens: The execution of each ClientToken, by account, Region and token in lower case.
    """

    def __init__(
        self,
        store: ExecutionStore,
        runbooks: RunbookStore,
        validation: Validation,
        *,
        fetch: Fetch,
        limit: int | None,
        reject_unknown_documents: bool,
    ) -> None:
        """Start without executions.

        Args:
            store: The store of executions.
            runbooks: The registered runbooks.
            validation: Lists the violations in a request.
            fetch: A function that returns the status and the body for a URL; `None` if it is not hosted. It may refuse.
            limit: The maximum number of unfinished executions in an account and Region.
            reject_unknown_documents: Whether runbooks must be registered.
        """
        self.store = store
        self.runbooks = runbooks
        self.tokens: dict[tuple[str, str, str], Run] = {}
        self._tags: dict[Run, Mapping[str, str]] = {}
        self._validation = validation
        self._fetch = fetch
        self._limit = limit
        self.reject_unknown_documents = reject_unknown_documents

    def tags_of(self, run: Run) -> Mapping[str, str]:
        """Return the current tags of an execution."""
        if run in self._tags:
            return self._tags[run]
        return {tag["Key"]: tag["Value"] for tag in run.request.get("Tags", ())}

    def set_tags(self, run: Run, tags: Mapping[str, str]) -> None:
        """Replace the tags of an execution."""
        self.store.retag(run, self.tags_of(run), tags)
        self._tags[run] = tags

    def declared_runbook(
        self, request: Request, params: Mapping[str, Any], replay: Replay | None = None
    ) -> Runbook | None:
        """Return the runbook of a request, and check its parameters; `None` if it is not registered.

        Args:
            request: The request.
            params: Its members.
            replay: The recorded execution that it will show. Its runbook takes precedence over registered ones.

        Raises:
            ServiceError: It must be registered and is not, does not have this version, or the parameters are invalid.
        """
        runbook = replay.runbook if replay else None
        if runbook is None:
            runbook = self.runbooks.find(params.get("DocumentName", ""), params.get("DocumentVersion"), request.region)
        if runbook is None:
            if replay is None and self.reject_unknown_documents:
                raise ServiceError("AutomationDefinitionNotFoundException")
            return None
        from .runbooks.starts import check_start

        violations = tuple(
            each for each in check_start(runbook, params) if each.constraint not in self._validation.relaxed
        )
        if violations:
            raise InvalidRequestError("InvalidAutomationExecutionParametersException", str(violations[0]), violations)
        return runbook

    def with_locations(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the members of a request, with target locations read from their URL.

        Raises:
            ServiceError: The locations can't be read or are invalid, or they must be hosted and are not.
        """
        url = params.get("TargetLocationsURL")
        locations = read_locations(url, self._fetch) if url else None
        if locations is None:
            return params
        merged = {**params, "TargetLocations": locations}
        known = {name: value for name, value in merged.items() if name != "TargetLocationsURL"}
        # A file may contain more locations than a request.
        violations = self._validation.violations(model.START, known)
        broken = [each for each in violations if each.constraint != "TargetLocations:max"]
        if broken:
            raise refused(f"at {broken[0].path}: {broken[0]}")
        return merged

    def check_limit(self, request: Request) -> None:
        """Refuse another execution in an account and Region that has reached the limit."""
        if self._limit is None:
            return
        scope, unfinished = request.scope, self.store.unfinished
        if unfinished[scope] + unfinished[None, scope[1]] >= self._limit:
            raise ServiceError("AutomationExecutionLimitExceededException")
