"""The problems for which a strict test fails although it passed, and how to turn each check off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from . import _assertions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ._service.calls import Call
    from ._service.faults import Fault
    from ._transports.guard.network import BlockedRequest

_TITLES: Final = {
    "refused": "Requests were refused (expect them with assert_rejected, or turn the constraint off with relax):",
    "unfired": "Injected faults did not fire (remove them, or turn this check off with the option strict):",
    "unknown": "No registered runbook has these steps (register it, or turn this check off with the option strict):",
    "blocked": (
        "Requests to the network were blocked (answer them with moto or a Stubber, expect them with assert_blocked, "
        "or allow their host with the option allow_network):"
    ),
    "forked": "Calls of forked processes were refused (use the fixture ssm_automation_endpoint):",
    "broken": "A function of the test raised an exception (correct it, or turn this check off with the option strict):",
}
# The kind of a problem, an identifier within the kind, and the problem: a call with its number, a fault, or a line.
Problem = tuple[str, object, Any]


def problems(
    *,
    mistakes: Iterable[tuple[int, Call]],
    faults: Iterable[Fault],
    steps: Iterable[str],
    blocked: Iterable[BlockedRequest],
    forked: Iterable[str],
    broken: Iterable[str],
) -> list[Problem]:
    """List all problems.

    Args:
        mistakes: Unexpected refusals of invalid requests, with their numbers.
        faults: All injected faults.
        steps: The steps that no runbook has.
        blocked: All blocked requests, expected or not.
        forked: Lines about calls of forked processes.
        broken: Lines about exceptions of the test's functions.
    """
    return [
        *(("refused", number, (number, call)) for number, call in mistakes),
        *(("unfired", id(fault), fault) for fault in faults if fault.unfired),
        *(("unknown", step, step) for step in steps),
        *(("blocked", number, str(each)) for number, each in enumerate(blocked) if not each.expected),
        *(("forked", line, line) for line in forked),
        *(("broken", number, line) for number, line in enumerate(broken)),
    ]


def describe(found: Sequence[Problem]) -> str:
    """Describe problems, grouped by kind, and only the first of many; empty if there are none."""
    parts: list[str] = []
    for kind, title in _TITLES.items():
        if items := [item for each, _, item in found if each == kind]:
            lines = "\n".join(_LINES.get(kind, _few)(items)).split("\n")
            parts.append("\n  ".join([title, *lines]))
    return "\n\n".join(parts)


def _few(lines: list[str]) -> list[str]:
    return _assertions.at_most(lines, lines)


_LINES: Final[dict[str, Callable[[list[Any]], list[str]]]] = {
    "refused": _assertions.refused,
    "unfired": _assertions.unfired,
}


class Told:
    """The problems that a report has already shown, so that the next one omits them."""

    def __init__(self) -> None:
        """Start empty."""
        self._known: set[object] = set()

    def take(self, found: Sequence[Problem], faults: Iterable[Fault]) -> list[Problem]:
        """Return the problems that were not shown yet, and remember them. Later reports also omit current faults.

        Args:
            found: All problems.
            faults: All injected faults.
        """
        new = [problem for problem in found if problem[:2] not in self._known]
        self._known |= {problem[:2] for problem in found} | {("unfired", id(fault)) for fault in faults}
        return new
