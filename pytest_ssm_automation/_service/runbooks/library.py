"""The registered runbooks and their versions."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from ..._errors import FakeUsageError, hide_usage_errors, unknown_name
from ..errors import ServiceError
from .kinds import is_text
from .reading.files import find_files

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .declarations import Runbook
    from .flow import Flow

    # The files by the names of their runbooks.
    RunbookFiles = dict[str, "RunbookFile"]

__tracebackhide__ = hide_usage_errors

# The first part of the ids of checks of a runbook.
OF_DOCUMENT: Final = "document:"
# Names of documents that only AWS can create begin with these, in any case:
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
_OF_AWS: Final = ("aws", "amazon", "amzn")
_MOST_SHOWN: Final = 200
_ARN: Final = re.compile(r"arn:[^:]*:ssm:[^:]*:[^:]*:(?:document|automation-definition)/([^:]+)(?::(.+))?")


def bare_name(name: str) -> str:
    """Return the name of a runbook from its name or ARN."""
    return name.rpartition("/")[2].partition(":")[0]


def is_of_aws(name: str) -> bool:
    """Return whether only AWS can create documents with this name."""
    return name.lower().startswith(_OF_AWS)


def owner_of(name: str, account: str) -> str:
    """Return the account of a document in the ARN of its definition; empty for AWS's own documents.

    It is that in the ARN of the document, or else that of the caller.
    """
    if is_of_aws(bare_name(name)):
        return ""
    return name.split(":")[4] if name.startswith("arn:") else account


def how_to_register(name: str = "NAME") -> str:
    """Explain how to register a missing runbook, for messages."""
    return (
        "Register the runbook with add_runbook(), or add its file to the option runbooks. "
        f"To download it from AWS: python -m pytest_ssm_automation download {name} --to tests/runbooks"
    )


def flow_of(runbook: Runbook) -> Flow:
    """Return the flow of a runbook, which is not public."""
    return runbook._flow  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


class RunbookFile:
    """A runbook in a file, which is read on first use."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Set the file; several files of this name are told on first use."""
        self._paths = paths
        self._read: dict[frozenset[str], Runbook | None] = {}

    def load(self, relaxed: frozenset[str]) -> Runbook:
        """Return the runbook."""
        from .loading import load_runbook

        return self.read(relaxed) or load_runbook(self._paths[0], relaxed=relaxed)

    def read(self, relaxed: frozenset[str]) -> Runbook | None:
        """Return the runbook; `None` if the document is of another type, such as a command document."""
        from .loading import load_text
        from .reading.documents import read_text

        path, *others = self._paths
        if others:
            raise FakeUsageError(f"Runbook {path.stem!r} is in several files: {', '.join(map(str, self._paths))}")
        if relaxed not in self._read:
            self._read[relaxed] = load_text(path, read_text(path), relaxed)
        return self._read[relaxed]


def find_runbooks(given: Sequence[object], folder: Path | None) -> tuple[Runbook | RunbookFiles, ...]:
    """Find the runbooks of the option `runbooks`, whose paths begin at a folder, or else at the current directory."""
    if not given:
        return ()
    from .declarations import Runbook

    known = [each for each in given if isinstance(each, Runbook)]
    patterns = [_pattern(each) for each in given if not isinstance(each, Runbook)]
    found = find_files(patterns, folder or Path.cwd()) if patterns else {}
    return (*known, {name: RunbookFile(paths) for name, paths in found.items()})


def _pattern(given: Any) -> str:
    pattern = cast("object", os.fspath(given)) if hasattr(given, "__fspath__") else given
    if not isinstance(pattern, str) or is_text(pattern):
        got = f"{repr(given)[:_MOST_SHOWN]} (type={type(given).__name__})"
        raise FakeUsageError(
            f"Expected each item of runbooks to be a Runbook, a file, a folder or a glob, but got {got}; "
            "register a mapping or text with add_runbook(content, name='My-Runbook')"
        )
    return pattern


