"""Error messages for methods with wrong arguments, which show what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, TypeVar, cast

from ._assertions import shorten
from ._errors import FakeUsageError, check_names, hide_usage_errors, nearest
from ._service.checks.rules import all_constraints
from ._service.errors import catalogue

__tracebackhide__ = hide_usage_errors

F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS: Final = frozenset({"account", "constraint", "error", "exact", "partial", "region", "times"})


def check_keywords(assertion: F) -> F:
    """Refuse a request that is passed as a dict, and options that an assertion does not take."""
    places: int = assertion.__code__.co_argcount
    own = _arguments(assertion)

    @wraps(assertion)
    def checked(*args: Any, **keywords: Any) -> Any:
        __tracebackhide__ = True
        if len(args) > places:
            raise FakeUsageError(_positional(assertion.__name__, args[1:places], args[-1]))
        # Other names in lower case may be meant as members, and are checked with those.
        options = [name for name in keywords if name in _OPTIONS or (name[:1].islower() and nearest(name, own))]
        check_names(f"argument of {assertion.__name__}", options, own)
        return assertion(*args, **keywords)

    return cast("F", checked)


def known_keywords(method: F) -> F:
    """Refuse a keyword that a method does not take, and suggest a similar one."""
    own = _arguments(method)

    @wraps(method)
    def checked(*args: Any, **keywords: Any) -> Any:
        __tracebackhide__ = True
        check_names(f"argument of {method.__name__}", keywords, own)
        return method(*args, **keywords)

    return cast("F", checked)


def _arguments(method: Callable[..., Any]) -> tuple[str, ...]:
    code = method.__code__
    names: tuple[str, ...] = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    return names


def one_at_a_time(write: Callable[[tuple[Any, ...]], str]) -> Callable[[F], F]:
    """Refuse more positional arguments than a method takes, and show what to write instead of them.

    Keywords are checked as by `known_keywords`.
    """

    def decorate(method: F) -> F:
        known = known_keywords(method)

        @wraps(method)
        def checked(fake: Any, *args: Any, **keywords: Any) -> Any:
            __tracebackhide__ = True
            if len(args) > 1:
                shown = ", ".join(map(shorten, args))
                raise FakeUsageError(f"Expected one argument, but got {method.__name__}({shown}): write {write(args)}")
            return known(fake, *args, **keywords)

        return cast("F", checked)

    return decorate


def _positional(assertion: str, before: tuple[object, ...], given: object) -> str:
    from ._service.checks.violations import OF_RUNBOOK

    name = str(given)
    if isinstance(given, Mapping):
        members: Mapping[str, object] = cast("Mapping[str, object]", given)
    elif assertion == "assert_rejected" and name in {*catalogue(), "ParamValidationError"}:
        return f"assert_rejected takes the name of an error as a keyword: write assert_rejected(error={given!r})"
    elif assertion == "assert_rejected" and (name in all_constraints() or name.startswith(OF_RUNBOOK)):
        return f"assert_rejected takes the id of a constraint as a keyword: write assert_rejected(constraint={given!r})"
    else:
        members = {"DocumentName": given}
    words = [*map(repr, before), *(f"{name}={shorten(value)}" for name, value in members.items())]
    return f"{assertion} takes the members of the request as keywords: write {assertion}({', '.join(words)})"
