"""Replace accounts and principals in a recording by ones for documentation.

The same account or principal is always replaced by the same one, so that references still agree.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Accounts that AWS's documentation uses.
_ACCOUNTS: Final = ("123456789012", "210987654321", "111122223333", "444455556666", "777788889999")
_USER: Final = "test-user"
_ROLE: Final = "test-role"
_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# JSON may have escape sequences before an account.
_ESCAPE: Final = r"(?<=\\u[0-9a-fA-F]{4})|(?<=\\[nrtbf])"
_ALONE: Final = rf"(?:{_ESCAPE}|(?<![0-9A-Za-z]))[0-9]{{12}}(?![0-9A-Za-z])"
_IN_ARN: Final = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:([0-9]{12}):")
# The ARN of a principal; in old recordings, the caller is the name of a user instead.
_PRINCIPAL: Final = re.compile(
    r"(arn:aws[a-z-]*:(?:iam|sts)::[0-9]{12}:(?:user|federated-user|(assumed-role))/)([\w+=,.@/-]+)"
    r'|("ExecutedBy": ")([^":]+)(?=")',
    re.ASCII,
)


def anonymized(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a recording, as JSON values, without its accounts and principals.

    The account that ran the execution becomes 123456789012, and its caller `test-user`. Ids of executions stay.
    """
    accounts: dict[str, str] = {}
    users: dict[str, str] = {}
    roles: dict[str, str] = {}
    caller = json.dumps({"ExecutedBy": recorded["AutomationExecution"].get("ExecutedBy", "")}, ensure_ascii=False)
    text = json.dumps(recorded, ensure_ascii=False)
    known = dict.fromkeys(_IN_ARN.findall(caller + text))
    for account in known:
        _account(accounts, account)
    pattern = re.compile("|".join([f"({_UUID})", _ALONE, *(f"(?<![0-9]){each}(?![0-9])" for each in known)]))

    def principal(found: re.Match[str]) -> str:
        start, assumed, name, member, user = found.groups()
        if member:
            return f"{member}{_name(users, user, _USER)}"
        *before, last = name.split("/")
        role = f"{_name(roles, before[0], _ROLE)}/" if assumed and before else ""
        return f"{start}{role}{_name(users, last, _USER)}"

    def change(text: str) -> str:
        text = _PRINCIPAL.sub(principal, text)
        return pattern.sub(lambda found: found[0] if found[1] else _account(accounts, found[0]), text)

    change(caller)  # which gets the first names
    result: dict[str, Any] = json.loads(change(text))
    return result


def _account(accounts: dict[str, str], account: str) -> str:
    """Return what replaces an account: for each new one, the next one for documentation."""
    number = len(accounts)
    return accounts.setdefault(account, _ACCOUNTS[number] if number < len(_ACCOUNTS) else f"{number + 1:012}")


def _name(names: dict[str, str], name: str, first: str) -> str:
    """Return what replaces a name: for each new one, the next number."""
    return names.setdefault(name, f"{first}-{len(names) + 1}" if names else first)