class RunbookStore:
    """The runbooks of one fake. It is not thread-safe: its user holds a lock.

    Registered runbooks take precedence over files with the same name.

    Attributes:
        relaxed: The ids of checks of runbooks that are turned off.
    """

    def __init__(self, given: Sequence[Runbook | RunbookFiles] = (), relaxed: Collection[str] = ()) -> None:
        """Start with runbooks, and with those in files; later files take precedence over earlier ones."""
        self._runbooks: list[Runbook] = []
        self._files: RunbookFiles = {}
        for each in given:
            if isinstance(each, dict):
                self._files = {**self._files, **each} if self._files else each
            else:
                self.add(each)
        # All fakes that turn off the same checks share the runbooks in files.
        self.relaxed: frozenset[str] = frozenset(name for name in relaxed if name.startswith(OF_DOCUMENT))

    def add(self, runbook: Runbook, *, renumber: bool = False) -> Runbook:
        """Register a runbook, and return it as registered, with the version after the latest if it is renumbered."""
        others = self._registered(runbook.name, runbook.region)
        if renumber:
            runbook = replace(runbook, version=str(1 + max((int(other.version) for other in others), default=0)))
        elif any(other.version == runbook.version for other in others):
            raise FakeUsageError(
                f"Runbook {runbook.name!r} already has a version {runbook.version}; omit version to use the next number"
            )
        self._runbooks.append(runbook)
        return runbook

    def versions(self, name: str, region: str) -> list[Runbook]:
        """List the versions of a document in a Region in ascending order."""
        return sorted(self._named(name, region), key=lambda runbook: int(runbook.version))

    def knows(self, document_name: str, region: str) -> bool:
        """Return whether there is a document with this name or ARN in a Region; does not read files."""
        name, _ = _split(document_name)
        return bool(self._registered(name, region)) or name in self._files

    def load_all(self) -> list[Runbook]:
        """Return all versions of all runbooks, including those in files, which are all read."""
        registered = {runbook.name for runbook in self._runbooks if runbook.region is None}
        read = (file.read(self.relaxed) for name, file in self._files.items() if name not in registered)
        return [*self._runbooks, *filter(None, read)]

    def names(self) -> set[str]:
        """Return the names of all runbooks; does not read files."""
        return {runbook.name for runbook in self._runbooks}.union(self._files)

    def names_of_steps(self) -> set[str]:
        """Return the names of the steps of all runbooks."""
        return {step for runbook in self.load_all() for step in flow_of(runbook).places}

    def load(self, name: str) -> list[Runbook]:
        """Return all versions of the runbook with this name in any Region, including one in a file.

        Raises:
            FakeUsageError: There is none, but there are others.
        """
        found = [runbook for runbook in self._runbooks if runbook.name == name]
        found += self._in_files(name)
        if not found and (names := self.names()):
            raise unknown_name("runbook", name, names)
        return found

    def _registered(self, name: str, region: str | None) -> list[Runbook]:
        return [
            runbook
            for runbook in self._runbooks
            if runbook.name == name and (runbook.region in (None, region) or region is None)
        ]

    def _named(self, name: str, region: str) -> list[Runbook]:
        return self._registered(name, region) or self._in_files(name)

    def _in_files(self, name: str) -> list[Runbook]:
        file = self._files.get(name)
        return [file.load(self.relaxed)] if file else []

    def find(self, document_name: str, version: str | None, region: str) -> Runbook | None:
        """Find the runbook of a request; `None` if there is no document with this name.

        An ARN may end in `:` and a version: a number, `$LATEST`, or `$DEFAULT`, the version that was registered first.
        `None` is `$DEFAULT`.

        Raises:
            ServiceError: The document does not have this version.
            FakeUsageError: Its file cannot be read, or is not a valid runbook.
        """
        if not self._runbooks and not self._files:
            return None
        name, own = _split(document_name)
        wanted = version or own
        found = self._named(name, region)
        if not found:
            return None
        if wanted in {None, "$DEFAULT"}:
            return found[0]
        if wanted == "$LATEST":
            return self.versions(name, region)[-1]
        for runbook in found:
            if runbook.version == wanted:
                return runbook
        raise ServiceError("AutomationDefinitionVersionNotFoundException")


def _split(document_name: str) -> tuple[str, str | None]:
    """Split a name or an ARN into name and version."""
    arn = _ARN.fullmatch(document_name)
    return (arn[1], arn[2]) if arn else (document_name, None)
