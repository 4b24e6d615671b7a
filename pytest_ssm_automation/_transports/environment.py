"""Dummy credentials and Region, so that no real ones are read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SET = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_UNSET = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
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


def dummy_environment() -> dict[str, str | None]:
    """Give the variables to set, and with `None` those to remove; a Region only where none is set."""
    wanted: dict[str, str | None] = {**_SET, **dict.fromkeys(_UNSET)}
    if not (os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")):
        wanted["AWS_DEFAULT_REGION"] = "us-east-1"
    return {name: value for name, value in wanted.items() if os.environ.get(name) != value}


def dummy_credentials(*_: object) -> dict[str, str]:
    """Give dummy credentials, as botocore reads them from what a program of the user's prints."""
    names = {"access_key": "AWS_ACCESS_KEY_ID", "secret_key": "AWS_SECRET_ACCESS_KEY", "token": "AWS_SESSION_TOKEN"}
    return {name: _SET[variable] for name, variable in names.items()}


class DummyEnvironment:
    """Sets dummy credentials and a Region, and restores what nobody else has changed since."""

    def __init__(self) -> None:
        """Set what isn't set so already."""
        self._set = dummy_environment()
        self._before = {name: os.environ.get(name) for name in self._set}
        change_environment(self._set)

    def restore(self) -> None:
        """Put back what was there before, but for variables that somebody else has changed meanwhile."""
        change_environment(
            {name: value for name, value in self._before.items() if os.environ.get(name) == self._set[name]}
        )


def change_environment(variables: Mapping[str, str | None]) -> None:
    """Set variables of the environment, and remove those whose value is `None`."""
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
