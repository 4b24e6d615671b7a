"""Properties of the strategies for faults, runbooks and histories."""

from __future__ import annotations

import time
from itertools import combinations, count
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from caller import load
from hypothesis import find, given, settings
from hypothesis import strategies as st
from model import ENDED, enum

from pytest_ssm_automation import AutomationFake, FakeUsageError, Fault, Runbook, strategies
from pytest_ssm_automation._service.runbooks import expressions
from pytest_ssm_automation._strategies import parameters

pytestmark = pytest.mark.slow

REQUEST = {"DocumentName": "AWS-RestartEC2Instance", "Parameters": {"InstanceId": ["i-0123456789abcdef0"]}}
ROLE = "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z]+$|^$"
TYPES = (
    *("String", "StringList", "Integer", "Boolean", "StringMap", "MapList"),
    *("AWS::EC2::Instance::Id", "List<AWS::EC2::Instance::Id>", "AWS::IAM::Role::Arn", "AWS::S3::Bucket::Name"),
    *("AWS::EC2::VPC::Id", "List<AWS::S3::Bucket::Name>"),
)
# What a runbook may declare; each of them is one that drew wrong values, or none, before.
DECLARATIONS: tuple[dict[str, Any], ...] = (
    {"type": "String", "minChars": 41},
    {"type": "String", "minChars": 100, "allowedPattern": "[a-z]+"},
    {"type": "String", "minChars": 4, "maxChars": 9, "allowedPattern": "(?i)[a-z]+"},
    {"type": "StringList", "minItems": 6},
    {"type": "List<AWS::EC2::Instance::Id>", "minItems": 6},
    {"type": "String", "allowedPattern": "^$|^[a-z]+$", "default": ""},
    {"type": "AWS::IAM::Role::Arn", "allowedPattern": ROLE, "default": ""},
    {"type": "String", "allowedPattern": ROLE, "default": ""},
    {"type": "AWS::EC2::Instance::Id", "allowedPattern": "i-.*"},
    {"type": "AWS::IAM::Role::Arn", "allowedPattern": "arn:aws:iam::123456789012:role/.*"},
    {"type": "Integer", "allowedPattern": "[0-9]{1,3}"},
    {"type": "Integer", "maxChars": 2},
    {"type": "String", "allowedPattern": "(?=.{3,10}$)[a-z]+"},
    {"type": "String", "allowedPattern": "(ab|c){40}"},
    {"type": "String", "allowedPattern": "[a-z[0-9]]+"},
    {"type": "MapList", "allowedPattern": r"\[\]|\{.*\}"},
    {"type": "MapList", "allowedPattern": r"^\[.*\]$", "minItems": 2},
    {"type": "StringMap", "allowedPattern": r"^\{.+\}$", "minItems": 1},
    {"type": "StringList", "allowedPattern": r"^\[\]$|^\[.*\]$"},
    {"type": "StringList", "allowedPattern": r"\[\]", "default": []},
    {"type": "String", "allowedPattern": r"^(?!0)\d{1,12}$"},
    {"type": "Integer", "allowedPattern": r"^(?!0)\d{1,4}$", "minChars": 2},
    {"type": "String", "allowedPattern": r"[\p{L}\p{N}]+"},
    {"type": "String", "allowedPattern": r"\p{IsGreek}{2,4}", "minChars": 3},
    {"type": "String", "allowedPattern": r"[^\p{L}\p{N}\s]+"},
    {"type": "String", "allowedPattern": r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{3,}$"},
    {"type": "String", "allowedPattern": r"(?<x>[ab]{2})-\k<x>"},
    {"type": "String", "allowedPattern": f"^{r'(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'}(?:\\.[0-9]+){{3}}$"},
    {"type": "String", "allowedPattern": "[\\u0020-\\uD7FF\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*", "minChars": 1},
    {"type": "StringMap", "minItems": 4},
    {"type": "StringMap", "minItems": 30},
    {"type": "StringMap", "minChars": 100},
    {"type": "StringMap", "allowedPattern": '.*"ä?.*'},
    {"type": "MapList", "minItems": 4, "maxItems": 7},
    {"type": "StringMap", "allowedValues": [{"a": "é"}, {"b": ["c"]}]},
    {"type": "MapList", "allowedValues": [{"a": "é"}, {"b": 1}], "minItems": 3},
    {"type": "StringList", "allowedValues": ["a", "é" * 513], "maxItems": 9},
    {"type": "Boolean", "allowedValues": [True]},
    {"type": "Integer", "allowedValues": [1, "2"], "allowedPattern": "[0-9]"},
)
TOKEN = "6f1c2b9e-64a0-4f6e-9a54-0d3c5b1f7e21"


def start(ssm: Any, attempts: int, **request: Any) -> None:
    """Start an execution like a caller that retries after any error."""
    for _ in range(attempts):
        try:
            ssm.start_automation_execution(**request)
        except (BotoCoreError, ClientError):
            continue
        return


@given(strategies.fault_plans(max_size=3))
def test_a_plan_fires_as_printed_however_often_it_is_used(plan: list[Fault]) -> None:
    """A plan can be pasted into a test, and has no memory: each fake that takes it injects all of it."""
    pasted = eval(repr(plan), {"Fault": Fault})  # noqa: S307 - as if pasted into a test
    assert repr(pasted) == repr(plan)
    for faults in (plan, plan, pasted):
        with AutomationFake(faults=faults) as fake:
            client = fake.client()
            for _ in range(sum((fault.times or 0) + fault.after for fault in plan)):
                start(client, 1, **REQUEST)
            fake.assert_faults_raised()


def test_plans_reach_every_error_and_every_kind() -> None:
    """Refusals, broken connections, lost responses, several at once, later and repeated: all are drawn."""
    for error in ("IdempotentParameterMismatch", "ThrottlingException", "ConnectionClosedError"):
        find(strategies.fault_plans(), lambda plan, error=error: any(fault.error == error for fault in plan))  # type: ignore[misc]
    find(strategies.fault_plans(), lambda plan: any(fault.lost for fault in plan))
    find(strategies.fault_plans(), lambda plan: len(plan) == 5)
    find(strategies.fault_plans(), lambda plan: any(fault.times == 3 and fault.after == 2 for fault in plan))


@given(
    strategies.fault_plans(errors=["InvalidTarget"], max_size=2)
    | strategies.fault_plans(errors=["InvalidTarget", "ReadTimeoutError"], max_size=2)
)
def test_a_plan_keeps_to_the_errors_and_the_size_given(plan: list[Fault]) -> None:
    """Only the named errors are drawn, at most the maximum number of faults, and only connection errors are lost."""
    assert {(fault.error, fault.lost) for fault in plan} <= {
        ("InvalidTarget", False), ("ReadTimeoutError", False), ("ReadTimeoutError", True)
    }  # fmt: skip
    assert len(plan) <= 2


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        ([], r"Expected at least one error, but got errors=\[\]"),
        (["InvalidTargets"], r"Unknown error 'InvalidTargets'\. Did you mean 'InvalidTarget'\?"),
        ("InvalidTarget", r"errors='InvalidTarget' \(type=str\): .*errors=\['InvalidTarget'\]"),
    ],
)
def test_errors_that_there_are_not_are_refused_at_once(errors: Any, message: str) -> None:
    """An empty list, a misspelt name, and a single string, whose letters would be the names, raise before any draw."""
    with pytest.raises(FakeUsageError, match=message):
        strategies.fault_plans(errors=errors)


