"""The options of a fake: their defaults and validation, and how the ini file, markers and keywords are combined."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypedDict, cast

from ._errors import FakeUsageError, check_names, hide_usage_errors, unknown_name
from ._service.runbooks.library import find_runbooks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from os import PathLike
    from pathlib import Path

    from ._service.runbooks.declarations import Runbook
    from ._service.runbooks.library import RunbookFiles
    from ._types import ChoiceName, ListOf, Names, PaceName, TransportName

__tracebackhide__ = hide_usage_errors

Runbooks: TypeAlias = "ListOf[Runbook | str | PathLike[str]] | tuple[Runbook | str | PathLike[str], ...]"


class OptionValues(TypedDict, total=False):
    """Options as a test passes them; `Options` documents them."""

    transport: TransportName
    strict: bool
    relax: Names
    enforce: Names
    pace: PaceName
    execute_steps: bool | Names
    unknown_documents: ChoiceName
    unknown_urls: ChoiceName
    execution_limit: int | None
    skip_sleep: bool
    allow_network: bool | Names
    seed: str | int | None


class Options(NamedTuple):
    """The behaviour of a fake.

    Attributes:
        transport: How requests are answered: `"stubber"`, by botocore's Stubber and without retries; or `"wire"`, as an
            HTTP response, so that signing, botocore's retries and its parser run.
        strict: Whether a test that passed fails if its code may have swallowed a mistake.
        relax: The ids of constraints to turn off.
        enforce: The ids of constraints to turn on that are off by default, because the service does not enforce them
            either. `constraints()` lists them.
        runbooks: Runbooks to register: `Runbook` objects, files, folders and globs. A file is read when its document is
            first used.
        pace: How far a poll advances an execution that walks its runbook: `"run"`, to the first step, and then as far
            as possible without a signal; or `"step"`, to the next step.
        execute_steps: Whether steps of registered runbooks are executed with boto3 and Python, unless the test sets
            their outputs or failures; or a list of the actions to execute, such as `["aws:executeScript"]`. Needs the
            extra `pytest-ssm-automation[execute]`.
        unknown_documents: Whether to start runbooks that are not registered: `"accept"` or `"reject"`.
        unknown_urls: Whether to accept a TargetLocationsURL that the test does not host: `"accept"`, without the
            locations, or `"reject"`.
        execution_limit: The maximum number of unfinished executions in an account and Region; `None` for no limit.
        allow_network: Whether requests that nothing answers may leave the process; or a list of allowed hosts.
        skip_sleep: Whether `time.sleep` returns immediately in the thread of the test, and advances its clocks instead.
        seed: A seed for all random values; `None` for the id of the running test.
    """

    transport: str = "stubber"
    strict: bool = True
    relax: tuple[str, ...] = ()
    enforce: tuple[str, ...] = ()
    runbooks: tuple[Runbook | RunbookFiles, ...] = ()
    pace: str = "run"
    execute_steps: bool | tuple[str, ...] = False
    unknown_documents: str = "accept"
    unknown_urls: str = "accept"
    execution_limit: int | None = None
    skip_sleep: bool = False
    allow_network: bool | tuple[str, ...] = False
    seed: str | int | None = None

    def but(self, given: Mapping[str, Any], folder: Path | None = None) -> Options:
        """Return a copy with some options replaced; relative paths begin at a folder, or else at the current directory.

        `relax`, `enforce` and `runbooks` are added to. If a constraint is in `relax` here and in `enforce` of `given`,
        or the other way round, `given` takes precedence.
        """
        check_names("option", given, NAMES)
        if given == {"runbooks": ()}:  # the arguments of `AutomationFake()`
            return self
        changed = {name: _checked(name, value) for name, value in given.items()}
        relax, enforce = changed.get("relax", ()), changed.get("enforce", ())
        if both := sorted({*relax} & {*enforce}):
            raise FakeUsageError(f"Expected relax and enforce to name different constraints, but both name {both}")
        changed["relax"] = (*(name for name in self.relax if name not in enforce), *relax)
        changed["enforce"] = (*(name for name in self.enforce if name not in relax), *enforce)
        changed["runbooks"] = (*self.runbooks, *find_runbooks(changed.get("runbooks", ()), folder))
        return self._replace(**changed)


_HOST: Final = r"[\w.:-]+"
_LISTS: tuple[type, ...] = (list, tuple, set, frozenset)
NAMES: Final = Options._fields
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "transport": ("stubber", "wire"),
    "pace": ("run", "step"),
    "unknown_documents": ("accept", "reject"),
    "unknown_urls": ("accept", "reject"),
}
# What other options must be, with the description for messages.
_VALUES: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = {
    "strict": (lambda value: isinstance(value, bool), "True or False"),
    "skip_sleep": (lambda value: isinstance(value, bool), "True or False"),
    "execution_limit": (
        lambda value: value is None or (type(value) is int and value >= 0),
        "a whole number of at least 0, or None",
    ),
    "seed": (lambda value: isinstance(value, str | int | None), "a string or a whole number"),
}


def _checked(name: str, value: Any) -> Any:
    """Check the value of an option, and return it as it is stored."""
    if name in _CHOICES and value not in _CHOICES[name]:
        raise unknown_name(f"value of {name}", value, _CHOICES[name])
    if name in _VALUES:
        is_valid, wanted = _VALUES[name]
        if not is_valid(value):
            got = f"{name}={value!r} (type={type(value).__name__})"
            raise FakeUsageError(f"Expected {name} to be {wanted}, but got {got}")
    elif name == "runbooks":
        return _listed(name, value, "files and folders")
    elif name in {"relax", "enforce"}:
        return _listed(name, value, "names", str)
    elif name == "allow_network" and not isinstance(value, bool):
        return _hosts(_listed(name, value, "names", str))
    elif name == "execute_steps" and value is not False:
        return _actions(value)
    return value


def _listed(option: str, given: object, what: str, kind: type = object) -> tuple[Any, ...]:
    items = tuple(cast("Collection[Any]", given)) if isinstance(given, _LISTS) else None
    if items is None or not all(isinstance(item, kind) for item in items):
        hint = f": write {option}={[given]!r}" if isinstance(given, str) else ""
        got = f"{option}={given!r} (type={type(given).__name__}){hint}"
        raise FakeUsageError(f"Expected {option} to be a list or tuple of {what}, but got {got}")
    return items


def _hosts(hosts: Collection[str]) -> tuple[str, ...]:
    for host in hosts:
        if not re.fullmatch(_HOST, host):
            raise FakeUsageError(f"Expected allow_network to contain only host names, but got {host!r}")
    return tuple(host.lower() for host in hosts)


def _actions(given: object) -> bool | tuple[str, ...]:
    """Check the option `execute_steps`, if it is not `False`."""
    check_extra()
    if given is True:
        return True
    from ._executing.actions.table import TABLE

    actions = _listed("execute_steps", given, "names", str)
    check_names("action of execute_steps", actions, TABLE)
    return actions


def check_extra() -> None:
    """Check that the extra for the execution of steps is installed."""
    for name in ("boto3", "jsonpath_ng"):
        if find_spec(name) is None:
            raise FakeUsageError(
                f"The execution of steps needs {name.replace('_', '-')}: install pytest-ssm-automation[execute]"
            )


DEFAULTS: Final = Options()


def from_ini(values: Mapping[str, Any], folder: Path) -> Options:
    """Make options from values of pytest's ini file: strings, lists of words, and `None` for missing ones."""
    given: dict[str, Any] = {name: value for name, value in values.items() if value not in (None, "", [])}
    for name in ("strict", "skip_sleep"):
        if not isinstance(given.get(name, False), bool):
            raise FakeUsageError(f"Expected ssm_automation_{name} to be true or false, but got {given[name]!r}")
    limit = given.get("execution_limit")
    if isinstance(limit, str) and (limit.isdecimal() or limit.lower() == "none"):
        given["execution_limit"] = int(limit) if limit.isdecimal() else None
    for name in ("allow_network", "execute_steps"):
        if isinstance(given.get(name), list):
            words = [word.lower() for word in given[name]]
            given[name] = words[0] == "true" if words in (["true"], ["false"]) else given[name]
    return DEFAULTS.but(given, folder)
