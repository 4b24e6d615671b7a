from __future__ import annotations

from typing import Any

import moto
import pytest
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from pytest_ssm_automation import AutomationFake, FakeUsageError

DEFAULT = "123456789012"
ACCOUNTS = ["000000000001", "111122223333", "123456789012", "549755813887", "549755813888", "999999999999"]


def account_of_key(key: str) -> str | None:
    """Return the account of a call with an access key."""
    with AutomationFake() as fake:
        client = fake.client(aws_access_key_id=key, aws_secret_access_key="secret")
        client.start_automation_execution(DocumentName="Doc")
        return fake.calls[0].account


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_keys_of_moto_encode_their_account(account: str) -> None:
    """A key that moto makes for a role or a user of an account belongs to that account."""
    with moto.mock_aws():
        role = sts_backends[account]["global"].assume_role(
            region_name="us-east-1",
            role_session_name="session",
            role_arn=f"arn:aws:iam::{account}:role/operations",
            policy="",
            duration=900,
            external_id="",
        )
        iam = iam_backends[account]["aws"]
        iam.create_user("us-east-1", "user", tags=[])
        user = iam.create_access_key("user")
    assert account_of_key(role.access_key_id) == account
    assert account_of_key(user.access_key_id) == account


@pytest.mark.parametrize(
    "key",
    [
        "testing",
        "AKIAIOSFODNN7EXAMPLE",  # the one of AWS's documentation
        "AKIAQNZGKIQY5EXAMPLE",
        "AKIAIOSFODNN7PQRSTUV",  # of the time before accounts were encoded
        "AIDAQNZGKIQY56JQ7WML",  # the id of a user
        "ASIAQNZGKIQY56JQ7WM",
        "ASIAQNZGKIQY56JQ7WMLA",
        "ASIAQNZGKIQY16JQ7WML",  # no base32
        "asiaqnzgkiqy56jq7wml",
        "ASIA7777777777777777",  # a number of 13 digits
    ],
)
def test_other_keys_belong_to_the_default_account(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """Where the id of a key encodes no account, it is that of AWS_ACCOUNT_ID, else 123456789012."""
    assert account_of_key(key) == DEFAULT
    monkeypatch.setenv("AWS_ACCOUNT_ID", "111122223333")
    assert account_of_key(key) == "111122223333"
    monkeypatch.setenv("AWS_ACCOUNT_ID", "mine")
    assert account_of_key(key) == DEFAULT


def test_an_account_has_twelve_digits(fake: AutomationFake) -> None:
    """Anything else is refused with the value, and with how to write a number."""
    for account in (None, *ACCOUNTS):
        assert fake.add_execution("Doc", account=account).account == (account or DEFAULT)
    others: tuple[Any, ...] = (10**12, -1, True, "", "11112222333", "1111-2222-3333", "111122223333\n", "١١١١٢٢٢٢٣٣٣٣")
    hints = {12: " Write it as a string, '000000000012'.", 111122223333: " Write it as a string, '111122223333'."}
    for wrong in (*hints, *others):
        with pytest.raises(FakeUsageError) as caught:
            fake.assert_not_started(account=wrong)
        assert str(caught.value) == (
            f"Expected account to be a string of 12 digits, or None, but got account={wrong!r} "
            f"(type={type(wrong).__name__}).{'' if wrong is True else hints.get(wrong, '')}"
        )
