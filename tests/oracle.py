r"""An independent validation of requests, which shares no code with the package.

The shapes of the installed SSM model are converted to JSON Schema for ``jsonschema``. Patterns are matched by the
package ``regex``, which supports ``\p{L}``. Property tests compare the package's results with these.
"""

from __future__ import annotations

import copy
import functools
import json
import unicodedata
from typing import TYPE_CHECKING, Any

import botocore.session
import regex
from botocore.model import ListShape, MapShape, Shape, StructureShape
from jsonschema import Draft202012Validator, ValidationError, validators

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator

    from jsonschema.protocols import Validator

Schema = dict[str, Any]
Value = Any  # of any type, right or wrong

_TYPES = {"structure": "object", "map": "object", "list": "array", "long": "integer"}
_SIZES = {"object": "Properties", "array": "Items", "string": "Length", "integer": "imum"}
_RULES = {"additionalProperties": "unknown", "javaPattern": "pattern"}
_RULES |= {bound + size: bound for bound in ("min", "max") for size in _SIZES.values()}
# Not regex.ASCII: it would confine \p{L} to ASCII as well.
_JAVA_CLASSES = {r"\d": "[0-9]", r"\w": "[a-zA-Z0-9_]", r"\s": r"[ \t\n\x0b\f\r]"}
_JAVA_TOKEN = regex.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|.", regex.DOTALL)


def _java_class(escape: regex.Match[str]) -> str:
    r"""The set that an escape such as ``\d`` stands for in Java; any other escape unchanged."""
    return _JAVA_CLASSES.get(escape[0], str(escape[0]))


@functools.cache
def compiled(pattern: str) -> regex.Pattern[str]:
    r"""A Java pattern compiled with ``regex``, whose V1 sets may nest: ``[\w+]`` is ``[[a-zA-Z0-9_]+]``."""
    parts = ("[^\n\r\x85\u2028\u2029]" if part == "." else part for part in _JAVA_TOKEN.findall(pattern))
    return regex.compile("".join(regex.sub(r"\\.", _java_class, part) for part in parts), regex.V1)


def _known(text: str) -> str:
    """The text without characters that are newer than this Python's Unicode: ``regex`` ships a later one."""
    if text.isascii():
        return text
    return "".join("\uffff" if unicodedata.category(character) == "Cn" else character for character in text)


def _java_pattern(_: object, pattern: str, instance: object, __: Schema) -> Iterator[ValidationError]:
    """The keyword ``javaPattern``: a string has to match the whole of it."""
    if isinstance(instance, str) and not compiled(pattern).fullmatch(_known(instance)):
        yield ValidationError("does not match")


def _enum(_: object, values: list[str], instance: object, __: Schema) -> Iterator[ValidationError]:
    """The keyword ``enum``, silent like all others about a value of the wrong type."""
    if isinstance(instance, str) and instance not in values:
        yield ValidationError("is not in the enum")


# As in botocore: a tuple is a list, a float is never an integer, 1 is not a boolean, and minima apply to False.
# As in the service: True is not an integer either.
_PYTHON_TYPES = Draft202012Validator.TYPE_CHECKER.redefine_many(
    {
        "array": lambda _, value: isinstance(value, (list, tuple)),
        "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
        "number": lambda _, value: isinstance(value, int),
    }
)
_KEYWORDS = {"javaPattern": _java_pattern, "enum": _enum}
_Validator = validators.extend(Draft202012Validator, _KEYWORDS, type_checker=_PYTHON_TYPES)


def _schema(shape: Shape) -> Schema:
    """A botocore shape as JSON Schema, titled with the shape's name."""
    kind = _TYPES.get(shape.type_name, shape.type_name)
    schema: Schema = {"title": shape.name, "type": kind}
    schema |= {bound + _SIZES[kind]: shape.metadata[bound] for bound in ("min", "max") if bound in shape.metadata}
    if shape.metadata.get("enum"):
        schema["enum"] = list(shape.metadata["enum"])
    if "pattern" in shape.metadata:
        schema["javaPattern"] = shape.metadata["pattern"]
    if isinstance(shape, StructureShape):
        schema["properties"] = {name: _schema(member) for name, member in shape.members.items()}
        schema["required"] = list(shape.metadata.get("required", ()))
        schema["additionalProperties"] = False
    elif isinstance(shape, MapShape):
        schema["propertyNames"] = _schema(shape.key)
        schema["additionalProperties"] = _schema(shape.value)
    elif isinstance(shape, ListShape):
        schema["items"] = _schema(shape.member)
    return schema


