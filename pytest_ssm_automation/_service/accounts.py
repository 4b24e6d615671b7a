"""Accounts: which AWS account an access key belongs to.

The id of an access key encodes the account: after the four letters of its kind it is base32, and 40 bits of the first
six bytes are the account's number. Older ids encode none, and neither do those in AWS's documentation.
"""

from __future__ import annotations

import base64
import os
import re
from functools import lru_cache
from typing import Any, Final

from .._errors import FakeUsageError, hide_usage_errors

__tracebackhide__ = hide_usage_errors

ACCOUNT_ID: Final = "123456789012"
_NUMBER: Final = re.compile("[0-9]{12}")
_KEY: Final = re.compile("A[KS]IA[Q-Z2-7][A-Z2-7]{15}")
_VARIABLE: Final = "AWS_ACCOUNT_ID"


def account_of_key(access_key_id: str | None) -> str:
    """Give the account that an access key belongs to.

    Args:
        access_key_id: The id of the access key; `None` where there is none.

    Returns:
        The account that the id encodes. For an id that encodes none: the account in the environment variable
        `AWS_ACCOUNT_ID`, as botocore takes it, else 123456789012.
    """
    return _encoded_account(access_key_id) or default_account()


def default_account() -> str:
    """Give the account of credentials that name none."""
    account = os.environ.get(_VARIABLE, "")
    return account if is_account(account) else ACCOUNT_ID


@lru_cache(maxsize=1024)
def _encoded_account(access_key_id: str | None) -> str | None:
    if access_key_id is None or "EXAMPLE" in access_key_id or not _KEY.fullmatch(access_key_id):
        return None
    number = int.from_bytes(base64.b32decode(access_key_id[4:])[:6]) >> 7 & (1 << 40) - 1
    account = f"{number:012}"
    return account if is_account(account) else None  # 40 bits have room for 13 digits


def is_account(value: Any) -> bool:
    """Tell whether something is the number of an account: a text of 12 digits."""
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def check_account(account: object) -> None:
    """Refuse what is neither the number of an account nor `None`.

    Raises:
        FakeUsageError: It is not a text of 12 digits.
    """
    if account is not None and not is_account(account):
        hint = f" Write {account:012} as a text." if type(account) is int and 0 <= account < 10**12 else ""
        raise FakeUsageError(
            f"Expected account to be a text of 12 digits, or None, but got account={account!r}"
            f" (type={type(account).__name__}).{hint}"
        )
