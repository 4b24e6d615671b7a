from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Any

import model
import pytest
from botocore.model import Shape, ShapeResolver
from hypothesis import given, settings
from hypothesis import strategies as st
from shapes import problems, simplest

from pytest_ssm_automation import FakeUsageError
from pytest_ssm_automation._strategies import pieces
from pytest_ssm_automation.strategies import from_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = model.service_model()
OPERATIONS = [SERVICE.operation_model(name) for name in SERVICE.operation_names]
SHAPES = [
    pytest.param(shape, id=shape.name)
    for operation in OPERATIONS
    for shape in (operation.input_shape, operation.output_shape)
    if shape
]
FEW = settings(max_examples=5)


def shape_of(shapes: dict[str, Any], name: str = "It") -> Shape:
    """Make a shape that SSM has nothing like."""
    return ShapeResolver(shapes).get_shape_by_name(name)


def judge(shape: Any, value: Any) -> None:
    """Ask botocore and the oracle about a value; a time has to be aware, wherever it is."""
    assert problems(shape, value) == []
    for each in times(value):
        assert each.tzinfo


def times(value: Any) -> Iterator[datetime]:
    """Give every time in a value."""
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from times(each)


def assert_known_elsewhere(text: str) -> None:
    """Look for surrogates, and for characters that this Python's Unicode does not know."""
    assert not {"Cs", "Cn"} & set(map(unicodedata.category, text))


@FEW
@pytest.mark.parametrize("shape", SHAPES)
@given(st.data())
def test_any_shape(shape: Shape, data: st.DataObject) -> None:
    """Values for the request or the response of any operation of SSM match its shape."""
    judge(shape, data.draw(from_shape(shape)))


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("AutomationParameterValue", 1, 512),
        ("DocumentARN", 3, 128),
        ("TagValue", 0, 256),
        ("MaxConcurrency", 1, 7),
        ("AlarmName", 1, 255),
        pytest.param("ExcludeAccount", 12, 68, marks=pytest.mark.needs("ExcludeAccount")),
        ("AlarmList", 1, 1),
        ("TargetMap", 1, 20),
        ("TargetMapValueList", 0, 25),
        ("AutomationParameterMap", 1, 200),
    ],
)
def test_ends_are_drawn(name: str, low: int, high: int) -> None:
    """Both ends of a length, or of a number of members, are drawn, and nothing beyond."""
    shape = SERVICE.shape_for(name)
    judge(shape, simplest(from_shape(shape), lambda value: len(value) == low))
    judge(shape, simplest(from_shape(shape), lambda value: len(value) == high))


def test_overrides() -> None:
    """Overrides are a value, a strategy, or None to omit the member; members with a value are always present."""
    shape = SERVICE.shape_for("Tag")
    assert simplest(from_shape(shape, Key="Env", Value=st.just("prod")), lambda _: True) == {
        "Key": "Env",
        "Value": "prod",
    }
    assert simplest(from_shape(shape, Key=None), lambda _: True) == {"Value": "prod"}
    location = simplest(from_shape(SERVICE.shape_for("TargetLocation"), Regions=["us-east-1"]), lambda _: True)
    assert location == {"Regions": ["us-east-1"]}


@pytest.mark.parametrize("name", ["Tag", "TagList"])
def test_unknown_override(name: str) -> None:
    """A member that the shape does not have is refused at once."""
    with pytest.raises(FakeUsageError, match=r"^Unknown member 'Keys'\."):
        from_shape(SERVICE.shape_for(name), Keys=["a"])


@pytest.mark.parametrize("shape", ["TagList", None, {"type": "string"}], ids=str)
def test_no_shape(shape: Any) -> None:
    """Anything but a shape is refused, and the message says where to get one."""
    with pytest.raises(FakeUsageError, match=r"^Expected shape to be a shape .*input_shape, but got shape=.* \(type="):
        from_shape(shape)


