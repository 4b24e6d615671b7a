"""How the parameters of a request are checked against a runbook's declarations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.checks.start import INVALID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.bench import Bench, Refusal


def _refused(bench: Bench, **values: str | list[str]) -> Refusal:
    given = {name: [value] if isinstance(value, str) else value for name, value in {"Required": "a", **values}.items()}
    told = bench.start_refused("parameters", Parameters={name: value for name, value in given.items() if value})
    bench.expect((told.code, told.status), (INVALID, 400))
    return told


TYPE = "Parameter type error. The value supplied for"
# What is given beside `Required`, and the text of the refusal.
REFUSED: dict[str, tuple[tuple[dict[str, Any], str], ...]] = {
    "missing": (({"Required": [], "Short": "a"}, "Missing required parameter: Required in user inputs."),),
    "undeclared": (({"Colour": "red"}, "Undefined execution inputs: [Colour]"),),
    "assume_role_is_no_exception": (
        ({"AutomationAssumeRole": "arn:aws:iam::1:role/R"}, "Undefined execution inputs: [AutomationAssumeRole]"),
    ),
    "not_among_allowed": (
        ({"Choice": "install"}, 'Parameter "Choice" has value "install" not found in [Install, Uninstall].'),
    ),
    "wrong_type": (({"Short": ["a", "b"]}, f"{TYPE} Short is not a valid String."),),
    "texts_of_other_types": (({"Number": "many"}, f"{TYPE} Number is not a valid Integer."),),
    "texts_of_other_rules": (
        ({"Word": "ABC"}, 'Parameter "Word" has value "ABC" that does not match ^[a-z]+$.'),
        ({"Short": "abcd"}, 'Parameter "Short" has value "abcd" of more than 3 characters.'),
        ({"Few": ["a", "b", "c"]}, 'Parameter "Few" has 3 items, more than the maximum of 2.'),
    ),
}


def _texts(bench: Bench, cases: Sequence[tuple[dict[str, Any], str]]) -> None:
    for given, text in cases:
        bench.expect(_refused(bench, **given).text, text)


CHECKS = {name: partial(_texts, cases=cases) for name, cases in REFUSED.items()}


def _role_refused(bench: Bench) -> Refusal:
    return bench.start_refused("role", Parameters={"AutomationAssumeRole": ["Role"]})


def role(bench: Bench) -> None:
    """The name of a role is not its ARN; an empty text is no role."""
    bench.expect(_role_refused(bench).text, "The format of the supplied assume role ARN is invalid.")
    bench.start("role")


def code_of_a_role(bench: Bench) -> None:
    """The code is that of other parameters."""
    bench.expect(_role_refused(bench).code, INVALID)


def order_of_mistakes(bench: Bench) -> None:
    """Missing parameters are reported before undeclared ones, and these before wrong values."""
    bench.expect(_refused(bench, Required=[], Colour="red").text.partition(":")[0], "Missing required parameter")
    bench.expect(_refused(bench, Colour="red", Choice="no").text.partition(":")[0], "Undefined execution inputs")


def of_targets(bench: Bench) -> None:
    """A value that is not allowed is refused as a target as well."""
    targets = [{"Key": "ParameterValues", "Values": ["nonsense"]}]
    given = {"Parameters": {"Required": ["a"]}, "TargetParameterName": "Choice", "Targets": targets}
    bench.expect(bench.start_refused("parameters", **given).code, INVALID)


def types_of_resources(bench: Bench) -> None:
    """AWS types and lists of them are declared by runbooks, and their values are checked."""
    _refused(bench, Instance="instance-1")
    _refused(bench, Instances=["i-00000000000000000", "instance-1"])


def defaults(bench: Bench) -> None:
    """A run shows the values of the request, and the defaults of all others, as lists of strings."""
    shown = bench.finished("parameters", Parameters={"Required": ["a"], "Map": ['{"c":"d"}'], "Few": ["x", "y"]})
    found = {name: shown["Parameters"].get(name) for name in ("Required", "Map", "Few", "Choice", "Number", "Switch")}
    wanted = {"Required": ["a"], "Map": ['{"c":"d"}'], "Few": ["x", "y"], "Choice": ["Install"]}
    bench.expect(found, {**wanted, "Number": ["1"], "Switch": ["true"]})
