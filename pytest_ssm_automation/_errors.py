"""Errors of the fake itself: mistakes in a test, never in the code under test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")
SITE: Final = "https://pytest-ssm-automation.readthedocs.io/"
# The number of characters from which on a list of names is not shown.
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
    """Hide the frames of a module in the traceback of a usage error, so that it ends in the test's own line.

    pytest calls it where a module has it as `__tracebackhide__`.
    """
    return excinfo is not None and issubclass(excinfo.type, AutomationFakeError)


__tracebackhide__ = hide_usage_errors


@public
class AutomationFakeError(Exception):
    """Base of all errors that are about the test, never about the code under test."""


@public
class FakeUsageError(AutomationFakeError, TypeError):
    """The fake was given something it does not know; the message says what is allowed and what is nearest."""


@public
class StepFailed(Exception):  # noqa: N818 - what happened, and no error of the test
    """Raised by a function given to `step_outputs`, it fails the step.

    Attributes:
        message: Why the step fails.
        status: How it ends: `Failed` or `TimedOut`.
    """

    def __init__(self, message: str, status: str = "Failed") -> None:
        """Say why and how the step fails."""
        super().__init__(message)
        if status not in {"Failed", "TimedOut"}:
            raise unknown_name("status of a step that fails", status, ("Failed", "TimedOut"))
        self.message = message
        self.status = status


@public
class PolledTooOften(BaseException):
    """An execution that has ended was asked for 10 000 times: the loop that polls it never ends."""


_OWN: Final = "raised by a function that the test has given to the fake"


def call_own(function: Callable[[Any], Any], argument: object) -> Any:
    """Call a function of the test's own, with no lock held; what it raises has a note that says so.

    Raises:
        RuntimeError: The function raises StopIteration, which generators on the way would take for their own end.
        BaseException: Whatever else it raises.
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
    """Tell whether an error is about the test: raised by a function of its own, or by what the fake was given."""
    return isinstance(error, AutomationFakeError) or _OWN in getattr(error, "__notes__", ())


def unknown_name(kind: str, given: object, allowed: Iterable[str]) -> FakeUsageError:
    """Make the error for a name that is not one of those allowed.

    Args:
        kind: What the name should have been, as a noun: `"option"`.
        given: What was given instead.
        allowed: All names that would have been right.
    """
    names = sorted(set(allowed))
    if not names:
        return FakeUsageError(f"Unknown {kind} {given!r}. There is none.")
    first, *others = _nearest(str(given), names) or ("",)
    hint = f" Did you mean {first!r}?" if first else ""
    everything = ", ".join(names)
    if len(everything) <= _LONGEST_LIST:
        return FakeUsageError(f"Unknown {kind} {given!r}.{hint} Allowed: {everything}.")
    hint += f" Other near names: {', '.join(map(repr, others))}." if others else ""
    listed = f" All {len(names)} are listed {_LISTED[kind]}." if kind in _LISTED else f" There are {len(names)}."
    return FakeUsageError(f"Unknown {kind} {given!r}.{hint}{listed}")


def _nearest(given: str, names: Sequence[str]) -> list[str]:
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in names}
    return [folded[name] for name in get_close_matches(given.casefold(), folded, n=_NEAREST)]
