"""How the parameters of a request are checked against a runbook's declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.start import INVALID

if TYPE_CHECKING:
    from conformance.bench import Bench, Refusal


def _refused(bench: Bench, **values: str | list[str]) -> Refusal:
    given = {name: [value] if isinstance(value, str) else value for name, value in {"Required": "a", **values}.items()}
    told = bench.start_refused("parameters", Parameters={name: value for name, value in given.items() if value})
    bench.expect((told.code, told.status), (INVALID, 400))
    return told


def missing(bench: Bench) -> None:
    """The text names the parameter."""
    bench.expect(_refused(bench, Required=[], Short="a").text, "Missing required parameter: Required in user inputs.")


def undeclared(bench: Bench) -> None:
    """The text lists them."""
    bench.expect(_refused(bench, Colour="red").text, "Undefined execution inputs: [Colour]")


def assume_role_is_no_exception(bench: Bench) -> None:
    """AutomationAssumeRole is undeclared like any other name."""
    told = _refused(bench, AutomationAssumeRole="arn:aws:iam::111122223333:role/Role")
    bench.expect(told.text, "Undefined execution inputs: [AutomationAssumeRole]")


def _role_refused(bench: Bench) -> Refusal:
    return bench.start_refused("role", Parameters={"AutomationAssumeRole": ["Role"]})


def role(bench: Bench) -> None:
    """The name of a role is not its ARN; an empty text is no role."""
    bench.expect(_role_refused(bench).text, "The format of the supplied assume role ARN is invalid.")
    bench.start("role")


def code_of_a_role(bench: Bench) -> None:
    """The code is that of other parameters."""
    bench.expect(_role_refused(bench).code, INVALID)


def not_among_allowed(bench: Bench) -> None:
    """The text names the value, and lists those that are allowed."""
    told = _refused(bench, Choice="install")
    bench.expect(told.text, 'Parameter "Choice" has value "install" not found in [Install, Uninstall].')


def wrong_type(bench: Bench) -> None:
    """Two values are not a string."""
    told = _refused(bench, Short=["a", "b"])
    bench.expect(told.text, "Parameter type error. The value supplied for Short is not a valid String.")


def texts_of_other_types(bench: Bench) -> None:
    """The text for other types follows that of a string."""
    told = _refused(bench, Number="many")
    bench.expect(told.text, "Parameter type error. The value supplied for Number is not a valid Integer.")


def texts_of_other_rules(bench: Bench) -> None:
    """Patterns and sizes have texts that begin alike."""
    bench.expect(_refused(bench, Word="ABC").text, 'Parameter "Word" has value "ABC" that does not match ^[a-z]+$.')
    bench.expect(_refused(bench, Short="abcd").text, 'Parameter "Short" has value "abcd" of more than 3 characters.')
    told = _refused(bench, Few=["a", "b", "c"])
    bench.expect(told.text, 'Parameter "Few" has 3 items, more than the maximum of 2.')


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
