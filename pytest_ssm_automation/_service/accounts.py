"""Find the AWS account of an access key.

The id of an access key encodes the account: after a prefix of four letters it is base32, and 40 bits of the first six
bytes are the account id. Older keys, and the examples in AWS's documentation, do not encode an account.
"""

from __future__ import annotations

import base64
import os
import re
from functools import lru_cache
from typing import Any, Final, TypeGuard

from .._errors import FakeUsageError, hide_usage_errors

__tracebackhide__ = hide_usage_errors

ACCOUNT_ID: Final = "123456789012"
_NUMBER: Final = re.compile("[0-9]{12}")
_KEY: Final = re.compile("A[KS]IA[Q-Z2-7][A-Z2-7]{15}")
_VARIABLE: Final = "AWS_ACCOUNT_ID"


def account_of_key(access_key_id: str | None) -> str:
    """Return the account of an access key.

    It is the account that the id encodes; otherwise that of the environment variable `AWS_ACCOUNT_ID`, as in botocore;
    otherwise 123456789012.
    """
    return _encoded_account(access_key_id) or default_account()


def default_account() -> str:
    """Return the account of credentials without an account."""
    try:
        account = os.environ[_VARIABLE]  # without `get`, which takes longer if it is missing
    except KeyError:
        return ACCOUNT_ID
    return account if is_account(account) else ACCOUNT_ID


@lru_cache(maxsize=1024)
def _encoded_account(access_key_id: str | None) -> str | None:
    if access_key_id is None or "EXAMPLE" in access_key_id or not _KEY.fullmatch(access_key_id):
        return None
    number = int.from_bytes(base64.b32decode(access_key_id[4:])[:6]) >> 7 & (1 << 40) - 1
    account = f"{number:012}"
    return account if is_account(account) else None  # 40 bits allow 13 digits


def is_account(value: Any) -> TypeGuard[str]:
    """Return whether a value is an account id: a string of 12 digits."""
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def check_account(account: object) -> None:
    """Check that a value is an account id or `None`."""
    if account is not None and not is_account(account):
        hint = f" Write it as a string, '{account:012}'." if type(account) is int and 0 <= account < 10**12 else ""
        raise FakeUsageError(
            f"Expected account to be a string of 12 digits, or None, but got account={account!r}"
            f" (type={type(account).__name__}).{hint}"
        )


def check_region(region: object) -> None:
    """Check that a value is the name of a Region or `None`."""
    if region is not None and not isinstance(region, str):
        raise FakeUsageError(
            f"Expected region to be a string or None, but got region={region!r} (type={type(region).__name__})"
        )
