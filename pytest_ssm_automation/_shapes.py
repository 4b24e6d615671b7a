"""Strategies for botocore shapes, made so that what is drawn keeps to its limits and need not be thrown away.

A pattern becomes templates, one for each way through its alternatives; a template is a row of pieces, each of them a
set of characters and how many of it there are. Lengths are shared out between the pieces before anything is drawn.
"""

from __future__ import annotations

import importlib
import itertools
import re
import string
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from hypothesis import strategies as st

from ._service.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from botocore.model import Shape

# The parser of `re` itself, which is what hypothesis's `from_regex` builds on, too.
_parser: Any = importlib.import_module("re._parser")
UNBOUNDED: Final = int(_parser.MAXREPEAT)
# What stands for "very long" where the model sets no end.
LONG: Final = 4096
_SOME = 16
# How often a list has none, one, two members more than it needs, in as many draws, and one of the most there may be.
_TIMES = (5, 8, 2)
_MORE = 2
_DEEPEST = 2
_MOST_WAYS = 64
# Of each shape, values that people write; some get it wrong. The first right one is what a failing example shrinks to.
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
_PREFERRED = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_./: "
_ASCII = tuple(map(chr, range(128)))
_ESCAPES = {"DIGIT": r"\d", "NOT_DIGIT": r"\D", "WORD": r"\w", "NOT_WORD": r"\W", "SPACE": r"\s", "NOT_SPACE": r"\S"}
# Characters that this Python's Unicode does not know may be letters to others, and surrogates cannot be sent.
_UNUSABLE: Final[tuple[Literal["Cs"], Literal["Cn"]]] = ("Cs", "Cn")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of one class.

    Attributes:
        alphabet: The class, as `st.text` takes it.
        letters: Some characters of it, most ordinary first.
        low: How many there are at least.
        high: How many there are at most.
    """

    alphabet: str | st.SearchStrategy[str]
    letters: str
    low: int = 1
    high: int = 1


@dataclass(frozen=True, slots=True)
class Template:
    """One way to write a string: pieces in a row, of a length within bounds that some division of it reaches."""

    pieces: tuple[Piece, ...]
    low: int
    high: int

    @property
    def varies(self) -> bool:
        """Whether there is more than one string of it."""
        return self.low < self.high or any(len(piece.letters) > 1 for piece in self.pieces)

    def sized(self, size: int) -> Iterator[tuple[Piece, int]]:
        """Share out a length, the later pieces taking what the earlier leave."""
        spare = size - sum(piece.low for piece in self.pieces)
        for position, piece in enumerate(self.pieces):
            room = sum(later.high - later.low for later in self.pieces[position + 1 :])
            extra = max(0, min(piece.high - piece.low, spare - room))
            spare -= extra
            yield piece, piece.low + extra

    def written(self, size: int) -> str:
        """Write the most ordinary string of a length."""
        return "".join(piece.letters[0] * count for piece, count in self.sized(size))

    def numbered(self) -> Iterator[str]:
        """Write many strings, all different."""
        size = min(self.high, self.low + 8)
        letters = itertools.chain.from_iterable(
            itertools.repeat(piece.letters, count) for piece, count in self.sized(size)
        )
        return map("".join, itertools.product(*letters))

    def strings(self) -> st.SearchStrategy[str]:
        """Draw any string."""
        least, most = (sum(getattr(piece, end) for piece in self.pieces) for end in ("low", "high"))
        if self.low == least and (most <= self.high or self.high >= UNBOUNDED):
            parts = list(_parts(self.pieces))
            return parts[0] if len(parts) == 1 else st.tuples(*parts).map("".join)
        if len(self.pieces) == 1:
            return _text(self.pieces[0], self.low, self.high)
        return _divided(self)


def _fixed(piece: Piece) -> bool:
    return piece.low == piece.high and len(piece.letters) == 1


def _parts(pieces: Iterable[Piece]) -> Iterator[st.SearchStrategy[str]]:
    """Make a strategy of each piece, but one of those in a row that never vary."""
    for fixed, group in itertools.groupby(pieces, _fixed):
        if fixed:
            yield st.just("".join(piece.letters * piece.low for piece in group))
        else:
            yield from (_text(piece, piece.low, piece.high) for piece in group)


def _text(piece: Piece, low: int, high: int) -> st.SearchStrategy[str]:
    return _texts(piece.alphabet, low, None if high >= UNBOUNDED else high)


@cache
def _texts(alphabet: str | st.SearchStrategy[str], low: int, high: int | None) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=low, max_size=high)


@st.composite
def _divided(draw: st.DrawFn, template: Template) -> str:
    """Draw piece by piece, each of a length that leaves the later ones a way to keep to the bounds."""
    text = ""
    least, most = (sum(getattr(piece, end) for piece in template.pieces) for end in ("low", "high"))
    for piece in template.pieces:
        least, most = least - piece.low, most - piece.high
        low = max(piece.low, template.low - len(text) - most)
        text += draw(_text(piece, low, min(piece.high, template.high - len(text) - least)))
    return text


class _UnsupportedError(Exception):
    """A pattern uses something that templates cannot express."""


def _class(items: Sequence[tuple[Any, Any]], flags: int) -> Piece:
    """Make a piece of a character class, as the parser spells it out.

    Beyond ASCII and what the class names itself, it holds everything if it says what it leaves out, and all letters and
    numbers if it is one of those that `compile_pattern` writes for Unicode.
    """
    named = {chr(argument) for operation, argument in items if str(operation) == "LITERAL"}
    named.update(
        chr(code) for operation, ends in items if str(operation) == "RANGE" for code in range(ends[0], ends[1] + 1)
    )
    categories = {str(name).removeprefix("CATEGORY_") for operation, name in items if str(operation) == "CATEGORY"}
    escapes = re.compile("|".join(_ESCAPES[name] for name in categories) or r"(?!)", flags)
    negated = str(items[0][0]) == "NEGATE"
    candidates = dict.fromkeys([*_PREFERRED, *_ASCII, *sorted(named)])
    usable = [character for character in candidates if unicodedata.category(character) not in _UNUSABLE]
    text = "".join(each for each in usable if (each in named or bool(escapes.match(each))) != negated)
    if negated or any(name.startswith("NOT_") for name in categories):
        others = "".join(candidates.keys() - set(text))
        return Piece(st.characters(exclude_categories=_UNUSABLE, exclude_characters=others), text[:_SOME])
    if "WORD" in categories and not flags & re.ASCII:
        return Piece(st.characters(categories=("L", "N"), include_characters=text), text[:_SOME])
    return Piece(text, text[:_SOME])


def _rows(nodes: Iterable[tuple[Any, Any]], flags: int) -> list[tuple[Piece, ...]]:
    """Spell out every way through a parsed pattern; of a repeated group, the least numbers of times."""
    rows: list[tuple[Piece, ...]] = [()]
    for operation, argument in nodes:
        ways = _ways(str(operation), argument, flags)
        if len(rows) * len(ways) > _MOST_WAYS:
            raise _UnsupportedError
        rows = [(*row, *way) for row in rows for way in ways]
    return rows


def _ways(operation: str, argument: Any, flags: int) -> list[tuple[Piece, ...]]:
    match operation:
        case "LITERAL" | "IN":
            items = argument if operation == "IN" else [(operation, argument)]
            return [(_class(items, flags),)]
        case "NOT_LITERAL":
            return [(_class([("NEGATE", None), ("LITERAL", argument)], flags),)]
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return [()]
        case "SUBPATTERN":
            return _rows(argument[3], flags)
        case "BRANCH":
            return [row for branch in argument[1] for row in _rows(branch, flags)]
        case "MAX_REPEAT" | "MIN_REPEAT":
            return _repeated(argument, flags)
        case _:
            raise _UnsupportedError


def _repeated(argument: Any, flags: int) -> list[tuple[Piece, ...]]:
    low, high, nodes = argument
    rows = _rows(nodes, flags)
    if len(rows) == len(rows[0]) == rows[0][0].low == rows[0][0].high == 1:
        return [(replace(rows[0][0], low=int(low), high=int(high)),)]
    times = range(low, min(high, low + 2) + 1)
    return [tuple(itertools.chain(*combined)) for count in times for combined in itertools.product(rows, repeat=count)]


_ANYTHING = Piece(st.characters(exclude_categories=_UNUSABLE), _PREFERRED[:_SOME], 0, UNBOUNDED)


@cache
def _parsed(pattern: str | None) -> list[tuple[Piece, ...]]:
    if pattern is None:
        return [(_ANYTHING,)]
    regex = compile_pattern(pattern)
    try:
        parsed = _parser.parse(regex.pattern, regex.flags)
        if parsed.state.flags & re.IGNORECASE:
            return []
        return _rows(parsed, regex.flags)
    except _UnsupportedError:
        return []


def templates(pattern: str | None, low: int, high: int) -> list[Template]:
    """List the ways to write a string of a pattern, or of any, whose length is within bounds.

    Empty if there is none, or if the pattern is beyond templates.
    """
    made: list[Template] = []
    for row in _parsed(pattern):
        least, most = (sum(getattr(piece, end) for piece in row) for end in ("low", "high"))
        if max(low, least) <= min(high, most):
            template = Template(row, max(low, least), min(high, most))
            if fits(template.written(template.low), pattern):
                made.append(template)
    return made


def fits(text: str, pattern: str | None, low: int = 0, high: int = UNBOUNDED) -> bool:
    """Tell whether a string is of a pattern and a length."""
    return low <= len(text) <= high and (pattern is None or bool(compile_pattern(pattern).fullmatch(text)))


@cache
def strings(name: str, pattern: str | None, low: int, high: int) -> st.SearchStrategy[str] | None:
    """Draw strings of a pattern and a length: what people write, the shortest, the longest and any.

    `None` if there is no such string.

    Args:
        name: The shape's name, under which realistic values are looked up.
        pattern: The pattern, as the model has it.
        low: The least length.
        high: The greatest length.
    """
    made = templates(pattern, low, high)
    ends = [template.written(size) for template in made for size in (template.low, _end(template))]
    chosen = [text for text in dict.fromkeys([*WRITTEN.get(name, ()), *ends]) if fits(text, pattern, low, high)]
    if not made and _parsed(pattern):
        return None
    anything = [template.strings() for template in made if template.varies]
    if pattern is not None and not made:
        anything = [st.from_regex(compile_pattern(pattern), fullmatch=True, alphabet=_ANYTHING.alphabet)]
    mixed = _mostly(name, chosen, anything)
    if pattern is not None and ("(?" in pattern or not made):
        return mixed.filter(lambda text: fits(text, pattern, low, high))
    return mixed


def _end(template: Template) -> int:
    return template.high if template.high < UNBOUNDED else max(template.low, LONG)


def _mostly(name: str, values: Sequence[str], others: Sequence[st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    """Draw one of the values two times out of three; with a single draw, as strings are what most draws are for."""
    share = max(len(values) // 2, len(others)) if others else 0
    turns = st.integers(0, len(values) + share - 1)

    def text(draw: st.DrawFn) -> str:
        turn = draw(turns)
        return values[turn] if turn < len(values) else draw(others[turn % len(others)])

    return _named(name, text)


class _Recipe:
    """How to draw something, which shows as a name rather than as all it is made of."""

    def __init__(self, name: str, follow: Callable[[st.DrawFn], Any]) -> None:
        self.name, self.follow = name, follow

    def __repr__(self) -> str:
        return self.name


@st.composite
def drawn(draw: st.DrawFn, recipe: _Recipe) -> Any:
    """Follow a recipe; a composite strategy of its own for each would take a millisecond to define."""
    return recipe.follow(draw)


def _named(name: str, function: Callable[[st.DrawFn], Any]) -> st.SearchStrategy[Any]:
    return drawn(_Recipe(name, function))


def some(
    member: st.SearchStrategy[Any], low: int, high: int, full: st.SearchStrategy[Any] | None
) -> st.SearchStrategy[list[Any]]:
    """Draw lists, most of them short.

    Args:
        member: Draws their members.
        low: The least number of members.
        high: The greatest number of members.
        full: Draws the few members that are repeated in lists of the greatest length; without it there are none.
    """
    sizes = [min(low + more, high) for more, times in enumerate(_TIMES) for _ in range(times)]
    turns = st.integers(0, len(sizes) if full is not None and high < UNBOUNDED else len(sizes) - 1)
    most = st.nothing() if full is None else full_lists(full, high)

    def values(draw: st.DrawFn) -> list[Any]:
        turn = draw(turns)
        return [draw(member) for _ in range(sizes[turn])] if turn < len(sizes) else draw(most)

    return _named("values", values)


def _cycled(values: Sequence[Any], size: int) -> list[Any]:
    return [_copied(value) for value in itertools.islice(itertools.cycle(values), size)]


def _copied(value: Any) -> Any:
    """Copy what a strategy of a shape draws, at a fraction of the cost of `deepcopy`."""
    match value:
        case dict():
            return {key: _copied(member) for key, member in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case list():
            return [_copied(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value


def full_lists(member: st.SearchStrategy[Any], size: int) -> st.SearchStrategy[list[Any]]:
    """Draw lists of one size, in which few members repeat, each time as a copy."""
    return st.lists(member, min_size=1, max_size=2).map(lambda drawn: _cycled(drawn, size))


def keys(shape: Shape, size: int) -> list[str]:
    """Write as many different keys of a map as wanted, or as there are."""
    low, high = bounds(shape)
    names, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    made = names or itertools.chain.from_iterable(each.numbered() for each in templates(pattern, low, high))
    return list(itertools.islice((text for text in made if fits(text, pattern, low, high)), size))


def bounds(shape: Shape) -> tuple[int, int]:
    """Give the least and the greatest length, or number of members, of a shape."""
    return shape.metadata.get("min", 0), shape.metadata.get("max", UNBOUNDED)


def structures(
    shape: Any, members: Mapping[str, st.SearchStrategy[Any]], required: Iterable[str], depth: int = 0
) -> st.SearchStrategy[dict[str, Any]]:
    """Draw structures of these members, in this order, with the required ones always there; the deeper, the fewer."""
    needed = frozenset(required)
    if shape.is_tagged_union and not needed:
        return st.one_of([st.fixed_dictionaries({name: strategy}) for name, strategy in members.items()])
    first = tuple(member for member in members if member in needed)
    others = () if shape.is_tagged_union else tuple(member for member in members if member not in needed)
    some_others = few_of({member: members[member] for member in others}, max(1, 3 - depth))

    def structure(draw: st.DrawFn) -> dict[str, Any]:
        found = {member: draw(members[member]) for member in first} | draw(some_others)
        return {member: found[member] for member in members if member in found}

    return _named(shape.name, structure)


def few_of(members: Mapping[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a few members, at most so many, each together with its name, so that a failing example can do without it."""
    if not members:
        return st.builds(dict[str, Any])
    names, turns = tuple(members), st.integers(0, len(members) - 1)

    def member(draw: st.DrawFn) -> tuple[str, Any]:
        name = names[draw(turns)]
        return name, draw(members[name])

    return st.lists(_named("member", member), max_size=most).map(dict)


