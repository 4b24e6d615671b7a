"""Set dummy credentials and a Region, so that real credentials are not read, and no program is run for them."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.configprovider import ConfigValueStore, EnvironmentProvider
from botocore.credentials import CredentialResolver, Credentials, ProcessProvider

from ..patching import Patch, Patches
from .profiles import DUMMIES, READ, Found, copies_exist, find_files, profile_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

_REGION: Final = "AWS_DEFAULT_REGION"
_UNSET: Final = (
    "AWS_CREDENTIAL_FILE",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
# Sources of credentials that are dummies already, or that come from a service that the test must answer for.
_HARMLESS: Final = frozenset({"assume-role", "assume-role-with-web-identity", "env", "explicit"})
# Contains the Region that was set here because none was set, so that a profile's Region takes precedence.
_FALLBACK: Final = "PYTEST_SSM_AUTOMATION_REGION"
_ALWAYS: Final[Mapping[str, str | None]] = {**DUMMIES, "AWS_EC2_METADATA_DISABLED": "true", **dict.fromkeys(_UNSET)}
_READ: Final = frozenset({*_ALWAYS, *READ, _REGION, _FALLBACK})
_patches = Patches()
_entered: list[DummyEnvironment] = []


class Changes(NamedTuple):
    """Changes of environment variables; `None` for variables that are not set.

    Attributes:
        after: The new values.
        before: The values before.
    """

    after: Mapping[str, str | None]
    before: Mapping[str, str | None]

    def make(self) -> None:
        """Set the new values."""
        for name, value in self.after.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def undo(self) -> None:
        """Set the values before, except those that other code has changed in the meantime."""
        for name, value in self.after.items():
            before = self.before[name]
            if os.environ.get(name) == value != before:
                if before is None:
                    del os.environ[name]
                else:
                    os.environ[name] = before


def _changes_now() -> Changes:
    """Return the variables to change.

    A Region is set only if none is set: `AWS_REGION`, which botocore does not read; otherwise the Region of the user's
    profile; otherwise us-east-1.
    """
    # Most are not set, and to look up a missing one is slow.
    present = {name: os.environ.get(name) for name in _READ.intersection(os.environ)}
    if not copies_exist():
        _changes.cache_clear()
    return _changes(tuple(present.items()), find_files(present))


# Cached, because little changes between tests.
@lru_cache(maxsize=8)
def _changes(present: tuple[tuple[str, str | None], ...], files: Found) -> Changes:
    now = {**dict.fromkeys(_READ), **dict(present)}
    of_profiles, region = profile_variables(now, files)
    wanted = {**_ALWAYS, **of_profiles}
    if not now[_REGION]:
        wanted[_REGION] = wanted[_FALLBACK] = now["AWS_REGION"] or region or "us-east-1"
    changed = {name: value for name, value in wanted.items() if now[name] != value}
    return Changes(changed, {name: now[name] for name in changed})


def dummy_credentials(*_: object) -> dict[str, str]:
    """Return dummy credentials, in the format that botocore reads from a credential process."""
    names = {"access_key": "AWS_ACCESS_KEY_ID", "secret_key": "AWS_SECRET_ACCESS_KEY", "token": "AWS_SESSION_TOKEN"}
    return {name: DUMMIES[variable] for name, variable in names.items()}


def without_secrets(credentials: Any, kind: Callable[..., Any]) -> Any:
    """Replace credentials from a file, a program or a login by dummies with the same account.

    `kind` is botocore's or aiobotocore's class of non-refreshable credentials.
    """
    if credentials is None or credentials.method in _HARMLESS:
        return credentials
    account = getattr(credentials, "account_id" if type(credentials) is kind else "_account_id", None)
    # the credentials of botocore before 1.35.3 have no account
    of_account = {"account_id": account} if account else {}
    return kind(**dummy_credentials(), method=credentials.method, **of_account)


class DummyEnvironment:
    """Set dummy credentials and a Region, and restore variables that have not been changed since.

    Attributes:
        changes: The latest changes.
    """

    def __init__(self) -> None:
        """Change nothing yet."""
        self.changes = Changes({}, {})

    def apply(self) -> Self:
        """Set the variables, and prevent botocore from reading secrets."""
        self.changes = _changes_now()
        _entered.append(self)
        _patches.apply(_OF_BOTOCORE)
        self.changes.make()
        return self

    def restore(self) -> None:
        """Restore the variables, except those that other code has changed in the meantime."""
        if self not in _entered:
            return
        _entered.remove(self)
        if not _entered:
            _patches.restore()
        self.changes.undo()


def _load_credentials(original: Callable[..., Any], resolver: Any) -> Any:
    """Wrap `CredentialResolver.load_credentials`."""
    return without_secrets(original(resolver), Credentials)


def _get_config_variable(original: Callable[..., Any], store: Any, name: str) -> Any:
    """Give the Region of a profile precedence over the one that was set here."""
    found = original(store, name)
    if name != "region" or found != os.environ.get(_FALLBACK, "") or name in store._overrides:
        return found
    providers = getattr(store._mapping.get(name), "_providers", ())
    values = (each.provide() for each in providers if not isinstance(each, EnvironmentProvider))
    return next((value for value in values if value is not None), found)


_OF_BOTOCORE: Final = (
    Patch(CredentialResolver, "load_credentials", _load_credentials),
    Patch(ConfigValueStore, "get_config_variable", _get_config_variable),
    # Existing sessions may have read profiles that name a credential process.
    Patch(ProcessProvider, "_retrieve_credentials_using", dummy_credentials),
)
