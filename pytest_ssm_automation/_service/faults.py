"""Injected faults, and which of them applies to a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, cast

from .._errors import FakeUsageError, call_own, check_names, hide_usage_errors, public, unknown_name
from .calls import Call, Request
from .checks import model
from .errors import CONNECTION_ERRORS, ServiceError, entry
from .injected import Injected, check_error, has_http_form, made, refusal_of, written
from .runbooks.library import bare_name, owner_of
from .working import at_work

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

__tracebackhide__ = hide_usage_errors

When = Mapping[str, Any] | Callable[[Call], bool]


@public
@dataclass(slots=True, eq=False, repr=False)
class Fault:
    """A fault that makes the next matching calls fail. Its `repr` can be pasted into a test.

    Attributes:
        error: The name of an error, or an exception: an instance, or a class that needs no arguments.
        message: The message; by default the usual one of the error.
        times: The number of calls that fail; `None` for all.
        after: The number of matching calls that succeed first.
        when: The calls that match: part of a request, or a function of the `Call`.
        operation: The operation that fails.
        lost: Whether the service handles the request, and only the response is lost.
        fired: The number of calls that have failed so far.

    Example:
        >>> with AutomationFake(faults=[Fault("ThrottlingException", times=2)]) as fake:
        ...     restart_instance("i-0123456789abcdef0")
    """

    error: Injected
    message: str | None = None
    times: int | None = 1
    after: int = 0
    when: When | None = None
    operation: str = model.START
    lost: bool = False
    fired: int = field(default=0, init=False)
    # The number of matching calls so far, until it was used up.
    _matched: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Validate the fields."""
        if self.times is not None and (type(self.times) is not int or self.times < 1):
            raise FakeUsageError(
                "Expected times to be a whole number of at least 1, or None for every call, "
                f"but got times={self.times!r}"
            )
        if type(self.after) is not int or self.after < 0:
            raise FakeUsageError(f"Expected after to be a whole number of at least 0, but got after={self.after!r}")
        if self.operation not in model.AUTOMATION_OPERATIONS:
            raise unknown_name("operation", self.operation, model.AUTOMATION_OPERATIONS)
        check_error(self.error, message=self.message, operation=self.operation, lost=self.lost)
        check_when(self.when, self.operation)

    def __repr__(self) -> str:
        """Return the call that makes the same fault."""
        defaults = {item.name: item.default for item in fields(self)}
        given = ((name, getattr(self, name)) for name in ("message", "times", "after", "when", "operation", "lost"))
        changed = [f"{name}={value!r}" for name, value in given if value != defaults[name]]
        return f"Fault({', '.join([written(self.error), *changed])})"

    @property
    def used_up(self) -> bool:
        """Whether it has fired `times` times."""
        return self.times is not None and self.fired >= self.times

    @property
    def unfired(self) -> bool:
        """Whether it has fired less often than expected."""
        return not self.used_up and not (self.times is None and self.fired)

    def meets(self, request: Request) -> bool:
        """Return whether a request matches."""
        return self.operation == request.operation and matches(self.when, request)

    def fires(self) -> bool:
        """Count a matching call, and return whether it fails. Callers hold a lock."""
        self._matched += 1
        fires = self._matched > self.after
        self.fired += fires
        return fires

    def raised(self, request: Request, params: Mapping[str, Any]) -> BaseException:
        """Make a new exception to raise in the caller."""
        refusal = refusal_of(self.error)
        if refusal is None:
            return made(self.error, request.endpoint_url)
        message = self.message if refusal.message is None else refusal.message
        if message is None and refusal.status is None:
            message = _usual_text(refusal.code, request, params)
        return ServiceError(refusal.code, message, refusal.status)


def _usual_text(code: str, request: Request, params: Mapping[str, Any]) -> str:
    given = params.get("DocumentName", params.get("AutomationExecutionId", params.get("ResourceId", "*")))
    name = bare_name(given)
    if request.operation == model.START:
        version = params.get("DocumentVersion", "$DEFAULT")
        owner = owner_of(given, request.account)
        resource = f"arn:aws:ssm:{request.region}:{owner}:automation-definition/{name}:{version}"
    else:
        resource = f"arn:aws:ssm:{request.region}:{request.account}:automation-execution/{name}"
    _, text = entry(code)
    text = text.replace("{account}", request.account).replace("{operation}", request.operation)
    return text.replace("{resource}", resource)


def matches(when: When | None, request: Request) -> bool:
    """Return whether a request matches `when`."""
    if when is None:
        return True
    if callable(when):
        return bool(call_own(when, Call(request, "answered")))
    params = request.params()
    return all(name in params and value == params[name] for name, value in when.items())


def check_when(when: object, operation: str) -> None:
    """Check that a value is part of a request of the operation, a function, or `None`."""
    if isinstance(when, Mapping):
        check_members(operation, cast("Mapping[str, Any]", when))
    elif when is not None and not callable(when):
        raise FakeUsageError(f"Expected when to be part of a request or a function of the call, but got when={when!r}")


def check_members(operation: str, names: Mapping[str, Any]) -> None:
    """Check that the operation's request has these members."""
    check_names(f"member of {operation}", names, model.input_shape(operation).members)


def take(faults: Sequence[Fault], request: Request, lock: threading.RLock) -> Fault | None:
    """Return the first fault that matches a call and is not used up, if any, and count the call.

    Calls of executed steps have no faults. This may call functions of the test, so callers must not hold the lock.

    Raises:
        FakeUsageError: The call came over HTTP, and the exception cannot be sent over HTTP.
    """
    if not faults or at_work() is not None:
        return None
    for fault in tuple(faults):
        if fault.used_up or not fault.meets(request):
            continue
        with lock:
            if fault.fired == fault.times:  # another call has used it up in the meantime
                continue
            if not fault.fires():
                return None
        if request.over_http and not has_http_form(fault.error):
            raise FakeUsageError(
                f"{written(fault.error)} can't be raised in a caller that sends HTTP, which only gets responses "
                f"and broken connections. Inject an error of the service, or one of {', '.join(CONNECTION_ERRORS)}"
            )
        return fault
    return None
