"""The exceptions of the fake, which report mistakes in a test, not in the code under test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

T = TypeVar("T")
SITE: Final = "https://pytest-ssm-automation.readthedocs.io/"
# The maximum number of characters of a list of names in a message.
_LONGEST_LIST: Final = 1000
_NEAREST: Final = 3
_LISTED: Final = {
    "error": f"under Errors at {SITE}",
    "constraint": "by pytest_ssm_automation.constraints(operation)",
    "execution": "by the fake's executions",
}


def public(kind: type[T]) -> type[T]:
    """Set the module of a class to the package, from which users import it."""
    kind.__module__ = "pytest_ssm_automation"
    return kind


def hide_usage_errors(excinfo: Any) -> bool:
    """Hide the frames of a module in the traceback of a usage error, so that it ends at the line of the test.

    pytest calls it in modules that define it as `__tracebackhide__`.
    """
    return excinfo is not None and issubclass(excinfo.type, AutomationFakeError)


__tracebackhide__ = hide_usage_errors


@public
class AutomationFakeError(Exception):
    """Base class of errors that report a mistake in a test, not in the code under test."""


@public
class FakeUsageError(AutomationFakeError, TypeError):
    """The fake was used in an invalid way. The message lists what is allowed, and suggests a similar name."""


@public
class StepFailed(Exception):  # noqa: N818 - it is an outcome, not an error of the test
    """Raise this in a function that is passed to `step_outputs`, to fail the step.

    Attributes:
        message: The failure message.
        status: The status of the step: `Failed` or `TimedOut`.

    Example:
        >>> def outputs(run):
        ...     raise StepFailed("The instance does not exist.")
        >>> fake.step_outputs("getInstance", outputs)
    """

    def __init__(self, message: str, status: str = "Failed") -> None:
        """Set the failure message and the status."""
        super().__init__(message)
        if status not in {"Failed", "TimedOut"}:
            raise unknown_name("status of a step that fails", status, ("Failed", "TimedOut"))
        self.message = message
        self.status = status


@public
class RunbookWarning(UserWarning):
    """AWS is likely to refuse a runbook, or a step of it reads a name that does not exist.

    The runbook is registered nevertheless. One warning lists all places; if AWS accepts the runbook, ignore the warning
    with pytest's `filterwarnings`.
    """


@public
class PolledTooOften(BaseException):
    """An execution was polled 10 000 times after its end, or without a sleep while a step waited for its time.

    The polling loop would never end, because it misses the end, or because it does not sleep.
    """


_OWN: Final = "raised by a function that the test passed to the fake"


def call_own(function: Callable[[Any], Any], argument: object) -> Any:
    """Call a function of the test, and add a note to its exceptions. Callers must not hold a lock.

    Raises:
        RuntimeError: The function raised StopIteration, which would end generators between it and the test.
        BaseException: The function raised another exception.
    """
    try:
        return function(argument)
    except StopIteration as stop:
        error = RuntimeError(f"{function!r} raised StopIteration")
        error.add_note(_OWN)
        raise error from stop
    except BaseException as error:
        error.add_note(_OWN)
        raise


def is_own(error: BaseException) -> bool:
    """Return whether an error reports a mistake in the test, or was raised by a function of the test."""
    return isinstance(error, AutomationFakeError) or _OWN in getattr(error, "__notes__", ())


def unknown_name(kind: str, given: object, allowed: Iterable[str], *, meant: str = "") -> FakeUsageError:
    """Make the error for an unknown name of a kind such as `"option"`; it suggests `meant`, or a similar name."""
    names = sorted(set(allowed))
    if not names:
        return FakeUsageError(f"Unknown {kind} {given!r}. There is no {kind}.")
    first, *others = (meant,) if meant else nearest(given, names) or ("",)
    hint = f" Did you mean {first!r}?" if first else ""
    everything = ", ".join(names)
    if len(everything) <= _LONGEST_LIST:
        return FakeUsageError(f"Unknown {kind} {given!r}.{hint} Allowed: {everything}.")
    hint += f" Similar names: {', '.join(map(repr, others))}." if others else ""
    listed = f" All {len(names)} are listed {_LISTED[kind]}." if kind in _LISTED else f" There are {len(names)}."
    return FakeUsageError(f"Unknown {kind} {given!r}.{hint}{listed}")


def check_names(kind: str, names: Iterable[object], allowed: Collection[str]) -> None:
    """Raise the error for the first name that is not allowed."""
    for name in names:
        if name not in allowed:
            raise unknown_name(kind, name, allowed)


def nearest(given: object, names: Iterable[str]) -> list[str]:
    """Return the names that are similar to a wrong one in any case, the most similar one first; at most three."""
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in names}
    return [folded[name] for name in get_close_matches(str(given).casefold(), folded, n=_NEAREST)]


def suggestion(given: object, allowed: Iterable[str]) -> str:
    """Suggest a similar name, or all names."""
    names = [*allowed]
    return did_you_mean(given, names) or f"expected one of {', '.join(names)}"


def did_you_mean(given: object, names: Iterable[str]) -> str:
    """Suggest a similar name; empty if there is none."""
    near = nearest(given, names)
    return f"did you mean {near[0]!r}?" if near else ""
