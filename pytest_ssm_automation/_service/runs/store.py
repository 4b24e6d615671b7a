"""The executions of a fake: starts them, and finds them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..._errors import FakeUsageError
from ..calls import Request, copy_containers
from ..checks import model
from .rate_control import TARGET_MEMBERS, FanOut, groups_of, resolved_values
from .run import Run
from .scripts import UNSCRIPTED, Script

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping

    from ..runbooks.library import Runbook
    from .rate_control import Resolver, Target


class ExecutionStore:
    """Every execution of a fake, oldest first; found by id within a Region.

    Attributes:
        all: The executions.
        scripts: How they go, oldest first; the latest script that is for an execution has it.
        resolver: Says which resources a target stands for, if the test has told.
    """

    def __init__(self, lock: threading.RLock, new_id: Callable[[], str]) -> None:
        """Start with none."""
        self.all: list[Run] = []
        self.scripts: list[Script] = []
        self.resolver: Resolver | None = None
        self._by_id: dict[tuple[str, str], Run] = {}
        self._lock = lock
        self._new_id = new_id

    def start(
        self,
        request: Request,
        params: Mapping[str, Any],
        *,
        runbook: Runbook | None = None,
        script: Script | None = None,
        parent: Run | None = None,
        target: str | None = None,
    ) -> Run:
        """Start an execution, and whatever it has to start in its turn.

        Args:
            request: What the execution keeps as the request that started it.
            params: Its members, and those that it refers to.
            runbook: The registered runbook that it runs.
            script: How it goes, instead of the scripts that there are.
            parent: The execution that starts it.
            target: What it runs on, as one of several targets.

        Raises:
            FakeUsageError: `script` wants an id that there is in the Region.
        """
        with self._lock:
            script, execution_id = self._script_for(request) if script is None else (script, script.execution_id)
            spread = not TARGET_MEMBERS.isdisjoint(params)
            resolved = resolved_values(params, self.resolver) if spread else ()
            execution = Run(
                execution_id or self._new_id(),
                request,
                script,
                self._lock,
                runbook=runbook,
                parent=parent,
                target=target,
                resolved=resolved,
                mode=params.get("Mode", "Auto"),
            )
            self._add(execution)
            if spread and (groups := groups_of(params, request.region, resolved)):
                execution.run_on(FanOut(groups, partial(self._start_on, execution)))
            return execution

    def add(
        self,
        document_name: str,
        region: str,
        script: Script,
        *,
        parameters: Mapping[str, list[str]] | None = None,
        runbook: Runbook | None = None,
    ) -> Run:
        """Let an execution exist that nobody has called for."""
        params = {"DocumentName": document_name, **({"Parameters": parameters} if parameters else {})}
        request = Request(model.START, copy_containers(params), region, "", None)
        return self.start(request, params, runbook=runbook, script=script)

    def find(self, execution_id: str, region: str) -> Run | None:
        """Find the execution of this id in a Region."""
        return self._by_id.get((region, execution_id))

    def named(self, execution_id: str) -> list[Run]:
        """Find the executions of this id in any Region."""
        with self._lock:
            return [execution for (_, known), execution in self._by_id.items() if known == execution_id]

    def newest_first(self, region: str, before: int | None = None) -> Iterator[tuple[int, Run]]:
        """Go through the executions of a Region with their places, from the newest that comes before a place."""
        count = len(self.all) if before is None else min(before, len(self.all))
        for place in range(count - 1, -1, -1):
            if self.all[place].region == region:
                yield place, self.all[place]

    def _script_for(self, request: Request) -> tuple[Script, str | None]:
        """Choose a script, and the id that it gives to its first execution in each Region."""
        if not self.scripts:
            return UNSCRIPTED, None
        script = next((each for each in reversed(self.scripts) if each.meets(request)), UNSCRIPTED)
        chosen = script.execution_id
        return script, None if chosen and self.find(chosen, request.region) else chosen

    def _add(self, execution: Run) -> None:
        key = (execution.region, execution.id)
        if key in self._by_id:
            raise FakeUsageError(f"There is an execution {execution.id!r} in {execution.region} already")
        self._by_id[key] = execution
        self.all.append(execution)

    def _start_on(self, parent: Run, target: Target[Run]) -> Run:
        """Start the execution on one of several targets."""
        request = replace(parent.source, content=target.request, region=target.region)
        child = self.start(request, target.request, runbook=parent.runbook, parent=parent, target=target.name)
        child.call = parent.call
        return child