@cache
def any_of(shape: Shape, *, small: bool = False) -> st.SearchStrategy[Any]:
    """Draw values of a shape; small ones have no list or map of the greatest size in them."""
    made = _made(shape, (), small=small)
    return st.nothing() if made is None else made


@cache
def members_of(shape: Any, above: tuple[str, ...] = (), *, small: bool = False) -> Mapping[str, st.SearchStrategy[Any]]:
    """Give a strategy for each member of a structure that can have one."""
    made = {name: _made(member, (*above, shape.name), small=small) for name, member in shape.members.items()}
    return {name: strategy for name, strategy in made.items() if strategy is not None}


def _made(shape: Any, above: tuple[str, ...], *, small: bool) -> st.SearchStrategy[Any] | None:
    """Make the strategy of a shape; `None` where a recursive one has gone deep enough."""
    match shape.type_name:
        case "structure":
            return _structure(shape, above, small=small)
        case "list":
            return _list(shape, above, small=small)
        case "map":
            return _map(shape, above, small=small)
        case "string":
            return _string(shape)
        case kind:
            return _scalar(kind, shape)


def _string(shape: Shape) -> st.SearchStrategy[str] | None:
    names = shape.metadata.get("enum")
    return st.sampled_from(names) if names else strings(shape.name, shape.metadata.get("pattern"), *bounds(shape))


