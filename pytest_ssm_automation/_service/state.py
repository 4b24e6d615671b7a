"""What there is to start and to ask for: runbooks, executions, tokens, and the limits on what is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .checks import model
from .errors import InvalidRequestError, ServiceError
from .runbooks.library import RunbookStore
from .runbooks.parameters import check_start
from .runs.locations import read_locations, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from .calls import Request
    from .checks.violations import Violation
    from .runbooks.library import Runbook, RunbookFiles
    from .runs.locations import Fetch
    from .runs.run import Run
    from .runs.store import ExecutionStore


class State:
    """What the operations read and change.

    Attributes:
        store: Every execution.
        runbooks: The runbooks that are registered.
        reject_unknown_documents: Whether runbooks have to be registered.
        tokens: What each ClientToken has started, by account, Region, and token in lower case.
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
        """Start with no execution.

        Args:
            store: Where executions are kept.
            violations: Lists what the members of a request break, of all that is enforced.
            relaxed: Ids of the constraints that are not enforced.
            fetch: Gets status and body of a URL; `None` if nobody hosts it.
            runbooks: Runbooks to register at the start.
            files: Files of runbooks that are registered when they are first asked for.
            limit: How many executions may run in an account and Region at a time.
            reject_unknown_documents: Whether runbooks have to be registered.
            reject_unknown_urls: Whether a TargetLocationsURL has to be hosted.
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
        """Give the tags of an execution by key: those of its start, or those that it has got since."""
        if run in self._tags:
            return self._tags[run]
        return {tag["Key"]: tag["Value"] for tag in run.request.get("Tags", ())}

    def set_tags(self, run: Run, tags: Mapping[str, str]) -> None:
        """Give an execution other tags."""
        self.store.retag(run, self.tags_of(run), tags)
        self._tags[run] = tags

    def declared_runbook(self, request: Request, params: Mapping[str, Any]) -> Runbook | None:
        """Find the runbook that a request starts, and check its parameters; `None` for one that may be unknown.

        Raises:
            ServiceError: It has to be known and isn't, has no such version, or the parameters are not as it declares.
        """
        runbook = self.runbooks.find(params.get("DocumentName", ""), params.get("DocumentVersion"), request.region)
        if runbook is None:
            if self.reject_unknown_documents:
                raise ServiceError("AutomationDefinitionNotFoundException")
            return None
        violations = tuple(each for each in check_start(runbook, params) if each.constraint not in self._relaxed)
        if violations:
            raise InvalidRequestError("InvalidAutomationExecutionParametersException", str(violations[0]), violations)
        return runbook

    def runbook_of_step(self, document_name: str, version: str | None, region: str) -> Runbook | None:
        """Find the runbook that a step starts; `None` for one that is not registered, or not in that version."""
        try:
            return self.runbooks.find(document_name, version, region)
        except ServiceError:
            return None

    def with_locations(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give the members of a request with the target locations that lie behind its TargetLocationsURL.

        Raises:
            ServiceError: They can't be read, are not valid, or have to be hosted and aren't.
        """
        url = params.get("TargetLocationsURL")
        locations = read_locations(url, self._fetch) if url else None
        if locations is None:
            if url and self._reject_unknown_urls:
                raise refused("nobody hosts it")
            return params
        merged = {**params, "TargetLocations": locations}
        known = {name: value for name, value in merged.items() if name != "TargetLocationsURL"}
        # A file may have more of them than a request.
        broken = [each for each in self._violations(model.START, known) if each.constraint != "TargetLocations:max"]
        if broken:
            raise refused(f"at {broken[0].path}: {broken[0]}")
        return merged

    def check_limit(self, scope: tuple[str, str]) -> None:
        """Refuse a further execution in an account and Region where too many run already."""
        if self._limit is None:
            return
        unfinished = self.store.unfinished
        if unfinished[scope] + unfinished[None, scope[1]] >= self._limit:
            raise ServiceError("AutomationExecutionLimitExceededException")