def test_a_caller_without_a_token_is_found_out_by_one_fault() -> None:
    """The shortest plan that makes a retry start a second execution is one lost response."""

    def starts_twice(plan: list[Fault]) -> bool:
        with AutomationFake(faults=plan) as fake:
            start(fake.client(), 20, **REQUEST)
            try:
                fake.assert_no_duplicate_starts()
            except AssertionError:
                return True
        return False

    plan = find(strategies.fault_plans(), starts_twice)
    assert [(fault.lost, fault.times, fault.after) for fault in plan] == [(True, 1, 0)]


@given(strategies.fault_plans())
def test_a_caller_with_a_token_starts_one_execution_whatever_happens(plan: list[Fault]) -> None:
    """A retry that repeats its ClientToken starts nothing twice, under any plan."""
    with AutomationFake(faults=plan) as fake:
        start(fake.client(), 20, ClientToken=TOKEN, **REQUEST)
        fake.assert_started_once()
        fake.assert_no_duplicate_starts()


def accepted(runbook: Runbook, request: dict[str, Any]) -> None:
    """Start the runbook where unknown ones are refused."""
    with AutomationFake(runbooks=[runbook], unknown_documents="reject") as fake:
        fake.client().start_automation_execution(**request)
        assert fake.assert_started_once().document_name == runbook.name


def with_parameters(runbook: Runbook, parameters: dict[str, Any]) -> dict[str, Any]:
    """Give a request with these parameters; an empty map is what a request leaves out."""
    return {"DocumentName": runbook.name, **({"Parameters": parameters} if parameters else {})}


