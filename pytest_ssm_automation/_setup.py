"""What a test tells a fake: which calls fail, what exists, and how executions go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import FakeUsageError, hide_usage_errors
from ._service.accounts import check_account
from ._service.checks import model
from ._service.errors import ServiceError
from ._service.faults import Fault, When
from ._service.runbooks.library import Runbook, load_runbook
from ._service.runs.execution import execution_of
from ._service.runs.moving import catch_up
from ._service.runs.overrides import StepFault, StepOutputs
from ._service.runs.scripts import make_script, read_shape

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from ._service.engine import Service
    from ._service.runs.execution import Execution
    from ._service.runs.overrides import Outputs
    from ._service.runs.rate_control import Resolver
    from ._types import ErrorName, OperationName, Statuses

__tracebackhide__ = hide_usage_errors


class Setup:
    """Faults, runbooks, executions and scripts of a fake."""

    _service: Service

    def fail_with(
        self,
        error: ErrorName | BaseException | type[BaseException],
        *,
        message: str | None = None,
        times: int | None = 1,
        after: int = 0,
        when: When | None = None,
        operation: OperationName = model.START,
    ) -> Fault:
        """Let the next matching calls fail.

        Faults queue up in the order in which they are injected. The first one that matches a call and is not used up
        has that call; an invalid request uses none up.

        Args:
            error: The name of an exception of SSM, of an error common to AWS services (`ThrottlingException`,
                `AccessDeniedException`, ...), or of a connection error of botocore (`ReadTimeoutError`,
                `ConnectTimeoutError`, `EndpointConnectionError`, `ConnectionClosedError`). Or any exception: a class of
                `client.exceptions`, and a `ClientError`, stand for the error of that code, text and HTTP status; all
                others, such as `KeyboardInterrupt()`, are raised in the caller as they are, a copy each time.
            message: The text instead of the service's usual one.
            times: How many calls fail; `None` is every one.
            after: How many matching calls are let through first.
            when: Part of a request, as a dict of members compared by `==`, or a function of the `Call`.
            operation: The operation that fails.

        Raises:
            FakeUsageError: There is no such error, operation or member, or a number makes no sense. It is also raised
                in a call that comes over HTTP, if the exception cannot be sent over HTTP.
        """
        return self._service.faults.add(
            Fault(error, message=message, times=times, after=after, when=when, operation=operation)
        )

    def lose_response(
        self,
        error: ErrorName | BaseException | type[BaseException] = "ReadTimeoutError",
        *,
        times: int | None = 1,
        after: int = 0,
        when: When | None = None,
        operation: OperationName = model.START,
    ) -> Fault:
        """Let the service do its work for the next matching calls, and the caller get a connection error.

        It shows who retries without a ClientToken: see `assert_no_duplicate_starts`. The arguments are those of
        `fail_with`. Any exception is allowed that is no answer of the service, such as `KeyboardInterrupt()`.
        """
        return self._service.faults.add(
            Fault(error, times=times, after=after, when=when, operation=operation, lost=True)
        )

    def fail_step(
        self,
        step: str,
        message: str | None = None,
        *,
        times: int | None = None,
        status: str = "Failed",
        runbook: str | None = None,
        when: When | None = None,
    ) -> Fault:
        """Let a step of a registered runbook fail in executions that walk it.

        What follows is the runbook's: `maxAttempts`, `onFailure` and `isCritical`. Of several failures of a step the
        first that is not used up has the next attempt.

        Args:
            step: The step's name.
            message: Why it fails. The service's frame is put around it, unless it has it already.
            times: How many attempts fail; `None` is every one.
            status: How the step ends: `Failed` or `TimedOut`.
            runbook: The name of the only runbook that is meant; by default all that have such a step.
            when: Which executions: part of the request, as a dict of members compared by `==`, or a function of the
                `Call`.

        Returns:
            The fault, which counts the attempts that have failed. A strict test fails if there was none.

        Raises:
            FakeUsageError: No registered runbook has such a step, or the step cannot end so.
        """
        fault = StepFault(message=message, times=times, when=when, step=step, status=status, runbook=runbook)
        self._service.say(fault)
        return fault

    def step_outputs(
        self, step: str, outputs: Outputs, *, runbook: str | None = None, when: When | None = None
    ) -> None:
        """Say what a step of a registered runbook puts out in executions that walk it.

        References and conditions read it, with its type. What is said last of a step is what holds.

        Args:
            step: The step's name.
            outputs: The step's outputs by name, as JSON has them; or a function of a `StepRun` that gives them. The
                function is called once for each attempt, with no lock held. It may raise `StepFailed`.
            runbook: The name of the only runbook that is meant; by default all that have such a step.
            when: Which executions: part of the request, as a dict of members compared by `==`, or a function of the
                `Call`.

        Raises:
            FakeUsageError: No registered runbook has such a step, the step has no such output, or the value is not of
                the type that the runbook declares.
        """
        self._service.say(StepOutputs(step, outputs, runbook, when))

    def add_runbook(
        self,
        content: Mapping[str, Any] | str | os.PathLike[str],
        *,
        name: str | None = None,
        version: int | str | None = None,
        region: str | None = None,
    ) -> Runbook:
        """Register a runbook; from then on its parameters and versions are checked as it declares them.

        Args:
            content: The runbook (schemaVersion 0.3) as a mapping, as JSON or YAML text, or as the path of a file.
            name: Its name; by default that of the file.
            version: Its version, a number; by default the next one.
            region: Where it is registered; `None` is every Region.

        Raises:
            FakeUsageError: The runbook is malformed; the message names each place. Or it has such a version already.
        """
        runbook = load_runbook(content, name=name, version=version, region=region)
        with self._service.lock:
            return self._service.runbooks.add(runbook, renumber=version is None)

    def add_execution(
        self,
        document_name: str,
        *,
        execution_id: str | None = None,
        account: str | None = None,
        region: str = "us-east-1",
        statuses: Statuses = ("Success",),
        parameters: Mapping[str, list[str]] | None = None,
        outputs: Mapping[str, list[str]] | None = None,
        steps: Sequence[Mapping[str, Any]] | None = None,
        failure_message: str | None = None,
    ) -> Execution:
        """Let an execution exist that nobody called for.

        Args:
            document_name: The name of its runbook.
            execution_id: Its id; by default a new one.
            account: The account in which it runs: 12 digits; with `None` it is visible from every account.
            region: Where it runs.
            statuses: As in `script`.
            parameters: The runbook's parameters: lists of texts by name.
            outputs: As in `script`.
            steps: As in `script`.
            failure_message: As in `script`.

        Raises:
            FakeUsageError: See `script`; the account has not 12 digits; or an execution of that id exists there.
        """
        script = make_script(
            statuses, outputs=outputs, steps=steps, failure_message=failure_message, execution_id=execution_id
        )
        check_account(account)
        service = self._service
        name = read_shape("DocumentARN", document_name, "document_name")
        given = read_shape("AutomationParameterMap", parameters, "parameters")
        with service.lock:
            try:
                runbook = service.runbooks.find(name, None, region)
            except ServiceError:
                raise FakeUsageError(f"Runbook {name!r} has no such version") from None
            run = service.store.add(name, region, script, account=account, parameters=given, runbook=runbook)
        catch_up(run)
        return execution_of(run)

    def script(
        self,
        statuses: Statuses,
        *,
        when: When | None = None,
        outputs: Mapping[str, list[str]] | None = None,
        steps: Sequence[Mapping[str, Any]] | None = None,
        failure_message: str | None = None,
        execution_id: str | None = None,
    ) -> None:
        """Say how executions go that are started from now on; a later script goes before an earlier one.

        Without a script an execution is Pending, then InProgress, then Success.

        Args:
            statuses: The status at the start, then the one after each GetAutomationExecution or
                DescribeAutomationExecutions that shows the execution; the last one stays. An item is a status, or a
                dict of `AutomationExecution` members that go with it, its `AutomationExecutionStatus` among them.
            when: Which executions: part of the request, as a dict of members compared by `==`, or a function of the
                `Call`; executions that run on one of several targets are matched by their own request.
            outputs: What they put out once they have ended: lists of texts by name.
            steps: Their steps, as members of `StepExecution`.
            failure_message: Why they failed.
            execution_id: The id of the first one; it may be one that AWS would never give.

        Raises:
            FakeUsageError: There is no such status or member, or something has the wrong shape.
        """
        script = make_script(
            statuses,
            when=when,
            outputs=outputs,
            steps=steps,
            failure_message=failure_message,
            execution_id=execution_id,
        )
        self._service.store.planner.add_script(script)

    def resolve_targets(self, resolver: Resolver) -> None:
        """Say which resources targets stand for that name a tag, a resource group or all resources.

        Args:
            resolver: Takes a target, as a dict with `Key` and `Values`, and gives a list of the ids of its resources.

        Raises:
            FakeUsageError: The resolver is no function.
        """
        if not callable(resolver):
            raise FakeUsageError(f"Expected a function of a target, but got {resolver!r}")
        self._service.store.planner.set_resolver(resolver)