def _structure(shape: Any, above: tuple[str, ...], *, small: bool) -> st.SearchStrategy[Any] | None:
    if above.count(shape.name) >= _DEEPEST:
        return None
    members = members_of(shape, above, small=small)
    if not members.keys() >= set(shape.required_members):
        return None
    return structures(shape, members, shape.required_members, len(above))


def _list(shape: Any, above: tuple[str, ...], *, small: bool) -> st.SearchStrategy[Any] | None:
    member = _made(shape.member, above, small=small)
    if member is None:
        return None
    return some(member, *bounds(shape), None if small else _made(shape.member, above, small=True))


def _map(shape: Any, above: tuple[str, ...], *, small: bool) -> st.SearchStrategy[Any] | None:
    low, high = bounds(shape)
    key, value = _made(shape.key, above, small=small), _made(shape.value, above, small=small)
    if key is None or value is None:
        return None
    few = st.dictionaries(key, value, min_size=low, max_size=min(high, low + _MORE))
    if small or high >= UNBOUNDED:
        return few
    full, turns = full_maps(shape.key, any_of(shape.value, small=True), high), st.integers(0, sum(_TIMES))
    return _named("members", lambda draw: draw(full if draw(turns) == sum(_TIMES) else few))


def full_maps(key: Shape, value: st.SearchStrategy[Any], size: int) -> st.SearchStrategy[dict[str, Any]]:
    """Draw maps of so many members, or of as many as there can be keys, in which few values repeat."""
    names = keys(key, size)
    return full_lists(value, len(names)).map(lambda values: dict(zip(names, values, strict=True)))


def _scalar(kind: str, shape: Shape) -> st.SearchStrategy[Any]:
    low: Any = shape.metadata.get("min")
    high: Any = shape.metadata.get("max")
    match kind:
        case "boolean":
            return st.booleans()
        case "integer" | "long":
            low = -_BEYOND[kind] if low is None else low
            high = _BEYOND[kind] - 1 if high is None else high
            return st.integers(low, high) | st.sampled_from((low, high))
        case "timestamp":
            return st.datetimes(_EARLIEST, _LATEST, timezones=st.just(UTC))
        case "blob":
            return st.binary(min_size=low or 0, max_size=high) | st.sampled_from([bytes(low or 0), bytes(high or LONG)])
        case _:
            return st.floats(low, high, allow_nan=False, allow_infinity=False)


_BEYOND: Final = {"integer": 2**31, "long": 2**63}
# What epoch seconds say in any time zone, and every parser reads.
_EARLIEST: Final = datetime.fromisoformat("1970-01-02")
_LATEST: Final = datetime.fromisoformat("2999-12-31")