def with_parameter(declaration: dict[str, Any]) -> Runbook:
    """Make a runbook with one parameter."""
    return with_declared({"Given": declaration})


def with_declared(declared: dict[str, Any], **members: Any) -> Runbook:
    """Make a runbook with these parameters."""
    steps = [{"name": "wait", "action": "aws:sleep"}]
    return load({"schemaVersion": "0.3", "parameters": declared, "mainSteps": steps, **members}, name="Team-Runbook")


@st.composite
def declarations(draw: st.DrawFn) -> dict[str, Any]:
    """Draw declarations of every type, with any of the limits together."""
    declaration: dict[str, Any] = {"type": draw(st.sampled_from(TYPES))}
    for what, most in (("Chars", 30), ("Items", 8)):
        low, high = sorted(draw(st.tuples(st.integers(0, most), st.integers(0, most))))
        declaration |= draw(st.sampled_from([{}, {f"min{what}": low}, {f"max{what}": high}]))
        if draw(st.booleans()):
            declaration |= {f"min{what}": low, f"max{what}": high}
    patterns = ["^[a-z0-9-]+$", ".*", "[0-9]{1,3}|true", "i-.*", ROLE, "(ab)+", "^(a|b){2}.{3}$", "(?i)[a-z]+"]
    texts = ["a", "ab", "i-0123456789abcdef0", "12", "true", 7, True, {"a": "b"}, {}, "bucket-name", ""]
    choices = st.lists(st.sampled_from(texts), min_size=1)
    limits = {"allowedPattern": st.sampled_from(patterns), "allowedValues": choices, "default": st.just(None)}
    return declaration | draw(st.fixed_dictionaries({}, optional=limits))


@given(declarations(), st.data())
def test_parameters_keep_to_all_limits_together(declaration: dict[str, Any], data: st.DataObject) -> None:
    """Values match all limits of a declaration and of the service model; otherwise none is drawn."""
    runbook = with_parameter(declaration)
    try:
        strategy = strategies.parameters_for(runbook)
    except FakeUsageError as error:
        assert "No value is known for the required parameter 'Given'" in str(error)  # noqa: PT017 - most are drawn
        return
    accepted(runbook, with_parameters(runbook, data.draw(strategy)))


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=str)
def test_limits_of_runbooks_are_kept_by_requests_that_start_them(declaration: dict[str, Any]) -> None:
    """Requests for runbooks with these declarations start them: none is thrown away for what their values are."""
    runbook = with_parameter(declaration)

    @settings(max_examples=25, database=None, derandomize=True)
    @given(strategies.valid_requests(runbook=runbook))
    def starts(request: dict[str, Any]) -> None:
        accepted(runbook, request)

    starts()


@pytest.mark.parametrize(
    ("declaration", "others"),
    [({}, False), ({"default": ""}, True), ({"allowedPattern": "^arn:aws:iam::[0-9]{12}:role/Team.*$"}, False)],
)
def test_the_role_of_a_runbook_is_drawn_as_an_arn(declaration: dict[str, Any], others: bool) -> None:  # noqa: FBT001
    """A text that is the role is the ARN of one, or empty where the runbook needs none: the start is accepted."""
    declared = {"Role": {"type": "String", **declaration}, **({"Other": {"type": "String"}} if others else {})}
    runbook = with_declared(declared, assumeRole="{{ Role }}")

    @settings(max_examples=25, database=None, derandomize=True)
    @given(strategies.parameters_for(runbook))
    def starts(parameters: dict[str, list[str]]) -> None:
        accepted(runbook, with_parameters(runbook, parameters))

    starts()


