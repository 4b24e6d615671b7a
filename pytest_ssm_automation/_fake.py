"""The class AutomationFake."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, cast

from . import _report
from ._assertions import count
from ._clock import SkippedSleep
from ._errors import AutomationFakeError, FakeUsageError, hide_usage_errors, public, unknown_name
from ._options import DEFAULTS, Options
from ._record import Record
from ._service.engine import Service
from ._settings import settings_of
from ._setup import Setup
from ._transports.hooks import interception
from ._transports.hooks.clients import make_client
from ._transports.owner import active

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from mmap import mmap
    from types import TracebackType
    from typing import Self, Unpack

    import responses
    from mypy_boto3_ssm import SSMClient

    from ._options import OptionValues, Runbooks
    from ._service.faults import Fault
    from ._service.runs.execution import Execution
    from ._service.runs.scripts import Script
    from ._transports.guard.network import BlockedRequest
    from ._transports.http.endpoint import Endpoint
    from ._transports.http.requests_mock import RequestsMock

__tracebackhide__ = hide_usage_errors


# The number of executions among which to search for ids similar to an unknown one, because that is slow.
_MOST_NAMED: Final = 1000


@public
class AutomationFake(Setup, Record):
    """A fake of AWS Systems Manager Automation, which is active inside a `with` block.

    While it is active, it answers the Automation operations of all botocore SSM clients in the process, whenever, in
    whichever session and in whichever thread they were created. It does not affect other operations and services.

    A call is answered by the fake of its context: the one that its thread or asyncio task entered, or under which its
    thread or pool task was started. Calls without such a fake are answered by the innermost active fake.

    Documentation: https://pytest-ssm-automation.readthedocs.io/

    Example:
        >>> with AutomationFake() as fake:
        ...     restart_instance("i-0123456789abcdef0")
        ...     fake.assert_started_once(DocumentName="AWS-RestartEC2Instance")
    """

    def __init__(
        self,
        *,
        faults: Iterable[Fault] = (),
        steps: Iterable[Mapping[str, Any]] = (),
        runbooks: Runbooks = (),
        **options: Unpack[OptionValues],
    ) -> None:
        """Make a fake that is not active yet.

        Args:
            faults: Faults to inject, in this order, such as a plan drawn from `strategies.fault_plans()`.
            steps: Failures and outputs of steps: mappings with the arguments of the marker `ssm_automation_step`, such
                as a walk drawn from `strategies.walks()`.
            runbooks: Runbooks to register: `Runbook` objects, or files, folders and globs relative to the current
                directory. A file is read when its document is first used.
            **options: The options of the marker `ssm_automation`.

        Raises:
            FakeUsageError: An option does not exist, or its value is invalid.
        """
        self._set_up(DEFAULTS.but({**options, "runbooks": runbooks}), faults, steps)

    def _set_up(
        self,
        options: Options,
        faults: Iterable[Fault],
        steps: Iterable[Mapping[str, Any]],
        scripts: Iterable[Script] = (),
    ) -> None:
        """Begin with options that are valid, such as those of the ini file and markers, and with recordings."""
        self.options: Options = options
        self._test = _running_test()
        self._clock = SkippedSleep()
        settings = settings_of(options, faults, steps, scripts)
        self._service = Service(seed=self._test if options.seed is None else str(options.seed), settings=settings)
        self._requests: RequestsMock | None = None
        self._endpoint: Endpoint | None = None
        self._active: active.Active | None = None
        self._undo = ExitStack()
        self._begin()

    def _begin(self) -> None:
        """Begin with an empty record."""
        self._clock.is_excused = self._service.store.waits_for_time
        self._reported = 0
        self._blocked: list[BlockedRequest] = []
        self._refusals: mmap | None = None
        self._reported_problems: set[object] = set()

    def __repr__(self) -> str:
        """Show the transport, the numbers of calls and executions, and the test."""
        calls = sum(call.step is None for call in self._service.calls)
        counts = [count(calls, "call"), count(len(self._service.store.started), "execution")]
        return f"<AutomationFake {', '.join(filter(None, (self.options.transport, *counts, self._test)))}>"

    def __enter__(self) -> Self:
        """Activate the fake."""
        if self._active is not None and self._active.entered:
            raise AutomationFakeError("This fake is already active; make another one for a nested block")
        self._active, self._test = active.Active(self), _running_test()
        try:
            self._undo.callback(interception.deactivate, self._active)
            interception.activate(self._active)
            if self.options.skip_sleep:
                self._undo.callback(self._clock.restore)
                self._clock.install()
            return self  # noqa: TRY300 - an interrupt may come until then
        except BaseException:
            self._leave()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Deactivate the fake, and restore everything, except in a forked process."""
        if self._active is not None and self._active.inherited:
            return
        self._check_active()
        self._leave()
        self._report()

    def _leave(self) -> None:
        """Undo what entering, the server and mocks have changed, in reverse order, even if a part of it fails."""
        try:
            self._undo.close()
        finally:
            self._active = self._endpoint = self._requests = None

    def _report(self) -> None:
        """Add the records to the report of the run, if there is one."""
        if _report.coverage is not None:
            new = self._service.calls[self._reported :]
            _report.coverage.add(_running_test(), [call for call in new if call.step is None], self._service.store.all)
        self._reported = len(self._service.calls)

    def _check_active(self) -> None:
        if self._active is None or not self._active.entered:
            raise AutomationFakeError("The fake must be active for this: with AutomationFake() as fake: ...")

    @property
    def sleeps(self) -> Sequence[float]:
        """The arguments of all skipped sleeps, in order, with the option `skip_sleep`."""
        return tuple(self._clock.sleeps)

    @property
    def slept(self) -> float:
        """The sum of `sleeps`, in seconds."""
        return sum(self._clock.sleeps)

    def host_target_locations(self, locations: Sequence[Mapping[str, Any]]) -> str:
        """Host target locations as a JSON file for TargetLocationsURL, while the fake is active.

        The file is read and validated when an execution is started with the URL, not before.

        Args:
            locations: The members of each `TargetLocation`.

        Returns:
            A URL that looks like a presigned URL of S3. It can be fetched with `requests`, without a connection.
        """
        return self._mock_requests().host(locations)

    def serve_requests(self) -> responses.RequestsMock:
        """Also answer callers that sign their own HTTP requests and send them with `requests`.

        Returns:
            The active `responses.RequestsMock`, on which other URLs can be mocked too.
        """
        mock = self._mock_requests()
        mock.serve_ssm()
        return mock.mock

    def serve_endpoint(self) -> str:
        """Serve other processes with a loopback HTTP server, while the fake is active.

        It sets `AWS_ENDPOINT_URL_SSM`, so that the AWS CLI and other SDKs in child processes find the server. It
        requires the extra `pytest-ssm-automation[endpoint]`.

        All requests that name an operation of the fake are recorded in `calls`, even if they are unsigned or can't be
        read. An injected connection error breaks the connection.

        Returns:
            The server's URL, with a free port of 127.0.0.1.

        Raises:
            AutomationFakeError: The fake is not active, or pytest-socket blocks all sockets.
            FakeUsageError: The extra is not installed.
        """
        self._check_active()
        if self._endpoint is None:
            try:
                from ._transports.http.endpoint import Endpoint
            except ModuleNotFoundError as error:
                raise FakeUsageError(
                    f"A server for other processes needs {error.name}: install pytest-ssm-automation[endpoint]"
                ) from None
            try:
                self._endpoint = Endpoint(self._service)
            except RuntimeError as error:
                if type(error).__name__ != "SocketBlockedError":
                    raise
                raise AutomationFakeError(
                    "pytest-socket blocks the server's socket: mark the test with allow_hosts(['127.0.0.1'])"
                ) from error
            self._undo.callback(self._endpoint.close)
        return self._endpoint.url

    def _mock_requests(self) -> RequestsMock:
        self._check_active()
        if self._requests is None:
            from ._transports.http.requests_mock import RequestsMock

            self._requests = RequestsMock(self._service)
            self._undo.callback(self._requests.stop)
            self._requests.start()
        return self._requests

    def execution(self, execution_id: str) -> Execution:
        """Return the execution with this id, in any Region.

        Raises:
            FakeUsageError: It does not exist.
        """
        found = self._service.store.named(execution_id)
        if not found:
            raise unknown_name("execution", execution_id, [run.id for run in self._service.store.all[-_MOST_NAMED:]])
        from ._service.runs.execution import execution_of

        return execution_of(found[-1])

    def client(self, region_name: str = "us-east-1", **kwargs: Any) -> SSMClient:
        """Make a botocore SSM client, while the fake is active.

        Args:
            region_name: The client's Region.
            **kwargs: Other arguments of botocore's `create_client`, such as `config`.

        Raises:
            AutomationFakeError: The fake is not active.
        """
        self._check_active()
        return cast("SSMClient", make_client(region_name, **kwargs))

    def reset(self) -> None:
        """Return to the state after creation: forget calls, executions, runbooks and added faults."""
        self._report()
        self._service.reset()
        self._clock.sleeps.clear()
        self._begin()

    @classmethod
    def current(cls) -> AutomationFake:
        """Return the fake that answers a call made here: that of this thread or task, or the innermost active one.

        Raises:
            AutomationFakeError: No fake is active, or the fake of this thread or task has ended.
        """
        found = active.current()
        if found is None:
            raise AutomationFakeError(
                "No AutomationFake is active: request the fixture ssm_automation (in a TestCase, use its "
                "marker), or use `with AutomationFake():`"
            )
        return cast("AutomationFake", found.fake)


def _running_test() -> str:
    return os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
