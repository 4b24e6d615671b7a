"""Requests that StartAutomationExecution accepts, and its errors for others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import model
from botocore.client import BaseClient

from conformance.bench import START, CannotTell

if TYPE_CHECKING:
    from conformance.bench import Bench

INVALID = "InvalidAutomationExecutionParametersException"
BY_NAME: dict[str, Any] = {"TargetParameterName": "Item", "Targets": [{"Key": "ParameterValues", "Values": ["a"]}]}
LOCATION: dict[str, Any] = {"Accounts": ["111122223333"], "Regions": ["us-east-1"], "ExecutionRoleName": "Role"}


TWO: dict[str, Any] = {
    "TargetParameterName": "Item",
    "Targets": [{"Key": "tag:Env", "Values": [value]} for value in ("a", "b")],
}
# Requests that are refused, with the code, and how the text begins.
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "status_of_broken_constraints": ({"MaxErrors": "many"}, "ValidationException", "1 validation error detected: "),
    # a line feed at the end
    "patterns_match_all": ({"DocumentName": "Name\n"}, "ValidationException", "1 validation error detected: "),
    "targets_need_parameter_name": ({"Targets": BY_NAME["Targets"]}, "", ""),
    "parameter_name_needs_targets": ({"TargetParameterName": "Item"}, "", ""),
    "targets_exclude_maps": ({**BY_NAME, "TargetMaps": [{"Item": ["a"]}]}, "", ""),
    "location_targets_need_parameter_name": (
        {"TargetLocations": [{**LOCATION, "Targets": BY_NAME["Targets"]}]},
        "",
        "",
    ),
    "five_tags": ({"Tags": [{"Key": f"k{number}", "Value": "v"} for number in range(6)]}, "", ""),
    "code_of_rules": ({"Targets": BY_NAME["Targets"]}, INVALID, ""),
    "two_targets": (TWO, INVALID, "Only one resource group or tag can be specified at a time"),
    "two_targets_and_more": ({**TWO, "MaxErrors": "many"}, "ValidationException", "2 validation errors detected: "),
    "unknown_runbook": ({"DocumentName": "No-Such-Runbook"}, "AutomationDefinitionNotFoundException", ""),
    "unknown_version": ({"DocumentVersion": "99"}, "AutomationDefinitionVersionNotFoundException", ""),
}


def _refused(bench: Bench, members: dict[str, Any], code: str, text: str) -> None:
    told = bench.start_refused(**members)
    bench.expect((told.status, code or told.code, text), (400, told.code, told.text[: len(text)]))


CHECKS = {
    name: partial(_refused, members=members, code=code, text=text) for name, (members, code, text) in REFUSED.items()
}


def _metadata(shape: str, name: str) -> Any:
    return model.service_model().shape_for(shape).metadata[name]


def _broken(*sentences: str) -> str:
    errors = "error" if len(sentences) == 1 else "errors"
    return f"{len(sentences)} validation {errors} detected: {'; '.join(sentences)}"


def _at(path: str, value: str, rule: str) -> str:
    return f"Value {value} at '{path}' failed to satisfy constraint: {rule}"


def _pattern(shape: str) -> str:
    return f"Member must satisfy regular expression pattern: {_metadata(shape, 'pattern')}"


def _length(rule: str, limit: int) -> str:
    return f"Member must have length {rule} than or equal to {limit}"


def checked_by_botocore(bench: Bench) -> None:
    """A wrong type, an unknown member, a missing one and one that is too short are never sent."""
    if not isinstance(bench.target.client, BaseClient):
        raise CannotTell("this client is not botocore's")
    name = bench.name("sleep")
    wrong: tuple[dict[str, Any], ...] = ({}, {"DocumentName": 1}, {"DocumentName": name, "Colour": "red"})
    for members in (*wrong, {"DocumentName": name, "MaxErrors": ""}):
        bench.expect(bench.refused(START, **members).code, "ParamValidationError")


def text_of_pattern(bench: Bench) -> None:
    """The text names value, path and expression."""
    told = bench.start_refused(MaxErrors="many")
    bench.expect(told.text, _broken(_at("maxErrors", "'many'", _pattern("MaxErrors"))))


def text_of_length(bench: Bench) -> None:
    """The text names the limit, for a string and for a list."""
    told = bench.start_refused(MaxErrors="1" * 8)
    bench.expect(told.text, _broken(_at("maxErrors", "'11111111'", _length("less", 7))))
    most = _metadata("TagList", "max")
    told = bench.start_refused(Tags=[{"Key": f"k{number}", "Value": "v"} for number in range(most + 1)])
    bench.expect(told.text.endswith(_length("less", most)), wanted=True)


def text_of_enum(bench: Bench) -> None:
    """The message lists the allowed values."""
    told = bench.start_refused(Mode="Fast")
    rule = f"Member must satisfy enum value set: [{', '.join(_metadata('ExecutionMode', 'enum'))}]"
    bench.expect(told.text, _broken(_at("mode", "'Fast'", rule)))


def text_of_list(bench: Bench) -> None:
    """A list is shown whole, with all rules for its members."""
    told = bench.start_refused(TargetLocations=[{**LOCATION, "ExcludeAccounts": ["nobody", "111122223333"]}])
    place = (
        "Value '[nobody, 111122223333]' at 'targetLocations.1.member.excludeAccounts' failed to satisfy constraint: "
    )
    rules = (_length("less", 68), _length("greater", 6), _pattern("ExcludeAccount"))
    whole = f"{place}Member must satisfy constraint: [{', '.join(rules)}]"
    bench.expect(told.text, _broken(whole))


def text_of_map(bench: Bench) -> None:
    """The message for keys of a map differs from that for values."""
    told = bench.start_refused("parameters", Parameters={"k" * 51: ["a"], "Required": ["a"]})
    bench.expect("Map keys must satisfy constraint: [" in told.text, wanted=True)


def text_of_map_of_lists(bench: Bench) -> None:
    """The message for a map of lists is a combination of both messages."""
    told = bench.start_refused("parameters", Parameters={"Required": ["a"] * 201})
    bench.expect("Map value must satisfy constraint: [Member must have length less than" in told.text, wanted=True)


def several_broken_constraints(bench: Bench) -> None:
    """They are counted, joined by semicolons, in the model's order; of one string the pattern goes first."""
    told = bench.start_refused(Mode="Fast", MaxErrors="x" * 8)
    enum = f"Member must satisfy enum value set: [{', '.join(_metadata('ExecutionMode', 'enum'))}]"
    value = f"'{'x' * 8}'"
    pattern = _at("maxErrors", value, _pattern("MaxErrors"))
    sentences = (_at("mode", "'Fast'", enum), pattern, _at("maxErrors", value, _length("less", 7)))
    bench.expect(told.text, _broken(*sentences))