@pytest.mark.parametrize(
    "declaration",
    [
        {"allowedPattern": "^$"},
        {"allowedPattern": "a{600}"},
        {"allowedPattern": "a(?=b)c|[\\ud800]"},
        {"allowedPattern": "[a-z]+", "allowedValues": ["A", "B"]},
        {"maxChars": 0},
        {"minChars": 513},
        {"type": "StringList", "minItems": 51},
        {"allowedValues": [""]},
        {"type": "StringList", "minItems": 1, "allowedValues": ["é" * 513]},
        {"type": "StringMap", "maxItems": 0, "minChars": 3},
        {"type": "StringMap", "minItems": 999_999_999},
        {"type": "StringMap", "minChars": 999_999_999},
        {"type": "AWS::EC2::Instance::Id", "maxChars": 9},
    ],
    ids=str,
)
def test_a_parameter_that_no_value_is_known_for_is_left_out_or_refused(declaration: dict[str, Any]) -> None:
    """If it is required, the parameter and its limits are named before any draw, and what can be done instead."""
    declared = {"type": "String", **declaration}
    assert find(strategies.parameters_for(with_parameter({**declared, "default": None})), lambda _: True) == {}
    runbook = with_parameter(declared)
    with pytest.raises(FakeUsageError) as caught:
        strategies.parameters_for(runbook)
    told = [f"{name} {value!r}" for name, value in declared.items()]
    assert all(text in str(caught.value) for text in ("'Given'", *told, "Parameters=st.fixed_dictionaries({'Given': "))
    given = {"Given": ["a"]}
    request = find(strategies.valid_requests(runbook=runbook, Parameters=given), lambda _: True)
    assert request["Parameters"] == given


def test_the_search_for_a_value_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a pattern takes long to match, only a few values are tried."""
    tried: list[str] = []
    clock = count()

    def fits(_: object, text: str) -> bool:
        tried.append(text)
        return False

    monkeypatch.setattr(parameters, "thread_time", lambda: next(clock))
    monkeypatch.setattr(parameters._Values, "_fits", fits)
    with pytest.raises(FakeUsageError, match="No value is known for the required parameter 'Given'"):
        strategies.parameters_for(with_parameter({"type": "String", "allowedPattern": "(a|b)c"}))
    assert 1 <= len(tried) <= 5


def test_a_pattern_that_takes_too_long_to_match_has_no_known_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values whose match is given up are not drawn."""
    monkeypatch.setattr(expressions, "MOST_SECONDS", 0.001)
    runbook = with_parameter({"type": "String", "allowedPattern": "(?!(a|aa)+b)a{40}"})
    with pytest.raises(FakeUsageError, match="No value is known for the required parameter 'Given'"):
        strategies.parameters_for(runbook)


def test_an_optional_parameter_that_no_value_is_known_for_is_left_out() -> None:
    """It does not make the whole runbook undrawable; its default is drawn where that is accepted."""
    unknown = {"type": "String", "allowedPattern": "a(?=b)c", "default": ""}
    declared = {"A": unknown, "B": {"type": "Integer", "default": 1}}
    runbook = with_declared(declared)

    @settings(max_examples=50, database=None, derandomize=True)
    @given(strategies.parameters_for(runbook))
    def without_it(parameters: dict[str, list[str]]) -> None:
        assert parameters.keys() == {"B"}

    without_it()
    default = with_parameter({"type": "String", "allowedPattern": "(?!b)(?=(x*y))\\1z{5}", "default": "xyzzzzz"})
    assert find(strategies.parameters_for(default), lambda _: True) == {"Given": ["xyzzzzz"]}


def test_parameters_are_never_empty_by_accident() -> None:
    """Of a runbook that requires nothing, each parameter is drawn, and never none of them."""
    declared = {name: {"type": "String", "default": ""} for name in ("A", "B", "C")}
    runbook = with_declared(declared)
    seen: list[frozenset[str]] = []

    @settings(max_examples=300, database=None, derandomize=True)
    @given(strategies.parameters_for(runbook))
    def look(parameters: dict[str, list[str]]) -> None:
        seen.append(frozenset(parameters))

    look()
    assert set(seen) == {frozenset(names) for size in (1, 2, 3) for names in combinations("ABC", size)}
    assert find(strategies.parameters_for(runbook), lambda _: True) == {"A": ["0"]}


def test_a_strategy_for_a_large_runbook_is_built_at_once() -> None:
    """Thirty parameters with wide patterns take less than a fifth of a second."""
    number = "|".join(["[0-9]", "[1-9][0-9]", *(f"{first}[0-9]{{2}}" for first in range(1, 10)), "[1-9][0-9]{3}"])
    patterns = [
        f"^({number})$",
        f"^({number})-({number})$",
        r"^(?!0)\d{1,12}$",
        r"[\w+=,.@-]{1,512}",
        r"^(\d{1,3}\.){3}\d+$",
    ]
    declared = {
        f"P{place}": {"type": "String", "allowedPattern": patterns[place % len(patterns)]} for place in range(30)
    }
    runbook = with_declared(declared)
    started = time.process_time()
    strategies.parameters_for(runbook)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("runbook", ["AWS-StopEC2Instance", None, {"schemaVersion": "0.3"}], ids=str)
