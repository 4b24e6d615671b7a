"""Strategies for strings of the service model: typical values, the shortest and longest ones, and any others."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from .pieces import UNBOUNDED
from .recipes import named
from .templates import fits, parsed, strings_of, templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .templates import Template

# A "very long" length, if the model sets no maximum.
LONG: Final = 4096
# Typical values of each shape, including invalid ones. Failing examples shrink to the first valid one.
WRITTEN: Final[Mapping[str, tuple[str, ...]]] = {
    "Account": ("123456789012", "ou-ab12-cdefgh34", "r-ab12"),
    "AlarmName": ("HighCPU", "5xx errors (prod)"),
    "AutomationExecutionId": ("01234567-89ab-cdef-0123-456789abcdef",),
    "AutomationParameterKey": ("InstanceId", "AutomationAssumeRole"),
    "AutomationParameterValue": (
        "i-0123456789abcdef0",
        "arn:aws:iam::123456789012:role/Automation",
        '{"a": ["b"]}',
        "true",
    ),
    "DocumentARN": ("Doc", "AWS-RestartEC2Instance", "arn:aws:ssm:eu-west-1:123456789012:document/Team-Runbook_1.0"),
    "DocumentVersion": ("1", "$LATEST", "$DEFAULT", "12", "latest", "v1", "0"),
    "ExcludeAccount": ("123456789012", "ou-ab12-cdefgh34"),
    "ExecutionRoleName": ("AWS-SystemsManager-AutomationExecutionRole", "ops/Runner"),
    "IdempotencyToken": (
        "01234567-89ab-cdef-0123-456789abcdef",
        "01234567-89AB-CDEF-0123-456789ABCDEF",
        "0123456789abcdef" * 4,
        "my-token",
    ),
    "MaxConcurrency": ("1", "10", "50%", "100%", "0", "50 %", "1.5"),
    "MaxErrors": ("0", "1", "0%", "100%", "None", "-1", "101%"),
    "Region": ("us-east-1", "eu-central-1", "us-gov-west-1"),
    "TagKey": ("Env", "aws:cloudformation:stack-name", "Größe"),
    "TagValue": ("prod", "", "a b@c", "東京"),
    "TargetKey": (
        "tag:Env",
        "ParameterValues",
        "ResourceGroup",
        "resource-groups:Name",
        "resource-groups:ResourceTypeFilters",
    ),
    "TargetLocationsURL": (
        "https://bucket.s3.amazonaws.com/targets.json",
        "https://bucket.s3.eu-central-1.amazonaws.com/targets.json?X-Amz-Signature=0123456789abcdef&X-Amz-Expires=60",
    ),
    "TargetMapKey": ("InstanceId",),
    "TargetMapValue": ("i-0123456789abcdef0",),
    "TargetValue": ("i-0123456789abcdef0", "prod", ""),
}


@cache
def strings(name: str, pattern: str | None, low: int, high: int) -> st.SearchStrategy[str]:
    """Draw strings of a pattern and a length: typical ones of the shape, the shortest and longest ones, and any others.

    The strategy is empty if no string with this pattern and length is known.
    """
    made = templates(parsed(pattern), low, high)
    ends = [template.written(size) for template in made for size in (template.low, _end(template))]
    chosen = [text for text in dict.fromkeys([*WRITTEN.get(name, ()), *ends]) if fits(text, pattern, low, high)]
    if not chosen:
        return st.nothing()
    others = [strings_of(template) for template in made] or [st.sampled_from(chosen)]
    # Two thirds are chosen ones, with a single draw, because strings are drawn most often.
    turns = st.integers(0, len(chosen) + max(len(chosen) // 2, len(others)) - 1)

    def text(draw: st.DrawFn) -> str:
        turn = draw(turns)
        if turn < len(chosen):
            return chosen[turn]
        drawn = draw(others[turn % len(others)])
        return drawn if fits(drawn, pattern) else chosen[0]

    return named(name, text)


def _end(template: Template) -> int:
    return template.high if template.high < UNBOUNDED else max(template.low, LONG)
