"""The methods with which a test sets up a fake: faults, runbooks, executions and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import FakeUsageError, hide_usage_errors
from ._keywords import known_keywords, one_at_a_time
from ._service.accounts import check_account, check_region
from ._service.checks import model
from ._service.errors import ServiceError
from ._service.faults import Fault, When
from ._service.runs.scripts import make_script, read_shape

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from ._service.engine import Service
    from ._service.runbooks.declarations import Runbook
    from ._service.runs.execution import Execution
    from ._service.runs.step_runs import Outputs
    from ._service.runs.targets.rate_control import Resolver
    from ._types import ErrorName, OperationName, Statuses

__tracebackhide__ = hide_usage_errors


class Setup:
    """Methods to set up faults, runbooks, executions and scripts."""

    _service: Service

    @one_at_a_time(lambda errors: ", ".join(f"fail_with({error!r})" for error in errors))
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
        """Make the next matching calls fail.

        Faults wait in the order in which they are injected, and the first one that matches a call and is not used up
        makes it fail. An invalid request is refused before that, so it never uses up a fault.

        Args:
            error: The name of an exception of SSM, of an error common to AWS services (`ThrottlingException`,
                `AccessDeniedException`, ...), or of a connection error of botocore (`ReadTimeoutError`,
                `ConnectTimeoutError`, `EndpointConnectionError`, `ConnectionClosedError`). Or an exception: a class of
                `client.exceptions` or a `ClientError` becomes the service error with its code, message and HTTP status;
                others, such as `KeyboardInterrupt()`, are raised in the caller, as a copy for each call.
            message: The message; by default the service's usual one.
            times: The number of calls that fail; `None` for all.
            after: The number of matching calls that succeed first.
            when: The calls that match: part of a request, as a dict of members compared with `==`, or a function of the
                `Call`.
            operation: The operation that fails.

        Raises:
            FakeUsageError: An error, operation or member does not exist, or a number is invalid. A call over HTTP also
                raises it if the exception can't be sent over HTTP.
        """
        fault = Fault(error, message=message, times=times, after=after, when=when, operation=operation)
        self._service.faults.append(fault)
        return fault

    @known_keywords
    def lose_response(
        self,
        error: ErrorName | BaseException | type[BaseException] = "ReadTimeoutError",
        *,
        times: int | None = 1,
        after: int = 0,
        when: When | None = None,
        operation: OperationName = model.START,
    ) -> Fault:
        """Make the service handle the next matching calls, but raise a connection error in the caller.

        This shows who retries without a ClientToken, because the retry then starts a second execution: see
        `assert_no_duplicate_starts`. The arguments are those of `fail_with`, except that the exception must not be a
        service error.
        """
        fault = Fault(error, times=times, after=after, when=when, operation=operation, lost=True)
        self._service.faults.append(fault)
        return fault

    @known_keywords
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
        """Make a step of a registered runbook fail.

        What happens next is up to the runbook: its `maxAttempts`, `onFailure` and `isCritical`. If there are several
        failures for a step, the first one that is not used up applies.

        Args:
            step: The step's name.
            message: The failure message. The service's prefix and suffix are added, unless it has them.
            times: The number of attempts that fail; `None` for all.
            status: The status of the step: `Failed` or `TimedOut`.
            runbook: The name of the runbook; by default all runbooks with such a step.
            when: The executions that match: part of the request, as a dict of members compared with `==`, or a function
                of the `Call`.

        Returns:
            The fault, which counts the failed attempts. A strict test fails if the fault was not used.

        Raises:
            FakeUsageError: No registered runbook has such a step, or an argument is invalid.
        """
        from ._service.runs.overrides import StepFault

        fault = StepFault(message=message, times=times, when=when, step=step, status=status, runbook=runbook)
        self._service.add_override(fault)
        return fault

    @known_keywords
    def step_outputs(
        self, step: str, outputs: Outputs, *, runbook: str | None = None, when: When | None = None
    ) -> None:
        """Set the outputs of a step of a registered runbook.

        References and conditions read these values, so they also decide which way a branch takes. If there are several
        outputs for a step, the latest ones take precedence.

        Args:
            step: The step's name.
            outputs: JSON values by name of the output, or a function of a `StepRun` that returns them. The function is
                called for each attempt, without holding a lock. It may raise `StepFailed`.
            runbook: The name of the runbook; by default all runbooks with such a step.
            when: The executions that match, as for `fail_step`.

        Raises:
            FakeUsageError: No registered runbook has such a step, the step has no such output, or a value does not have
                the declared type.
        """
        from ._service.runs.overrides import StepOutputs

        self._service.add_override(StepOutputs(step, outputs, runbook, when))

    @one_at_a_time(lambda given: f"add_runbook(content, name={given[0]!r})")
    def add_runbook(
        self,
        content: Mapping[str, Any] | str | os.PathLike[str],
        *,
        name: str | None = None,
        version: int | str | None = None,
        region: str | None = None,
    ) -> Runbook:
        """Register a runbook. From then on, requests are validated against its parameters and versions.

        Args:
            content: The runbook (schemaVersion 0.3) as a mapping, as JSON or YAML text, or as the path of a file.
            name: The document's name; by default the stem of the file's name.
            version: The version number; by default the next one.
            region: The Region; `None` for all Regions.

        Raises:
            FakeUsageError: The runbook is not valid, and the message lists all problems; or the version already exists.
        """
        check_region(region)
        from ._service.runbooks.loading import load_runbook

        runbooks = self._service.runbooks
        runbook = load_runbook(content, name=name, version=version, region=region, relaxed=runbooks.relaxed)
        with self._service.lock:
            return runbooks.add(runbook, renumber=version is None)

    @known_keywords
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
        """Add an execution that no call has started.

        Args:
            document_name: The name or ARN of its runbook.
            execution_id: Its id; by default a new one.
            account: The account, 12 digits; `None` to make it visible in all accounts.
            region: The Region.
            statuses: See `script`.
            parameters: The runbook's parameters, lists of strings by name.
            outputs: See `script`.
            steps: See `script`.
            failure_message: See `script`.

        Raises:
            FakeUsageError: An argument is invalid, see `script`; or an execution with this id already exists.
        """
        script = make_script(
            statuses, outputs=outputs, steps=steps, failure_message=failure_message, execution_id=execution_id
        )
        check_account(account)
        check_region(region)
        from ._service.runs.execution import execution_of

        service = self._service
        name = read_shape("DocumentARN", document_name, "document_name")
        given = read_shape("AutomationParameterMap", parameters, "parameters")
        with service.lock:
            try:
                runbook = service.runbooks.find(name, None, region)
            except ServiceError:
                raise FakeUsageError(f"Runbook {name!r} does not have this version") from None
            run = service.store.add(name, region, script, account=account, parameters=given, runbook=runbook)
        run.catch_up()
        return execution_of(run)

    @one_at_a_time(lambda statuses: f"script({list(statuses)!r})")
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
        """Script the statuses of executions that are started from now on. The latest script that matches applies.

        Without a script, an execution is Pending, then InProgress, then Success, or walks its registered runbook.

        Args:
            statuses: The status that the first GetAutomationExecution or DescribeAutomationExecutions shows, then the
                status of each further one. The last one stays. An item is a status, or a dict of `AutomationExecution`
                members that contains `AutomationExecutionStatus`.
            when: The executions that match, as for `fail_step`. Those on one of several targets have their own request.
            outputs: The outputs after the end, lists of strings by name.
            steps: The steps, as members of `StepExecution`.
            failure_message: The failure message, if the execution fails.
            execution_id: The id of the first execution. It may be an id that AWS would not generate.

        Raises:
            FakeUsageError: A status or member does not exist, or a value has the wrong shape.
        """
        script = make_script(
            statuses, when, outputs=outputs, steps=steps, failure_message=failure_message, execution_id=execution_id
        )
        self._service.store.add_script(script)

    @one_at_a_time(lambda paths: f"replay({paths[0]!r})")
    def replay(self, path: str | os.PathLike[str], *, when: When | None = None) -> None:
        """Show a recorded execution to callers that start its runbook from now on.

        They see its statuses, steps, inputs, outputs, messages and parameters, and times that are as far apart. Each
        poll shows what the option `pace` says: the next step, or where the execution waited or ended. After a wait it
        goes on at the next poll, because somebody has sent the signal, or at once if the caller sends it. The
        executions that it started are shown if they were recorded. Ids, account and caller are those of the test.

        Requests are validated against the recorded runbook. Other parameters than the recorded ones are allowed; if the
        test fails, it says which. The latest recording or script that matches applies.

        Args:
            path: The file of the recording: that of the command `record`, or the output of
                `aws ssm get-automation-execution`. A relative path begins at the current directory.
            when: The executions that match, as for `fail_step`.

        Raises:
            FakeUsageError: The file cannot be read, or it is not a recording, and the message names each member that is
                missing or wrong.
        """
        from ._recordings.reading import script_of

        self._service.store.add_script(script_of(path, when))

    @known_keywords
    def resolve_targets(self, resolver: Resolver) -> None:
        """Set a function that resolves targets such as tags and resource groups to resources.

        Args:
            resolver: A function of a target, a dict with `Key` and `Values`, that returns a list of resource ids.

        Raises:
            FakeUsageError: The resolver is not a function.
        """
        if not callable(resolver):
            raise FakeUsageError(f"Expected a function from a target to a list of ids, but got {resolver!r}")
        self._service.store.set_resolver(resolver)
