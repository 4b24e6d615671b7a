"""Errors of the fake itself: mistakes in a test, never in the code under test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class AutomationFakeError(Exception):
    """Base of all errors that are about the test, never about the code under test."""


class FakeUsageError(AutomationFakeError, TypeError):
    """The fake was given something it does not know; the message says what is allowed and what is nearest."""


_OWN: Final = "raised by a function that the test has given to the fake"


def call_own(function: Callable[[Any], Any], argument: object) -> Any:
    """Call a function of the test's own; what it raises has a note that says so."""
    try:
        return function(argument)
    except Exception as error:
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
    from difflib import get_close_matches

    names = sorted(set(allowed))
    if not names:
        return FakeUsageError(f"Unknown {kind} {given!r}. There is none.")
    folded = {name.casefold(): name for name in names}
    near = get_close_matches(str(given).casefold(), folded, n=1)
    hint = f" Did you mean {folded[near[0]]!r}?" if near else ""
    return FakeUsageError(f"Unknown {kind} {given!r}.{hint} Allowed: {', '.join(names)}.")
