"""Error messages for methods with wrong arguments, which show what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import CO_VARKEYWORDS
from typing import Any, Final, TypeVar, cast

from ._assertions import shorten
from ._errors import FakeUsageError, check_names, hide_usage_errors, nearest
from ._service.checks.rules import all_constraints
from ._service.errors import catalogue

__tracebackhide__ = hide_usage_errors

F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS: Final = frozenset({"account", "constraint", "error", "exact", "partial", "region", "times"})


def known_keywords(method: F, explain: Callable[[str, tuple[Any, ...], int], str] | None = None) -> F:
    """Refuse a keyword that a method of the fake does not take, and suggest a similar one.

    If there are more positional arguments than the method takes, `explain` writes the message from the method's name,
    the arguments, and the number that it takes.
    """
    code = method.__code__
    own: tuple[str, ...] = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    places = code.co_argcount - 1
    takes_members = code.co_flags & CO_VARKEYWORDS
    method.__qualname__ = f"AutomationFake.{method.__name__}"  # users know it as that in Python's own messages

    @wraps(method)
    def checked(fake: Any, *args: Any, **keywords: Any) -> Any:
        __tracebackhide__ = True
        if explain is not None and len(args) > places:
            raise FakeUsageError(explain(method.__name__, args, places))
        options = [name for name in keywords if not takes_members or _is_option(name, own)]
        check_names(f"argument of {method.__name__}", options, own)
        return method(fake, *args, **keywords)

    return cast("F", checked)


def _is_option(name: str, own: tuple[str, ...]) -> bool:
    """Return whether a keyword is an option of an assertion. Others may be meant as members, and are checked later."""
    return name in _OPTIONS or (name[:1].islower() and bool(nearest(name, own)))


def check_keywords(assertion: F) -> F:
    """Refuse options that an assertion does not take, and a request that is passed as a dict."""
    return known_keywords(assertion, _as_members)


def one_at_a_time(write: Callable[[tuple[Any, ...]], str]) -> Callable[[F], F]:
    """Refuse more than one positional argument, and show what to write instead; also check the keywords."""

    def explain(method: str, given: tuple[Any, ...], _: int) -> str:
        shown = ", ".join(map(shorten, given))
        return f"Expected one argument, but got {method}({shown}): write {write(given)}"

    return lambda method: known_keywords(method, explain)


def _as_members(assertion: str, args: tuple[Any, ...], places: int) -> str:
    """Explain how to pass the members of a request, an error or a constraint to an assertion."""
    from ._service.checks.violations import OF_RUNBOOK

    given, name = args[-1], str(args[-1])
    if isinstance(given, Mapping):
        members: Mapping[str, object] = cast("Mapping[str, object]", given)
    elif assertion == "assert_rejected" and name in {*catalogue(), "ParamValidationError"}:
        return f"assert_rejected takes the name of an error as a keyword: write assert_rejected(error={given!r})"
    elif assertion == "assert_rejected" and (name in all_constraints() or name.startswith(OF_RUNBOOK)):
        return f"assert_rejected takes the id of a constraint as a keyword: write assert_rejected(constraint={given!r})"
    else:
        members = {"DocumentName": given}
    words = [*map(repr, args[:places]), *(f"{name}={shorten(value)}" for name, value in members.items())]
    return f"{assertion} takes the members of the request as keywords: write {assertion}({', '.join(words)})"
