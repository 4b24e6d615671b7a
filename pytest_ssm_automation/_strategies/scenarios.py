"""Strategies for faults and statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from .._errors import FakeUsageError, check_names, hide_usage_errors
from .._service.checks import model
from .._service.errors import CONNECTION_ERRORS, catalogue
from .._service.faults import Fault
from .._service.runs.scripts import ENDED

if TYPE_CHECKING:
    from collections.abc import Iterable

__tracebackhide__ = hide_usage_errors

# The most frequent errors common to all services.
_COMMON: Final = ("ThrottlingException", "AccessDeniedException", "ExpiredTokenException", "ServiceUnavailable")


def fault_plans(*, errors: Iterable[str] | None = None, max_size: int = 5) -> st.SearchStrategy[list[Fault]]:
    """Draw lists of faults for `AutomationFake(faults=plan)`: AWS errors, connection errors and lost responses.

    A plan shrinks to few faults, each of which is raised once, by the first call. Its `repr` can be pasted into a test.

    Args:
        errors: The names of the errors to draw from; by default the documented errors, errors common to AWS services,
            and all connection errors.
        max_size: The maximum number of faults.

    Raises:
        FakeUsageError: An error does not exist, `errors` is empty, or it is a single string.
    """
    if isinstance(errors, str):
        raise FakeUsageError(
            f"Expected a list of error names but got errors={errors!r} (type=str): write errors=[{errors!r}]"
        )
    names = [*model.documented_errors(), *_COMMON, *CONNECTION_ERRORS] if errors is None else list(errors)
    known = {*catalogue(), *CONNECTION_ERRORS}
    check_names("error", names, known)
    if not names:
        raise FakeUsageError("fault_plans needs at least one error")
    when = {"times": st.integers(1, 3), "after": st.integers(0, 2)}
    lost = [name for name in names if name in CONNECTION_ERRORS]
    faults = [st.builds(Fault, st.sampled_from(names), **when)]
    if lost:
        faults.append(st.builds(Fault, st.sampled_from(lost), lost=st.just(value=True), **when))
    return st.lists(st.one_of(faults), max_size=max_size)


def status_histories() -> st.SearchStrategy[list[str]]:
    """Draw statuses for `AutomationFake.script`: some of a running execution, then one that ends it."""
    ends, on_the_way = [
        [each for each in model.enum("AutomationExecutionStatus") if (each in ENDED) is ended]
        for ended in (True, False)
    ]
    way = st.lists(st.sampled_from(on_the_way), max_size=5)
    return st.tuples(way, st.sampled_from(ends)).map(lambda drawn: [*drawn[0], drawn[1]])
