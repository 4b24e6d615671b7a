"""The clients of steps, in the account and the Region of their execution."""

from __future__ import annotations

import base64
import os
import threading
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config
from botocore.handlers import BUILTIN_HANDLERS
from botocore.session import Session

from .._service.accounts import account_of_key
from .._service.checks.model import loader
from .._service.working import behind_endpoints, is_served

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._service.runs.run import Run

_DUMMY: Final = "testing"
# Added to the account, because keys since 2019 encode it so: the first letter of the account's part is then Q or later.
_OFFSET: Final = 1 << 39


def key_of(run: Run) -> str:
    """Return the id of an access key of a run's account: that of the caller, or one that encodes another account.

    Nothing real is signed with it, because its secret is a dummy.
    """
    key = run.source.access_key_id
    return key if key is not None and account_of_key(key) == run.account else _made_key(run.account)


@cache
def _made_key(account: str) -> str:
    """Return the id of a key that encodes an account."""
    number = int(account)
    # The lowest bit of the account is the first one of the next letter.
    letters = base64.b32encode((number // 2 + _OFFSET).to_bytes(5)).decode()
    return f"ASIA{letters}{'Q' if number % 2 else 'A'}AAAAAAA"


def credentials_of(run: Run) -> dict[str, str]:
    """Return the credentials of a run's account, as keywords of boto3."""
    return {
        "aws_access_key_id": key_of(run),
        "aws_secret_access_key": _DUMMY,
        "aws_session_token": _DUMMY,
    }


def boto3() -> Any:
    """Return boto3, which has no types."""
    return import_module("boto3")


def new_session() -> Any:
    """Make a session of boto3 that shares the service models."""
    session = Session()
    session.register_component("data_loader", loader())  # to load a model may take as long as a test
    return boto3().Session(botocore_session=session)


def _new_client(service: str, run: Run) -> Any:
    # A step fails at once where a client would wait and retry. This mode keeps no count of what was refused before.
    options: dict[str, Any] = {"retries": {"total_max_attempts": 1, "mode": "legacy"}}
    url = None
    if service == "ssm" and is_served():
        url = behind_endpoints() or os.environ.get("AWS_ENDPOINT_URL")
        options["ignore_configured_endpoint_urls"] = True
    config = Config(**options)
    return new_session().client(service, region_name=run.region, endpoint_url=url, config=config, **credentials_of(run))


class Clients:
    """The clients and the sessions of the steps of a fake: of clients, one for each service, Region and key."""

    def __init__(self) -> None:
        """Start without clients."""
        self._made: dict[tuple[str | int, ...], Any] = {}
        self._lock = threading.Lock()

    def get(self, service: str, run: Run) -> Any:
        """Return the client of a service for a run.

        It comes from `boto3.client` if the test has replaced that, so that it can return a client with a Stubber.

        Raises:
            UnknownServiceError: boto3 has no such service.
        """
        make = boto3().client
        if getattr(make, "__module__", None) != "boto3":
            return make(service, region_name=run.region, **credentials_of(run))
        return self._kept((service, run.region, key_of(run)), lambda: _new_client(service, run))

    def session(self, run: Run) -> Any:
        """Return the default session of the scripts of a run. A new one is made after moto has been imported."""
        return self._kept((key_of(run), len(BUILTIN_HANDLERS)), new_session)

    def _kept(self, place: tuple[str | int, ...], make: Callable[[], Any]) -> Any:
        with self._lock:
            if place not in self._made:
                self._made[place] = make()
            return self._made[place]
