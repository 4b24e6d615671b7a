"""The state of the service: runbooks, executions, tokens, tags and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .checks import model
from .errors import InvalidRequestError, ServiceError
from .runbooks.library import RunbookStore
from .runs.locations import read_locations, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from .calls import Request
    from .checks.violations import Violation
    from .runbooks.declarations import Runbook
    from .runbooks.library import RunbookFiles
    from .runs.locations import Fetch
    from .runs.run import Run
    from .runs.store import ExecutionStore


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
        *,
        violations: Callable[[str, Mapping[str, Any]], Sequence[Violation]],
        relaxed: Collection[str],
        fetch: Fetch,
        runbooks: tuple[Runbook, ...],
        files: tuple[RunbookFiles, ...],
        limit: int | None,
        reject_unknown_documents: bool,
        reject_unknown_urls: bool,
    ) -> None:
        """Start without executions.

        Args:
            store: The store of executions.
            violations: A function that lists the violations in a request.
            relaxed: The ids of constraints that are not enforced.
            fetch: A function that returns the status and the body for a URL; `None` if it is not hosted.
            runbooks: Runbooks to register.
            files: Files of runbooks, which are read on first use.
            limit: The maximum number of unfinished executions in an account and Region.
            reject_unknown_documents: Whether runbooks must be registered.
            reject_unknown_urls: Whether a TargetLocationsURL must be hosted.
        """
        self.store = store
        self.runbooks = RunbookStore(files)
        for runbook in runbooks:
            self.runbooks.add(runbook)
        self.tokens: dict[tuple[str, str, str], Run] = {}
        self._tags: dict[Run, Mapping[str, str]] = {}
        self._violations = violations
        self._relaxed = relaxed
        self._fetch = fetch
        self._limit = limit
        self.reject_unknown_documents = reject_unknown_documents
        self._reject_unknown_urls = reject_unknown_urls

    def tags_of(self, run: Run) -> Mapping[str, str]:
        """Return the current tags of an execution."""
        if run in self._tags:
            return self._tags[run]
        return {tag["Key"]: tag["Value"] for tag in run.request.get("Tags", ())}

    def set_tags(self, run: Run, tags: Mapping[str, str]) -> None:
        """Replace the tags of an execution."""
        self.store.retag(run, self.tags_of(run), tags)
        self._tags[run] = tags

    def declared_runbook(self, request: Request, params: Mapping[str, Any]) -> Runbook | None:
        """Return the runbook of a request, and check its parameters; `None` if it is not registered.

        Raises:
            ServiceError: It must be registered and is not, does not have this version, or the parameters are invalid.
        """
        runbook = self.runbooks.find(params.get("DocumentName", ""), params.get("DocumentVersion"), request.region)
        if runbook is None:
            if self.reject_unknown_documents:
                raise ServiceError("AutomationDefinitionNotFoundException")
            return None
        from .runbooks.parameters import check_start

        violations = tuple(each for each in check_start(runbook, params) if each.constraint not in self._relaxed)
        if violations:
            raise InvalidRequestError("InvalidAutomationExecutionParametersException", str(violations[0]), violations)
        return runbook

    def runbook_of_step(self, document_name: str, version: str | None, region: str) -> Runbook | None:
        """Return the runbook of an `aws:executeAutomation` step; `None` if it is not registered in that version."""
        try:
            return self.runbooks.find(document_name, version, region)
        except ServiceError:
            return None

    def with_locations(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the members of a request, with target locations read from their URL.

        Raises:
            ServiceError: The locations can't be read or are invalid, or they must be hosted and are not.
        """
        url = params.get("TargetLocationsURL")
        locations = read_locations(url, self._fetch) if url else None
        if locations is None:
            if url and self._reject_unknown_urls:
                raise refused("it is not hosted")
            return params
        merged = {**params, "TargetLocations": locations}
        known = {name: value for name, value in merged.items() if name != "TargetLocationsURL"}
        # A file may contain more locations than a request.
        broken = [each for each in self._violations(model.START, known) if each.constraint != "TargetLocations:max"]
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
