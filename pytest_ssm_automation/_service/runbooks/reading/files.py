"""Find the files of runbooks by document name, without reading them."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING, Final

from ...._errors import FakeUsageError, hide_usage_errors

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__tracebackhide__ = hide_usage_errors

SUFFIXES: Final = (".json", ".yaml", ".yml")


def find_files(patterns: Iterable[str], folder: Path) -> dict[str, tuple[Path, ...]]:
    """Map names of documents to the files that match files, folders or globs in a folder.

    Folders are searched recursively; in a glob, `**` matches any number of folders. In folders and globs, only JSON and
    YAML files count, and hidden files are ignored.
    """
    found: dict[str, list[Path]] = {}
    for pattern in patterns:
        matched = _matched(folder, pattern)
        if not matched:
            kinds = ", ".join(SUFFIXES)
            raise FakeUsageError(
                f"runbooks: {pattern!r} is no file, nor a folder or a glob with files ({kinds}), in {folder}"
            )
        for path in matched:
            paths = found.setdefault(path.stem, [])
            if not any(map(path.samefile, paths)):
                paths.append(path)
    return {name: tuple(paths) for name, paths in found.items()}


def _matched(folder: Path, pattern: str) -> list[Path]:
    path = folder / pattern
    # A file name may contain brackets, and is not a glob then.
    # Before Python 3.14, Path.is_file raises for a name that is too long.
    if os.path.isfile(path):  # noqa: PTH113 - see above
        return [path]
    matched = [path] if os.path.isdir(path) else _globbed(pattern, folder)  # noqa: PTH112 - see above
    files = [file for each in matched for file in (each, *_globbed("**/*", each))]
    return sorted(file for file in files if file.suffix.lower() in SUFFIXES and file.is_file())


def _globbed(pattern: str, folder: Path) -> list[Path]:
    # Path.glob does not accept absolute patterns.
    return [folder / name for name in glob.glob(pattern, root_dir=folder, recursive=True)]  # noqa: PTH207 - see above