@functools.cache
def schema_for(operation: str) -> Schema:
    """The JSON Schema of an operation's request; shared between callers, so not to be changed."""
    shape = botocore.session.Session().get_service_model("ssm").operation_model(operation).input_shape
    if shape is None:
        message = f"{operation} takes no input"
        raise LookupError(message)
    return _schema(shape)


@functools.cache
def _validator(operation: str) -> Validator:
    """The validator of an operation's requests."""
    return _Validator(schema_for(operation))


def _member(path: str, name: object) -> str:
    """The path of a structure's member."""
    return f"{path}.{name}" if path else f"{name}"


def _path(schema: Schema, keys: Iterable[object]) -> str:
    """A path in Python notation, e.g. ``Parameters['InstanceId'][0]``, of the keys that lead to a value."""
    path = ""
    for key in keys:
        if "properties" in schema:
            path, schema = _member(path, key), schema["properties"][key]
        else:
            path, schema = f"{path}[{key!r}]", schema.get("items") or schema["additionalProperties"]
    return path


def _pairs(schema: Schema, error: ValidationError) -> Iterator[tuple[str, str]]:
    """The paths and rules that an error of ``jsonschema`` is about."""
    path, rule = _path(schema, error.absolute_path), _RULES.get(error.validator, error.validator)
    if rule == "required":
        yield from ((_member(path, name), rule) for name in error.validator_value if name not in error.instance)
    elif rule == "unknown":
        yield from ((_member(path, name), rule) for name in error.instance if name not in error.schema["properties"])
    elif "propertyNames" in error.absolute_schema_path:
        yield f"{path}[{error.instance!r}] (key)", rule
    else:
        yield path, rule


def violations(operation: str, params: dict[str, Any]) -> set[tuple[str, str]]:
    """List the violations of the model in a request, as pairs of path and rule.

    Args:
        operation: An SSM operation, e.g. ``"StartAutomationExecution"``.
        params: The request, of which any value may be of any type.

    Returns:
        Pairs such as ``("Tags[0].Value", "required")``. The rule is one of type, required, unknown, min, max, pattern
        and enum; the path of a map's key ends in ``" (key)"``. Nothing else is said of a value of the wrong type.
    """
    schema = schema_for(operation)
    return {pair for error in _validator(operation).iter_errors(params) for pair in _pairs(schema, error)}


def _filled(value: object) -> bool:
    """Whether a value is a list with something in it; an empty one counts as absent."""
    return isinstance(value, (list, tuple)) and len(value) > 0


def rule_violations(params: dict[str, Any]) -> set[str]:
    """The documented rules across members that a StartAutomationExecution request breaks.

    Source: the documentation of TargetParameterName, Targets, TargetMaps, TargetLocations[].Targets and Tags.
    """
    named = params.get("TargetParameterName") is not None
    targets, maps = _filled(params.get("Targets")), _filled(params.get("TargetMaps"))
    locations = params["TargetLocations"] if _filled(params.get("TargetLocations")) else ()
    located = any(_filled(location.get("Targets")) for location in locations if isinstance(location, dict))
    behind_url = "TargetLocationsURL" in params  # what it hosts may name targets
    tags = params.get("Tags")
    broken = {
        "targets_need_target_parameter_name": targets and not named,
        "target_parameter_name_needs_targets": named and not (targets or maps or located or behind_url),
        "targets_exclude_target_maps": targets and maps,
        "location_targets_need_target_parameter_name": located and not named,
        "at_most_five_tags": isinstance(tags, (list, tuple)) and len(tags) > 5,
    }
    return {rule for rule, holds in broken.items() if holds}


