from __future__ import annotations

import tomllib
from pathlib import Path

from pytest_ssm_automation import AutomationFakeError, FakeUsageError
from pytest_ssm_automation._errors import SITE, unknown_name


def test_a_long_list_is_not_shown() -> None:
    """Of many names the three nearest are shown, and where all of them are listed."""
    names = [f"{number:06}" for number in range(200)]
    assert str(unknown_name("thing", "abc", names)) == "Unknown thing 'abc'. There are 200."
    assert str(unknown_name("thing", "00006", [*names[:10], "x" * 1000])).endswith(
        " Did you mean '000006'? Similar names: '000009', '000008'. There are 11."
    )


def test_the_site_is_the_one_of_the_metadata() -> None:
    """Messages lead to the Documentation URL of the package."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["urls"]["Documentation"] == SITE


def test_names_are_sorted_and_named_once() -> None:
    """The hint lists what is allowed in order."""
    assert str(unknown_name("fruit", "pea", ["plum", "pear", "pear"])) == (
        "Unknown fruit 'pea'. Did you mean 'pear'? Allowed: pear, plum."
    )


def test_mistakes_in_a_test_are_type_errors_of_the_fake() -> None:
    """FakeUsageError can be caught as the fake's own error and as TypeError."""
    assert FakeUsageError.__mro__[1:3] == (AutomationFakeError, TypeError)
    assert not issubclass(AutomationFakeError, TypeError)
