"""Strategies for runbooks."""

from __future__ import annotations

import string
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from .._service.runbooks.loading import load_runbook
from .parameters import AWS_TYPES
from .recipes import named

if TYPE_CHECKING:
    from .._service.runbooks.declarations import Runbook

_NAMES: Final = st.text(string.ascii_letters, min_size=3, max_size=16)
_ACTIONS: Final[dict[str, dict[str, Any]]] = {
    "aws:executeAwsApi": {"Service": "ec2", "Api": "DescribeInstances"},
    "aws:sleep": {"Duration": "PT1S"},
    "aws:runCommand": {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["date"]}},
    "aws:approve": {"Approvers": ["arn:aws:iam::123456789012:user/Ana"]},
    "aws:executeScript": {"Runtime": "python3.11", "Handler": "main", "Script": "def main(events, context):\n  pass\n"},
}


def runbooks() -> st.SearchStrategy[Runbook]:
    """Draw runbooks with any parameters and steps."""
    return named("runbooks", _runbook)


# Use functions instead of st.tuples and the like: hypothesis explains each part of a failing example, which took most
# of a minute.
def _runbook(draw: st.DrawFn) -> Runbook:
    content = {
        "schemaVersion": "0.3",
        "parameters": dict(draw(_named_parts(_declarations(), 0))),
        "mainSteps": [
            {"name": name, "action": action, "inputs": dict(_ACTIONS[action])}
            for name, action in draw(_named_parts(st.sampled_from([*_ACTIONS]), 1))
        ],
    }
    return load_runbook(content, name=draw(_NAMES))


def _named_parts(part: st.SearchStrategy[Any], least: int) -> st.SearchStrategy[list[tuple[str, Any]]]:
    drawn = named("part", lambda draw: (draw(_NAMES), draw(part)))
    return st.lists(drawn, min_size=least, max_size=4, unique_by=itemgetter(0))


def _declarations() -> st.SearchStrategy[dict[str, Any]]:
    """Draw declarations of parameters that have valid values."""
    plain = st.sampled_from(["String", "StringList", "Integer", "Boolean", "StringMap", "MapList", *sorted(AWS_TYPES)])
    chars = st.fixed_dictionaries(
        {"type": st.just("String")}, optional={"minChars": st.integers(0, 5), "maxChars": st.integers(5, 50)}
    )
    items = st.fixed_dictionaries(
        {"type": st.just("StringList")}, optional={"minItems": st.integers(0, 2), "maxItems": st.integers(2, 5)}
    )
    chosen = st.lists(st.sampled_from(["a", "b", "Install", "Uninstall"]), min_size=1, unique=True)
    return st.one_of(
        st.fixed_dictionaries({"type": plain}, optional={"description": st.text("abc ", max_size=10)}),
        chars,
        items,
        st.fixed_dictionaries({"type": st.sampled_from(["String", "StringList"]), "allowedValues": chosen}),
        chosen.map(lambda values: {"type": "String", "allowedValues": values, "default": values[0]}),
        st.just({"type": "String", "allowedPattern": "^[a-z]{2,10}$"}),
    )