_TOKEN = "01234567-89ab-cdef-ABCD-EF0123456789"
_URL = "https://my-bucket.s3.eu-central-1.amazonaws.com/"
_RATES = ("1", "10", "1234567", "1%", "99%", "100%")
_SAMPLES: dict[str, tuple[str, ...]] = {
    "DocumentARN": ("AWS-RestartEC2Instance", "arn:aws:ssm:us-east-1:123456789012:document/x", "a_b", "D" * 128),
    "DocumentVersion": ("1", "42", "$LATEST", "$DEFAULT"),
    "IdempotencyToken": (_TOKEN, _TOKEN.lower()),
    "TargetKey": ("tag:Env", "ParameterValues", "ResourceGroup", "resource-groups:Name", "é\u2003\u0663", "k" * 163),
    "MaxConcurrency": _RATES,
    "MaxErrors": (*_RATES, "0", "0%"),
    "ExecutionRoleName": ("AWS-SystemsManager-AutomationExecutionRole", "r", "path/Role+=,.@_", "R" * 64),
    "ExcludeAccount": ("123456789012", "ou-ab12-12345678", f"ou-{'a' * 32}-{'1' * 32}"),
    "AlarmName": ("CPU high", "\u2003", "\u00e9.", "A" * 255),
    "TagKey": ("Env", "aws:x/y=z+@", "\u00fc \u2028\u0663\u2168", "K" * 128),
    "TagValue": ("", "prod", "\u4e2d\u3000\U00010400", "V" * 256),
    "TargetLocationsURL": (_URL + "locations.json", "https://b.s3.amazonaws.com/k", _URL + "k" * 2000),
}
_ODD_TEXTS = ["", " ", "\n", "ab", "x" * 129, "0", "101%", "$latest", "auto", "tag:Env\n", "\u0661" * 12]
_ODD_TEXTS += [_TOKEN[:-1] + "g", _TOKEN + "0", "ou-ab12-1234567", _URL, _URL + "k" * 2001, _URL[:-1] + ".cn/k"]
_ODD_CHARACTERS = "\n\r\t\v\x00\x85\u2028\u2029 \u2003\u00e9\u00df\u0663\u2168\u00bd\u0301\u4e2d\U0001f600\ud800_%$+[*"
_SCALARS: tuple[Value, ...] = (None, "", "x", 0, 1, True, False, 1.0, b"x")
_JUNK = (*_SCALARS, (), [], {}, ["x"], {"x": ["x"]}, [None], {1: ["x"]}, {b"k": "x"})
_PLENTY = 60
_NAME_NEEDED = {"targets_need_target_parameter_name", "location_targets_need_target_parameter_name"}


def _count(rng: random.Random, schema: Schema) -> int:
    """A size inside the bounds, small more often than not."""
    size = _SIZES[schema["type"]]
    low, high = schema.get("min" + size, 0), schema.get("max" + size, _PLENTY)
    return high if high <= _PLENTY and rng.random() < 0.05 else rng.randint(low, max(low, min(high, 3)))


def _valid(rng: random.Random, schema: Schema, density: float) -> Value:
    """Generate a valid value of a shape, with as many optional members as the density allows."""
    if "properties" in schema:
        members = schema["properties"].items()
        wanted = {name: rng.random() < density or name in schema["required"] for name, _ in members}
        return {name: _valid(rng, member, density) for name, member in members if wanted[name]}
    if schema["type"] == "object":
        keys = [_valid(rng, schema["propertyNames"], density) for _ in range(_count(rng, schema))]
        return {key: _valid(rng, schema["additionalProperties"], density) for key in keys}
    if schema["type"] == "array":
        return [_valid(rng, schema["items"], density) for _ in range(_count(rng, schema))]
    if schema["type"] == "boolean":
        return rng.random() < 0.5
    if schema["type"] == "integer":
        return _count(rng, schema)
    samples = schema.get("enum") or _SAMPLES.get(schema["title"])
    return rng.choice(samples) if samples else "".join(rng.choices("iI-é0", k=_count(rng, schema)))


def _sites(schema: Schema, holder: Value, key: Value) -> Iterator[tuple[Schema, Value, Value]]:
    """Every value at any depth, as its schema, what holds it, and its key or index there."""
    yield schema, holder, key
    value = holder[key]
    if schema["type"] == "object" and isinstance(value, dict):
        for name in value:
            below = schema.get("properties", {}).get(name) or schema["additionalProperties"]
            if below:
                yield from _sites(below, value, name)
    elif schema["type"] == "array" and isinstance(value, list):
        for index in range(min(len(value), _PLENTY)):
            yield from _sites(schema["items"], value, index)