def path_of_broken_constraint(bench: Bench) -> None:
    """Paths begin with a lower-case letter, and count lists of structures from one."""
    told = bench.start_refused(Tags=[{"Key": "k", "Value": "v"}, {"Key": "k" * 129, "Value": "v"}])
    bench.expect("at 'tags.2.member.key'" in told.text, wanted=True)


def empty_parameters(bench: Bench) -> None:
    """Empty Parameters are refused, because the minimum in the model is 1."""
    told = bench.start_refused(Parameters={})
    rule = "Member must have length greater than or equal to 1"
    bench.expect(told.text, _broken(_at("parameters", "'{}'", rule)))


def empty_lists(bench: Bench) -> None:
    """Several empty lists start an execution without targets."""
    bench.start(TargetMaps=[], Targets=[], Tags=[])


def long_parameters(bench: Bench) -> None:
    """A value of 2000 characters comes back whole."""
    long = {"Item": ["x" * 2000]}
    bench.expect(bench.get(bench.start(Parameters=long))["Parameters"], long)


def keys_of_targets(bench: Bench) -> None:
    """The key is misspelt."""
    bench.needs_fake()
    bench.start(TargetParameterName="Item", Targets=[{"Key": "tags:Env", "Values": ["prod"]}])


def letters_of_tags(bench: Bench) -> None:
    """Letters of all scripts, and a few signs, are right in tags."""
    bench.start(Tags=[{"Key": "Umgebung: grün", "Value": "環境 = a+b@c/d"}])


def form_of_ids(bench: Bench) -> None:
    """An id is a UUID in lower case."""
    found = bench.finished()["AutomationExecutionId"]
    bench.expect(found, str(UUID(found)))


def documented_errors(bench: Bench) -> None:
    """The model lists seven errors for the start."""
    bench.expect(
        sorted(model.documented_errors()),
        [
            "AutomationDefinitionNotFoundException",
            "AutomationDefinitionVersionNotFoundException",
            "AutomationExecutionLimitExceededException",
            "IdempotentParameterMismatch",
            "InternalServerError",
            "InvalidAutomationExecutionParametersException",
            "InvalidTarget",
        ],
    )
