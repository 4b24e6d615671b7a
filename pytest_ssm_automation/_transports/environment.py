"""Dummy credentials and a Region, so that no real credentials are read and no program is run for them."""

from __future__ import annotations

import os
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from .patching import Patch, Patches, WrapperPatch
from .profiles import DUMMIES, READ, Found, copies_exist, find_files, profile_variables
from .variables import change_variables, read_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
# How botocore came by credentials that are dummies already, or that some service has to answer for.
_HARMLESS: Final = frozenset({"assume-role", "assume-role-with-web-identity", "env", "explicit"})
# Set beside a Region that was set here because there was none, so that a profile's Region goes before it.
_FALLBACK: Final = "PYTEST_SSM_AUTOMATION_REGION"
_ALWAYS: Final[Mapping[str, str | None]] = {**DUMMIES, "AWS_EC2_METADATA_DISABLED": "true", **dict.fromkeys(_UNSET)}
_READ: Final = (*_ALWAYS, *READ, _REGION, _FALLBACK, "AWS_REGION")
_patches = Patches()
_entered: list[DummyEnvironment] = []


def dummy_environment() -> Mapping[str, str | None]:
    """Give the variables to set, and with `None` those to remove.

    A Region is set only where there is none: the one of `AWS_REGION`, which botocore doesn't read, else the one of the
    user's profile, else us-east-1.
    """
    now = read_variables(_READ)
    if not copies_exist():
        _changes.cache_clear()
    return _changes(tuple(now.values()), find_files(now))


# Each test asks, and rarely anything has changed since the test before.
@lru_cache(maxsize=8)
def _changes(values: tuple[str | None, ...], files: Found) -> Mapping[str, str | None]:
    now = dict(zip(_READ, values, strict=True))
    of_profiles, region = profile_variables(now, files)
    wanted = {**_ALWAYS, **of_profiles}
    if not now[_REGION]:
        given = now["AWS_REGION"]
        wanted[_REGION] = given or region or "us-east-1"
        wanted[_FALLBACK] = None if given else wanted[_REGION]
    return {name: value for name, value in wanted.items() if now[name] != value}


def dummy_credentials(*_: object) -> dict[str, str]:
    """Give dummy credentials, as botocore reads them from what a program of the user's prints."""
    names = {"access_key": "AWS_ACCESS_KEY_ID", "secret_key": "AWS_SECRET_ACCESS_KEY", "token": "AWS_SESSION_TOKEN"}
    return {name: DUMMIES[variable] for name, variable in names.items()}


def without_secrets(credentials: Any, kind: Callable[..., Any]) -> Any:
    """Give dummies in place of credentials that come from a file, a program or a login; their account stays.

    Args:
        credentials: What a chain of providers has found; `None` for nothing.
        kind: botocore's or aiobotocore's class of credentials that never expire.
    """
    if credentials is None or credentials.method in _HARMLESS:
        return credentials
    account = getattr(credentials, "account_id" if type(credentials) is kind else "_account_id", None)
    # botocore before 1.35.3 knows no account
    of_account = {"account_id": account} if account else {}
    return kind(**dummy_credentials(), method=credentials.method, **of_account)


class DummyEnvironment:
    """Sets dummy credentials and a Region, and restores what nobody else has changed since."""

    def __init__(self) -> None:
        """Set what isn't set so already, and let botocore read nothing secret."""
        self._set = dummy_environment()
        self._before = read_variables(self._set)
        change_variables(self._set)
        if not _entered:
            _patches.apply(_of_botocore())
        _entered.append(self)

    def restore(self) -> None:
        """Put back what was there before, but for variables that somebody else has changed meanwhile."""
        _entered.remove(self)
        if not _entered:
            _patches.restore()
        now = read_variables(self._set)
        change_variables({name: value for name, value in self._before.items() if now[name] == self._set[name]})


@cache
def _of_botocore() -> Sequence[Patch]:
    from botocore.configprovider import ConfigValueStore
    from botocore.credentials import CredentialResolver, ProcessProvider

    return (
        WrapperPatch(CredentialResolver, "load_credentials", _load_credentials),
        WrapperPatch(ConfigValueStore, "get_config_variable", _get_config_variable),
        # Sessions keep the profiles that they have read before, and the programs that those name.
        Patch(ProcessProvider, "_retrieve_credentials_using", dummy_credentials),
    )


def _load_credentials(original: Callable[..., Any], resolver: Any) -> Any:
    """Stand before `CredentialResolver.load_credentials`."""
    from botocore.credentials import Credentials

    return without_secrets(original(resolver), Credentials)


def _get_config_variable(original: Callable[..., Any], store: Any, name: str) -> Any:
    """Let the Region of a profile go before the one that was set here."""
    from botocore.configprovider import EnvironmentProvider

    found = original(store, name)
    if name != "region" or found != os.environ.get(_FALLBACK, "") or name in store._overrides:
        return found
    providers = getattr(store._mapping.get(name), "_providers", ())
    values = (each.provide() for each in providers if not isinstance(each, EnvironmentProvider))
    return next((value for value in values if value is not None), found)