def test_union() -> None:
    """For a union, exactly one member is drawn: any of them, or the one that is passed."""
    text = {"type": "string", "enum": ["a"]}
    members = {"First": {"shape": "Text"}, "Second": {"shape": "Text"}}
    shape = shape_of({"It": {"type": "structure", "union": True, "members": members}, "Text": text})
    assert simplest(from_shape(shape), lambda value: "First" in value) == {"First": "a"}
    assert simplest(from_shape(shape), lambda value: "Second" in value) == {"Second": "a"}
    assert simplest(from_shape(shape, Second="a"), lambda _: True) == {"Second": "a"}


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ({"type": "timestamp"}, datetime),
        ({"type": "blob", "max": 3}, bytes),
        ({"type": "double"}, float),
        ({"type": "float", "min": 0}, float),
        ({"type": "boolean"}, bool),
        ({"type": "long"}, int),
        ({"type": "integer", "min": 1, "max": 5}, int),
    ],
)
def test_scalars(shape: dict[str, Any], expected: type) -> None:
    """Timestamps are aware datetimes, blobs bytes, and all numbers finite and within bounds."""

    @given(from_shape(shape_of({"It": shape})))
    def judged(value: Any) -> None:
        assert type(value) is expected
        judge(shape_of({"It": shape}), value)

    judged()


def test_recursion() -> None:
    """A recursive shape is drawn some levels deep, and ends where it can; one that never ends has no values."""
    text = {"type": "string", "enum": ["a"]}
    tree: dict[str, Any] = {
        "It": {"type": "structure", "members": {"Below": {"shape": "Trees"}, "Beside": {"shape": "Map"}}},
        "Trees": {"type": "list", "member": {"shape": "It"}, "min": 1},
        "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "It"}},
        "Text": text,
    }
    assert simplest(from_shape(shape_of(tree)), lambda it: "Below" in it) == {"Below": [{}]}
    endless = tree | {"It": {**tree["It"], "required": ["Below"]}}
    assert from_shape(shape_of(endless)).is_empty


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pattern", "low", "high"),
    [
        # more alternatives than are written out, and references
        (r"(ab|cd)(ef|gh)(ij|kl)(mn|op)(qr|st)(uv|wx)(yz|01)", 0, 20),
        (r"(a|b)\1", 0, 20),
        (r"([ab]{2})-\1", 0, 20),
        (r"(?!b)[a-c]+", 0, 20),
        (r"(ab|c){12}", 0, 20),
        (r"[^/]+(/[^/]+){0,2}", 4, 9),
        (r"a[^b]\D", 0, 9),
        (r"[^a]b", 0, 9),
        (r"x+y+", 6, 8),
        (r"(\w{2}-?)+", 5, 9),
        (r"a$b|c", 0, 9),
        (r"(?i)all|[0-9]{12}", 0, 20),
        (r"[\ud800]*a+", 2, 4),
        (r"[\u0000-\u7fff\ud800-\udbff]+", 1, 4),
        (r"([\ud800]{2})?b", 0, 4),
        (r"[\ud800]+|c", 0, 4),
        (r"[\p{L}\p{Z}.]+", 1, 9),
        (r"\P{L}+", 1, 9),
        (r"[\p{Lu}\p{Co}]+", 1, 9),
        (r"[\p{C}a]+", 1, 9),
    ],
)
def test_patterns(pattern: str, low: int, high: int) -> None:
    """Strings match both pattern and length, in all combinations."""
    shape = shape_of({"It": {"type": "string", "pattern": pattern, "min": low, "max": high}})

    @given(from_shape(shape))
    def matched(text: str) -> None:
        judge(shape, text)
        assert_known_elsewhere(text)

    matched()


def test_the_simplest_of_many_alternatives() -> None:
    """A string shrinks to the first alternatives of a pattern, also where only some of them are drawn."""
    shape = shape_of({"It": {"type": "string", "pattern": "(ab|cd)(ef|gh)(ij|kl)(mn|op)(qr|st)(uv|wx)(yz|01)"}})
    assert simplest(from_shape(shape), lambda _: True) == "abefijmnqruvyz"


def test_letters_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """All letters are drawn without a list of them, which hypothesis takes so long to read that it fails the test."""
    monkeypatch.setattr(pieces, "listed", None)
    shape = shape_of({"It": {"type": "string", "pattern": r"[\p{L}\p{N}~]+"}})

    assert simplest(from_shape(shape), lambda text: unicodedata.category(text[0]) == "Lo")


def test_no_such_string() -> None:
    """If no string has the pattern and the length, nothing is drawn."""
    assert from_shape(shape_of({"It": {"type": "string", "pattern": "a{3}", "max": 2}})).is_empty


@given(from_shape(SERVICE.shape_for("AutomationParameterValue")) | from_shape(SERVICE.shape_for("TagKey")))
def test_characters(text: str) -> None:
    """No surrogates are drawn, nor characters that this Python's Unicode does not know and another may."""
    assert_known_elsewhere(text)