def test_what_is_no_runbook_is_refused_at_once(runbook: Any) -> None:
    """The message contains the value, and says where to get a runbook."""
    for strategy in (strategies.parameters_for, strategies.walks):
        with pytest.raises(FakeUsageError, match=r"^Expected runbook to be a Runbook, as add_runbook returns it, but "):
            strategy(runbook)
    if runbook is not None:
        with pytest.raises(FakeUsageError, match=r"^Expected runbook to be a Runbook"):
            strategies.valid_requests(runbook=runbook)


def test_a_list_none_of_whose_items_is_allowed_is_empty() -> None:
    """A list that may be empty is, where no item is within the limits."""
    runbook = with_parameter({"type": "StringList", "maxChars": 0})
    assert find(strategies.parameters_for(runbook), lambda _: True) == {"Given": []}


def test_a_failing_runbook_shrinks_in_a_few_steps() -> None:
    """A runbook shrinks to one parameter and one step, and hypothesis need not try hundreds more to explain it."""
    tried: list[Runbook] = []

    def has_a_map(runbook: Runbook) -> bool:
        tried.append(runbook)
        return any(parameter.type == "StringMap" for parameter in runbook.parameters.values())

    found = find(strategies.runbooks(), has_a_map, settings=settings(max_examples=2000, derandomize=True))
    assert [*found.parameters] == ["AAA"]
    assert found.steps == (("AAA", "aws:executeAwsApi"),)
    assert len(tried) < 500


@given(st.data())
def test_requests_for_a_runbook_start_it(data: st.DataObject) -> None:
    """A request drawn for a registered runbook starts it, where unknown runbooks are refused."""
    runbook = data.draw(strategies.runbooks())
    accepted(runbook, data.draw(strategies.valid_requests(runbook=runbook)))


def test_requests_for_a_runbook_shrink_to_its_name_and_version() -> None:
    """The least request for a runbook that requires nothing names it and its version."""
    runbook = find(strategies.runbooks(), lambda drawn: not drawn.parameters)
    request = find(strategies.valid_requests(runbook=runbook), lambda _: True)
    assert request == {"DocumentName": runbook.name, "DocumentVersion": "1"}


def test_runbooks_reach_all_kinds_of_declaration() -> None:
    """Required and optional parameters, lists, choices, sizes and patterns are all drawn."""
    kinds = {"allowed_values", "allowed_pattern", "min_chars", "max_items", "is_list", "required", "default"}
    seen: set[str] = set()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(strategies.runbooks())
    def look(runbook: Runbook) -> None:
        for parameter in runbook.parameters.values():
            seen.update(kind for kind in kinds if getattr(parameter, kind))

    look()
    assert seen == kinds


@given(strategies.status_histories())
def test_histories_can_be_scripted(statuses: list[str]) -> None:
    """A history ends the run, and each poll shows the next of its statuses."""
    with AutomationFake() as fake:
        fake.script(statuses)
        client: Any = fake.client()
        execution_id = client.start_automation_execution(**REQUEST)["AutomationExecutionId"]
        shown = [
            client.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
            for _ in range(len(statuses))
        ]
    assert [each["AutomationExecutionStatus"] for each in shown] == statuses
    assert statuses[-1] in ENDED
    assert not {*statuses[:-1]} & ENDED


def test_histories_reach_every_status() -> None:
    """Every status of the model is drawn."""
    for status in enum("AutomationExecutionStatus"):
        find(strategies.status_histories(), lambda statuses, status=status: status in statuses)  # type: ignore[misc]


@pytest.mark.parametrize(
    "pattern",
    [
        "|".join(f"x{number}" for number in range(70)),
        r"(?>ab)(c)\1(?:d|e){2}",
        r"(?=x)x[a-c]{3,}",
        r"((?>a+b)|c)\1{2,4}",
    ],
)
def test_patterns_of_every_kind_are_drawn(pattern: str) -> None:
    """For many alternatives, atomic groups and backreferences, values are drawn that the fake accepts."""
    runbook = with_parameter({"type": "String", "allowedPattern": pattern})
    drawn = find(strategies.parameters_for(runbook), lambda _: True)
    assert drawn
    accepted(runbook, with_parameters(runbook, drawn))


def test_a_pattern_without_a_translation_limits_nothing() -> None:
    """For a pattern that is not checked, values are drawn."""
    with pytest.warns(UserWarning, match="allowedPattern"):
        runbook = with_parameter({"type": "String", "allowedPattern": r"\X+"})
    assert find(strategies.parameters_for(runbook), lambda _: True)
