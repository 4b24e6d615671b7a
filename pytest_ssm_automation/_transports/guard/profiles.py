"""The profiles that a test sees: those of the test's files unchanged, and those of the user's files without secrets.

A file belongs to the test if the environment variable with its path has changed since the package was imported. The
user's files are replaced by a copy with the names and Regions of the profiles, and dummy credentials.
"""

from __future__ import annotations

import atexit
import os
import re
import shlex
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from botocore.configloader import load_config, raw_config_parse
from botocore.exceptions import BotoCoreError

from ..._startup import CONFIG_FILE, CREDENTIALS_FILE, PROFILES, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DUMMIES: Final = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
}
_DEFAULT_PATHS: Final = {CONFIG_FILE: "~/.aws/config", CREDENTIALS_FILE: "~/.aws/credentials"}
_HOMES: Final = ("HOME", "USERPROFILE")
# The environment variables that `profile_variables` reads.
READ: Final = (CONFIG_FILE, CREDENTIALS_FILE, *PROFILES, *_HOMES, "AWS_REGION")
_REGION: Final = "[A-Za-z0-9-]+"
# The existing files of the user, each with its variable, path, time and size.
Found: TypeAlias = "tuple[tuple[str, str, int, int], ...]"
# The paths of the copies that this process has written, by content.
_copies: dict[str, str] = {}


def find_files(present: Mapping[str, str | None]) -> Found:
    """Find the user's files with the variables in `READ` that are set."""
    homes = tuple(map(present.get, _HOMES))
    found: list[tuple[str, str, int, int]] = []
    for variable in (CONFIG_FILE, CREDENTIALS_FILE):
        try:
            path = _path(os.path.expandvars(SETTINGS[variable] or _DEFAULT_PATHS[variable]), homes)
            # `access` is faster than an exception, and each fake calls this
            if os.access(path, os.F_OK):
                status = os.stat(path)  # noqa: PTH116 - a Path is slower
                found.append((variable, path, status.st_mtime_ns, status.st_size))
        except (OSError, RuntimeError):  # botocore would not find the file either
            continue
    return tuple(found)


def copies_exist() -> bool:
    """Return whether the copies of the user's files still exist."""
    return all(map(os.path.isfile, _copies.values()))


def profile_variables(now: Mapping[str, str | None], files: Found) -> tuple[dict[str, str | None], str | None]:
    """Return the values to set for the variables of files and profiles, and the Region of the user's profile."""
    own = {name for name in (CONFIG_FILE, CREDENTIALS_FILE) if _is_the_tests_own(name, now[name])}
    profiles = _users_profiles(file for file in files if file[0] not in own)
    wanted: dict[str, str | None] = dict.fromkeys({CONFIG_FILE, CREDENTIALS_FILE} - own, os.devnull)
    if profiles and CONFIG_FILE in wanted:
        # AWS_REGION, which botocore does not read, replaces the Region of the default profile only
        defaults = {"default": None} if now["AWS_REGION"] and "default" in profiles else {}
        wanted[CONFIG_FILE] = _copy({**profiles, **defaults})
    wanted |= dict.fromkeys(name for name in PROFILES if not own or not _is_the_tests_own(name, now[name]))
    chosen = next((name for variable in PROFILES if (name := now[variable])), "default")
    return wanted, profiles.get(chosen)


def _is_the_tests_own(variable: str, value: str | None) -> bool:
    return value not in {None, "", os.devnull, SETTINGS[variable], *_copies.values()}


def _users_profiles(files: Iterable[tuple[str, str, int, int]]) -> Mapping[str, str | None]:
    """Return the Regions of the profiles in the user's files by profile name."""
    found: dict[str, str | None] = {}
    for variable, path, _, _ in files:  # a Region in the credentials file takes precedence, as in botocore
        with suppress(BotoCoreError):  # botocore would not find the profile either
            profiles = load_config(path)["profiles"] if variable == CONFIG_FILE else raw_config_parse(path)
            for name, settings in profiles.items():
                region = str(settings.get("region", ""))
                found[name] = region if re.fullmatch(_REGION, region) else found.get(name)
    return found


@lru_cache(maxsize=8)
def _path(text: str, _homes: tuple[str | None, ...]) -> str:
    return str(Path(text).expanduser())


def _copy(profiles: Mapping[str, str | None]) -> str:
    """Write a configuration file with these profiles, their Regions and dummy credentials, and return its path."""
    lines: list[str] = []
    for name, region in profiles.items():
        lines.append(f"[{name}]" if name == "default" else f"[profile {shlex.quote(name)}]")
        lines.extend(f"{variable.lower()} = {value}" for variable, value in DUMMIES.items())
        lines.extend([f"region = {region}"] if region else [])
    content = "\n".join([*lines, ""])
    if not os.path.isfile(_copies.get(content, "")):  # noqa: PTH113 - Path("") is the working directory
        descriptor, path = tempfile.mkstemp(prefix="pytest-ssm-automation-", suffix="-aws-config")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        _copies[content] = path
        atexit.register(_remove, path, os.getpid())
    return _copies[content]


def _remove(path: str, process: int) -> None:
    """Remove a copy at the exit of the process that wrote it, but not of its forked children."""
    if os.getpid() == process:
        with suppress(OSError):
            Path(path).unlink()