def _resized(rng: random.Random, schema: Schema, value: Value) -> Value:
    """A value at one of its bounds or one off, as far as its type has a size; seldom a huge one."""
    size = _SIZES.get(schema["type"], "")
    bounds = [schema[bound + size] for bound in ("min", "max") if bound + size in schema] or [0, 3, 128]
    wanted = max(0, rng.choice(bounds) + rng.choice((-1, 0, 1)))
    if schema["type"] == "integer":
        return wanted
    if isinstance(value, str):
        return value[:wanted] + (value or "x")[-1] * (wanted - len(value))
    if wanted > _PLENTY and rng.random() < 0.75:
        wanted = rng.choice((0, 5, 6))
    if schema["type"] == "array" and isinstance(value, list):
        return value[:wanted] + [_valid(rng, schema["items"], 0.1) for _ in range(wanted - len(value))]
    if "propertyNames" in schema and isinstance(value, dict):
        return {f"k{number}": _valid(rng, schema["additionalProperties"], 0.1) for number in range(wanted)}
    return value


def _bent_object(rng: random.Random, schema: Schema, value: dict[Any, Any]) -> dict[Any, Any]:
    """A structure with a member missing, misspelt or unknown, or a map with an odd key."""
    bent = dict(value)
    if "propertyNames" in schema:
        bent[rng.choice(("", "k" * 50, "k" * 51, "it's\n", 1, b"k"))] = _valid(rng, schema["additionalProperties"], 0.1)
        return bent
    name = rng.choice(list(bent)) if bent else "Name"
    removed = bent.pop(name, "x")
    if rng.random() < 0.5:
        bent[rng.choice((f"{name}s", f"{name}"[:-1], f"{name}".lower(), "Unknown", "Ké"))] = removed
    return bent


