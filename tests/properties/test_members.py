from __future__ import annotations

from typing import TYPE_CHECKING, Any

import model
import oracle
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from shapes import simplest

from pytest_ssm_automation import constraints, strategies

if TYPE_CHECKING:
    from collections.abc import Callable


MEMBERS = {
    "DocumentName": strategies.document_names,
    "ClientToken": strategies.client_tokens,
    "Targets": strategies.targets,
    "TargetMaps": strategies.target_maps,
    "TargetLocations": strategies.target_locations,
    "Tags": strategies.tags,
    "AlarmConfiguration": strategies.alarm_configurations,
    "MaxConcurrency": strategies.max_concurrencies,
    "MaxErrors": strategies.max_errors,
}


@given(st.data())
def test_valid(data: st.DataObject) -> None:
    """A value of any member's strategy breaks nothing in the model."""
    name = data.draw(st.sampled_from(sorted(MEMBERS)))
    value = data.draw(MEMBERS[name]())
    assert oracle.violations(model.START, {"DocumentName": "Doc", name: value}) == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (strategies.document_names, "Doc"),
        (strategies.client_tokens, "01234567-89ab-cdef-0123-456789abcdef"),
        (strategies.execution_ids, "01234567-89ab-cdef-0123-456789abcdef"),
        (strategies.max_concurrencies, "1"),
        (strategies.max_errors, "0"),
        (strategies.tags, []),
        (strategies.targets, []),
        (strategies.target_maps, []),
        (strategies.target_locations, [{}]),
        (strategies.alarm_configurations, {"Alarms": [{"Name": "HighCPU"}]}),
        (strategies.responses, {"AutomationExecutionId": "01234567-89ab-cdef-0123-456789abcdef"}),
    ],
)
def test_simplest(strategy: Callable[[], st.SearchStrategy[Any]], expected: object) -> None:
    """Each member shrinks to what a person would write."""
    assert simplest(strategy(), lambda _: True) == expected


@pytest.mark.parametrize("form", [r"[1-9]", r"[1-9]\d{6}", r"[1-9]%", r"[1-9]\d%", r"100%"])
def test_alternatives_of_rates(form: str) -> None:
    """Every way to write a rate is drawn: numbers of one and of many digits, percentages of one, two and three."""
    assert simplest(strategies.max_concurrencies(), lambda rate: bool(regex.fullmatch(form, rate)))


@pytest.mark.parametrize("kind", [r"\p{Ll}", r"\p{Lo}", r"\p{N}", r"\p{Zs}"])
def test_letters_beyond_ascii(kind: str) -> None:
    """A tag's key may have letters, numbers and spaces of any script, and does."""
    beyond = regex.compile(rf"(?=\P{{ASCII}}){kind}", regex.V1)
    assert simplest(strategies.tags(), lambda tags: any(beyond.search(tag["Key"]) for tag in tags))


def test_tags_end_where_the_service_says() -> None:
    """The most tags are those that the documentation allows, which are fewer than the model's."""
    limit: Any = next(each.limit for each in constraints() if each.id == "request:at_most_five_tags")
    assert len(simplest(strategies.tags(), lambda tags: len(tags) >= limit)) == limit == 5


def test_realistic() -> None:
    """Beside what is merely allowed there is what callers really send."""
    assert simplest(strategies.document_names(), lambda name: name.startswith("AWS-")) == "AWS-RestartEC2Instance"
    assert simplest(strategies.document_names(), lambda name: name.startswith("arn:aws:ssm:"))
    assert simplest(strategies.client_tokens(), str.isupper)
    assert simplest(
        strategies.targets(), lambda targets: any(target.get("Key") == "ParameterValues" for target in targets)
    )


@given(strategies.execution_ids())
def test_execution_ids(identifier: str) -> None:
    """Ids of executions have the model's length."""
    assert oracle.violations("GetAutomationExecution", {"AutomationExecutionId": identifier}) == set()


@given(strategies.responses())
def test_responses(response: dict[str, Any]) -> None:
    """An answer has the members of the output's shape, and always the id."""
    assert response.keys() == model.output_shape(model.START).members.keys()
