"""Describe requests of a client: its endpoint, Region, access key and account, without refreshing its credentials."""

from __future__ import annotations

from typing import Any, Final
from weakref import WeakKeyDictionary

from ..._service.accounts import account_of_key, is_account
from ..._service.calls import Request
from ..._service.checks.model import CHECKED
from ..._service.contents import as_bytes

_READABLE: Final = (bytes, dict)
_ANSWERED: Final = frozenset(CHECKED)
# If credentials are refreshed during a test, they belong to the same account as before.
_refreshable: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def is_answered(client: Any, operation: str) -> bool:
    """Return whether fakes answer an operation of a client."""
    return operation in _ANSWERED and client.meta.service_model.service_name == "ssm"


def request_of(client: Any, operation: str, content: Any, attempt: int = 1) -> Request:
    """Describe a request of a client.

    Args:
        client: The client.
        operation: The operation's name.
        content: The body, or its replacement by an event handler; or the arguments, as a mapping.
        attempt: The number of botocore's attempt.
    """
    if not issubclass(type(content), _READABLE):
        content = as_bytes(content)
    key, account = identity_of(client._request_signer._credentials)
    return Request(operation, content, client.meta.region_name, client.meta.endpoint_url, key, account, attempt)


def identity_of(credentials: Any) -> tuple[str | None, str]:
    """Return the id of the access key and the account of a client's credentials.

    The account is that of the credentials object; otherwise that of the role that refreshes them; otherwise that of the
    access key.

    Args:
        credentials: botocore's credentials object; `None` for a client without credentials.
    """
    if not hasattr(credentials, "refresh_needed"):
        key = getattr(credentials, "access_key", None)
        account: Any = getattr(credentials, "account_id", None)
        return key, (account if is_account(account) else account_of_key(key))
    # Reading `access_key` or `account_id` of refreshable credentials would refresh them.
    key = getattr(credentials, "_access_key", None)
    account = _refreshable.get(credentials) or _account_of_refreshable(credentials, key)
    _refreshable[credentials] = account
    return key, account


def are_stale(credentials: Any) -> bool:
    """Return whether a client has no credentials, or would have to refresh them before it signs."""
    return credentials is None or (hasattr(credentials, "refresh_needed") and credentials.refresh_needed())


def forget() -> None:
    """Forget the accounts of credentials, because the next test may refresh them with another role."""
    _refreshable.clear()


def _account_of_refreshable(credentials: Any, key: str | None) -> str:
    account: Any = getattr(credentials, "_account_id", None)
    if is_account(account):
        return account
    fetcher = getattr(getattr(credentials, "_refresh_using", None), "__self__", None)
    role = str(getattr(fetcher, "_role_arn", "")).split(":")
    return role[4] if len(role) > 4 and is_account(role[4]) else account_of_key(key)  # noqa: PLR2004 - of an ARN