def _bent(rng: random.Random, schema: Schema, value: Value) -> Value:
    """Change a value so that it is invalid, or just unusual, in a way that suits its type."""
    if isinstance(value, dict) and schema["type"] == "object":
        return _bent_object(rng, schema, value)
    if isinstance(value, str):
        at = rng.choice((0, len(value) // 2, len(value)))
        odd = value[:at] + rng.choice(_ODD_CHARACTERS) + value[at + rng.randint(0, 1) :]
        return rng.choice((odd, odd, value + "\n", value.swapcase(), rng.choice(_ODD_TEXTS)))
    return tuple(value) if isinstance(value, list) else copy.deepcopy(rng.choice(_JUNK))


def _reconcile(rng: random.Random, request: dict[str, Any]) -> None:
    """Make a StartAutomationExecution request obey the rules on targets."""
    request.pop(rng.choice(("Targets", "TargetMaps")), None)
    request.pop("TargetParameterName", None)
    if rule_violations(request) & _NAME_NEEDED or rng.random() < 0.1:
        request["TargetParameterName"] = "InstanceId"


def mutations(rng: random.Random, operation: str = "StartAutomationExecution") -> Iterator[dict[str, Any]]:
    """Generate endless requests, from valid to badly broken, with all members at any depth; reproducible by rng."""
    schema = schema_for(operation)
    while True:
        request = _valid(rng, schema, rng.choice((0.0, 0.15, 0.3, 1.0)))
        if operation == "StartAutomationExecution" and rng.random() < 0.7:
            _reconcile(rng, request)
        root = [request]
        for _ in range(rng.choice((0, 1, 1, 1, 2, 4))):
            site, holder, key = rng.choice(list(_sites(schema, root, 0)))
            junk = holder is not root and rng.random() < 0.2
            bend = rng.choice((_bent, _resized))
            holder[key] = copy.deepcopy(rng.choice(_JUNK)) if junk else bend(rng, site, holder[key])
        yield root[0]


# Validation of the parameters of runbooks. Source of the keys of declarations and their meaning:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
Declaration = dict[str, Any]
_STORED = regex.compile(r"\{\{ *ssm(-secure)?:[^{}]+\}\}")
_HEXADECIMAL = frozenset("0123456789abcdef")
_BUCKET = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def _maps(kind: str, values: list[str], value: str) -> list[Value] | None:
    """The maps in a value of JSON; None if it has none, or something else."""
    try:
        parsed = json.loads(value)
    except ValueError:
        return None
    maps = parsed if isinstance(parsed, list) and kind == "MapList" and len(values) == 1 else [parsed]
    return maps if all(type(each) is dict for each in maps) else None


def _is_integer(value: str) -> bool:
    digits = value[1:] if value[:1] in {"+", "-"} else value
    return digits.isascii() and digits.isdigit()


def _is_instance(value: str) -> bool:
    return value.startswith("i-") and len(value) in {10, 19} and set(value[2:]) <= _HEXADECIMAL


def _is_role(value: str) -> bool:
    parts = value.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or parts[2:4] != ["iam", ""] or not parts[5].startswith("role/"):
        return False
    account = parts[4].isascii() and parts[4].isdigit() and len(parts[4]) == 12
    partition = parts[1].startswith("aws") and set(parts[1]) <= set("abcdefghijklmnopqrstuvwxyz-")
    path = parts[5].removeprefix("role/")
    return (
        account
        and partition
        and bool(path)
        and all(one.isascii() and (one.isalnum() or one in "_+=,.@/-") for one in path)
    )


def _is_bucket(value: str) -> bool:
    ends = {value[:1], value[-1:]}
    return 3 <= len(value) <= 63 and ends <= _BUCKET and set(value) <= _BUCKET | {".", "-"}


def _is_boolean(value: str) -> bool:
    return value.lower() in {"true", "false"}


_FORMS: dict[str, Callable[[str], bool]] = {"Integer": _is_integer, "Boolean": _is_boolean}
_FORMS |= {"AWS::EC2::Instance::Id": _is_instance, "AWS::IAM::Role::Arn": _is_role, "AWS::S3::Bucket::Name": _is_bucket}


def _of_type(declared: Declaration, values: list[str], value: str) -> bool:
    kind = declared["type"]
    if kind in {"StringMap", "MapList"}:
        return _maps(kind, values, value) is not None
    absent = kind.startswith("AWS::") and "default" in declared and not value
    form = _FORMS.get(kind[5:-1] if kind.startswith("List<") else kind)
    return absent or form is None or form(value)


def _item_rules(declared: Declaration, values: list[str], value: str) -> Iterator[str]:
    """The rules that a value of the right type breaks."""
    kind, allowed = declared["type"], declared.get("allowedValues")
    texts = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in allowed or ()]
    maps = _maps(kind, values, value) if kind in {"StringMap", "MapList"} else None
    if allowed and maps is not None and any(each not in allowed for each in maps):
        yield "allowedValues"
    if allowed and maps is None:
        folded = kind == "Boolean"
        if (value.lower() if folded else value) not in [text.lower() if folded else text for text in texts]:
            yield "allowedValues"
    if "allowedPattern" in declared and not compiled(declared["allowedPattern"]).fullmatch(_known(value)):
        yield "allowedPattern"
    if len(value) < declared.get("minChars", 0):
        yield "minChars"
    if len(value) > declared.get("maxChars", len(value)):
        yield "maxChars"


def _parameter_violations(name: str, declared: Declaration, values: list[str]) -> Iterator[tuple[str, str]]:
    path, kind = f"Parameters[{name!r}]", declared["type"]
    many = kind in {"StringList", "MapList"} or kind.startswith("List<")
    if not many and len(values) != 1:
        yield path, "type"
        return
    known = [place for place, value in enumerate(values) if not _STORED.search(value)]
    sound = [place for place in known if _of_type(declared, values, values[place])]
    yield from ((f"{path}[{place}]", "type") for place in known if place not in sound)
    if len(sound) == len(values) and (many or kind == "StringMap"):
        maps = [each for value in values for each in _maps(kind, values, value) or ()]
        count = len(maps) if kind == "MapList" else len(maps[0]) if kind == "StringMap" else len(values)
        yield from ((path, "minItems") for _ in range(count < declared.get("minItems", 0)))
        yield from ((path, "maxItems") for _ in range(count > declared.get("maxItems", count)))
    for place in sound:
        yield from ((f"{path}[{place}]", rule) for rule in _item_rules(declared, values, values[place]))


def parameter_violations(declared: dict[str, Declaration], given: dict[str, list[str]]) -> set[tuple[str, str]]:
    """List the violations of a runbook's declarations in the parameters of a request, as pairs of path and rule.

    Args:
        declared: The runbook's `parameters`.
        given: The request's `Parameters`, whose types are right.
    """
    missing = {name for name, each in declared.items() if "default" not in each and name not in given}
    found = {(f"Parameters[{name!r}]", "required") for name in missing}
    found |= {(f"Parameters[{name!r}]", "undeclared") for name in given if name not in declared}
    for name, each in declared.items():
        if name in given:
            found.update(_parameter_violations(name, each, given[name]))
    return found


_AWS_KINDS = ("AWS::EC2::Instance::Id", "AWS::IAM::Role::Arn", "AWS::S3::Bucket::Name", "AWS::EC2::VPC::Id")
_KINDS = ["String", "StringList", "Integer", "Boolean", "StringMap", "MapList", "List<AWS::EC2::Instance::Id>"]
_KINDS += _AWS_KINDS
_ROLE = "arn:aws:iam::123456789012:role/path/Name.x"
_VALUES = ["", "a", "ab", "A b", "0", "-12", "+7", "1.5", "true", "FALSE", "i-01234567", "i-0123456789abcdef0"]
_VALUES += [_ROLE, _ROLE.replace("iam::", "iam:x:"), "my-bucket", "My.Bucket", "a.b", "i-0123456G", "é", "日本", "a\n"]
_VALUES += ["{}", "[]", '{"a": 1}', '{"a": "é", "b": {}}', '[{"a": 1}, {}]', "[1]", "{", "null", "\u0661", "x" * 40]
_VALUES += ["{{ssm:/a/b}}", "{{ ssm:name:2 }}", "x{{ssm-secure:y}}", "{{ global:DATE }}", "{{ssm:}}", "NaN", " true"]
_PATTERNS = [r"^[a-z]+$", r"\d+", r"[\w.-]*", r".+", r"^$|^arn:.*$", r"^(true|false)$", r"\{.*\}", r"\[\]|\{.*\}"]
_PATTERNS += [r"^(?!i-)[^\s]*", r"^[a-z]{2}\s?.*"]


def _declaration(rng: random.Random) -> Declaration:
    """A declaration of any type, with any of the limits."""
    declared: Declaration = {"type": rng.choice(_KINDS)}
    for what, most in (("Chars", 12), ("Items", 3)):
        low, high = sorted((rng.randint(0, most), rng.randint(0, most)))
        declared |= rng.choice(
            ({}, {}, {f"min{what}": low}, {f"max{what}": high}, {f"min{what}": low, f"max{what}": high})
        )
    if rng.random() < 0.3:
        declared["allowedPattern"] = rng.choice(_PATTERNS)
    if rng.random() < 0.3:
        declared["allowedValues"] = rng.sample([*_VALUES[:14], 7, True, {"a": 1}, {}], rng.randint(1, 4))
    if rng.random() < 0.4:
        declared["default"] = rng.choice((None, "x", "{{ssm:/a}}"))
    return declared


def _texts(rng: random.Random, declared: Declaration) -> list[str]:
    """Generate values for a parameter, most of them valid, some of them with one wrong character."""
    allowed = [each if isinstance(each, str) else json.dumps(each) for each in declared.get("allowedValues", ())]
    size = rng.choice((0, 1, 1, 1, 1, 2, 3)) if "List" in declared["type"] or rng.random() < 0.1 else 1
    values = [rng.choice(allowed) if allowed and rng.random() < 0.6 else rng.choice(_VALUES) for _ in range(size)]
    if values and rng.random() < 0.3:
        place, stray = rng.randrange(len(values)), rng.choice('a1 \n"}]é-:')
        cut = rng.randint(0, len(values[place]))
        values[place] = values[place][:cut] + stray + values[place][cut + rng.randint(0, 1) :]
    return values


def parameter_draws(rng: random.Random) -> Iterator[tuple[dict[str, Declaration], dict[str, list[str]]]]:
    """Declarations of a runbook, and parameters of a request, without end; the same for the same rng."""
    while True:
        declared = {name: _declaration(rng) for name in rng.sample("ABC", rng.choice((1, 1, 2, 3)))}
        given = {name: _texts(rng, each) for name, each in declared.items() if rng.random() < 0.9}
        if rng.random() < 0.05:
            given["Other"] = ["x"]
        yield declared, given
