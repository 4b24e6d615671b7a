"""The source of a script, and what it lacks."""

from __future__ import annotations

import ast
import re
import traceback
import warnings
from contextlib import contextmanager
from functools import lru_cache
from importlib.abc import InspectLoader
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

# What AWS's public documents have in place of some scripts, such as `%PYTHONSCRIPT%`.
_PLACEHOLDER: Final = re.compile(r"\s*%\w+%\s*")
_CAUGHT: Final = frozenset({"BaseException", "Exception", "ImportError", "ModuleNotFoundError"})


class Source(InspectLoader):
    """A script. It shows its lines in tracebacks and debuggers.

    Attributes:
        name: The name of its module.
        text: The source.
        path: The path that tracebacks show.
    """

    def __init__(self, name: str, text: str, path: str) -> None:
        """Set the attributes."""
        self.name, self.text, self.path = name, text, path

    def get_source(self, fullname: str) -> str:  # noqa: ARG002 - it has one module
        """Return the source."""
        return self.text

    def exec_module(self, module: Any) -> None:
        """Execute the source in a module."""
        with _quiet():
            code = compile(self.text, self.path, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - it is the test's

    def failure(self, error: BaseException) -> str:
        """Write the traceback of an exception that the script has raised, as the service does.

        The form was observed: the frames of the script, an empty line, the type and the message of the exception.
        Assumed: frames of libraries are left out.
        """
        lines = ["Traceback (most recent call last):"]
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename == self.path:
                lines += [f'  File "{self.path}", line {frame.lineno}, in {frame.name}', f"    {frame.line}"]
        return "\n".join((*lines, "", f"{type(error).__name__} - {error}"))


@lru_cache(maxsize=256)
def missing_in(script: str, handler: str, *, attached: bool) -> str | None:
    """Return what a script lacks; `None` if it can be run, or if it can't be read, which the step then tells.

    Args:
        script: The source.
        handler: The name of the handler.
        attached: Whether the step has an attachment, which may contain what is missing.
    """
    if _PLACEHOLDER.fullmatch(script):
        return f"its script is the placeholder {script.strip()}"
    if attached and not re.search(rf"\b{re.escape(handler)}\b", script):
        return f"its handler {handler} is in an attachment"
    try:
        with _quiet():
            tree = ast.parse(script)
    except (SyntaxError, ValueError):
        return None
    # A script that changes the path may bring a module along.
    for name in _imported(tree) if "sys.path" not in script else ():
        if not _is_installed(name):
            return f"its script imports {name}, which is {'in an attachment' if attached else 'not installed'}"
    return None


@contextmanager
def _quiet() -> Generator[None]:
    """Ignore what Python warns of when it reads a source, such as an invalid escape, even where warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _imported(node: ast.AST) -> Iterator[str]:
    """Yield the packages that a script imports, except where it handles that they are missing."""
    if isinstance(node, ast.Import):
        yield from (each.name.partition(".")[0] for each in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield "." * node.level + (node.module or "").partition(".")[0]
    elif isinstance(node, ast.Try) and any(map(_catches, node.handlers)):
        return
    for child in ast.iter_child_nodes(node):
        yield from _imported(child)


def _catches(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler handles a missing module."""
    return handler.type is None or any(isinstance(n, ast.Name) and n.id in _CAUGHT for n in ast.walk(handler.type))


def _is_installed(name: str) -> bool:
    if name.startswith("."):
        return False
    try:
        return find_spec(name) is not None
    except ValueError:  # a module that a test has made by hand
        return True
