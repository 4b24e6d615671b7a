"""The account of a client's credentials, which are never refreshed for it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import pytest
from botocore.credentials import AssumeRoleCredentialFetcher, Credentials, DeferredRefreshableCredentials
from botocore.credentials import RefreshableCredentials as Refreshable
from caller import has

from pytest_ssm_automation import AutomationFake

ACCOUNT_ID = "123456789012"
KEY = "ASIAQNZGKIQY56JQ7WML"
ENCODED = "029608264753"


def identity_of(credentials: Any, fake: AutomationFake | None = None) -> tuple[str | None, str | None]:
    """Return the key and the account of a call with some credentials, on a fake or a new one."""
    with nullcontext(fake) if fake else AutomationFake() as active:
        client: Any = active.client()
        client._request_signer._credentials = credentials
        client.start_automation_execution(DocumentName="Doc")
        return active.calls[-1].access_key_id, active.calls[-1].account


def unwanted(*_: Any, **__: Any) -> NoReturn:
    """Fail, because the credentials must not be refreshed."""
    pytest.fail("The credentials were refreshed")


def refreshable(key: str, **given: Any) -> Any:
    """Make credentials that expired yesterday."""
    return Refreshable(key, "secret", "token", datetime.now(UTC) - timedelta(days=1), unwanted, "test", **given)


def named() -> list[tuple[Any, tuple[str | None, str]]]:
    """Make credentials that name their account, where this botocore has such."""
    if not has("account_id"):
        return []
    return [
        (Credentials(KEY, "secret", account_id="111122223333"), (KEY, "111122223333")),
        (Credentials(KEY, "secret", account_id="none"), (KEY, ENCODED)),
        (refreshable(KEY, account_id="111122223333"), (KEY, "111122223333")),
    ]


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        (None, (None, ACCOUNT_ID)),
        (Credentials(KEY, "secret"), (KEY, ENCODED)),
        (Credentials("key", "secret"), ("key", ACCOUNT_ID)),
        *named(),
        (refreshable(KEY), (KEY, ENCODED)),
        (refreshable("key"), ("key", ACCOUNT_ID)),
        (DeferredRefreshableCredentials(unwanted, "test"), (None, ACCOUNT_ID)),
    ],
)
def test_the_account_of_credentials(credentials: Any, expected: tuple[str | None, str]) -> None:
    """It is the one that they name, else the one that the key encodes; and reading it refreshes nothing."""
    assert identity_of(credentials) == expected


@pytest.mark.parametrize(
    ("role", "account"),
    [
        ("arn:aws:iam::111122223333:role/operations", "111122223333"),
        ("operations", ACCOUNT_ID),
        ("a:b:c:d:e", ACCOUNT_ID),
    ],
)
def test_the_account_of_a_role_that_was_not_assumed_yet(role: str, account: str) -> None:
    """Of credentials that a profile's role stands for, it is the account of the role."""
    fetcher = AssumeRoleCredentialFetcher(unwanted, Credentials("key", "secret"), role)
    credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    assert identity_of(credentials) == (None, account)


def test_the_account_stays_when_credentials_are_refreshed() -> None:
    """Credentials that are refreshed during a test keep their account; the next test looks again."""
    expires = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    fresh = {"access_key": KEY, "secret_key": "secret", "token": "token", "expiry_time": expires}
    credentials: Any = DeferredRefreshableCredentials(lambda: fresh, "test")
    with AutomationFake() as fake:
        assert identity_of(credentials, fake) == (None, ACCOUNT_ID)
        assert credentials.access_key == KEY
        assert identity_of(credentials, fake) == (KEY, ACCOUNT_ID)
    assert identity_of(credentials) == (KEY, ENCODED)
